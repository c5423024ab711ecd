// Who is signed in, in every tab of this browser.
//
// The access token is kept in memory. The refresh token is in localStorage and not in a cookie: so the portal is a client
// like any other, for which the API needs no second way to take a token, and no defence against requests that other sites
// make a browser send. What a script could do that got into this page: read the refresh token and go on elsewhere, where a
// cookie would hold it to this browser, for as long as the page is open. Either way it could read and change what the
// person can. So the page is built that none gets in: no inline script, nothing from elsewhere, Trusted Types. And a token
// that is used in two places ends the session: a mail warns of it, and the trail has it.
import { signal } from '@preact/signals';
import {
  answer,
  type Problem,
  Refused,
  type Store,
  type Tokens,
  type User,
  wardbook,
} from '../clients/typescript/dist/index.js';
import { Cancelled, type Proof, passwordRequest, stepUp } from './password-request.ts';

/** What is kept of a session where all tabs find it. */
type StoredSession = Pick<Tokens, 'refresh' | 'user'>;
const storageKey = 'wardbook.session';
const readStored = (): StoredSession | null => {
  const text = localStorage.getItem(storageKey);
  return text === null ? null : JSON.parse(text);
};

/** Null: nobody. */
export const user = signal<User | null>(readStored()?.user ?? null);
/** Why somebody has to sign in who was signed in a moment ago. */
export const signedOutReason = signal<string>();
/** What has to happen first before the server answers to whoever is signed in. */
export const accountBlock = signal<'email_unverified' | 'doctor_not_approved' | 'mfa_required' | undefined>(undefined);
export const isOnline = signal(navigator.onLine);

/** The tokens as this tab has them; the others hear of new ones. */
let currentTokens: Tokens | null = null;
const channel = new BroadcastChannel(storageKey);
channel.addEventListener('message', ({ data }: MessageEvent<Tokens>) => {
  currentTokens = data;
});

const store: Store = {
  load() {
    const now = readStored();
    if (!now) return null;
    // another tab may have renewed the token, or somebody else may have signed in there
    if (currentTokens?.refresh === now.refresh) return { ...currentTokens, user: now.user };
    return { ...now, access: '', renew_at: 0 };
  },
  save(tokens) {
    currentTokens = tokens;
    channel.postMessage(tokens);
    const { refresh, user } = tokens;
    localStorage.setItem(storageKey, JSON.stringify({ refresh, user } satisfies StoredSession));
  },
  clear() {
    currentTokens = null;
    localStorage.removeItem(storageKey);
  },
};

const maxWaitMs = 3000;
/** What another tab has got, whose word of it may come later than its lock is given up. */
const tokensOfOtherTab = (refresh: string): Promise<Tokens | null> =>
  new Promise((resolve) => {
    const listen = ({ data }: MessageEvent<Tokens>) => data.refresh === refresh && done(data);
    const done = (tokens: Tokens | null) => {
      clearTimeout(timer);
      channel.removeEventListener('message', listen);
      resolve(tokens);
    };
    const timer = setTimeout(() => done(null), maxWaitMs);
    channel.addEventListener('message', listen);
    if (currentTokens?.refresh === refresh) done(currentTokens);
  });

/** One tab renews the token, and those that waited for it take what it got. */
const renewInOneTab = (url: string, init: RequestInit): Promise<Response> =>
  navigator.locks.request(storageKey, async () => {
    const sent = JSON.parse(String(init.body)).refresh;
    const now = readStored();
    // another tab has signed out
    if (!now) return new Response(null, { status: 401 });
    const got = now.refresh === sent ? null : await tokensOfOtherTab(now.refresh);
    if (got) return Response.json({ ...got, user: now.user, expires_in: (got.renew_at - Date.now()) / 1000 + 10 });
    const answer = await fetch(url, { ...init, body: JSON.stringify({ refresh: now.refresh }) });
    // before the lock is given up: whoever is next has to find the new one
    if (answer.ok && readStored()?.refresh === now.refresh) {
      const { access, refresh, user, expires_in } = await answer.clone().json();
      store.save({ access, refresh, user, renew_at: Date.now() + Math.max(expires_in - 10, expires_in / 2) * 1000 });
      setUser(user);
    }
    return answer;
  });
const noteBlock = ({ code }: Problem) => {
  if (code === 'email_unverified' || code === 'doctor_not_approved' || code === 'mfa_required')
    accountBlock.value = code;
};
/** What the server says to programs. */
const withWaitInWords = (problem: Problem, { headers }: Response): Problem => {
  const minutes = Math.ceil(Number(headers.get('Retry-After')) / 60);
  const wait = minutes > 1 ? `Try again in ${minutes} minutes.` : 'Try again in a minute.';
  return { ...problem, detail: problem.detail.replace(/Wait as long as Retry-After says\.?/, wait) };
};
const problemResponse = (problem: Problem, { status, headers }: Response) =>
  Response.json(problem, { status, headers });

export const { api, onChange } = wardbook(location.origin, {
  store,
  onSignedOut: ({ detail }) => {
    signedOutReason.value = detail;
  },
  fetch: async (url, init) => {
    try {
      const response = await (url.endsWith('/api/auth/refresh') ? renewInOneTab(url, init) : fetch(url, init));
      isOnline.value = true;
      if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return response;
      const problem: Problem = await response.clone().json();
      // some things that one does need it where all else does not
      if (init.method === 'GET') noteBlock(problem);
      // once the password was given, the same counts
      if (problem.code === 'step_up_required' && (await stepUp(hasFactor, sendProof))) return fetch(url, init);
      return response.status === 429 ? problemResponse(withWaitInWords(problem, response), response) : response;
    } catch (error) {
      if (!(init.signal as AbortSignal | undefined)?.aborted) isOnline.value = false;
      throw error;
    }
  },
});

const hasFactor = () => answer(api.auth.mfa.$get()).then(({ enabled }) => enabled);
const sendProof = (proof: Proof) => answer(api.auth['step-up'].$post({ json: proof }));

const setUser = (now: User | null) => {
  if (now?.id !== user.value?.id) passwordRequest.value?.cancel();
  if (now) signedOutReason.value = undefined;
  if (now?.id !== user.value?.id || now?.email_verified !== user.value?.email_verified) accountBlock.value = undefined;
  user.value = now;
};
onChange(setUser);
addEventListener('storage', ({ key }) => {
  if (key !== storageKey && key !== null) return;
  const now = readStored()?.user ?? null;
  if (user.value && !now) signedOutReason.value = 'You were signed out in another tab.';
  setUser(now);
});
addEventListener('online', () => {
  isOnline.value = true;
});
addEventListener('offline', () => {
  isOnline.value = false;
});

/** What to tell a person about what went wrong: the server's own words, or that it could not be reached. */
export interface Trouble {
  detail: string;
  code?: Problem['code'];
  errors: Record<string, string[]>;
}
/** Whether a person said no to what the server asked for: nothing has to be said about that. */
export const wasCancelled = (error: unknown): boolean =>
  error instanceof Cancelled || (error instanceof Refused && error.problem.code === 'step_up_required');
export const troubleOf = (error: unknown, offline = 'Try again when there is one.'): Trouble => {
  if (error instanceof Refused) {
    const { detail, code, errors = {} } = error.problem;
    return { detail, code, errors };
  }
  const detail = isOnline.value
    ? 'The server did not answer as it should. Try again in a moment.'
    : `There is no connection. ${offline}`;
  return { detail, errors: {} };
};
