// Entries keep who the actor was then; an account that is erased takes its name with it.
import { neon } from '@neondatabase/serverless';
import { expect, test } from 'vitest';
import worker from '../../src/index.ts';
import { type Account, boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, patient, assignedDoctor, admin } = w.people;
const as = (who: Account, method: string, path: string, body?: Json) =>
  app.call(method, path, { token: who.token, body });
const log = async () => (await as(patient, 'GET', '/api/patient-profile/access-log/')).body as Json[];
const look = (who: Account) => as(who, 'GET', `/api/patients/${w.ownRecord}/`);
const namesOf = (id: number) =>
  app.database.owner.query('select actor_name, count(*)::int from audit where actor_id = $1 group by 1 order by 2', [
    id,
  ]);

test('a new name is not in the past', async () => {
  const newcomer = await app.register('renamed');
  await as(newcomer, 'GET', '/api/patients/');
  await as(newcomer, 'PATCH', '/api/auth/me/', { name: 'System maintenance' });
  await as(newcomer, 'GET', '/api/patients/');
  const { body } = await as(admin, 'GET', `/api/admin/audit/?actor=${newcomer.id}&resource=patient`);
  expect(body.map(({ actor_name }: Json) => actor_name)).toEqual(['System maintenance', 'renamed']);
});

test('an approved doctor is called as the record that was approved, whatever the account is called', async () => {
  await as(assignedDoctor, 'PATCH', '/api/auth/me/', { name: 'System maintenance' });
  await look(assignedDoctor);
  await as(assignedDoctor, 'GET', `/api/patients/${w.ownPatient.id + 100_000}/`);
  await as(assignedDoctor, 'PATCH', '/api/auth/me/', { name: 'assigned_doctor' });
  const [entry] = await log();
  expect([entry.actor_id, entry.actor_name]).toEqual([assignedDoctor.id, 'assigned_doctor']);
  const refused = await app.rows(`select actor_name from audit where actor_id = $1 and action = 'refused'`, [
    assignedDoctor.id,
  ]);
  expect(refused).toEqual([{ actor_name: 'assigned_doctor' }]);
});

test('nor is a new role', async () => {
  await look(assignedDoctor);
  await as(admin, 'PATCH', `/api/admin/users/${assignedDoctor.id}/`, { role: 'admin' });
  await look(assignedDoctor);
  const [now, then] = await log();
  expect([then.actor_role, now.actor_role]).toEqual(['doctor', 'admin']);
  await as(admin, 'PATCH', `/api/admin/users/${assignedDoctor.id}/`, { role: 'doctor' });
});

test('who registers and logs in has a name there as well', async () => {
  const someone = await app.register('newcomer');
  expect(await namesOf(someone.id)).toEqual([{ actor_name: 'newcomer', count: 2 }]);
});

test('nobody signs with another name', async () => {
  // as the Worker's own connection: an owner who is no superuser may not become app_api
  const sql = neon(app.database.appUrl);
  await sql.transaction([
    sql.query(
      `select set_config('app.user_id', $1, true), set_config('app.role', 'user', true), set_config('role', 'app_api', true)`,
      [String(owner.id)],
    ),
    sql.query(`insert into audit (action, resource, actor_name) values ('forged', 'patient', 'Somebody Else')`),
  ]);
  const [entry] = await app.rows(`select actor_name from audit where action = 'forged'`);
  expect(entry).toEqual({ actor_name: 'owner' });
});

test('an erased account is out of every entry, and out of no count', async () => {
  const reader = await app.register('reader_of_own');
  await as(reader, 'GET', '/api/patients/');
  await as(reader, 'DELETE', '/api/auth/me/', { password });
  expect((await namesOf(reader.id)).map(({ actor_name }) => actor_name)).toEqual(['Erased account']);
});

