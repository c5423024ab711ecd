// An account: its names, its email, how it is signed into, how it changes, and the devices it is used on.
import { describe, expect, test } from 'vitest';
import { accountOf, boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { claimsOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner } = w.people;
const { as, login } = app;

describe('an account', () => {
  const register = (body: Json) => as(undefined, 'POST', '/api/auth/register/', { password, ...body });

  test('is answered in full, with tokens that say how long they last', async () => {
    const { body } = await register({ email: 'Full@Example.com', name: 'Full Name', username: 'Full' });
    expect(body).toEqual({
      ...{ access: expect.any(String), refresh: expect.any(String), token_type: 'Bearer', expires_in: 600 },
      user: {
        ...{ id: expect.any(Number), name: 'Full Name', username: 'Full', email: 'full@example.com', role: 'user' },
        created_at: expect.stringMatching(/Z$/),
        ...{ email_verified: false, pending_email: null },
      },
    });
    const claims = claimsOf(accountOf(body));
    expect(claims.exp - claims.iat).toBe(600);
    // the token names a session, and carries no role
    expect(JSON.stringify(claims)).not.toContain('role');
  });

  test('has a name and a username, whichever was sent', async () => {
    const user = async (body: Json) => (await register(body)).body.user;
    expect(await user({ email: 'a.b+c@example.com' })).toMatchObject({ name: 'a.b+c', username: 'a.b+c' });
    expect(await user({ email: 'x1@example.com', name: 'Ann Lee' })).toMatchObject({ name: 'Ann Lee', username: 'x1' });
    expect(await user({ email: 'x2@example.com', username: 'annie' })).toMatchObject({
      name: 'annie',
      username: 'annie',
    });
    const again = await user({ email: 'x1@elsewhere.example' });
    expect(again.username).toMatch(/^x1\d+$/);
  });

  test('has an email and a username that differ from all others by more than case', async () => {
    await register({ email: 'once@example.com', username: 'Once' });
    const email = await register({ email: 'ONCE@example.com', username: 'twice' });
    expect(email.body).toMatchObject({ status: 409, code: 'duplicate', errors: { email: [expect.any(String)] } });
    const username = await register({ email: 'twice@example.com', username: 'oNCE' });
    expect(username.body).toMatchObject({ status: 409, code: 'duplicate', errors: { username: [expect.any(String)] } });
    const taken = await as(owner, 'PATCH', '/api/auth/me/', { username: 'ONCE', password });
    expect(taken.status).toBe(409);
  });

  test.each(['with@at', 'two words', '', ' ', 'tab\tbed', '<b>', 'x'.repeat(151)])(
    'has no username "%s"',
    async (username) => {
      expect((await register({ email: 'odd@example.com', username })).body.errors).toHaveProperty('username');
      expect((await as(owner, 'PATCH', '/api/auth/me/', { username })).body.errors).toHaveProperty('username');
    },
  );

  test.each([
    '',
    'nobody',
    '@example.com',
    'a@b',
    'a b@example.com',
    'a@example.com,b@example.com',
    `${'x'.repeat(250)}@example.com`,
  ])('has no email "%s"', async (email) => {
    expect((await register({ email })).body.errors).toHaveProperty('email');
  });

  test('is signed into by email or username, in either field, in any case, with spaces around', async () => {
    await register({ email: 'Login@Example.com', username: 'LogIn' });
    for (const body of [
      { email: 'LOGIN@example.COM' },
      { email: ' login@example.com ' },
      { username: 'Login@Example.com' },
      { username: 'login' },
      { username: 'LOGIN' },
      { email: 'login@example.com', username: '' },
    ])
      expect((await login({ ...body, password })).status, JSON.stringify(body)).toBe(200);
    expect((await login({ password })).status).toBe(400);
    expect((await login({ username: 'login' })).status).toBe(400);
  });

  // PostgreSQL folds case, JavaScript folds case, and they must agree on whose name it is
  test.each(['Ärztin', 'ΣΊΣΥΦΟΣ', 'İbrahim', 'ЖЕНЯ', '王医生'])(
    'is signed into as "%s", as it was registered',
    async (username) => {
      expect((await register({ email: `${unique('intl')}@example.com`, username })).status).toBe(201);
      expect((await login({ username, password })).status).toBe(200);
    },
  );

  test('changes its data, but not its role', async () => {
    const me = await app.register(unique('changing'));
    const answer = await as(me, 'PATCH', '/api/auth/me/', { name: 'New Name', email: 'Moved@Example.com', password });
    expect(answer.body).toMatchObject({
      id: me.id,
      name: 'New Name',
      pending_email: 'moved@example.com',
      role: 'user',
    });
    for (const body of [{ name: null }, { name: '' }, { email: null }, { email: '' }, { username: null }])
      expect((await as(me, 'PATCH', '/api/auth/me/', body)).status, JSON.stringify(body)).toBe(400);
  });

  test('changes its password, which ends every session but the one that it answers with', async () => {
    const me = await app.register(unique('rotating'));
    const username = me.user.username;
    const other = (await login({ username, password })).body;
    const change = (body: Json) => as(me, 'POST', '/api/auth/password/', body);
    const wrong = await change({ current_password: 'wrong password', new_password: 'a new password' });
    expect(wrong.body).toMatchObject({ status: 400, errors: { current_password: [expect.any(String)] } });
    expect((await change({ current_password: password, new_password: 'short' })).status).toBe(400);
    expect((await as({ token: other.access }, 'GET', '/api/auth/me/')).status).toBe(200);

    const changed = await change({ current_password: password, new_password: 'a new password' });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({
      access: expect.any(String),
      refresh: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      user: me.user,
    });
    expect((await as({ token: changed.body.access }, 'GET', '/api/auth/me/')).body).toEqual(me.user);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await as({ token: other.access }, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await as(undefined, 'POST', '/api/auth/refresh/', { refresh: other.refresh })).status).toBe(401);
    expect((await login({ username, password })).status).toBe(401);
    expect((await login({ username, password: 'a new password' })).status).toBe(200);
  });
});

