// Written by `npm run client`; change what is in clients/typescript/ instead.
// biome-ignore-all lint: esbuild's own style
'use strict';
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all2) => {
  for (var name in all2) __defProp(target, name, { get: all2[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if ((from && typeof from === 'object') || typeof from === 'function') {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, {
          get: () => from[key],
          enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable,
        });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, '__esModule', { value: true }), mod);

var index_exports = {};
__export(index_exports, {
  Offline: () => Offline,
  Refused: () => Refused,
  all: () => all,
  answer: () => answer,
  createPatients: () => createPatients,
  needsCode: () => needsCode,
  newKey: () => newKey,
  page: () => page,
  pages: () => pages,
  partsOf: () => partsOf,
  remaining: () => remaining,
  secureStore: () => secureStore,
  wardbook: () => wardbook,
});
module.exports = __toCommonJS(index_exports);

var requestOf = (steps, { param = {}, query = {}, json } = {}, options = {}) => {
  const request = {
    method: (steps[steps.length - 1] ?? '').slice(1).toUpperCase(),
    path: steps
      .slice(0, -1)
      .map((step) => `/${step[0] === ':' ? encodeURIComponent(param[step.slice(1)] ?? '') : step}`)
      .join(''),
    // not by URLSearchParams, of which React Native has had half for most of its life
    query: Object.entries(query)
      .filter(([, value]) => value !== void 0)
      .map(([name, value], place) => `${place ? '&' : '?'}${name}=${encodeURIComponent(value ?? '')}`)
      .join(''),
    headers: { ...options.headers },
    signal: options.signal,
    timeout: options.timeout,
  };
  if (json === void 0) return request;
  request.headers['Content-Type'] = 'application/json';
  return { ...request, body: JSON.stringify(json) };
};
var callsBy = (send) => {
  const at = (steps) =>
    new Proxy(() => {}, {
      // a promise that is resolved with one of these must not take it for a promise
      get: (_, name) => (typeof name === 'string' && name !== 'then' ? at([...steps, name]) : void 0),
      apply: (_, _this, [given, options]) => send(requestOf(steps, given, options)),
    });
  return at(['api']);
};

var Refused = class extends Error {
  problem;
  constructor(problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'Refused';
    this.problem = problem;
  }
};
var Offline = class extends Error {
  constructor(message, cause) {
    super(message, { cause });
    this.name = 'Offline';
  }
};
var isProblem = (response) => response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
var needsCode = (problem) => problem.code === 'otp_required' && 'otp_token' in problem;

var within = (milliseconds, given, work) =>
  new Promise((resolve, reject) => {
    const controller = new AbortController();
    const end = (error) => {
      tidy();
      reject(error);
      controller.abort();
    };
    const stop = () => end(reasonOf(given));
    const timer = setTimeout(() => end(new Offline(`No answer within ${milliseconds} ms`)), milliseconds);
    const tidy = () => {
      clearTimeout(timer);
      given?.removeEventListener('abort', stop);
    };
    if (given?.aborted) return stop();
    given?.addEventListener('abort', stop);
    work(controller.signal).then(resolve, reject).finally(tidy);
  });
var reasonOf = (signal) =>
  signal?.reason ?? Object.assign(new Error('The request was given up'), { name: 'AbortError' });
var sending = (root, fetch2, tries) => {
  const sendOnce = async ({ method, path, query, headers, body, signal }) => {
    const init = { method, headers, ...(body && { body }), signal };
    try {
      const response = await fetch2(root + path + query, init);
      await response.clone().text();
      return response;
    } catch (error) {
      throw signal.aborted ? error : new Offline('There is no connection', error);
    }
  };
  const sendInItsShare = (request, triesLeft) => {
    const share = Math.max(shortestTry, (request.until - Date.now()) / triesLeft);
    return within(share, request.signal, (signal) => sendOnce({ ...request, signal }));
  };
  const sendUntilAnswered = async (request) => {
    const repeats = isRepeatable(request);
    for (let [sent, wasLost] = [1, false]; ; sent++) {
      const sending2 = repeats ? sendInItsShare(request, tries - sent + 1) : sendOnce(request);
      const [response, failure] = await sending2.then(
        (response2) => [response2, void 0],
        (error) => [void 0, error],
      );
      if (wasLost && request.method === 'DELETE' && response?.status === 404)
        return new Response(null, { status: 204, headers: response.headers });
      const again = response?.status === 429 ? takesItsTurn(request) : repeats && !(response && response.status < 502);
      const seconds = Number(response?.headers.get('Retry-After')) || 0.25 * 2 ** sent;
      const wait = seconds * 1e3 + Math.random() * 250;
      const isTooLong = seconds > longestPause || Date.now() + wait > request.until;
      if (!again || sent >= tries || isTooLong || request.signal.aborted) {
        if (response) return response;
        throw failure;
      }
      wasLost ||= response?.status !== 429;
      await pause(wait, request.signal);
    }
  };
  return { sendOnce, sendUntilAnswered };
};
var refreshPath = '/api/auth/refresh';
var longestPause = 60;
var shortestTry = 15e3;
var pause = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
var isRepeatable = ({ method, path, headers }) =>
  method === 'POST' ? 'Idempotency-Key' in headers || path === refreshPath : !('If-Match' in headers);
var ofRecords = /^\/api\/(patients|doctors|mappings)\//;
var takesItsTurn = ({ method, path, headers }) =>
  method === 'GET' || 'Idempotency-Key' in headers || (method !== 'POST' && ofRecords.test(path));

var isSame = (one, other) =>
  JSON.stringify(Object.entries(one ?? {}).sort()) === JSON.stringify(Object.entries(other ?? {}).sort());
var keeping = (store, leftElsewhere) => {
  const listeners = /* @__PURE__ */ new Set();
  const held = async () => (await store.load()) ?? null;
  const tellAll = (now = null, before = null) => {
    if (!isSame(now ?? void 0, before ?? void 0)) for (const tell of [...listeners]) tell(now);
  };
  store.watch?.((now, before) => {
    tellAll(now, before);
    if (before && !now) leftElsewhere();
  });
  let last = Promise.resolve();
  const change = (next) => {
    const changed = last.then(async () => {
      const now = await held();
      const then = next(now);
      if (then === now) return now;
      await (then ? store.save(then) : store.clear());
      tellAll(then?.user, now?.user);
      return then;
    });
    last = changed.catch(() => {});
    return changed;
  };
  const onChange = (listener) => {
    const tell = (user) => {
      try {
        listener(user);
      } catch (error) {
        console.error(error);
      }
    };
    listeners.add(tell);
    return () => {
      listeners.delete(tell);
    };
  };
  return { held, change, onChange };
};

var signing = (
  baseUrl,
  { store, fetch: given = (url, init) => fetch(url, init), onSignedOut, tries = 3, timeout = 12e4 },
) => {
  const root = baseUrl.replace(/\/+$/, '');
  if (/\/api$/i.test(root)) throw new Error(`The address of the server ends before /api: give ${root.slice(0, -4)}`);
  const { held, change, onChange } = keeping(store, () => onSignedOut?.(endedElsewhere));
  const { sendOnce, sendUntilAnswered } = sending(root, given, tries);
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
        replacing = void 0;
      });
    return kept;
  };
  const renew = async (old, signal) => {
    const before = await held();
    if (before?.user.id !== old.user.id) return before;
    if (before.refresh !== old.refresh && Date.now() < before.renew_at) return before;
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ refresh: before.refresh });
    const request = { method: 'POST', path: refreshPath, query: '', headers, body, signal };
    const response = await sendUntilAnswered({ ...request, until: Date.now() + longestRefresh });
    const next = await tokensIn(response);
    if (next) return change((now) => (now?.refresh === before.refresh ? next : now));
    const meanwhile = await held();
    if (meanwhile?.refresh !== before.refresh) return meanwhile;
    if (response.status < 404 && isProblem(response)) {
      await change((now) => (now?.refresh === before.refresh ? null : now));
      onSignedOut?.(await response.clone().json());
    }
    return response;
  };
  let renewing;
  const renewOnce = async (old) => {
    renewing ??= within(longestRefresh, void 0, async (signal) => {
      await replacing;
      return store.alone ? store.alone(() => renew(old, signal)) : renew(old, signal);
    }).finally(() => {
      renewing = void 0;
    });
    const renewed = await renewing;
    return isRefusal(renewed) || renewed?.user.id === old.user.id ? renewed : null;
  };
  const sendSigned = async (request, held2, replaces) => {
    const sendAs = (tokens2) => {
      const headers = { ...request.headers, ...(tokens2 && { Authorization: `Bearer ${tokens2.access}` }) };
      const asked = sendUntilAnswered({ ...request, headers });
      return replaces ? keepNext(asked) : asked;
    };
    let tokens = held2;
    if (tokens && Date.now() >= tokens.renew_at) {
      const renewed2 = await renewOnce(tokens);
      if (!isRefusal(renewed2)) tokens = renewed2;
    }
    const response = await sendAs(tokens);
    if (response.status !== 401 || !tokens) return response;
    const renewed = await renewOnce(tokens);
    if (isRefusal(renewed)) return renewed.clone();
    return renewed ? sendAs(renewed) : response;
  };
  const sendAny = async (route, request, as) => {
    if (signsIn.test(route)) {
      const response2 = await sendOnce(request);
      const tokens = await tokensIn(response2);
      if (tokens) await change(() => tokens);
      return response2;
    }
    if (isForAnybody.test(route)) return sendOnce(request);
    const before = await held();
    if (as !== void 0 && before?.user.id !== as) throw new Error('Somebody else is signed in by now');
    const response = await sendSigned(request, before, replacesTokens.test(route));
    if (erases.test(route) && response.ok) await leave(before);
    if (tellsUser.test(route) && response.ok) {
      const user2 = await response.clone().json();
      if (!isSame(before?.user, user2))
        await change((now) => (now?.user.id === user2.id ? { ...now, user: user2 } : now));
    }
    return response;
  };
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
    return sent().finally(() => leave(before));
  };
  const user = async () => (await held())?.user ?? null;
  return { send, user, onChange };
};
var longestRefresh = 3e4;
var signsIn = /^POST \/api\/auth\/(login|refresh|register)(\/[\w-]+)*$/;
var isForAnybody = /^POST \/api\/(auth\/(password\/(forgot|reset)|email\/undo)|token(\/\w+)?)$/;
var replacesTokens = /^POST \/api\/auth\/password$/;
var tellsUser = /^((GET|PATCH) \/api\/auth\/me|POST \/api\/auth\/invitations\/accept)$/;
var signsOut = /^POST \/api\/auth\/logout$/;
var erases = /^DELETE \/api\/auth\/me$/;
var takesKey = /^POST \/api\/(patients(\/batch)?|doctors|mappings|admin\/assign-patient)$/;
var endedElsewhere = {
  type: 'about:blank',
  title: 'Signed out',
  status: 401,
  detail: 'You were signed out in another tab.',
  code: 'session_ended',
  request_id: '',
};
var newKey = () =>
  `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${Math.random().toString(36).slice(2)}`;
