// Written by `npm run client`; change what is in clients/typescript/ instead.
// What is between the client and the network: requests are signed, tokens renewed once for all who wait for it, and a POST
// that makes a record has a key by which the server does it once.

import { isProblem } from './errors.js';
import { refreshPath, sending, within } from './sending.js';
import { isSame, keeping } from './tokens.js';

/** Sends a request as whoever is signed in; given `as`, as that account or not at all. */

export const signing = (
  baseUrl,
  { store, fetch: given = (url, init) => fetch(url, init), onSignedOut, tries = 3, timeout = 120_000 },
) => {
  const root = baseUrl.replace(/\/+$/, '');
  if (/\/api$/i.test(root)) throw new Error(`The address of the server ends before /api: give ${root.slice(0, -4)}`);
  const { held, change, onChange } = keeping(store, () => onSignedOut?.(endedElsewhere));
  const { sendOnce, sendUntilAnswered } = sending(root, given, tries);

  /** A new password under way. The server ends all tokens before its answer with the next ones is here. */
  let replacing;
  const keepNext = (asked) => {
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
  const renew = async (old, signal) => {
    const before = await held();
    if (before?.user.id !== old.user.id) return before;
    // by somebody else who keeps them in this store
    if (before.refresh !== old.refresh && Date.now() < before.renew_at) return before;
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ refresh: before.refresh });
    const request = { method: 'POST', path: refreshPath, query: '', headers, body, signal };
    const response = await sendUntilAnswered({ ...request, until: Date.now() + longestRefresh });
    const next = await tokensIn(response);
    if (next) return change((now) => (now?.refresh === before.refresh ? next : now));
    const meanwhile = await held();
    if (meanwhile?.refresh !== before.refresh) return meanwhile;
    // too many requests or no database says nothing about the session, nor does what a proxy answers
    if (response.status < 404 && isProblem(response)) {
      await change((now) => (now?.refresh === before.refresh ? null : now));
      onSignedOut?.(await response.clone().json());
    }
    return response;
  };
  let renewing;
  const renewOnce = async (old) => {
    // of its own time, whoever asked first: that one may give up, and the others need the tokens all the same
    renewing ??= within(longestRefresh, undefined, async (signal) => {
      await replacing;
      return store.alone ? store.alone(() => renew(old, signal)) : renew(old, signal);
    }).finally(() => {
      renewing = undefined;
    });
    const renewed = await renewing;
    // what one person began is not finished as another
    return isRefusal(renewed) || renewed?.user.id === old.user.id ? renewed : null;
  };

  const sendSigned = async (request, held, replaces) => {
    const sendAs = (tokens) => {
      const headers = { ...request.headers, ...(tokens && { Authorization: `Bearer ${tokens.access}` }) };
      const asked = sendUntilAnswered({ ...request, headers });
      return replaces ? keepNext(asked) : asked;
    };
    let tokens = held;
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

  const sendAny = async (route, request, as) => {
    if (signsIn.test(route)) {
      const response = await sendOnce(request);
      const tokens = await tokensIn(response);
      if (tokens) await change(() => tokens);
      return response;
    }
    if (isForAnybody.test(route)) return sendOnce(request);
    const before = await held();
    if (as !== undefined && before?.user.id !== as) throw new Error('Somebody else is signed in by now');
    const response = await sendSigned(request, before, replacesTokens.test(route));
    if (erases.test(route) && response.ok) await leave(before);
    if (tellsUser.test(route) && response.ok) {
      const user = await response.clone().json();
      if (!isSame(before?.user, user)) await change((now) => (now?.user.id === user.id ? { ...now, user } : now));
    }
    return response;
  };
  /** Somebody else may have signed in meanwhile. */
  const leave = (before) => change((now) => (now?.user.id === before?.user.id ? null : now));

  const send = async ({ timeout: own = timeout, ...request }, as) => {
    const route = `${request.method} ${request.path.replace(/\/$/, '')}`;
    const { 'Idempotency-Key': key = newKey(), ...others } = request.headers;
    const headers = takesKey.test(route) ? { ...others, 'Idempotency-Key': key } : request.headers;
    const until = Date.now() + own;
    const sent = () =>
      within(own, request.signal, (signal) => sendAny(route, { ...request, headers, signal, until }, as));
    if (!signsOut.test(route)) return sent();
    const before = await within(own, request.signal, held);
    // also without a connection: who leaves has left this device
    return sent().finally(() => leave(before));
  };

  const user = async () => (await held())?.user ?? null;
  return { send, user, onChange };
};

const longestRefresh = 30_000;
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
const takesKey = /^POST \/api\/(patients(\/batch)?|doctors|mappings|admin\/assign-patient)$/;

/** What a tab or another client of this store is told when one of the others signed out. */
const endedElsewhere = {
  type: 'about:blank',
  title: 'Signed out',
  status: 401,
  detail: 'You were signed out in another tab.',
  code: 'session_ended',
  request_id: '',
};

/**
 * A new Idempotency-Key: one of a kind among those of one account and day, which is all it has to be. The client makes
 * its own; what is sent again after a restart has one that the app kept.
 */
export const newKey = () =>
  `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${Math.random().toString(36).slice(2)}`;

/** The tokens of an answer, where it has any: the first of two steps of signing in has none yet. */
const tokensIn = async (response) => {
  if (!response.ok || !/json/.test(response.headers.get('Content-Type') ?? '')) return null;
  const { access, refresh, expires_in, user } = await response.clone().json();
  if (!access || !refresh || !expires_in || !user) return null;
  return { access, refresh, renew_at: Date.now() + Math.max(expires_in - 10, expires_in / 2) * 1000, user };
};

/** Not by instanceof, because a fetch of the app's own may have a Response of its own. */
const isRefusal = (renewed) => renewed !== null && 'status' in renewed;
