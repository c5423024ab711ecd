// The viewer of the reference, in a frame that has no origin and asks no server: what it needs comes from the page around it.
const waiting = new Map();
let last = 0;
let token = '';

/** What the viewer asks for, by the page around it. */
const ask = async (input, init) => {
  const { url, method, headers, body } = new Request(input, init);
  const content = body === null ? undefined : await new Request(input, init).arrayBuffer();
  const id = ++last;
  const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  parent.postMessage({ id, url, init: { method, headers: [...headers], body: content } }, '*');
  return answer;
};
addEventListener('message', ({ source, data }) => {
  if (source !== parent) return;
  if (data.id) {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    const { status, statusText, headers, body, failed } = data;
    if (failed) reject(new TypeError(failed));
    // an answer of such a status has no body
    else {
      const answer = new Response([204, 205, 304].includes(status) ? null : body, { status, statusText, headers });
      resolve(Object.defineProperty(answer, 'url', { value: data.url }));
    }
  } else {
    token = data.token;
    reference.updateConfiguration(configuration());
  }
});

/** The token of whoever is signed in is part of it, so that the samples of requests carry it. */
const configuration = () => ({
  url: '/openapi.json',
  servers: [{ url: location.origin }],
  customFetch: ask,
  authentication: { securitySchemes: { bearer: { token } } },
  defaultOpenAllTags: true,
  withDefaultFonts: false,
  showDeveloperTools: 'never',
  hideClientButton: true,
  documentDownloadType: 'direct',
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  metaData: { title: 'Wardbook API' },
});
const reference = Scalar.createApiReference('#reference', configuration());
parent.postMessage({ isReady: true }, '*');