var tokensIn = async (response) => {
  if (!response.ok || !/json/.test(response.headers.get('Content-Type') ?? '')) return null;
  const { access, refresh, expires_in, user } = await response.clone().json();
  if (!access || !refresh || !expires_in || !user) return null;
  return { access, refresh, renew_at: Date.now() + Math.max(expires_in - 10, expires_in / 2) * 1e3, user };
};
var isRefusal = (renewed) => renewed !== null && 'status' in renewed;

var answer = async (asked) => {
  const response = await asked;
  if (!response.ok && isProblem(response)) throw new Refused(await response.json());
  const text = await response.text();
  try {
    if (response.ok) return text === '' ? void 0 : JSON.parse(text);
  } catch {}
  throw new Offline(`The answer is a ${response.status}, but not one of Wardbook's`);
};
var pageOf = async (route, args) => {
  const { query } = args ?? {};
  const response = await route(query?.cursor ? { ...args, query: { ...query, count: void 0 } } : args);
  const rows = await answer(response);
  const { headers } = response;
  const [, next] = /[?&]cursor=([\w-]+)[^>]*>; *rel="next"/.exec(headers.get('Link') ?? '') ?? [];
  const total = headers.get('X-Total-Count');
  return { rows, next, total: total === null ? void 0 : Number(total) };
};
var page = (route, ...[args]) => pageOf(route, args);
async function* pages(route, ...[args]) {
  for (let asked = args; ; ) {
    const { rows, next } = await pageOf(route, asked);
    yield rows;
    if (!next) return;
    asked = { ...asked, query: { ...asked?.query, cursor: next } };
  }
}
async function* all(route, ...given) {
  for await (const page2 of pages(route, ...given)) yield* page2;
}

