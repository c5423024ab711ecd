// What is between the client and the network: requests are signed, tokens renewed once for all who wait for it, and what
// got lost is sent again, under a key by which the server does it once.
import type { Problem } from './api.ts';

type Awaitable<T> = T | Promise<T>;

export interface Tokens {
  access: string;
  refresh: string;
  /** When the access token is about to expire, in milliseconds since 1970. */
  renew_at: number;
  user_id: number;
}

/** Where the app keeps the tokens: a keychain, a file, memory. Several clients may share one. */
export interface Store {
  load(): Awaitable<Tokens | null | undefined>;
  save(tokens: Tokens): Awaitable<unknown>;
  clear(): Awaitable<unknown>;
}

export interface Options {
  store: Store;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The session was over, by its age or because it was ended elsewhere. The store is cleared already. */
  onSignedOut?: (problem: Problem) => void;
  /** How often a request is sent at most while there is no connection or no database. */
  tries?: number;
}

export const signing = (
  baseUrl: string,
  { store, fetch: send = fetch, onSignedOut, tries = 3 }: Options,
): typeof fetch => {
  const sendUntilAnswered = async (url: string, init: RequestInit): Promise<Response> => {
    for (let sent = 1; ; sent++) {
      const last = sent >= tries || !isRepeatable(url, init);
      const response = await send(url, init).catch((error: unknown) => {
        if (last || init.signal?.aborted) throw error;
      });
      const pause = Number(response?.headers.get('Retry-After')) || 0.25 * 2 ** sent;
      if (response && (last || response.status < 502 || pause > longestPause)) return response;
      await new Promise((resolve) => setTimeout(resolve, pause * 1000 + Math.random() * 250));
      init.signal?.throwIfAborted();
    }
  };

  const keep = async (response: Response): Promise<Tokens> => {
    const { access, refresh, expires_in, user } = await response.clone().json();
    const renew_at = Date.now() + Math.max(expires_in - 10, expires_in / 2) * 1000;
    const tokens = { access, refresh, renew_at, user_id: user.id };
    await store.save(tokens);
    return tokens;
  };

  /** A new password under way. The server ends all tokens before its answer with the next ones is here. */
  let replacing: Promise<unknown> | undefined;
  const keepNext = (asked: Promise<Response>): Promise<Response> => {
    const kept = asked.then(async (response) => {
      if (response.ok) await keep(response);
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
    const before = await store.load();
    if (before?.refresh !== old.refresh) return before ?? null;
    const url = `${baseUrl.replace(/\/$/, '')}/api/auth/refresh`;
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ refresh: old.refresh });
    const response = await sendUntilAnswered(url, { method: 'POST', headers, body });
    const meanwhile = await store.load();
    if (meanwhile?.refresh !== old.refresh) return meanwhile ?? null;
    if (response.ok) return keep(response);
    // too many requests or no database says nothing about the session, nor does what a proxy answers
    if (response.status < 404 && isProblem(response)) {
      await store.clear();
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
    return isRefusal(renewed) || renewed?.user_id === old.user_id ? renewed : null;
  };

  const sendSigned = async (url: string, init: RequestInit, headers: Headers, replaces: boolean): Promise<Response> => {
    const sendAs = (tokens: Tokens | null | undefined) => {
      if (tokens) headers.set('Authorization', `Bearer ${tokens.access}`);
      const asked = sendUntilAnswered(url, { ...init, headers });
      return replaces ? keepNext(asked) : asked;
    };
    let tokens = await store.load();
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

  return async (input, init = {}) => {
    const url = String(input);
    const headers = new Headers(init.headers);
    const route = `${init.method} ${url.replace(/\/?(\?.*)?$/, '')}`;
    if (takesKey.test(route) && !headers.has('Idempotency-Key')) headers.set('Idempotency-Key', newKey());
    if (signsIn.test(route)) {
      const response = await send(url, { ...init, headers });
      if (response.ok) await keep(response);
      return response;
    }
    if (isForAnybody.test(route)) return send(url, { ...init, headers });
    try {
      const response = await sendSigned(url, init, headers, replacesTokens.test(route));
      if (erases.test(route) && response.ok) await store.clear();
      return response;
    } finally {
      // also without a connection: who leaves has left this device
      if (signsOut.test(route)) await store.clear();
    }
  };
};

const signsIn = /^POST .*\/api\/auth\/(login|refresh|register(\/\w+)?)$/;
/**
 * What the links in mails are for, which somebody else may follow than the person who is signed in; and the routes of
 * simplejwt, whose tokens are their caller's to keep.
 */
const isForAnybody = /^POST .*\/api\/(auth\/(password\/(forgot|reset)|email\/(verify|undo))|token(\/\w+)?)$/;
const replacesTokens = /^POST .*\/api\/auth\/password$/;
const signsOut = /^POST .*\/api\/auth\/logout$/;
const erases = /^DELETE .*\/api\/auth\/me$/;
const takesKey = /^POST .*\/api\/(patients|doctors|mappings|admin\/assign-patient)$/;
const longestPause = 30;

/**
 * One of a kind among those of one account and day, which is all it has to be. An app that sends again after a restart gives
 * a key of its own: `api.patients.$post({ json }, { headers: { 'Idempotency-Key': key } })`.
 */
const newKey = () =>
  `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${Math.random().toString(36).slice(2)}`;

const isRepeatable = (url: string, { method, headers }: RequestInit) => {
  const sent = new Headers(headers);
  if (method === 'POST') return sent.has('Idempotency-Key') || url.endsWith('/api/auth/refresh');
  return !sent.has('If-Match');
};
/** Not by instanceof, because a fetch of the app's own may have a Response of its own. */
const isRefusal = (renewed: Tokens | Response | null): renewed is Response => renewed !== null && 'status' in renewed;
export const isProblem = (response: { headers: Headers }) =>
  response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
