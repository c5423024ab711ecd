// simplejwt's own routes, and the refresh tokens that it signed before the move: nobody is signed out on Monday.
import { sign } from 'hono/jwt';
import { describe, expect, test } from 'vitest';
import { accountOf, boot, caller, cheapPasswords, type Json, password } from '../support/app.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const day = 86_400;
const key = 'the signing key of a Django that has been replaced';
const dateIn = (days: number) => new Date(Date.now() + days * day * 1000).toISOString().slice(0, 10);
const settings = { DJANGO_SIGNING_KEY: key, DJANGO_TOKENS_UNTIL: dateIn(20) };
const app = await boot(settings);
/** A database into which Django's list of tokens came along. */
const listed = await boot(settings);
await listed.rows(`insert into app.imports (checksum, counts, has_tokens) values ('', '{}', true)`);

const post = (path: string, body: Json, call = app.call) => call('POST', `/api/${path}/`, { body });
const obtain = (words: Json, call = app.call) => post('token', { password, ...words }, call);
const renew = (refresh: string, call = app.call) => post('token/refresh', { refresh }, call);
const rotate = (refresh: string, call = app.call) => post('auth/refresh', { refresh }, call);
const verify = (token: string, call = app.call) => post('token/verify', { token }, call);
const blacklist = (refresh: string, call = app.call) => post('token/blacklist', { refresh }, call);
const me = (access: string, in_ = app) => in_.as({ token: access }, 'GET', '/api/auth/me/');
const person = async () => {
  const account = await app.register(unique('ann'));
  return { ...account, username: account.user.username as string };
};
/** An account as the import makes it. */
const imported = async (in_ = app) => {
  const account = await in_.register(unique('from_django'));
  await in_.asOwner('update users set imported_at = now() where id = $1', [account.id]);
  await in_.rows('insert into app.django_accounts (user_id) values ($1)', [account.id]);
  await in_.rows('delete from sessions where user_id = $1', [account.id]);
  return account;
};
const djangoToken = (id: number | string, claims: object = {}, signedWith = key) =>
  sign(
    {
      ...{ token_type: 'refresh', exp: Math.floor(Date.now() / 1000) + day, iat: Math.floor(Date.now() / 1000) },
      ...{ jti: crypto.randomUUID().replaceAll('-', ''), user_id: id, ...claims },
    },
    signedWith,
    'HS256',
  );
const notValid = { status: 401, code: 'token_not_valid', detail: 'Token is invalid or expired' };

