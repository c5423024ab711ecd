// The reference, and a bar to sign in once: from then on every request that is tried on the page goes as that account.
document.body.innerHTML = `
<header id="bar">
  <img src="/docs/icon.svg" alt=""> <strong>Wardbook</strong>
  <output></output>
  <form>
    <input name="username" placeholder="Email or username" aria-label="Email or username" autocomplete="username" required>
    <input name="password" type="password" placeholder="Password" aria-label="Password" autocomplete="current-password" required>
    <button class="main">Sign in</button>
  </form>
  <form hidden><span id="who"></span> <button>Sign out</button></form>
</header>
<div id="reference"></div>`;
const bar = document.getElementById('bar');
const [form, leave] = bar.querySelectorAll('form');
const complaint = bar.querySelector('output');
const who = document.getElementById('who');

let session = null;
const keep = (next) => {
  session = next && { ...next, until: next.until ?? Date.now() + next.expires_in * 1000 };
  if (session) sessionStorage.setItem('wardbook', JSON.stringify(session));
  else sessionStorage.removeItem('wardbook');
  form.hidden = session !== null;
  leave.hidden = session === null;
  who.textContent = session ? `${session.user.name} (${session.user.role})` : '';
  complaint.textContent = '';
  reference.updateConfiguration(configuration());
};

const post = (path, body) =>
  fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

let renewing;
/** One renewal for all requests that find the token about to expire. */
const renew = () => {
  renewing ??= post('/api/auth/refresh/', { refresh: session.refresh })
    .then(async (answer) => keep(answer.ok ? await answer.json() : null))
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
};

/** The document, without samples of what may be left out: the viewer would put them into every request that it shows. */
const read = async () => {
  const content = await (await fetch('/openapi.json')).json();
  const operations = Object.values(content.paths).flatMap((methods) => Object.values(methods));
  for (const parameter of [content.components, ...operations].flatMap(({ parameters }) => Object.values(parameters)))
    if (parameter.in && !parameter.required) parameter.examples = { default: { value: '', 'x-disabled': true } };
  return Response.json(content);
};

/** What the viewer sends goes through here: with the token, and looking for a new one. */
const send = async (input, init) => {
  const request = new Request(input, init);
  const { origin, pathname } = new URL(request.url);
  if (pathname === '/openapi.json') return read();
  if (origin !== location.origin || !pathname.startsWith('/api/')) return fetch(request);
  if (session && Date.now() > session.until - 30_000) await renew();
  if (session) request.headers.set('Authorization', `Bearer ${session.access}`);
  const answer = await fetch(request);
  if (/^\/api\/auth\/(register|login|refresh)\b/.test(pathname) && answer.ok) keep(await answer.clone().json());
  if (/^\/api\/auth\/logout\b/.test(pathname) && answer.ok) keep(null);
  return answer;
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await post('/api/auth/login/', Object.fromEntries(new FormData(form))).catch(() => undefined);
  const body = await answer?.json();
  if (answer?.ok) {
    form.reset();
    keep(body);
  } else complaint.textContent = body?.title ?? 'No answer';
});
leave.addEventListener('submit', async (event) => {
  event.preventDefault();
  await send('/api/auth/logout/', { method: 'POST' }).catch(() => undefined);
  keep(null);
});

/** The token of whoever is signed in is part of it, so that the samples of requests carry it. */
const configuration = () => ({
  url: '/openapi.json',
  servers: [{ url: location.origin }],
  customFetch: send,
  authentication: { securitySchemes: { bearer: { token: session?.access ?? '' } } },
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
keep(JSON.parse(sessionStorage.getItem('wardbook')));
