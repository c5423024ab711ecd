// An account that came from Django signs in with the words that it used there, and nobody else can take these.
import { expect, test } from 'vitest';
import { hashPassword } from '../../src/accounts/passwords.ts';
import { boot, cheapPasswords, type Json, password } from '../support/app.ts';

cheapPasswords();
const app = await boot();

const importAccount = async (columns: Json) => {
  const account = { name: 'Imported', email: null, login_name: null, ...columns };
  const [row] = await app.rows(
    `with account as (
      insert into users (name, username, email, login_name, imported_at) values ($1, $2, $3, $4, now()) returning id
    ) insert into credentials (user_id, password_hash) select id, $5 from account returning user_id::int as id`,
    [account.name, account.username, account.email, account.login_name, await hashPassword(password)],
  );
  return row.id as number;
};
const loginAs = async (words: Json) => {
  const { status, body } = await app.login({ ...words, password });
  return status === 200 ? body.user.id : body.code;
};

test('signs in with the words of then, in any case, as with the new ones', async () => {
  const login_name = 'old.words@hospital.example';
  const id = await importAccount({ username: 'old.words', email: 'new@hospital.example', login_name });
  for (const words of [{ username: login_name }, { email: 'Old.Words@Hospital.example' }, { username: 'OLD.words' }])
    expect(await loginAs(words)).toBe(id);
  expect(await loginAs({ email: 'new@hospital.example' })).toBe(id);
  expect(await loginAs({ email: 'older.words@hospital.example' })).toBe('invalid_credentials');
});

test('also with words without an @', async () => {
  const id = await importAccount({ username: 'jane.roe', login_name: 'jane roe' });
  expect(await loginAs({ username: 'Jane Roe' })).toBe(id);
});

test('needs no email, and says so', async () => {
  await importAccount({ username: 'no_email' });
  const { status, body } = await app.login({ username: 'no_email', password });
  expect([status, body.user.email]).toEqual([200, null]);
  const me = await app.call('GET', '/api/auth/me/', { token: body.access });
  expect([me.status, me.body.email]).toEqual([200, null]);
  await expect(app.asOwner(`insert into users (name, username) values ('Not imported', 'nobody')`)).rejects.toThrow();
});

test('keeps these words from everybody else, as email and as username', async () => {
  await importAccount({ username: 'keeper', login_name: 'kept@hospital.example' });
  await importAccount({ username: 'keeper2', login_name: 'kept_name' });
  const register = (sent: Json) => app.call('POST', '/api/auth/register/', { body: { password, ...sent } });
  const asEmail = await register({ email: 'Kept@hospital.example', username: 'thief' });
  expect([asEmail.status, asEmail.body.errors]).toEqual([409, { email: ['has an account already'] }]);
  const asUsername = await register({ email: 'thief@example.com', username: 'KEPT_name' });
  expect([asUsername.status, asUsername.body.errors]).toEqual([409, { username: ['is taken'] }]);

  const other = await app.register('other');
  const change = (sent: Json) => app.as(other, 'PATCH', '/api/auth/me/', { password, ...sent });
  expect((await change({ username: 'kept_name' })).status).toBe(409);
  expect((await change({ username: 'free_name' })).status).toBe(200);
});

test('may take its own words as its username', async () => {
  const id = await importAccount({ username: 'somebody', login_name: 'own_words' });
  const { body } = await app.login({ username: 'own_words', password });
  const changed = await app.call('PATCH', '/api/auth/me/', {
    token: body.access,
    body: { username: 'own_words', password },
  });
  expect([changed.status, changed.body.username]).toEqual([200, 'own_words']);
  expect(await loginAs({ username: 'own_words' })).toBe(id);
});

test('gives them up when it is erased', async () => {
  await importAccount({ username: 'leaves', login_name: 'leaves@hospital.example' });
  const { body } = await app.login({ username: 'leaves@hospital.example', password });
  expect((await app.call('DELETE', '/api/auth/me/', { token: body.access, body: { password } })).status).toBe(204);
  expect(await app.count(`from users where login_name = 'leaves@hospital.example'`)).toBe(0);
  expect(
    (
      await app.call('POST', '/api/auth/register/', {
        body: { username: 'comes', email: 'leaves@hospital.example', password },
      })
    ).status,
  ).toBe(201);
});
