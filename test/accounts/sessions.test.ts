// Who is signed in, for how long, and what ends it.
import { sign } from 'hono/jwt';
import { describe, expect, test, vi } from 'vitest';
import {
  type Account,
  type Answer,
  accountOf,
  boot,
  caller,
  cheapPasswords,
  type Json,
  password,
  secret,
} from '../support/app.ts';
import { claimsOf, sessionOf } from '../support/tokens.ts';

cheapPasswords();
const app = await boot();
const [owner, admin, pendingDoctor] = await Promise.all([
  app.register('owner'),
  app.register('admin'),
  app.register('pending_doctor', 'doctor/'),
]);
await app.makeAdmin(admin.id);

const me = (token: string) => app.call('GET', '/api/auth/me/', { token });
const refresh = (token: string, headers?: Record<string, string>) =>
  app.call('POST', '/api/auth/refresh/', { body: { refresh: token }, headers });
const login = async (username: string, headers?: Record<string, string>): Promise<Account> => {
  const { body } = await app.call('POST', '/api/auth/login/', { body: { username, password }, headers });
  return accountOf(body);
};
const { rows } = app;
const sessionsOf = async (id: number) => (await rows('select id::int from sessions where user_id = $1', [id])).length;
const codes = (answers: Answer[]) => answers.map(({ status, body }) => body?.code ?? status);
/** Lets time pass for one session: all its times lie this much further back. */
const wait = (who: Account, interval: string) =>
  app.asOwner(
    `update sessions set created_at = created_at - $2::interval, last_used_at = last_used_at - $2::interval,
      arrived_at = arrived_at - $2::interval,
      idle_until = idle_until - $2::interval, expires_at = expires_at - $2::interval where id = $1`,
    [sessionOf(who), interval],
  );

describe('an access token', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = () => claimsOf(owner);
  const accepted = async (payload: object, key = secret, algorithm: 'HS256' | 'HS384' = 'HS256') =>
    (await me(await sign({ ...payload }, key, algorithm))).status;

  test('lives ten minutes', async () => {
    const { iat, exp } = claims();
    expect(exp - iat).toBe(600);
    const short = caller({ ...app.env, ACCESS_TOKEN_TTL: '7' });
    const answer = await short('POST', '/api/auth/refresh/', {
      body: { refresh: (await app.device(owner)).refresh },
    });
    expect(answer.body.expires_in).toBe(7);
    const given = claimsOf({ ...owner, token: answer.body.access });
    expect(given.exp - given.iat).toBe(7);
  });

  test('that was good ends when it says', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = await sign({ ...claims(), exp: now + 2 }, secret, 'HS256');
    expect((await me(token)).status).toBe(200);
    expect((await me(token)).status).toBe(200);
    await vi.waitFor(async () => expect((await me(token)).status).toBe(401), { timeout: 4000, interval: 200 });
    expect(Math.floor(Date.now() / 1000)).toBeGreaterThanOrEqual(now + 2);
  });

  test('names who, which session and rotation of it, by whom and for whom, and nothing else', async () => {
    expect(claims()).toEqual({
      iss: 'wardbook',
      aud: 'wardbook',
      sub: String(owner.id),
      sid: expect.any(Number),
      rot: 1,
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(await accepted(claims())).toBe(200);
  });

  test.each(['iss', 'aud', 'exp', 'sub', 'sid', 'rot'])('without %s is refused', async (name) => {
    const { [name]: _, ...rest } = claims();
    expect(await accepted(rest)).toBe(401);
  });

  test.each<[string, Json]>([
    ['iss', 'somebody'],
    ['iss', ''],
    ['aud', 'reports'],
    ['aud', ['reports', 'archive']],
    ['exp', now - 1],
    ['exp', 0],
    ['sub', 0],
    ['sub', 'admin'],
    ['sub', `${owner.id} or 1=1`],
    ['sub', null],
    ['sid', '1'],
    ['sid', 1.5],
    ['sid', null],
    ['rot', '1'],
    ['rot', 0],
    ['rot', 1.5],
    ['rot', 2 ** 31],
    ['nbf', now + 100],
  ])('with a %s of %j is refused', async (name, value) => {
    expect(await accepted({ ...claims(), [name]: value })).toBe(401);
  });

  test('of another account, or another session, is refused', async () => {
    expect(await accepted({ ...claims(), sub: String(admin.id) })).toBe(401);
    expect(await accepted({ ...claims(), sid: sessionOf(admin) })).toBe(401);
  });

  test('of another algorithm or another key is refused', async () => {
    expect(await accepted(claims(), secret, 'HS384')).toBe(401);
    expect(await accepted(claims(), `${secret} `)).toBe(401);
  });

  test('is not a refresh token, nor the other way round', async () => {
    expect((await me(owner.refresh)).status).toBe(401);
    expect((await refresh(owner.token)).body.code).toBe('refresh_invalid');
    expect((await me(owner.token)).status).toBe(200);
  });

  test('signed with the previous secret still passes, while there is one', async () => {
    const rotated = { ...app.env, JWT_SECRET: 'the next secret, which is long enough too' };
    const check = (env: typeof app.env & { JWT_SECRET_PREVIOUS?: string }) =>
      caller(env)('GET', '/api/auth/me/', { token: owner.token });
    expect((await check(rotated)).status).toBe(401);
    expect((await check({ ...rotated, JWT_SECRET_PREVIOUS: secret })).status).toBe(200);
    expect((await check({ ...rotated, JWT_SECRET_PREVIOUS: `${secret}!` })).status).toBe(401);
  });
});

