// Bodies, headers and queries of any length, announced or not.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, password, type Sent } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { canary, expectNoEcho, expectProblem, nothingChanged } from './refusals.ts';
import { type Target, targetsOf } from './targets.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { people } = w;
const targets = targetsOf(w);
const send = ({ route, path, as }: Target, sent: Sent) =>
  app.call(route.split(' ')[0] ?? '', path, { token: as && people[as].token, ...sent });

describe('size', () => {
  const raw = (body: unknown, headers: Record<string, string> = {}) =>
    app.as(people.owner, 'POST', '/api/patients/', body, { 'Content-Type': 'application/json', ...headers });
  const huge = JSON.stringify({ name: 'Jane', medical_history: `${canary}${'x'.repeat(300_000)}` });
  const streamOf = (text: string, chunk = 10_000) => {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + chunk));
        at += chunk;
      },
    });
  };

  test('a body of more than 256 KiB is refused, announced or not', async () => {
    expectProblem(await raw(huge), 413, 'body_too_large');
    expectProblem(await raw(huge, { 'Content-Length': String(huge.length) }), 413, 'body_too_large');
    expectProblem(await raw(streamOf(huge)), 413, 'body_too_large');
    expectProblem(await raw(streamOf(huge), { 'Transfer-Encoding': 'chunked', 'Content-Length': '2' }), 413);
  });

  test.each(['abc', '-1', '5, 5', '1e9', 'NaN'])('a body of %s bytes is refused', async (length) => {
    const answer = await raw(huge, { 'Content-Length': length });
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  test('a body that comes in chunks is looked at, whatever length it names', async () => {
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Length': '0' };
    expectProblem(await raw('{"name":"Ann"}', { ...chunked, 'Content-Type': 'text/plain' }), 415);
    const broken = new Uint8Array([...new TextEncoder().encode('{"name":"A'), 0xff, 0x22, 0x7d]);
    expectProblem(await raw(broken, chunked), 400, 'malformed_json');
  });

  test('a stream that never ends is cut off', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(32)),
    });
    expectProblem(await raw(endless), 413, 'body_too_large');
  });

  test('a stream in small pieces, in the middle of characters, is read whole', async () => {
    const answer = await raw(streamOf('{"name": "Jäne 💊"}', 1));
    expect(answer.body.name).toBe('Jäne 💊');
  });

  test('the largest fields there are fit', async () => {
    const answer = await raw(JSON.stringify({ name: '名'.repeat(200), medical_history: '史'.repeat(20_000) }));
    expect(answer.status).toBe(201);
  });

  test('everybody is refused a huge body, whatever the route', async () => {
    for (const target of targets) expectProblem(await send(target, { body: huge }), 413, 'body_too_large');
  });

  test('huge headers and long queries break nothing', async () => {
    const long = canary.repeat(5_000);
    const sent = { token: people.owner.token, headers: { 'X-Custom': long, 'User-Agent': long, Cookie: `a=${long}` } };
    expectNoEcho(await app.call('GET', '/api/auth/me/', sent));
    expectNoEcho(await app.call('GET', `/api/auth/me/?${long}`, sent));
    const login = { headers: { 'User-Agent': long }, body: { username: 'owner', password } };
    expectNoEcho(await app.call('POST', '/api/auth/login/', login));
  });
});

nothingChanged(app, w);
