// What is between the client and the network: requests are signed, tokens renewed once for all who wait for it, and what
// got lost is sent again, under a key by which the server does it once.
import type { Problem, SignedIn, User } from './api.ts';
import type { Request, Signal } from './calls.ts';
import { isSame, keeping, type Store, type Tokens } from './tokens.ts';

export interface Options {
  store: Store;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The session was over, by its age or because it was ended elsewhere. The store is cleared already. */
  onSignedOut?: (problem: Problem) => void;
  /** How often a request is sent at most while there is no connection or no database. */
  tries?: number;
}

/** Sends a request as whoever is signed in; given `as`, as that account or not at all. */
export type Send = (request: Request, as?: number) => Promise<Response>;

export const signing = (
  baseUrl: string,
  { store, fetch: given = (url, init) => fetch(url, init), onSignedOut, tries = 3 }: Options,
) => {
  const root = baseUrl.replace(/\/+$/, '');
  const { held, change, onChange } = keeping(store);

  const send = ({ method, path, query, headers, body, signal }: Request): Promise<Response> =>
    // React Native's signal has less to it than the browser's, which is all that its own fetch wants
    given(root + path + query, {
      method,
      headers,
      ...(body && { body }),
      ...(signal && { signal: signal as AbortSignal }),
    });

  const sendUntilAnswered = async (request: Request): Promise<Response> => {
    for (let sent = 1; ; sent++) {
      const last = sent >= tries || !isRepeatable(request);
      const response = await send(request).catch((error: unknown) => {
        if (last || request.signal?.aborted) throw error;
      });
      const seconds = Number(response?.headers.get('Retry-After')) || 0.25 * 2 ** sent;
      if (response && (last || response.status < 502 || seconds > longestPause)) return response;
      await pause(seconds * 1000 + Math.random() * 250, request.signal);
    }
  };

  /** A new password under way. The server ends all tokens before its answer with the next ones is here. */
  let replacing: Promise<unknown> | undefined;
  const keepNext = (asked: Promise<Response>): Promise<Response> => {
    const kept = asked.then(async (response) => {
      const next = await tokensIn(response);
      if (next) await change((now) => (now?.user.id === next.user.id ? next : now));
      return response;
    });
    replacing = kept
      .catch(() => {})
      .finally(() => {
        replacing = undefined;
      });
    return kept;
  };

  /** What follows these tokens: the next ones, the response that refused them, or null when nobody is signed in. */
  const renew = async (old: Tokens): Promise<Tokens | Response | null> => {
    await replacing;
    const before = await held();
    if (before?.refresh !== old.refresh) return before;
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ refresh: old.refresh });
    const response = await sendUntilAnswered({ method: 'POST', path: refreshPath, query: '', headers, body });
    const next = await tokensIn(response);
    if (next) return change((now) => (now?.refresh === old.refresh ? next : now));
    const meanwhile = await held();
    if (meanwhile?.refresh !== old.refresh) return meanwhile;
    // too many requests or no database says nothing about the session, nor does what a proxy answers
    if (response.status < 404 && isProblem(response)) {
      await change((now) => (now?.refresh === old.refresh ? null : now));
      onSignedOut?.(await response.clone().json());
    }
    return response;
  };
  let renewing: Promise<Tokens | Response | null> | undefined;
  const renewOnce = async (old: Tokens) => {
    renewing ??= renew(old).finally(() => {
      renewing = undefined;
    });
    const renewed = await renewing;
    // what one person began is not finished as another
    return isRefusal(renewed) || renewed?.user.id === old.user.id ? renewed : null;
  };

  const sendSigned = async (request: Request, replaces: boolean, as?: number): Promise<Response> => {
    const sendAs = (tokens: Tokens | null) => {
      const headers = { ...request.headers, ...(tokens && { Authorization: `Bearer ${tokens.access}` }) };
      const asked = sendUntilAnswered({ ...request, headers });
      return replaces ? keepNext(asked) : asked;
    };
    let tokens = await held();
    if (as !== undefined && tokens?.user.id !== as) throw new Error('Somebody else is signed in by now');
    if (tokens && Date.now() >= tokens.renew_at) {
      const renewed = await renewOnce(tokens);
      if (!isRefusal(renewed)) tokens = renewed;
    }
    const response = await sendAs(tokens);
    if (response.status !== 401 || !tokens) return response;
    const renewed = await renewOnce(tokens);
    if (isRefusal(renewed)) return renewed.clone();
    return renewed ? sendAs(renewed) : response;
  };

  const sendAny: Send = async (request, as) => {
    const route = `${request.method} ${request.path.replace(/\/$/, '')}`;
    const { 'Idempotency-Key': key = newKey(), ...headers } = request.headers;
    const asked = takesKey.test(route) ? { ...request, headers: { ...headers, 'Idempotency-Key': key } } : request;
    if (signsIn.test(route)) {
      const response = await send(asked);
      const tokens = await tokensIn(response);
      if (tokens) await change(() => tokens);
      return response;
    }
    if (isForAnybody.test(route)) return send(asked);
    const before = (await held())?.user.id;
    // somebody else may have signed in meanwhile
    const leave = () => change((now) => (now?.user.id === before ? null : now));
    try {
      const response = await sendSigned(asked, replacesTokens.test(route), as);
      if (erases.test(route) && response.ok) await leave();
      if (tellsUser.test(route) && response.ok) {
        const user: User = await response.clone().json();
        await change((now) => (now?.user.id !== user.id || isSame(now.user, user) ? now : { ...now, user }));
      }
      return response;
    } finally {
      // also without a connection: who leaves has left this device
      if (signsOut.test(route)) await leave();
    }
  };

  const user = async (): Promise<User | null> => (await held())?.user ?? null;
  return { send: sendAny, user, onChange };
};