test('but the name of a doctor who looked stays, also when the account is erased', async () => {
  const reader = await app.register('reader_of_many', 'doctor/');
  const [record] = await app.database.owner.query('select id from doctors where user_id = $1', [reader.id]);
  await app.approve(admin, record?.id);
  await look(reader);
  await as(reader, 'DELETE', '/api/auth/me/', { password });
  await worker.scheduled({}, app.env);
  const [entry] = await log();
  expect(entry).toMatchObject({ actor_id: reader.id, actor_name: 'reader_of_many', actor_role: 'doctor' });
  // the erasing itself was done by nobody's name any more
  const names = await app.rows(`select distinct actor_name from audit where actor_id = $1 and action <> 'update'`, [
    reader.id,
  ]);
  expect(names).toEqual([{ actor_name: 'reader_of_many' }]);
});

test('nor is the name of an administrator taken out, nor of what one did before being demoted', async () => {
  const [stays, demoted] = [await app.register('former_admin'), await app.register('demoted_admin')];
  for (const one of [stays, demoted]) {
    await app.makeAdmin(one.id);
    await look(one);
  }
  await as(admin, 'PATCH', `/api/admin/users/${demoted.id}/`, { role: 'user' });
  for (const one of [stays, demoted]) expect((await as(one, 'DELETE', '/api/auth/me/', { password })).status).toBe(204);
  await worker.scheduled({}, app.env);
  const kept = await app.rows(`select distinct actor_name from audit where actor_id = $1 and action <> 'update'`, [
    stays.id,
  ]);
  expect(kept).toEqual([{ actor_name: 'former_admin' }]);
  const names = await app.rows('select distinct actor_role, actor_name from audit where actor_id = $1 order by 2', [
    demoted.id,
  ]);
  expect(names).toContainEqual({ actor_role: 'admin', actor_name: 'demoted_admin' });
  expect(names.filter(({ actor_role }) => actor_role !== 'admin').map(({ actor_name }) => actor_name)).toEqual(
    names.filter(({ actor_role }) => actor_role !== 'admin').map(() => 'Erased account'),
  );
});

test('a doctor who was never approved is taken out like anybody', async () => {
  const pending = await app.register('never_approved', 'doctor/');
  await as(pending, 'GET', '/api/doctor-profile/');
  await as(pending, 'DELETE', '/api/auth/me/', { password });
  expect((await namesOf(pending.id)).map(({ actor_name }) => actor_name)).toEqual(['Erased account']);
});

test('of a very long past the rest follows with the sweep', async () => {
  const busy = await app.register('busy_reader');
  await app.database.owner.query(
    `insert into audit (actor_id, action, resource) select $1, 'read', 'patient' from generate_series(1, 10500)`,
    [busy.id],
  );
  await as(busy, 'DELETE', '/api/auth/me/', { password });
  expect((await namesOf(busy.id)).map(({ actor_name }) => actor_name)).toEqual(['busy_reader', 'Erased account']);
  await worker.scheduled({}, app.env);
  expect((await namesOf(busy.id)).map(({ actor_name }) => actor_name)).toEqual(['Erased account']);
});

test('an entry holds nothing of how a record is kept', async () => {
  const p = (await as(owner, 'POST', '/api/patients/', { name: 'Kept' })).body;
  const d = (await as(owner, 'POST', '/api/doctors/', { name: 'Kept', specialization: 'Surgery' })).body;
  const m = (await as(owner, 'POST', '/api/mappings/', { patient: p.id, doctor: d.id })).body;
  for (const [kind, { id }] of Object.entries({ mappings: m, patients: p, doctors: d }))
    expect((await as(owner, 'DELETE', `/api/${kind}/${id}/`)).status).toBe(204);
  await as(owner, 'PATCH', '/api/auth/me/', { name: 'Owner' });
  const { body } = await as(admin, 'GET', `/api/admin/audit/?actor=${owner.id}&limit=4`);
  const version = expect.any(Number);
  const fields = (entry: Json) => Object.keys(entry.before).sort();
  expect(body.map(fields)).toEqual([
    ['name', 'updated_at', 'version'],
    [...Object.keys(d), 'version'].sort(),
    [...Object.keys(p), 'version'].sort(),
    ['created_at', 'created_by', 'doctor_id', 'expires_at', 'id', 'patient_id'],
  ]);
  expect(body[1].before).toMatchObject({ name: 'Kept', version });
});