var remaining = (writes, sent, { record }) =>
  writes
    .filter(({ key }) => key !== sent.key)
    .map((write) =>
      'change' in sent && 'change' in write && placeOf(write) === placeOf(sent)
        ? ofVersion(write, versionIn(record))
        : write,
    );
var placeOf = ({ change, id }) => `${change}/${id}`;
var versionIn = (record) => (record && 'version' in record ? record.version : 0);
var ofVersion = (write, version) =>
  'change' in write && write.if_match !== void 0 && write.if_match < version ? { ...write, if_match: version } : write;
var answered = /* @__PURE__ */ new WeakMap();
var sendWrites = async ({ api, user }, copy, options) => {
  const versions = answered.get(copy) ?? /* @__PURE__ */ new Map();
  answered.set(copy, versions);
  for (const tried = /* @__PURE__ */ new Set(); ; ) {
    const writes = (await copy.load(user))?.writes ?? [];
    const write = writes.find(({ key }) => !tried.has(key));
    if (!write) return;
    if (!copy.sent) throw new Error('A copy with writes needs sent(), or they would be sent each time');
    tried.add(write.key);
    if ('change' in write) {
      const outcome = await sendChange(api, copy, ofVersion(write, versions.get(placeOf(write)) ?? 0), options);
      if (outcome.record) versions.set(placeOf(write), versionIn(outcome.record));
      await copy.sent(write, outcome);
    } else await copy.sent(write, await outcomeOf(sendWrite(api, write, options), write));
  }
};
var sendChange = async (api, copy, write, options) => {
  for (let change = write; ; ) {
    const outcome = await outcomeOf(patch(api, change, options), change);
    if (outcome.problem?.code !== 'stale_version' || change.if_match === void 0) return outcome;
    const { record: theirs, problem } = await outcomeOf(current(api, change, options), change);
    if (!theirs || !('version' in theirs)) return { problem: problem ?? outcome.problem };
    if (isIn(change.json, theirs)) return { record: theirs };
    const instead = await copy.conflict?.(change, theirs);
    if (instead === null) return { record: theirs };
    if (!instead) return { problem: outcome.problem, current: theirs };
    change = { ...change, json: instead, if_match: theirs.version };
  }
};
var isIn = (json, record) => {
  const there = new Map(Object.entries(record));
  return Object.entries(json).every(([name, value]) => value === void 0 || there.get(name) === value);
};
var patch = (api, { change, id, json, if_match }, options) => {
  const conditional = if_match === void 0 ? options : { ...options, headers: { 'If-Match': `"${if_match}"` } };
  const args = { param: { id }, json };
  return change === 'patients'
    ? versioned(api.patients[':id'].$patch(args, conditional))
    : versioned(api.doctors[':id'].$patch(args, conditional));
};
var current = (api, { change, id }, options) =>
  change === 'patients'
    ? versioned(api.patients[':id'].$get({ param: { id } }, options))
    : versioned(api.doctors[':id'].$get({ param: { id } }, options));