describe('a refresh token', () => {
  test('is replaced at every use', async () => {
    let { refresh: token } = await app.device(owner);
    const seen = new Set([token]);
    for (let use = 0; use < 4; use++) {
      const answer = await refresh(token);
      expect(answer.status).toBe(200);
      expect((await me(answer.body.access)).status).toBe(200);
      token = answer.body.refresh;
      seen.add(token);
    }
    expect(seen.size).toBe(5);
  });

  test('just replaced gives the same successor again, also to who lost the answer long ago', async () => {
    const who = await app.device(owner);
    const first = await refresh(who.refresh);
    const again = await refresh(who.refresh);
    expect(again.body.refresh).toBe(first.body.refresh);
    await wait(who, '2 days');
    expect((await refresh(who.refresh)).body.refresh).toBe(first.body.refresh);
    expect((await refresh(first.body.refresh)).status).toBe(200);
  });

  test('any older one ends the session, for everything that belongs to it', async () => {
    const who = await app.device(owner);
    const second = (await refresh(who.refresh)).body;
    const third = (await refresh(second.refresh)).body;
    const before = await sessionsOf(owner.id);
    const reused = await refresh(who.refresh);
    expect(reused.status).toBe(401);
    expect(reused.body.code).toBe('refresh_reused');
    expect(await sessionsOf(owner.id)).toBe(before - 1);
    const trail = await rows(
      `select action, resource, resource_id::int, actor_id::int from audit where request_id = $1`,
      [reused.headers.get('X-Request-Id')],
    );
    expect(trail).toEqual([
      { action: 'refresh_reused', resource: 'session', resource_id: sessionOf(who), actor_id: owner.id },
    ]);
    for (const { access } of [{ access: who.token }, second, third])
      expect((await me(access)).body.code).toBe('session_ended');
    for (const token of [who.refresh, second.refresh, third.refresh])
      expect((await refresh(token)).body.code).toBe('session_ended');
    // another device of the same person goes on
    expect((await me(owner.token)).status).toBe(200);
  });

  describe('whose successor has arrived', () => {
    /** A device that refreshed, and said so by a request with its new access token. */
    const moved = async (from?: string) => {
      const who = await app.device(owner);
      const next = (await refresh(who.refresh, from ? { 'CF-Connecting-IP': from } : {})).body;
      expect((await me(next.access)).status).toBe(200);
      return { who, next };
    };

    test('ends the session after half a minute, however often it was good for an answer before', async () => {
      const { who, next } = await moved();
      expect((await refresh(who.refresh)).body.refresh).toBe(next.refresh);
      await wait(who, '25 seconds');
      expect((await refresh(who.refresh)).body.refresh).toBe(next.refresh);
      await wait(who, '6 seconds');
      const reused = await refresh(who.refresh);
      expect(reused.body.code).toBe('refresh_reused');
      expect(await trailOf(reused)).toEqual([entry('refresh_reused', who)]);
      expect(codes([await me(next.access), await refresh(next.refresh)])).toEqual(['session_ended', 'session_ended']);
    });

    test('has arrived only by its own access token: the old one says nothing, nor does a refusal', async () => {
      const who = await app.device(owner);
      const next = (await refresh(who.refresh)).body;
      expect((await me(who.token)).status).toBe(200);
      expect((await app.call('GET', '/api/admin/users/', { token: next.access })).status).toBe(403);
      await wait(who, '1 hour');
      expect((await refresh(who.refresh)).body.refresh).toBe(next.refresh);
      // one that was given again is of the same rotation
      const again = (await refresh(who.refresh)).body;
      expect(claimsOf({ ...who, token: again.access }).rot).toBe(2);
      await me(again.access);
      await wait(who, '1 hour');
      expect((await refresh(who.refresh)).body.code).toBe('refresh_reused');
    });

    test('is noted once a rotation, and never of a login', async () => {
      const who = await login('owner');
      const written = async () =>
        (await rows('select xmin::text from sessions where id = $1', [sessionOf(who)]))[0].xmin;
      const atLogin = await written();
      await me(who.token);
      expect(await written()).toBe(atLogin);
      const next = (await refresh(who.refresh)).body;
      const refreshed = await written();
      await me(next.access);
      const noted = await written();
      expect(noted).not.toBe(refreshed);
      await Promise.all([me(next.access), me(who.token), me(next.access)]);
      expect(await written()).toBe(noted);
    });

    const trailOf = (answer: Answer) =>
      rows(
        `select action, resource, resource_id::int, actor_id::int, address from audit where request_id = $1 order by id`,
        [answer.headers.get('X-Request-Id')],
      );
    const entry = (action: string, who: Account, address: string | null = null) => ({
      ...{ action, resource: 'session', resource_id: sessionOf(who), actor_id: owner.id, address },
    });

    test('leaves a trace of each replay, and one that stands out where it came from elsewhere', async () => {
      const { who, next } = await moved('2001:db8:1:2::10');
      const replay = async (address: string) => {
        const answer = await refresh(who.refresh, { 'CF-Connecting-IP': address });
        expect(answer.body.refresh).toBe(next.refresh);
        return trailOf(answer);
      };
      const address = '2001:db8:1:2:aaaa::7';
      // a phone changes its address within its network by the hour
      expect(await replay(address)).toEqual([entry('refresh_replayed', who, address)]);
      expect(await replay('198.51.100.9')).toEqual([
        entry('refresh_replayed', who, '198.51.100.9'),
        entry('refresh_replayed_elsewhere', who, '198.51.100.9'),
      ]);
      const path = `/api/admin/audit/?action=refresh_replayed_elsewhere&actor=${owner.id}`;
      const found = await app.call('GET', path, { token: admin.token });
      expect(found.body).toMatchObject([{ resource_id: sessionOf(who), address: '198.51.100.9' }]);
      // what replaced it in the regular way leaves none
      expect(await trailOf(await refresh(next.refresh, { 'CF-Connecting-IP': '203.0.113.5' }))).toEqual([]);
    });
  });

  test('made up is refused, ends nothing and never reaches the database', async () => {
    const who = await app.device(owner);
    const [session = '', value = '', mac = ''] = who.refresh.split('.');
    const other = (text: string) => `${text.slice(0, 20)}${text[20] === 'A' ? 'B' : 'A'}${text.slice(21)}`;
    const forged = [
      [session, value, other(mac)],
      [session, other(value), mac],
      [String(Number(session) + 1), value, mac],
      [session, value],
      [session, value, ''],
      [session, value, mac, mac],
      [`0${session}`, value, mac],
      ['', '', ''],
    ];
    const before = await app.database.roundTrips();
    const answers = await Promise.all(forged.map((parts) => refresh(parts.join('.'))));
    expect((await app.database.roundTrips()) - before).toBe(0);
    expect(codes(answers)).toEqual(forged.map(() => 'refresh_invalid'));
    expect((await refresh(who.refresh)).status).toBe(200);
  });

  test('presented 20 times at once is replaced once, and gives 20 equal answers', async () => {
    const who = await app.device(owner);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(who.refresh)));
    expect(codes(answers)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.refresh)).size).toBe(1);
    const successor = answers[0]?.body.refresh;
    // had it been replaced twice, this would be the parent, and would give a successor of its own only
    const next = (await refresh(successor)).body.refresh;
    expect((await refresh(successor)).body.refresh).toBe(next);
    expect((await refresh(who.refresh)).body.code).toBe('refresh_reused');
  });

  test('ends when it was not used for a week, and an access token with it', async () => {
    const who = await app.device(owner);
    await wait(who, '6 days 23 hours');
    const kept = await refresh(who.refresh);
    expect(kept.status).toBe(200);
    await wait(who, '6 days 23 hours');
    const again = await refresh(kept.body.refresh);
    expect(again.status).toBe(200);
    await wait(who, '7 days 1 minute');
    expect((await refresh(again.body.refresh)).body.code).toBe('session_ended');
    expect((await me(again.body.access)).body.code).toBe('session_ended');
  });

  test('ends after four weeks, however busy', async () => {
    const who = await app.device(owner);
    await app.asOwner(`update sessions set expires_at = now() + interval '1 minute' where id = $1`, [sessionOf(who)]);
    const busy = await refresh(who.refresh);
    expect(busy.status).toBe(200);
    const [times] = await rows(
      `select expires_at - now() < interval '1 minute' as kept, idle_until - now() > interval '6 days' as moved
      from sessions where id = $1`,
      [sessionOf(who)],
    );
    expect(times).toEqual({ kept: true, moved: true });
    await wait(who, '2 minutes');
    expect((await refresh(busy.body.refresh)).body.code).toBe('session_ended');
    expect((await me(busy.body.access)).body.code).toBe('session_ended');
  });

  test('is nowhere in the database', async () => {
    const who = await app.device(owner);
    const second = (await refresh(who.refresh)).body.refresh;
    const everything = JSON.stringify(
      await rows('select s.*, (select jsonb_agg(a) from audit a) as trail from sessions s where id = $1', [
        sessionOf(who),
      ]),
    );
    for (const token of [who.refresh, second])
      for (const part of token.split('.').slice(1)) expect(everything).not.toContain(part);
  });

  test('outlives the secret that signed it, while that is the previous one', async () => {
    const who = await app.device(owner);
    const next = 'the next secret, which is long enough too';
    const during = caller({ ...app.env, JWT_SECRET: next, JWT_SECRET_PREVIOUS: secret });
    const after = caller({ ...app.env, JWT_SECRET: next });
    const sendTo = (call: typeof during, token: string) =>
      call('POST', '/api/auth/refresh/', { body: { refresh: token } });
    expect((await sendTo(after, who.refresh)).body.code).toBe('refresh_invalid');
    // a phone that rotated just before the secret changed, and lost the answer
    const lost = (await refresh(who.refresh)).body.refresh;
    const [, value] = lost.split('.');
    const again = await sendTo(during, who.refresh);
    expect(again.status).toBe(200);
    expect(again.body.refresh.split('.')[1]).toBe(value);
    const renewed = await sendTo(during, again.body.refresh);
    expect((await sendTo(after, renewed.body.refresh)).status).toBe(200);
  });
});

