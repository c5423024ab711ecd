// Headers twice, odd or made up, and methods and paths that nobody knows.
import { describe, expect, test } from 'vitest';
import { tagOf } from '../support/answers.ts';
import { boot, cheapPasswords, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { canary, expectNoEcho, expectProblem, nothingChanged } from './refusals.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { people } = w;

describe('headers', () => {
  const me = (headers: [string, string][]) => app.call('GET', '/api/auth/me/', { headers });
  const bearer = `Bearer ${people.owner.token}`;

  test('two Authorization headers are none', async () => {
    const other = `Bearer ${people.stranger.token}`;
    for (const pair of [
      [bearer, other],
      [bearer, bearer],
      [bearer, `Bearer ${canary}`],
      [`Basic ${canary}`, bearer],
    ])
      expectProblem(await me(pair.map((value) => ['Authorization', value ?? ''])), 401, 'unauthenticated');
  });

  test.each([
    ...['', 'Bearer', 'Bearer ', `Basic ${btoa(`owner:${canary}`)}`, people.owner.token, `Token ${people.owner.token}`],
    ...[`Bearer ${canary}`, `Bearer: ${people.owner.token}`, `Bearer "${people.owner.token}"`, `${bearer} ${canary}`],
    ...[`Bearer ${canary}.${canary}.${canary}`, 'Bearer ..', 'Bearer null', `Bearer ${people.owner.token}x`],
    ...[`Bearer ${people.owner.refresh}`, `Bearer ${people.owner.token.slice(0, -2)}`],
  ])('"%s" signs nobody in', async (value) => {
    const answer = await me([['Authorization', value]]);
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
  });

  test('the scheme may be written in any case', async () => {
    for (const scheme of ['bearer', 'BEARER', 'Bearer '])
      expect((await me([['Authorization', `${scheme} ${people.owner.token}`]])).status).toBe(200);
  });

  test('two content types are none of ours', async () => {
    const twice = (a: string, b: string): [string, string][] => [
      ['Content-Type', a],
      ['Content-Type', b],
    ];
    for (const headers of [twice('application/json', 'application/json'), twice('text/plain', 'application/json')]) {
      const answer = await app.call('POST', '/api/auth/login/', { headers, body: { username: 'owner', password } });
      expectProblem(answer, 415, 'unsupported_media_type');
    }
  });

  test('two If-Match headers are one list, and an odd one matches nothing', async () => {
    const path = `/api/patients/${w.ownPatient.id}/`;
    const token = people.owner.token;
    const patch = (...tags: string[]) =>
      app.call('PATCH', path, {
        token,
        body: { phone: '1' },
        headers: tags.map((tag): [string, string] => ['If-Match', tag]),
      });
    const tag = async () => tagOf(await app.call('GET', path, { token }));
    expect((await patch('"0"', await tag())).status).toBe(200);
    expect((await patch(`W/${await tag()}`)).status).toBe(200);
    expect((await patch('*')).status).toBe(200);
    for (const odd of [
      '"0"',
      canary,
      `"${canary}"`,
      '"',
      '""',
      '0',
      '"9999999999999999999999"',
      "'1'",
      `,${canary},`,
      '**',
    ])
      expectProblem(await patch(odd), 412, 'stale_version');
  });

  test('a device that is cut to length is not cut within a character', async () => {
    const headers = { 'User-Agent': `${'x'.repeat(299)}💊💊` };
    const { body } = await app.call('POST', '/api/auth/login/', { headers, body: { username: 'owner', password } });
    const sessions = await app.call('GET', '/api/auth/sessions/', { token: body.access });
    // half a character reaches PostgreSQL as a replacement, and makes Neon's JSON parser refuse the whole request
    expect(sessions.text).not.toContain('\ufffd');
    expect(sessions.text).toContain('x'.repeat(299));
  });

  test('a method that a route does not know is not found', async () => {
    for (const [method, path] of [
      ['PUT', '/api/patients/'],
      ['POST', `/api/patients/${w.ownPatient.id}/`],
      ['GET', '/api/auth/login/'],
      ['DELETE', '/api/admin/users/'],
      ['PROPFIND', '/api/patients/'],
    ] as const)
      expectProblem(await app.call(method, path, { token: people.admin.token }), 404, 'not_found');
  });

  test('a path that nobody knows is not found; under /api it takes a token to learn so', async () => {
    for (const path of [
      `/${canary}`,
      `/api/${canary}`,
      '/api',
      '/api/',
      '/api//patients',
      '/api/patients/1/2/',
      '/.env',
    ])
      for (const token of [undefined, people.admin.token])
        if (path.startsWith('/api') && !token) expectProblem(await app.call('GET', path), 401, 'unauthenticated');
        else expectProblem(await app.call('GET', path, { token }), 404, 'not_found');
  });

  test('an origin that is not configured, and headers that a browser asks for, are not repeated', async () => {
    const headers = {
      Origin: `https://${canary}.example`,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': canary,
    };
    expectNoEcho(await app.call('OPTIONS', '/api/patients/', { headers }));
    expectNoEcho(await app.call('GET', '/api/patients/', { headers }));
  });
});

nothingChanged(app, w);
