// A bar to sign in once: from then on every request that is tried on the page goes as that account. The viewer below it is
// in a frame with an origin of its own, and what it asks for goes through here.
const bar = document.getElementById('bar');
const [form, leave] = bar.querySelectorAll('form');
const complaint = bar.querySelector('output');
const who = document.getElementById('who');
const frame = document.createElement('iframe');
const tell = (message, moved = []) => frame.contentWindow?.postMessage(message, '*', moved);

let session = null;
const keep = (next) => {
  session = next && { ...next, until: next.until ?? Date.now() + next.expires_in * 1000 };
  if (session) sessionStorage.setItem('wardbook', JSON.stringify(session));
  else sessionStorage.removeItem('wardbook');
  form.hidden = session !== null;
  leave.hidden = session === null;
  who.textContent = session ? `${session.user.name} (${session.user.role})` : '';
  complaint.textContent = '';
  // the samples of requests carry it
  tell({ token: session?.access ?? '' });
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
const send = async (url, init) => {
  const request = new Request(url, init);
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) throw new TypeError('Elsewhere');
  if (pathname === '/openapi.json') return read();
  if (!pathname.startsWith('/api/')) return fetch(request);
  if (session && Date.now() > session.until - 30_000) await renew();
  if (session) request.headers.set('Authorization', `Bearer ${session.access}`);
  const answer = await fetch(request);
  if (/^\/api\/auth\/(register|login|refresh)\b/.test(pathname) && answer.ok) keep(await answer.clone().json());
  if (/^\/api\/auth\/logout\b/.test(pathname) && answer.ok) keep(null);
  return answer;
};

const answerViewer = async ({ id, url, init }) => {
  try {
    const answer = await send(url, init);
    const { status, statusText, headers } = answer;
    const body = await answer.arrayBuffer();
    tell({ id, url, status, statusText, headers: [...headers], body }, [body]);
  } catch (error) {
    tell({ id, failed: error.message });
  }
};
addEventListener('message', ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  if (data.id) answerViewer(data);
  else if (data.isReady) tell({ token: session?.access ?? '' });
  else if (typeof data.hash === 'string' && data.hash.startsWith('#')) history.replaceState(null, '', data.hash);
  else if (typeof data.copied === 'string') navigator.clipboard.writeText(data.copied).catch(() => undefined);
});

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

keep(JSON.parse(sessionStorage.getItem('wardbook')));
frame.title = 'Reference';
frame.setAttribute('sandbox', 'allow-scripts allow-forms allow-popups allow-modals allow-downloads');
const show = () => {
  frame.src = `/docs/reference.html${location.hash}`;
};
show();
addEventListener('hashchange', show);
document.body.append(frame);
