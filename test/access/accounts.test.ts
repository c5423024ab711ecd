// What an administrator changes of an account is changed, and what cannot be changed is said.
import { expect, test } from 'vitest';
import { boot, cheapPasswords, type Json, password } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const admin = await app.register('admin');
await app.makeAdmin(admin.id);
await app.stepUp(admin);
const someone = await app.register('someone');
await app.register('another');
const path = `/api/admin/users/${someone.id}/`;
const change = (body: Json) => app.call('PATCH', path, { token: admin.token, body });
const login = (username: string) => app.call('POST', '/api/auth/login/', { body: { username, password } });

test('name, username and email are what the administrator sent', async () => {
  const sent = { name: 'Ann Other', username: 'ann.other', email: 'ANN@example.com' };
  const answer = await change(sent);
  expect(answer.status, answer.text).toBe(200);
  const changed = { id: someone.id, ...sent, email: 'ann@example.com', role: 'user', disabled: false };
  expect(answer.body).toMatchObject(changed);
  expect((await app.call('GET', path, { token: admin.token })).body).toMatchObject(changed);
  for (const name of ['ann.other', 'ann@example.com']) expect((await login(name)).body.user.id).toBe(someone.id);
  expect((await login('someone')).status).toBe(401);
});

test('one of them alone leaves the others, and the role, as they were', async () => {
  const before = (await app.call('GET', path, { token: admin.token })).body;
  expect((await change({ name: 'Renamed' })).body).toEqual({ ...before, name: 'Renamed' });
  expect((await change({})).body).toEqual({ ...before, name: 'Renamed' });
});

test.each([
  ['username', 'Another'],
  ['email', 'another@example.com'],
])('a %s that somebody has is a 409', async (field, taken) => {
  const answer = await change({ [field]: taken });
  expect(answer.body.code).toBe('duplicate');
  expect(Object.keys(answer.body.errors)).toEqual([field]);
});

test.each([{ email: null }, { username: '' }, { name: ' ' }, { username: 'with space' }, { role: null }])(
  '%j is refused',
  async (body) => expect((await change(body)).status).toBe(400),
);
