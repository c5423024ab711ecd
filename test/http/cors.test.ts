// Which pages of other origins may ask, and what they may read in an answer.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner } = w.people;

describe('CORS', () => {
  const origin = 'https://portal.example';
  const list = (text: string | null) => (text ?? '').split(/, */).filter(Boolean).sort();
  const preflight = (from: string, path = '/api/patients/1/') =>
    app.call('OPTIONS', path, {
      headers: { Origin: from, 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-evil' },
    });

  test('allows the headers and methods that clients need, to a configured origin', async () => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(list(headers.get('Access-Control-Allow-Headers'))).toEqual(
      ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match'].sort(),
    );
    expect(list(headers.get('Access-Control-Allow-Methods'))).toEqual(['DELETE', 'GET', 'PATCH', 'POST', 'PUT']);
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
  });

  test('says what may be asked also to who does not say where it is', async () => {
    expect((await app.call('OPTIONS', '/api/patients/')).status).toBe(204);
  });

  const readable = { headers: { Origin: origin } };
  test.each([
    [200, () => app.call('GET', '/api/auth/me/', { token: owner.token, ...readable })],
    [401, () => app.call('GET', '/api/auth/me/', readable)],
    [404, () => app.call('GET', '/api/nothing/', { token: owner.token, ...readable })],
    [415, () => app.call('POST', '/api/auth/login/', { body: new TextEncoder().encode('x'), ...readable })],
  ])('lets a page read a %i, and the headers that clients need', async (status, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(answer.headers.get('Vary')).toContain('Origin');
    expect(list(answer.headers.get('Access-Control-Expose-Headers'))).toEqual(
      ['ETag', 'Idempotency-Replayed', 'Link', 'Retry-After', 'X-Request-Id', 'X-Total-Count'].sort(),
    );
  });

  test('allows nothing to any other origin', async () => {
    for (const other of [
      'https://evil.example',
      'https://portal.example.evil',
      'http://portal.example',
      'null',
      `${origin}/`,
      '*',
    ]) {
      expect((await preflight(other)).headers.get('Access-Control-Allow-Origin')).toBeNull();
      const answer = await app.call('GET', '/api/auth/me/', { token: owner.token, headers: { Origin: other } });
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
    }
  });
});