describe('the very next request is refused', () => {
  test('after logging out; other devices go on', async () => {
    const [one, two] = [await app.device(owner), await app.device(owner)];
    expect((await app.call('POST', '/api/auth/logout/', { token: one.token })).status).toBe(204);
    expect((await me(one.token)).body.code).toBe('session_ended');
    expect((await refresh(one.refresh)).body.code).toBe('session_ended');
    expect((await me(two.token)).status).toBe(200);
  });

  test('on all devices after a new password, but with the tokens of its answer', async () => {
    const who = await app.register('new_password');
    const [one, two] = [await app.device(who), await app.device(who)];
    // one that was copied before its owner refreshed is the parent of one that counts
    const next = (await refresh(one.refresh)).body;
    const body = { current_password: password, new_password: 'another good password' };
    const answer = await app.call('POST', '/api/auth/password/', {
      token: next.access,
      body,
      headers: { 'User-Agent': 'Laptop/1.0' },
    });
    expect(answer.status).toBe(200);
    for (const token of [who.token, one.token, next.access, two.token])
      expect((await me(token)).body.code).toBe('session_ended');
    for (const token of [who.refresh, one.refresh, next.refresh, two.refresh])
      expect((await refresh(token)).body.code).toBe('session_ended');
    const { access: token, refresh: fresh } = answer.body;
    expect((await me(token)).body).toEqual(who.user);
    const list = await app.call('GET', '/api/auth/sessions/', { token });
    expect(list.body).toMatchObject([{ device: 'Laptop/1.0', current: true }]);
    expect((await refresh(fresh)).status).toBe(200);
    // nobody else's
    expect((await me(owner.token)).status).toBe(200);
  });

  test('after being disabled, until it is undone and they log in again', async () => {
    const who = await app.register('disabled_one');
    const set = (disabled: boolean) =>
      app.call('PATCH', `/api/admin/users/${who.id}/`, { token: admin.token, body: { disabled } });
    expect((await set(true)).body.disabled).toBe(true);
    expect((await me(who.token)).body.code).toBe('session_ended');
    expect((await refresh(who.refresh)).body.code).toBe('session_ended');
    const refused = await app.call('POST', '/api/auth/login/', { body: { username: 'disabled_one', password } });
    expect([refused.status, refused.body.code]).toEqual([403, 'account_disabled']);
    await set(false);
    expect((await me(who.token)).body.code).toBe('session_ended');
    expect((await me((await login('disabled_one')).token)).status).toBe(200);
  });

  test('or allowed, after a change of role', async () => {
    const who = await app.register('promoted');
    const users = () => app.call('GET', '/api/admin/users/', { token: who.token });
    const set = (role: string) =>
      app.call('PATCH', `/api/admin/users/${who.id}/`, { token: admin.token, body: { role } });
    expect((await users()).body.code).toBe('wrong_role');
    await app.stepUp(admin);
    await set('admin');
    expect((await users()).status).toBe(200);
    await set('user');
    expect((await users()).body.code).toBe('wrong_role');
  });

  test('or allowed, after an approval and its end', async () => {
    const patients = () => app.call('GET', '/api/doctors/all-patients/', { token: pendingDoctor.token });
    const decide = (what: string) =>
      what === 'approve'
        ? app.approve(admin, doctor.id)
        : app.call('POST', `/api/admin/doctors/${doctor.id}/${what}/`, { token: admin.token });
    const [doctor] = await rows('select id from doctors where user_id = $1', [pendingDoctor.id]);
    expect((await patients()).body.code).toBe('doctor_not_approved');
    await decide('approve');
    expect((await patients()).status).toBe(200);
    await decide('revoke');
    expect((await patients()).body.code).toBe('doctor_not_approved');
  });

  test('after the account is erased', async () => {
    const who = await app.register('erased_one');
    const other = await app.device(who);
    const erased = await app.call('DELETE', '/api/auth/me/', { token: who.token, body: { password } });
    expect(erased.status).toBe(204);
    for (const { token, refresh: old } of [who, other]) {
      expect((await me(token)).body.code).toBe('session_ended');
      expect((await refresh(old)).body.code).toBe('session_ended');
    }
  });
});

