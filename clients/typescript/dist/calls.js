// Written by `npm run client`; change what is in clients/typescript/ instead.
// The routes as an app calls them: `api.patients[':id'].$get({ param: { id: 7 } })`. A path is walked name by name, so
// that an editor offers what comes next, and ends with the method.

/** An answer whose body is not read yet: `ok` tells the two apart. */

/** What there is of the signal of an `AbortController` in browsers, in Node and on React Native alike. */

/** Every route below /api. */

/** What the network is asked for. */

const requestOf = (steps, { param = {}, query = {}, json } = {}, options = {}) => {
  const request = {
    method: (steps[steps.length - 1] ?? '').slice(1).toUpperCase(),
    path: steps
      .slice(0, -1)
      .map((step) => `/${step[0] === ':' ? encodeURIComponent(param[step.slice(1)] ?? '') : step}`)
      .join(''),
    // not by URLSearchParams, of which React Native has had half for most of its life
    query: Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([name, value], place) => `${place ? '&' : '?'}${name}=${encodeURIComponent(value ?? '')}`)
      .join(''),
    headers: { ...options.headers },
    signal: options.signal,
    timeout: options.timeout,
  };
  if (json === undefined) return request;
  request.headers['Content-Type'] = 'application/json';
  return { ...request, body: JSON.stringify(json) };
};

export const callsBy = (send) => {
  const at = (steps) =>
    new Proxy(() => {}, {
      // a promise that is resolved with one of these must not take it for a promise
      get: (_, name) => (typeof name === 'string' && name !== 'then' ? at([...steps, name]) : undefined),
      apply: (_, _this, [given, options]) => send(requestOf(steps, given, options)),
    });
  return at(['api']);
};