var sendWrite = (api, write, options) => {
  if ('remove' in write) return answer(api[write.remove][':id'].$delete({ param: { id: write.id } }, options));
  const keyed = { ...options, headers: { 'Idempotency-Key': write.key } };
  if (write.create === 'patients') return versioned(api.patients.$post({ json: write.json }, keyed));
  if (write.create === 'doctors') return versioned(api.doctors.$post({ json: write.json }, keyed));
  return answer(api.mappings.$post({ json: write.json }, keyed));
};
var versioned = async (asked) => {
  const response = await asked;
  const record = await answer(response);
  const [, version] = /^(?:W\/)?"(\d+)/.exec(response.headers.get('ETag') ?? '') ?? [];
  return { ...record, version: Number(version) };
};
var outcomeOf = async (sent, write) => {
  try {
    const record = await sent;
    return record ? { record } : {};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    if (problem.status === 401 || problem.status === 429 || problem.status >= 500) throw error;
    if ('remove' in write && problem.status === 404) return {};
    return { problem };
  }
};

var syncing = (send, user) => {
  const actor = async () => {
    const known = await user();
    if (!known) throw new Error('Nobody is signed in');
    return { user: known, api: callsBy((request) => send(request, known.id)) };
  };
  const running = /* @__PURE__ */ new WeakMap();
  const oneByOne = (copy, options) => {
    const before = running.get(copy)?.catch(() => {});
    const run = (async () => {
      await before;
      const who = await actor();
      await sendWrites(who, copy, callOptions(options));
      await bringUpToDate(who, copy, options);
    })();
    running.set(copy, run);
    return run;
  };
  async function* fromCursor(given) {
    yield* pagesFrom(await actor(), given.cursor, given);
  }
  function sync(given = {}, options = {}) {
    return 'apply' in given ? oneByOne(given, options) : fromCursor(given);
  }
  return sync;
};
var bringUpToDate = async (who, copy, options) => {
  for await (const page2 of pagesFrom(who, (await copy.load(who.user))?.cursor, options)) {
    if (page2.reset) await copy.reset();
    await copy.apply(page2);
  }
};
var callOptions = ({ signal, timeout }) => ({
  ...(signal && { signal }),
  ...(timeout !== void 0 && { timeout }),
});
async function* pagesFrom({ api }, from, options) {
  const { limit } = options;
  let [cursor, reset] = [from ?? void 0, !from];
  for (let more = true; more; ) {
    const query = { ...(cursor !== void 0 && { cursor }), ...(limit !== void 0 && { limit }) };
    const response = await api.sync.$get({ query }, callOptions(options));
    if (response.status === 410 && cursor !== void 0) {
      [cursor, reset] = [void 0, true];
      continue;
    }
    const page2 = await answer(response);
    yield { ...page2, reset };
    [cursor, more, reset] = [page2.cursor, page2.more, false];
  }
}