describe('while a password is being compared', () => {
  /** Lets something happen just before the next hash is computed. */
  const meanwhile = async <T>(happens: () => Promise<unknown>, act: () => Promise<T>): Promise<T> => {
    const { subtle } = crypto;
    const original = subtle.deriveBits;
    subtle.deriveBits = async (...sent: Parameters<SubtleCrypto['deriveBits']>) => {
      subtle.deriveBits = original;
      await happens();
      return original.apply(subtle, sent);
    };
    try {
      return await act();
    } finally {
      subtle.deriveBits = original;
    }
  };
  const changePassword = (who: Account, current_password: string, new_password: string) =>
    app.call('POST', '/api/auth/password/', { token: who.token, body: { current_password, new_password } });

  test('it may be changed: who came with the old one gets no session', async () => {
    const who = await app.register('in_time');
    const answer = await meanwhile(
      () => changePassword(who, password, 'the new password of in_time'),
      () => app.call('POST', '/api/auth/login/', { body: { username: 'in_time', password } }),
    );
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_credentials']);
    expect(await sessionsOf(who.id)).toBe(1);
  });

  test('it may be made another one by the server: who changes it a moment later changes nothing', async () => {
    const who = await app.register('reset_meanwhile');
    const other = await app.register('of_another_password');
    const late = await meanwhile(
      () =>
        app.asOwner(
          `update credentials set password_hash = (select password_hash from credentials where user_id = $2)
          where user_id = $1`,
          [who.id, other.id],
        ),
      () => changePassword(who, password, 'the second new password'),
    );
    expect([late.status, late.body.errors]).toEqual([400, { current_password: ['is not your password'] }]);
    expect((await me(who.token)).status).toBe(200);
    expect(await rows('select action from audit where request_id = $1', [late.headers.get('X-Request-Id')])).toEqual(
      [],
    );
  });

  test('it may be changed: who changes it a moment later changes nothing', async () => {
    const who = await app.register('twice_at_once');
    let since = who;
    const late = await meanwhile(
      async () => {
        await changePassword(who, password, 'the first new password');
        since = await app.device(who);
      },
      () => changePassword(who, password, 'the second new password'),
    );
    expect(late.body.code).toBe('session_ended');
    expect((await me(since.token)).status).toBe(200);
    const trail = await rows('select action from audit where request_id = $1', [late.headers.get('X-Request-Id')]);
    expect(trail).not.toContainEqual({ action: 'password_change' });
    const login = (sent: string) =>
      app.call('POST', '/api/auth/login/', { body: { username: 'twice_at_once', password: sent } });
    expect((await login('the first new password')).status).toBe(200);
    expect((await login('the second new password')).status).toBe(401);
  });
});

