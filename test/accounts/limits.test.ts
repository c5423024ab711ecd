// Requests a minute, by Workers' own limiter and with the numbers of wrangler.toml.
import { env } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { Bindings } from '../../src/config.ts';
import { type Answer, boot, caller, cheapPasswords, password } from '../support/app.ts';

cheapPasswords();
const { LOGIN_LIMIT, LINK_LIMIT, REFRESH_LIMIT, USER_LIMIT } = env as unknown as Required<Bindings>;
const app = await boot();
const [one, other] = [await app.register('one'), await app.register('other')];
const limited = caller({ ...app.env, LOGIN_LIMIT, LINK_LIMIT, REFRESH_LIMIT, USER_LIMIT });

// The local limiter counts by the minute of the clock: what lies across two is tried again, from elsewhere.
const again = { retry: 2, timeout: 30_000 };
let attempt = 0;
const address = () => `192.0.2.${++attempt}`;

// nothing in it, so that what is not limited is refused before any password is hashed
const post = (path: string, from: string, call = limited, body: object = {}) =>
  call('POST', path, { body, headers: { 'CF-Connecting-IP': from } });
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

  test('120 tokens that are none of ours, on whatever route, and genuine ones go on', again, async () => {
    const [here, elsewhere] = [address(), address()];
    const { refresh, token } = await app.register(`behind_${attempt}`);
    const ours = await app.device(one);
    const junk = [`1.${'a'.repeat(43)}.${'a'.repeat(43)}`, 'none', `${refresh.slice(0, -2)}xx`];
    const ways = (text: string): [string, object][] => [
      ['/api/auth/refresh/', { refresh: text }],
      ['/api/token/refresh/', { refresh: text }],
      ['/api/token/verify/', { token: text }],
      ['/api/token/blacklist/', { refresh: text }],
    ];
    const present = (text: string, way: number, from = here) => {
      const [path, body] = ways(text)[way % 4] ?? ['', {}];
      return post(path, from, limited, body);
    };
    const before = await app.database.roundTrips();
    expect(await many(120, (index) => present(junk[index % 3] ?? '', index))).toEqual([401]);
    for (let way = 0; way < 4; way++) expectTooMany(await present('none', way));
    expect((await app.database.roundTrips()) - before).toBe(0);
    expect((await present('none', 0, elsewhere)).status).toBe(401);
    // neither a login nor whoever holds a token that counts notices any of it
    expect((await post('/api/auth/login/', here)).status).toBe(400);
    expect((await present(token, 2)).status).toBe(200);
    for (const way of [2, 1, 0]) expect((await present(refresh, way)).status).toBe(200);
    expect((await present(ours.refresh, 3)).status).toBe(200);
  });

  test('60 links of mails, and logins go on', again, async () => {
    const here = address();
    const links = ['password/forgot', 'password/reset', 'email/verify', 'email/undo', 'register/invited'];
    const junk = (index: number) => post(`/api/auth/${links[index % links.length]}/`, here);
    expect(await many(60, junk)).toEqual([400]);
    for (let way = 0; way < links.length; way++) expectTooMany(await junk(way));
    expect((await post('/api/auth/login/', here)).status).toBe(400);
    expect((await post('/api/auth/email/verify/', address())).status).toBe(400);
  });

  test('60 links, in a deployment that does not have their limiter yet, and logins go on', again, async () => {
    const here = address();
    const old = caller({ ...app.env, LOGIN_LIMIT });
    expect(await many(60, () => post('/api/auth/email/verify/', here, old))).toEqual([400]);
    expectTooMany(await post('/api/auth/email/verify/', here, old));
    expect((await post('/api/auth/login/', here, old)).status).toBe(400);
  });

  test('of IPv6, which is the /64 that a household has', again, async () => {
    const [here, elsewhere] = [++attempt, ++attempt];
    const from = (index: number) => post('/api/auth/login/', `2001:db8:0:${here}:${(index + 1).toString(16)}::1`);
    expect(await many(60, from)).toEqual([400]);
    expectTooMany(await from(1000));
    expect((await post('/api/auth/login/', `2001:db8:0:${elsewhere}::1`)).status).toBe(400);
  });

  test('of IPv6, a /56 has four times as much, from however many networks', again, async () => {
    const site = ++attempt;
    const from = (network: number) =>
      post('/api/auth/login/', `2001:db8:${site}:${(0x7700 + (network % 256)).toString(16)}::1`);
    const statuses: number[] = [];
    for (let sent = 0; sent < 400; sent += 20)
      statuses.push(
        ...(await Promise.all(Array.from({ length: 20 }, (_, index) => from(sent + index)))).map(
          ({ status }) => status,
        ),
      );
    const passed = statuses.filter((status) => status === 400).length;
    expect(passed).toBeLessThanOrEqual(240);
    // which of its four counts a request goes to is chance
    expect(passed).toBeGreaterThan(200);
    expect((await post('/api/auth/login/', `2001:db8:${site}:7800::1`)).status).toBe(400);
  });
});

describe('of one session', () => {
  test('120 refreshes, from wherever', again, async () => {
    const device = await app.device(await app.register(`refreshing_${++attempt}`));
    const other = await app.device(one);
    const verify = (token: string) => post('/api/token/verify/', address(), limited, { token });
    expect(await many(120, (index) => verify(index % 2 ? device.refresh : device.token))).toEqual([200]);
    expectTooMany(await verify(device.refresh));
    expectTooMany(await post('/api/auth/refresh/', address(), limited, { refresh: device.refresh }));
    expect((await post('/api/auth/refresh/', address(), limited, { refresh: other.refresh })).status).toBe(200);
  });
});

describe('of one account', () => {
  test('60 passwords that have to be computed, right ones as well', again, async () => {
    const { token, user } = await app.register(`proving_${++attempt}`);
    const prove = () =>
      limited('PATCH', '/api/auth/me/', {
        token,
        body: { email: user.email, password },
        headers: { 'CF-Connecting-IP': address() },
      });
    // one after the other: those that are under way at once count as guesses
    for (let sent = 0; sent < 60; sent++) expect((await prove()).status).toBe(200);
    expectTooMany(await prove());
    const headers = { 'CF-Connecting-IP': address() };
    expectTooMany(await limited('DELETE', '/api/auth/me/', { token, body: { password }, headers }));
    const body = { current_password: password, new_password: 'an entirely new one' };
    expectTooMany(await limited('POST', '/api/auth/password/', { token, body, headers }));
    // what needs none goes on
    expect((await limited('PATCH', '/api/auth/me/', { token, body: { name: 'Ann' } })).status).toBe(200);
  });

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
