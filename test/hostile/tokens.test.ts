// Tokens that are not ours, or no longer: forged, expired, unsigned, of somebody else.
import { sign } from 'hono/jwt';
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, secret } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { sessionOf } from '../support/tokens.ts';
import { canary, expectProblem, nothingChanged } from './refusals.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { people } = w;

describe('tokens', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const sid = sessionOf(people.owner);
  const claims = {
    iss: 'wardbook',
    aud: 'wardbook',
    sub: String(people.owner.id),
    sid,
    rot: 1,
    iat: now(),
    exp: now() + 60,
  };
  const me = async (payload: object, key = secret, alg: 'HS256' | 'HS384' | 'HS512' = 'HS256') =>
    app.call('GET', '/api/auth/me/', { token: await sign({ ...payload }, key, alg) });
  const without = (name: keyof typeof claims) => ({ ...claims, [name]: undefined });

  test('ours are accepted, even from a clock ahead of ours', async () => {
    expect((await me(claims)).status).toBe(200);
    expect((await me({ ...claims, iat: now() + 30 })).status).toBe(200);
    expect((await me(without('iat'))).status).toBe(200);
  });

  test.each([
    ['expired', { ...claims, exp: now() - 1 }],
    ['without an expiry', without('exp')],
    ['whose expiry is null', { ...claims, exp: null }],
    ['without a session', without('sid')],
    ['whose session is a text', { ...claims, sid: String(sid) }],
    ['whose session is a fraction', { ...claims, sid: sid + 0.5 }],
    ['whose session is past all numbers', { ...claims, sid: 1e300 }],
    ['without a rotation', without('rot')],
    ['whose rotation PostgreSQL cannot count', { ...claims, rot: 2 ** 31 }],
    ['without a subject', without('sub')],
    ['whose subject is a number', { ...claims, sub: people.owner.id }],
    ['whose subject is no id', { ...claims, sub: canary }],
    ['whose subject is 0', { ...claims, sub: '0' }],
    ['whose subject is past bigint', { ...claims, sub: '99999999999999999999' }],
    ['of another issuer', { ...claims, iss: canary }],
    ['without an issuer', without('iss')],
    ['for another audience', { ...claims, aud: canary }],
    ['without an audience', without('aud')],
    ['not valid yet', { ...claims, nbf: now() + 60 }],
  ])('%s are refused', async (_, payload) => {
    expectProblem(await me(payload), 401, 'unauthenticated');
  });

  test('signed with another secret or another algorithm are refused', async () => {
    expectProblem(await me(claims, `${secret}.`), 401, 'unauthenticated');
    expectProblem(await me(claims, ' '), 401, 'unauthenticated');
    expectProblem(await me(claims, secret, 'HS512'), 401, 'unauthenticated');
    expectProblem(await me(claims, secret, 'HS384'), 401, 'unauthenticated');
  });

  test('not signed at all are refused', async () => {
    const part = (json: object) =>
      btoa(JSON.stringify(json)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
    for (const alg of ['none', 'None', 'NONE', '']) {
      const header = part({ alg, typ: 'JWT' });
      for (const signature of ['', '.', '.x', `.${people.owner.token.split('.')[2]}`]) {
        const token = `${header}.${part(claims)}${signature}`;
        expectProblem(await app.call('GET', '/api/auth/me/', { token }), 401, 'unauthenticated');
      }
    }
  });

  test("with somebody else's session, or a session that never was, are over", async () => {
    expectProblem(await me({ ...claims, sub: String(people.admin.id) }), 401, 'session_ended');
    expectProblem(await me({ ...claims, sid: -1 }), 401, 'session_ended');
    expectProblem(await me({ ...claims, sid: Number.MAX_SAFE_INTEGER }), 401, 'session_ended');
  });

  test('that refresh, when made up, are refused without touching the database', async () => {
    const [session, made, mac] = people.owner.refresh.split('.') as [string, string, string];
    const before = await app.database.roundTrips();
    for (const refresh of [
      ...['', '..', canary, people.owner.token, `${session}.${made}`, `${session}.${made}.${made}`],
      ...[
        `999999.${made}.${mac}`,
        `${session}.${mac}.${made}`,
        `${session}.${'A'.repeat(43)}.${mac}`,
        `0.${made}.${mac}`,
      ],
      ...[
        `${session}.${made}.${mac} `,
        ` ${session}.${made}.${mac}`,
        `${session}.${made}.${mac}.${mac}`,
        `1e3.${made}.${mac}`,
      ],
    ])
      expectProblem(await app.call('POST', '/api/auth/refresh/', { body: { refresh } }), 401, 'refresh_invalid');
    expect(await app.database.roundTrips()).toBe(before);
    expect((await app.call('GET', '/api/auth/me/', { token: people.owner.token })).status).toBe(200);
  });
});

nothingChanged(app, w);