describe('the list of sessions', () => {
  test('shows device, first and last use, and which one asks', async () => {
    const phone = await app.register('two_devices');
    const laptop = await login('two_devices', { 'User-Agent': 'Laptop/1.0' });
    await wait(phone, '1 hour');
    const moved = await refresh(phone.refresh, { 'User-Agent': 'Phone/2.0' });
    const list = await app.call('GET', '/api/auth/sessions/', { token: moved.body.access });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(list.body).toEqual([
      { id: sessionOf(phone), device: 'Phone/2.0', created_at: time, last_used_at: time, mfa: false, current: true },
      { id: sessionOf(laptop), device: 'Laptop/1.0', created_at: time, last_used_at: time, mfa: false, current: false },
    ]);
    const [first] = list.body;
    expect(Date.parse(first.last_used_at) - Date.parse(first.created_at)).toBeGreaterThan(3_500_000);
    expect(Math.abs(Date.parse(first.last_used_at) - Date.now())).toBeLessThan(60_000);
  });

  test('holds no expired ones, no hashes, and nobody else', async () => {
    const old = await app.device(admin);
    await wait(old, '8 days');
    const list = await app.call('GET', '/api/auth/sessions/', { token: admin.token });
    expect(list.body.map(({ id }: Json) => id)).toEqual([sessionOf(admin)]);
    expect(Object.keys(list.body[0])).toEqual(['id', 'device', 'created_at', 'last_used_at', 'mfa', 'current']);
  });

  test('ends one of them, or all but the one that asks', async () => {
    const here = await app.register('many_devices');
    const [one, two, three] = [await app.device(here), await app.device(here), await app.device(here)];
    const end = (path = '') => app.call('DELETE', `/api/auth/sessions/${path}`, { token: here.token });
    expect((await end(`${sessionOf(one)}/`)).status).toBe(204);
    expect((await me(one.token)).body.code).toBe('session_ended');
    expect((await me(two.token)).status).toBe(200);
    expect((await end()).status).toBe(204);
    expect(codes([await me(two.token), await me(three.token)])).toEqual(['session_ended', 'session_ended']);
    expect((await me(here.token)).status).toBe(200);
    expect((await end(`${sessionOf(admin)}/`)).status).toBe(404);
    expect((await me(admin.token)).status).toBe(200);
    expect((await end(`${sessionOf(here)}/`)).status).toBe(204);
    expect((await me(here.token)).body.code).toBe('session_ended');
  });
});