var mostRows = 500;
var mostBytes = 25e4;
var bytesOf = (text) => {
  let bytes = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 128 ? 1 : code < 2048 ? 2 : code < 65536 ? 3 : 4;
  }
  return bytes;
};
var partsOf = (rows, of = (row) => row) => {
  const parts = [];
  let bytes = 0;
  for (const row of rows) {
    const size = bytesOf(JSON.stringify(of(row))) + 1;
    const last = parts[parts.length - 1];
    if (last && last.length < mostRows && bytes + size <= mostBytes) {
      last.push(row);
      bytes += size;
    } else {
      parts.push([row]);
      bytes = size;
    }
  }
  return parts;
};
var createPatients = async (api, patients, { key, onProgress, signal }) => {
  const made = [];
  for (const [part, rows] of partsOf(patients).entries()) {
    const headers = { 'Idempotency-Key': `${key}-${part}` };
    try {
      made.push(
        ...(await answer(
          api.patients.batch.$post({ json: { patients: rows } }, { headers, ...(signal && { signal }) }),
        )),
      );
    } catch (error) {
      throw error instanceof Refused ? moved(error, made.length) : error;
    }
    onProgress?.(made.length, patients.length);
  }
  return made;
};
var moved = ({ problem }, by) => {
  if (!problem.errors) return new Refused(problem);
  const errors = {};
  for (const [place, said] of Object.entries(problem.errors)) {
    errors[place.replace(/^patients\.(\d+)/, (_, at) => `patients.${Number(at) + by}`)] = said;
  }
  return new Refused({ ...problem, errors });
};

var secureStore = (items, key = 'wardbook', options) => {
  const read = async (key2) => {
    const text = await items.getItemAsync(key2, options);
    return text === null ? null : JSON.parse(text);
  };
  const userKey = `${key}.user`;
  return {
    async load() {
      const [kept, user] = [await read(key), await read(userKey)];
      if (!kept || kept.id !== user?.id) return null;
      const { id: _, ...tokens } = kept;
      return { ...tokens, user };
    },
    async save({ user, ...tokens }) {
      await items.setItemAsync(userKey, JSON.stringify(user), options);
      await items.setItemAsync(key, JSON.stringify({ ...tokens, id: user.id }), options);
    },
    async clear() {
      await items.deleteItemAsync(key, options);
      await items.deleteItemAsync(userKey, options);
    },
  };
};

var wardbook = (baseUrl, options) => {
  const { send, user, onChange } = signing(baseUrl, options);
  return { api: callsBy(send), user, onChange, sync: syncing(send, user) };
};