describe('simplejwt’s routes', () => {
  test('answer as simplejwt does', async () => {
    const { username, user } = await person();
    for (const words of [{ username }, { username: user.email }, { email: user.email }]) {
      const answer = await obtain(words);
      expect([answer.status, Object.keys(answer.body)]).toEqual([200, ['access', 'refresh']]);
    }
    const { access, refresh } = (await obtain({ username })).body;
    const renewed = await renew(refresh);
    expect([renewed.status, Object.keys(renewed.body)]).toEqual([200, ['access']]);
    expect((await me(renewed.body.access)).status).toBe(200);
    for (const token of [access, renewed.body.access, refresh]) {
      const answer = await verify(token);
      expect([answer.status, answer.body]).toEqual([200, {}]);
    }
    const ended = await blacklist(refresh);
    expect([ended.status, ended.body]).toEqual([200, {}]);
    for (const token of [access, refresh]) expect((await verify(token)).body).toMatchObject(notValid);
    expect((await renew(refresh)).body).toMatchObject(notValid);
    expect((await blacklist(refresh)).body).toMatchObject(notValid);
  });

  test('refuse as simplejwt does', async () => {
    const { id, username } = await person();
    const wrong = await obtain({ username, password: 'not the one' });
    const none = {
      status: 401,
      code: 'no_active_account',
      detail: 'No active account found with the given credentials',
    };
    expect(wrong.body).toMatchObject(none);
    const { refresh } = (await obtain({ username })).body;
    await app.asOwner('update users set disabled_at = now() where id = $1', [id]);
    expect((await obtain({ username })).body).toMatchObject(none);
    for (const token of ['x', refresh, `${refresh}x`, 'eyJhbGciOiJub25lIn0.e30.'])
      for (const ask of [renew, verify, blacklist]) expect((await ask(token)).body).toMatchObject(notValid);
  });

  test('keep the first token of a session, from either route, as often as it is asked', async () => {
    const { username } = await person();
    for (const path of ['token', 'auth/login']) {
      const { refresh } = (await post(path, { username, password })).body;
      const answers = await Promise.all(Array.from({ length: 20 }, () => renew(refresh)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect((await verify(refresh)).status).toBe(200);
    }
  });

  test('end a session whose tokens were replaced, when an old one comes', async () => {
    const { username } = await person();
    const { refresh: first } = (await obtain({ username })).body;
    expect((await renew(first)).status).toBe(200);
    const pair = (await rotate(first)).body;
    // not what this route takes, and no reuse
    expect((await renew(pair.refresh)).body).toMatchObject(notValid);
    expect((await me(pair.access)).status).toBe(200);
    expect((await renew(first)).body).toMatchObject(notValid);
    expect((await me(pair.access)).status).toBe(401);
    expect((await rotate(pair.refresh)).body.code).toBe('session_ended');
  });

  test('end with the session, and with its time', async () => {
    const ann = await person();
    const { access, refresh } = (await obtain({ username: ann.username })).body;
    await app.as({ token: access }, 'POST', '/api/auth/logout/');
    expect((await renew(refresh)).body).toMatchObject(notValid);
    const other = (await obtain({ username: ann.username })).body;
    await app.rows('update sessions set expires_at = now() where user_id = $1', [ann.id]);
    expect((await renew(other.refresh)).body).toMatchObject(notValid);
    expect((await verify(other.refresh)).body).toMatchObject(notValid);
  });

  test('can be taken away', async () => {
    const call = caller({ ...app.env, SIMPLEJWT_ROUTES: 'off' });
    const { username } = await person();
    expect((await obtain({ username }, call)).body.code).toBe('not_found');
    for (const ask of [renew, verify, blacklist]) expect((await ask('x', call)).body.code).toBe('not_found');
    expect((await post('auth/login', { username, password }, call)).status).toBe(200);
  });
});

describe('a refresh token that Django signed', () => {
  test('goes on to work at its own route, in one session, until its own time is over', async () => {
    for (const asText of [false, true]) {
      const { id } = await imported();
      const exp = Math.floor(Date.now() / 1000) + 15 * day;
      const token = await djangoToken(asText ? String(id) : id, { exp });
      const answers = await Promise.all(Array.from({ length: 20 }, () => renew(token)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(Object.keys(answers[0]?.body)).toEqual(['access']);
      expect((await me(answers[7]?.body.access)).body.id).toBe(id);
      const sessions = await app.rows(
        'select extract(epoch from least(idle_until, expires_at))::int as ends from sessions where user_id = $1',
        [id],
      );
      expect(sessions).toEqual([{ ends: exp }]);
      expect((await verify(token)).status).toBe(200);
    }
  });

  test('lives no longer than the deployment says', async () => {
    const { id } = await imported();
    await renew(await djangoToken(id, { exp: Math.floor(Date.now() / 1000) + 400 * day }));
    const [session] = await app.rows('select expires_at::text as ends from sessions where user_id = $1', [id]);
    expect(session.ends).toContain(dateIn(20));
    const call = caller({ ...app.env, DJANGO_TOKENS_UNTIL: dateIn(-1) });
    const token = await djangoToken(id);
    expect((await renew(token, call)).body).toMatchObject(notValid);
    expect((await rotate(token, call)).body.code).toBe('refresh_invalid');
  });

  test('is exchanged for a pair, once; a lost answer is given again', async () => {
    const { id } = await imported();
    const token = await djangoToken(id);
    const [one, again] = [await rotate(token), await rotate(token)];
    expect(again.body.refresh).toBe(one.body.refresh);
    expect((await me(one.body.access)).body.id).toBe(id);
    const next = accountOf((await rotate(one.body.refresh)).body);
    expect((await me(next.token)).status).toBe(200);
    expect((await rotate(token)).body.code).toBe('refresh_reused');
    expect((await me(next.token)).status).toBe(401);
    expect((await renew(token)).body).toMatchObject(notValid);
  });

  test('and after that is refused at its own route, which ends the session', async () => {
    const { id } = await imported();
    const token = await djangoToken(id);
    const { access } = (await rotate(token)).body;
    const [session] = await app.rows(
      `select expires_at > now() + interval '27 days' as long from sessions where user_id = $1`,
      [id],
    );
    expect(session.long).toBe(true);
    expect((await renew(token)).body).toMatchObject(notValid);
    expect((await me(access)).status).toBe(401);
  });

  test('is only for accounts that came from Django, and no administrator’s', async () => {
    const stranger = await app.register(unique('stranger'));
    const admin = await imported();
    await app.makeAdmin(admin.id);
    for (const id of [stranger.id, admin.id, 999_999]) {
      const token = await djangoToken(id);
      expect((await renew(token)).body).toMatchObject(notValid);
      expect((await verify(token)).body).toMatchObject(notValid);
      expect((await rotate(token)).body.code).toBe('session_ended');
    }
  });

  test('has to be signed, of that kind, and in time', async () => {
    const { id } = await imported();
    const bad = [
      await djangoToken(id, {}, 'another key that is as long as the right one is'),
      await djangoToken(id, { token_type: 'access' }),
      await djangoToken(id, { exp: Math.floor(Date.now() / 1000) - 1 }),
      await djangoToken(id, { exp: undefined }),
      await djangoToken(id, { jti: undefined }),
      await djangoToken(id, { jti: 'a'.repeat(65) }),
      await djangoToken('1; drop table users'),
      await djangoToken(-1),
    ];
    for (const token of bad) expect((await renew(token)).body).toMatchObject(notValid);
    const off = caller({ ...app.env, DJANGO_SIGNING_KEY: undefined, DJANGO_TOKENS_UNTIL: undefined });
    expect((await renew(await djangoToken(id), off)).body).toMatchObject(notValid);
  });

  test.each([
    [
      'a new password',
      (who: Json) => app.as(who, 'POST', '/api/auth/password/', { current_password: password, new_password: password }),
    ],
    ['ending all other sessions', (who: Json) => app.as(who, 'DELETE', '/api/auth/sessions/')],
    [
      'disabling and enabling',
      async (who: Json) => {
        await app.asOwner('update users set disabled_at = now() where id = $1', [who.id]);
        await app.asOwner('update users set disabled_at = null where id = $1', [who.id]);
      },
    ],
    [
      'a reset',
      async (who: Json) =>
        post('auth/password/reset', { token: await app.link('reset', { user: who.id }), new_password: password }),
    ],
  ])('stands back after %s, whether it has opened a session or not', async (_, act) => {
    const account = await imported();
    const [opened, fresh] = [await djangoToken(account.id), await djangoToken(account.id)];
    expect((await renew(opened)).status).toBe(200);
    await act(await app.device(account));
    for (const token of [opened, fresh]) {
      expect((await renew(token)).body).toMatchObject(notValid);
      expect((await verify(token)).body).toMatchObject(notValid);
    }
  });

  test.each([
    [
      'a new password',
      (who: Json) => app.as(who, 'POST', '/api/auth/password/', { current_password: password, new_password: password }),
    ],
    ['ending all other sessions', (who: Json) => app.as(who, 'DELETE', '/api/auth/sessions/')],
    [
      'a reset',
      async (who: Json) =>
        post('auth/password/reset', { token: await app.link('reset', { user: who.id }), new_password: password }),
    ],
    ['disabling', (who: Json) => app.asOwner('update users set disabled_at = now() where id = $1', [who.id])],
  ])('stands back after %s, at whose moment it is opening a session', async (_, act) => {
    const account = await imported();
    const who = await app.device(account);
    await app.rows(`create or replace function app.dawdle() returns trigger language plpgsql as
      'begin perform pg_sleep(2); return null; end'`);
    await app.rows(`create or replace trigger t99_dawdle after insert on sessions for each row
      when (new.user_agent = 'a slow phone') execute function app.dawdle()`);
    const headers = { 'User-Agent': 'a slow phone' };
    const body = { refresh: await djangoToken(account.id) };
    let done = false;
    const opening = app.call('POST', '/api/token/refresh/', { body, headers }).finally(() => {
      done = true;
    });
    const dawdles = `from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    // the local database has one connection: there it is over by then
    while (!done && (await app.count(dawdles)) === 0);
    await act(who);
    const { body: opened } = await opening;
    expect((await me(opened.access)).status).toBe(401);
    expect((await renew(body.refresh)).body).toMatchObject(notValid);
  });

  test('is blacklisted like any other, before it has opened a session and after', async () => {
    const { id } = await imported();
    const [opened, fresh] = [await djangoToken(id), await djangoToken(id)];
    const { access } = (await renew(opened)).body;
    for (const token of [opened, fresh]) {
      expect((await blacklist(token)).status).toBe(200);
      expect((await renew(token)).body).toMatchObject(notValid);
      expect((await blacklist(token)).body).toMatchObject(notValid);
    }
    expect((await me(access)).status).toBe(401);
  });

  test('takes the place of the session that was used least lately, where an account has all that it may', async () => {
    const account = await imported();
    const [old, newer] = [await app.device(account), await app.device(account)];
    const few = caller({ ...app.env, SESSIONS_PER_ACCOUNT: '2' });
    await app.rows(`update sessions set last_used_at = now() - interval '1 hour' where user_id = $1`, [account.id]);
    await me(newer.token);
    const { access } = (await renew(await djangoToken(account.id), few)).body;
    expect([(await me(old.token)).status, (await me(access)).status]).toEqual([401, 200]);
    expect(await app.count('from sessions where user_id = $1', [account.id])).toBe(2);
  });

  test('does not come back when its session was logged out', async () => {
    const { id } = await imported();
    const token = await djangoToken(id);
    const { access } = (await renew(token)).body;
    await app.as({ token: access }, 'POST', '/api/auth/logout/');
    expect((await renew(token)).body).toMatchObject(notValid);
  });

  test('has to be on the list of those that Django gave out, where there is one', async () => {
    const { id } = await imported(listed);
    const jtis = { known: 'known1', blacklisted: 'black1', anothers: 'other1', unknown: 'unknown1' };
    const other = await imported(listed);
    const list = `insert into django_tokens (jti, user_id, expires_at, blacklisted) values ($1, $2, now() + interval '1 day', $3)`;
    await listed.rows(list, [jtis.known, id, false]);
    await listed.rows(list, [jtis.blacklisted, id, true]);
    await listed.rows(list, [jtis.anothers, other.id, false]);
    for (const [name, jti] of Object.entries(jtis)) {
      const token = await djangoToken(id, { jti });
      const answer = await renew(token, listed.call);
      expect([name, answer.status]).toEqual([name, name === 'known' ? 200 : 401]);
      expect((await verify(token, listed.call)).status).toBe(name === 'known' ? 200 : 401);
    }
  });
});