describe('sessions', () => {
  test('are listed with their devices, and ended one by one or all others at once', async () => {
    const me = await app.register(unique('devices'));
    const { username } = me.user;
    const signIn = async (device: string) => {
      const sent = { body: { username, password }, headers: { 'User-Agent': device } };
      return { token: (await app.call('POST', '/api/auth/login/', sent)).body.access };
    };
    const [phone, tablet] = [await signIn('Phone/1.0'), await signIn('Tablet/1.0')];
    const list = async (who: { token: string }) => (await as(who, 'GET', '/api/auth/sessions/')).body;
    expect(await list(phone)).toHaveLength(3);
    const [current] = (await list(phone)).filter((session: Json) => session.current);
    expect(current).toEqual({
      ...{ id: expect.any(Number), device: 'Phone/1.0', mfa: false, current: true },
      ...{ created_at: expect.stringMatching(/Z$/), last_used_at: expect.stringMatching(/Z$/) },
    });

    const [{ id }] = (await list(phone)).filter(({ device }: Json) => device === 'Tablet/1.0');
    expect((await as(owner, 'DELETE', `/api/auth/sessions/${id}/`)).status).toBe(404);
    expect((await as(phone, 'DELETE', `/api/auth/sessions/${id}/`)).status).toBe(204);
    expect((await as(tablet, 'GET', '/api/auth/me/')).body).toMatchObject({ status: 401, code: 'session_ended' });
    expect((await as(phone, 'DELETE', `/api/auth/sessions/${id}/`)).status).toBe(404);

    expect((await as(phone, 'DELETE', '/api/auth/sessions/')).status).toBe(204);
    expect(await list(phone)).toHaveLength(1);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await as(owner, 'GET', '/api/auth/me/')).status).toBe(200);
  });

  test('end with logout, and with them their refresh token', async () => {
    const me = await app.register(unique('leaving'));
    expect((await as(me, 'POST', '/api/auth/logout/')).status).toBe(204);
    expect((await as(me, 'GET', '/api/auth/me/')).body.code).toBe('session_ended');
    expect((await as(undefined, 'POST', '/api/auth/refresh/', { refresh: me.refresh })).status).toBe(401);
  });
});