describe('the last admin', () => {
  const set = (by: Account, whom: Account, body: Json) =>
    app.call('PATCH', `/api/admin/users/${whom.id}/`, { token: by.token, body });
  const admins = async () =>
    (await rows(`select id::int from users where role = 'admin' and disabled_at is null`)).map(({ id }) => id);

  test.each([{ role: 'user' }, { disabled: true }, { role: 'user', disabled: true }])(
    'cannot do %j to himself, nor erase the account',
    async (body) => {
      expect(await admins()).toEqual([admin.id]);
      expect(codes([await set(admin, admin, body)])).toEqual(['last_admin']);
      expect(await admins()).toEqual([admin.id]);
      expect((await me(admin.token)).status).toBe(200);
    },
  );

  test('is one who is not disabled', async () => {
    const second = await app.register('second_admin');
    await app.makeAdmin(second.id);
    expect((await set(admin, second, { disabled: true })).status).toBe(200);
    expect(codes([await set(admin, admin, { role: 'user' })])).toEqual(['last_admin']);
    expect((await set(admin, second, { disabled: false, role: 'user' })).status).toBe(200);
  });

  test('remains when two disable each other at once', async () => {
    const second = await app.register('third_admin');
    await app.makeAdmin(second.id);
    const answers = await Promise.all([set(admin, second, { disabled: true }), set(second, admin, { disabled: true })]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect(await admins()).toHaveLength(1);
  });
});

describe('an account has as many sessions as the deployment allows', () => {
  const few = caller({ ...app.env, SESSIONS_PER_ACCOUNT: '3' });
  const post = (path: string, body: Json, token?: string) => few('POST', `/api/auth/${path}/`, { body, token });
  const open = async (username: string) => accountOf((await post('login', { username, password })).body);
  const alive = async (people: { token: string }[]) =>
    Promise.all(people.map(async ({ token }) => (await me(token)).status === 200));

  test('for one more the one that was used least lately ends, with an entry', async () => {
    const ann = await app.register('capped');
    const [second, third] = [await open('capped'), await open('capped')];
    await wait(ann, '2 hours');
    await wait(second, '3 hours');
    const answer = await post('login', { username: 'capped', password });
    expect(await alive([ann, second, third, accountOf(answer.body)])).toEqual([true, false, true, true]);
    expect(await app.trailOf(answer)).toContainEqual(
      expect.objectContaining({
        ...{ action: 'session_ended', resource: 'session', resource_id: sessionOf(second), actor_id: ann.id },
      }),
    );
    // what is over already goes first
    await app.rows('update sessions set idle_until = now() where id = $1', [sessionOf(third)]);
    const [fourth, fifth] = [accountOf(answer.body), await open('capped')];
    expect(await alive([ann, fourth, fifth])).toEqual([true, true, true]);
    expect((await post('refresh', { refresh: fifth.refresh })).status).toBe(200);
    expect(await sessionsOf(ann.id)).toBe(3);
  });

  test('for 20 at once as well, in every way to sign in', async () => {
    const ann = await app.register('capped_too');
    const headers = (n: number) => ({ 'CF-Connecting-IP': `203.0.113.${n}` });
    const ways = ['/api/auth/login/', '/api/token/'];
    const body = { username: 'capped_too', password };
    const at = (n: number) => few('POST', ways[n % 2] ?? '', { body, headers: headers(n) });
    expect(codes(await Promise.all(Array.from({ length: 20 }, (_, n) => at(n))))).toEqual(Array(20).fill(200));
    await at(20);
    expect(await sessionsOf(ann.id)).toBe(3);
    expect(await app.count(`from audit where action = 'session_ended' and actor_id = $1`, [ann.id])).toBe(19);
  });

  test('100, where it says nothing', async () => {
    const ann = await app.register('uncapped');
    const many = `insert into sessions (user_id, refresh_hash, last_used_at, idle_until, expires_at)
      select $1, 'x', now() - n * interval '1 minute', now() + interval '1 day', now() + interval '1 day'
      from generate_series(1, 98) n`;
    await app.rows(many, [ann.id]);
    await login('uncapped');
    expect(await sessionsOf(ann.id)).toBe(100);
    await login('uncapped');
    expect(await sessionsOf(ann.id)).toBe(100);
  });
});