const refreshPath = '/api/auth/refresh';
/** With whatever further steps there are: whoever gets tokens by them is signed in. */
const signsIn = /^POST \/api\/auth\/(login|refresh|register)(\/[\w-]+)*$/;
/**
 * What the links in mails are for, which somebody else may follow than the person who is signed in; and the routes of
 * simplejwt, whose tokens are their caller's to keep. Not what confirms an email, which may have to be of this account.
 */
const isForAnybody = /^POST \/api\/(auth\/(password\/(forgot|reset)|email\/undo)|token(\/\w+)?)$/;
const replacesTokens = /^POST \/api\/auth\/password$/;
const tellsUser = /^((GET|PATCH) \/api\/auth\/me|POST \/api\/auth\/invitations\/accept)$/;
const signsOut = /^POST \/api\/auth\/logout$/;
const erases = /^DELETE \/api\/auth\/me$/;
const takesKey = /^POST \/api\/(patients|doctors|mappings|admin\/assign-patient)$/;
const longestPause = 30;

/**
 * A new Idempotency-Key: one of a kind among those of one account and day, which is all it has to be. The client makes
 * its own; what is sent again after a restart has one that the app kept.
 */
export const newKey = (): string =>
  `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${Math.random().toString(36).slice(2)}`;

/** The tokens of an answer, where it has any: the first of two steps of signing in has none yet. */
const tokensIn = async (response: Response): Promise<Tokens | null> => {
  if (!response.ok || !/json/.test(response.headers.get('Content-Type') ?? '')) return null;
  const { access, refresh, expires_in, user }: Partial<SignedIn> = await response.clone().json();
  if (!access || !refresh || !expires_in || !user) return null;
  return { access, refresh, renew_at: Date.now() + Math.max(expires_in - 10, expires_in / 2) * 1000, user };
};

/** Ends early when the app gives the request up. */
const pause = (milliseconds: number, signal?: Signal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      // React Native's signal has no reason
      reject(signal?.reason ?? Object.assign(new Error('The request was given up'), { name: 'AbortError' }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop);
  });

const isRepeatable = ({ method, path, headers }: Request) =>
  method === 'POST' ? 'Idempotency-Key' in headers || path === refreshPath : !('If-Match' in headers);
/** Not by instanceof, because a fetch of the app's own may have a Response of its own. */
const isRefusal = (renewed: Tokens | Response | null): renewed is Response => renewed !== null && 'status' in renewed;
export const isProblem = (response: { headers: Pick<Headers, 'get'> }): boolean =>
  response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
