// Checks what anybody may ask: whether the service runs and reaches its database, its reference, and browsers' preflight.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, type Send, Unexpected } from './send.ts';
import type { World } from './world.ts';

/** The first answer opens the connection and may start an isolate; of the next ones the median counts. */
const coldAndWarm = async (cold: number, ask: () => Promise<{ milliseconds: number }>): Promise<string> => {
  const warm: number[] = [];
  for (let time = 0; time < 5; time++) warm.push((await ask()).milliseconds);
  const [, , median = 0] = warm.sort((a, b) => a - b);
  return `cold ${Math.round(cold)} ms, warm ${Math.round(median)} ms`;
};

export const health = async ({ send }: World): Promise<string> => {
  const ask = async () => {
    const answer = await send('GET', '/healthz', 200);
    expect(answer.body.status === 'ok', '/healthz does not say that its status is ok: is this a Wardbook?');
    return answer;
  };
  return coldAndWarm((await ask()).milliseconds, ask);
};

export const readiness = async ({ send, say }: World): Promise<string> => {
  const ask = () => send('GET', '/readyz', 200);
  const started = performance.now();
  await untilAwake(ask, say);
  return coldAndWarm(performance.now() - started, ask);
};

/** A database that sleeps takes some seconds to wake up, in which the Worker asks its clients to come again. */
const untilAwake = async (ask: () => Promise<unknown>, say: World['say'], attempt = 1): Promise<void> => {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof Unexpected) || error.answer.status !== 503 || attempt === 4) throw error;
    say('the database is not there yet: waiting for it to wake up');
    await sleep(Math.min(Number(error.answer.headers.get('Retry-After')) || 1, 5) * 1000);
    await untilAwake(ask, say, attempt + 1);
  }
};

const kinds: Record<string, RegExp> = { js: /javascript/, css: /^text\/css/, svg: /^image\/svg/, html: /^text\/html/ };

export const reference = async ({ url, send }: World): Promise<string> => {
  const page = await send('GET', '/docs', 200);
  const policy = page.headers.get('Content-Security-Policy') ?? '';
  for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) {
    expect(policy.includes(rule), `the Content-Security-Policy of /docs lacks ${rule}`);
  }
  const nosniff = page.headers.get('X-Content-Type-Options') === 'nosniff';
  expect(nosniff, '/docs comes without X-Content-Type-Options: nosniff');
  expect(
    url.protocol === 'http:' || page.headers.has('Strict-Transport-Security'),
    '/docs comes without Strict-Transport-Security',
  );

  // the frame with the viewer, which the page's script makes
  const assets = [...loadedBy(page.text), '/docs/reference.html'];
  expect(assets.length >= 3, '/docs names no scripts and styles');
  for (const path of assets) await checkAsset(send, path);

  const { body } = await send('GET', '/openapi.json', 200);
  const { openapi, paths } = body;
  const isDocument = String(openapi).startsWith('3.1') && typeof paths === 'object' && paths !== null;
  expect(isDocument, '/openapi.json is no OpenAPI 3.1 document');
  return `the page, its ${assets.length} assets and a document of ${Object.keys(paths).length} paths`;
};

const loadedBy = (text: string) => [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
const checkAsset = async (send: Send, path: string): Promise<void> => {
  // the policy of the page allows nothing from elsewhere
  expect(path.startsWith('/'), `/docs loads ${path}, which its own policy forbids`);
  const { headers, text } = await send('GET', path, 200);
  const kind = kinds[path.split('.').at(-1) ?? ''];
  const type = headers.get('Content-Type') ?? 'nothing';
  expect(kind?.test(type) ?? false, `${path} is served as ${type}`);
  expect(text.length > 0, `${path} is empty`);
  if (path.endsWith('.html')) for (const inner of loadedBy(text)) await checkAsset(send, inner);
};

const needed = ['authorization', 'content-type', 'if-match', 'if-none-match', 'idempotency-key'];
const unknownOrigin = 'https://smoke-test.invalid';

export const preflight = async ({ send, origin }: World): Promise<string> => {
  const ask = async (from: string) => {
    const { headers } = await send('OPTIONS', '/api/patients/', 204, {
      headers: {
        Origin: from,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': needed.join(','),
      },
    });
    const list = (name: string) => (headers.get(name) ?? '').toLowerCase().split(/\s*,\s*/);
    const missing = [
      ...needed.filter((name) => !list('Access-Control-Allow-Headers').includes(name)),
      ...['put', 'patch', 'delete'].filter((method) => !list('Access-Control-Allow-Methods').includes(method)),
    ];
    expect(missing.length === 0, `a preflight does not allow ${missing.join(', ')}`);
    return headers.get('Access-Control-Allow-Origin');
  };
  const allowed = await ask(unknownOrigin);
  expect(allowed === null || allowed === '*', `a preflight from ${unknownOrigin} is answered for ${allowed}`);
  if (origin === undefined) {
    return allowed === '*' ? 'pages of every origin may call the API' : 'a page of an unknown origin is refused';
  }
  const own = await ask(origin);
  expect(own === origin || own === '*', `CORS_ORIGINS does not allow pages of ${origin}`);
  return `pages of ${origin} may call the API${allowed === '*' ? ', as those of every origin' : ', an unknown one not'}`;
};
