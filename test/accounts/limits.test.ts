// Requests a minute, by Workers' own limiter and with the numbers of wrangler.toml.
import { env } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { Bindings } from '../../src/config.ts';
import { type Answer, boot, caller, cheapPasswords } from '../support/app.ts';

cheapPasswords();
const { LOGIN_LIMIT, REFRESH_LIMIT, USER_LIMIT } = env as unknown as Required<Bindings>;
const app = await boot();
const [one, other] = [await app.register('one'), await app.register('other')];
const limited = caller({ ...app.env, LOGIN_LIMIT, REFRESH_LIMIT, USER_LIMIT });

// The local limiter counts by the minute of the clock: what lies across two is tried again, from elsewhere.
const again = { retry: 2, timeout: 30_000 };
let attempt = 0;
const address = () => `192.0.2.${++attempt}`;

// nothing in it, so that what is not limited is refused before any password is hashed
const post = (path: string, from: string, call = limited) =>
  call('POST', path, { body: {}, headers: { 'CF-Connecting-IP': from } });
const many = async (times: number, act: (index: number) => Promise<Answer>) => {
  const statuses: number[] = [];
  for (let done = 0; done < times; done += 20)
    statuses.push(
      ...(await Promise.all(Array.from({ length: Math.min(20, times - done) }, (_, index) => act(done + index)))).map(
        ({ status }) => status,
      ),
    );
  return [...new Set(statuses)];
};
const expectTooMany = (answer: Answer) => {
  expect([answer.status, answer.body.code]).toEqual([429, 'too_many_requests']);
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  expect(Number(answer.headers.get('Retry-After'))).toBeLessThanOrEqual(60);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
};

describe('from one address', () => {
  const ways = ['login', 'register', 'register/patient', 'register/doctor'].map((way) => `/api/auth/${way}/`);

  test('60 logins and registrations of any kind, together', again, async () => {
    const [here, elsewhere] = [address(), address()];
    expect(await many(60, (index) => post(ways[index % 4] ?? '', here))).toEqual([400]);
    const before = await app.database.roundTrips();
    for (const way of ways) expectTooMany(await post(way, here));
    expectTooMany(await post('/api/auth/login', here));
    expect((await app.database.roundTrips()) - before).toBe(0);
    // and none of it is about anybody else, or anything else
    expect((await post('/api/auth/login/', elsewhere)).status).toBe(400);
    expect((await post('/api/auth/refresh/', here)).status).toBe(400);
    expect((await limited('GET', '/api/auth/me/', { token: one.token })).status).toBe(200);
  });

  test('120 refreshes', again, async () => {
    const [here, elsewhere] = [address(), address()];
    expect(await many(120, () => post('/api/auth/refresh/', here))).toEqual([400]);
    expectTooMany(await post('/api/auth/refresh/', here));
    expect((await post('/api/auth/refresh/', elsewhere)).status).toBe(400);
    expect((await post('/api/auth/login/', here)).status).toBe(400);
  });

  test('of IPv6, which is the /64 that a household has', again, async () => {
    const [here, elsewhere] = [++attempt, ++attempt];
    const from = (index: number) => post('/api/auth/login/', `2001:db8:0:${here}:${(index + 1).toString(16)}::1`);
    expect(await many(60, from)).toEqual([400]);
    expectTooMany(await from(1000));
    expect((await post('/api/auth/login/', `2001:db8:0:${elsewhere}::1`)).status).toBe(400);
  });
});

describe('of one account', () => {
  // signed in and counted, but not found without a look at the database
  const ask = (token: string) => limited('GET', '/api/patients/none/', { token });

  test('1,200 of anything, from all devices and addresses together', again, async () => {
    const one = await app.register(`busy_${++attempt}`);
    const device = await app.device(one);
    expect(await many(1200, (index) => ask(index % 2 ? one.token : device.token))).toEqual([404]);
    expectTooMany(await ask(one.token));
    expectTooMany(await limited('POST', '/api/patients/', { token: device.token, body: { name: 'Jane' } }));
    expect((await ask(other.token)).status).toBe(404);
  });
});

test('without the bindings there is no limit', async () => {
  expect(await many(130, () => post('/api/auth/login/', '192.0.2.1', app.call))).toEqual([400]);
  expect(await many(130, () => post('/api/auth/refresh/', '192.0.2.3', app.call))).toEqual([400]);
  expect((await app.call('GET', '/api/patients/none/', { token: one.token })).status).toBe(404);
});
