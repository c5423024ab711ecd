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
  await look(assignedDoctor);
  await as(assignedDoctor, 'PATCH', '/api/auth/me/', { name: 'System maintenance' });
  await look(assignedDoctor);
  const [now, then] = await log();
  expect([then.actor_name, now.actor_name]).toEqual(['assigned_doctor', 'System maintenance']);
  const { body } = await as(admin, 'GET', `/api/admin/audit/?actor=${assignedDoctor.id}&resource=patient`);
  expect(body.map(({ actor_name }: Json) => actor_name)).toEqual(['System maintenance', 'assigned_doctor']);
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
  const reader = await app.register('reader_of_many', 'doctor/');
  const [record] = await app.database.owner.query('select id from doctors where user_id = $1', [reader.id]);
  await app.approve(admin, record?.id);
  await look(reader);
  expect((await log())[0].actor_name).toBe('reader_of_many');
  await as(reader, 'DELETE', '/api/auth/me/', { password });
  const [entry] = await log();
  expect(entry).toMatchObject({ actor_id: reader.id, actor_name: 'Erased account', actor_role: 'doctor' });
  expect((await namesOf(reader.id)).map(({ actor_name }) => actor_name)).toEqual(['Erased account']);
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

test('an entry holds the record as it was, and nothing of how it is kept', async () => {
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
    [
      ...['created_at', 'disabled_at', 'email', 'email_verified_at', 'erased_at', 'id', 'imported_at', 'last_login'],
      ...['login_name', 'name', 'pending_email', 'role', 'updated_at', 'username', 'version'],
    ],
    [...Object.keys(d), 'version'].sort(),
    [...Object.keys(p), 'version'].sort(),
    ['created_at', 'created_by', 'doctor_id', 'id', 'patient_id'],
  ]);
  expect(body[1].before).toMatchObject({ name: 'Kept', version });
});
