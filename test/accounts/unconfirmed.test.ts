// Accounts whose address nobody confirmed: where a deployment says so they go, and only those that are nobody's.
import { expect, test } from 'vitest';
import worker from '../../src/index.ts';
import { type Account, boot, cheapPasswords, type Json, password } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const admin = await app.register('admin');
await app.makeAdmin(admin.id);

const hourly = (settings: object) => worker.scheduled({}, { ...app.env, ...settings });
const age = (days: number) => app.asOwner(`update users set created_at = now() - $1 * interval '1 day'`, [days]);
const isThere = async (who: Account) => (await app.as(who, 'GET', '/api/auth/me/')).status === 200;
const post = (path: string, body: Json, who?: Account) => app.as(who, 'POST', path, body);

test('they go after the days that a deployment says, as if their owners erased them, with an entry', async () => {
  const ann = await app.register('ann');
  const pat = await app.register('pat', 'patient/');
  await age(30);
  await hourly({});
  expect([await isThere(ann), await isThere(pat)]).toEqual([true, true]);
  await hourly({ UNCONFIRMED_ACCOUNT_DAYS: '31' });
  expect([await isThere(ann), await isThere(pat)]).toEqual([true, true]);
  await hourly({ UNCONFIRMED_ACCOUNT_DAYS: '29' });
  expect([await isThere(ann), await isThere(pat)]).toEqual([false, false]);
  expect(await app.rowOf('users', ann.id)).toMatchObject({ name: 'Erased account', email: null, username: null });
  for (const table of ['credentials', 'sessions'])
    expect(await app.count(`from ${table} where user_id = $1`, [ann.id])).toBe(0);
  const of = `/api/admin/audit/?action=never_confirmed`;
  expect((await app.as(admin, 'GET', of)).body.map(({ resource_id }: Json) => resource_id).sort()).toEqual([
    ann.id,
    pat.id,
  ]);
  // the address is free, and its record is kept as after any erasure
  expect((await post('/api/auth/register/', { username: 'ann', email: 'ann@example.com', password })).status).toBe(201);
  expect(await app.count(`from patients where name = 'pat' and user_id is null`)).toBe(1);
});

test('those that are somebody’s for another reason stay', async () => {
  const people: Record<string, Account> = {};
  const staying = async (why: string, kind: '' | 'doctor/' = '') => {
    people[why] = await app.register(why, kind);
    return people[why];
  };
  await app.verify((await staying('confirmed')).id);
  const changed = await staying('confirmed_before');
  await post('/api/auth/email/verify/', {
    token: await app.link('verify', { user: changed.id, email: 'confirmed_before@example.com' }),
  });
  await app.stepUp(admin);
  expect((await app.as(admin, 'PATCH', `/api/admin/users/${changed.id}/`, { email: 'other@example.com' })).status).toBe(
    200,
  );
  await post('/api/patients/', { name: 'Somebody' }, await staying('keeps_records'));
  await post('/api/doctors/', { name: 'Dr. Who', specialization: 'Time' }, await staying('keeps_doctors'));
  await app.asOwner('update users set imported_at = now() where id = $1', [(await staying('from_django')).id]);
  await app.asOwner(`update users set role = 'admin' where id = $1`, [(await staying('also_admin')).id]);
  const invited = await staying('invited');
  await app.asOwner(
    `insert into invitations (email, role, user_id, accepted_at) values ('x@example.com', 'user', $1, now())`,
    [invited.id],
  );
  const [{ id }] = (
    await app.asOwner(`insert into users (name, username, email) values ('By hand', 'by_hand', 'hand@example.com')
    returning id::int`)
  )[1] as Json;
  await age(400);
  const young = await app.register('young');
  await hourly({ UNCONFIRMED_ACCOUNT_DAYS: '7' });
  for (const [why, who] of Object.entries(people)) expect([why, await isThere(who)]).toEqual([why, true]);
  expect(await isThere(young)).toBe(true);
  expect(await app.rowOf('users', id)).toMatchObject({ erased_at: null });
});

test('twenty go in an hour, the rest in the next', async () => {
  await Promise.all(Array.from({ length: 23 }, (_, n) => app.register(`many_${n}`)));
  await app.asOwner(`update users set created_at = now() - interval '9 days' where username like 'many%'`);
  const left = () => app.count(`from users where username like 'many%'`);
  await hourly({ UNCONFIRMED_ACCOUNT_DAYS: 7 });
  expect(await left()).toBe(3);
  await hourly({ UNCONFIRMED_ACCOUNT_DAYS: 7 });
  expect(await left()).toBe(0);
});
