// Ways around DOCTOR_ACCESS = "assigned", and around what an emergency leaves behind.
import { neon } from '@neondatabase/serverless';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Account, boot, caller, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot({ DOCTOR_ACCESS: 'assigned' });
const w = await assemble(app);
const { owner, otherDoctor, admin } = w.people;
const born = '1931-02-03';
const reason = 'Brought in unconscious, nobody knows of allergies';
beforeEach(() => app.rows('with looked as (delete from app.emergency_lookups) delete from emergency_accesses'));

const lookUp = (who: Account, name: string) =>
  app.as(who, 'POST', '/api/doctors/lookup-patient/', { name, date_of_birth: born });
const open = (who: Account, id: number, why = reason) =>
  app.as(who, 'POST', `/api/patients/${id}/emergency-access/`, { reason: why });
const newPatient = async (name = unique('Zoë Müller')) => ({
  id: await w.newPatient({ name, date_of_birth: born }),
  name,
});
const opened = async () => {
  const made = await newPatient();
  await lookUp(otherDoctor, made.name);
  const { status, body } = await open(otherDoctor, made.id);
  expect(status).toBe(201);
  return { ...made, access: body };
};
/** As the doctor who has just been let in. */
const asDoctor = (database: typeof app.database.owner, statements: string[]) =>
  database
    .transaction([
      database.query(`select app.begin_request($1, $2, 1, 'a test', null, '{doctor}', '', false, 'assigned')`, [
        sessionOf(otherDoctor),
        otherDoctor.id,
      ]),
      ...statements.map((statement) => database.query(statement)),
    ])
    .then(
      (results) => results.at(-1),
      ({ message }) => message,
    );
/** With the rights of the owner. */
const within = (...statements: string[]) => asDoctor(app.database.owner, statements);
const as = (role: string) => `select set_config('app.role', '${role}', true)`;

describe('a look-up', () => {
  test('finds a name whatever stands around it', async () => {
    const { id } = await newPatient('(Ann) Other, M.D.');
    expect((await lookUp(otherDoctor, 'ann other m d')).body).toMatchObject([{ id }]);
  });

  test('answers no more than 20, the oldest, however many somebody has made who are called the same', async () => {
    const { id, name } = await newPatient();
    await app.asOwner(
      `insert into patients (created_by, name, date_of_birth)
      select ${owner.id}, $1, '${born}' from generate_series(1, 30)`,
      [name],
    );
    const found = await lookUp(otherDoctor, name);
    expect(found.body).toHaveLength(20);
    expect(found.body[0].id).toBe(id);
    const [entry] = await app.trailOf(found);
    expect(entry.patient_ids).toEqual(found.body.map((one: Json) => one.id));
  });

  test.each([
    ['the approval ends', `update doctors set approved = false where id = ${w.doctorIds.other}`],
    ['the account is erased', `update users set erased_at = now(), disabled_at = now() where id = ${otherDoctor.id}`],
    ['the record is deleted', `delete from doctors where id = ${w.doctorIds.other}`],
  ])('that waited while %s finds nobody, and opens nothing', async (_, ending) => {
    const { id, name } = await newPatient();
    await lookUp(otherDoctor, name);
    const roles = [as('cli'), ending, as('doctor')];
    // the last one takes all of it back, should it come to that
    for (const what of [`app.lookup_patients('${name}', '${born}')`, `app.open_emergency_access(${id}, '${reason}')`])
      expect(await within(...roles, `select * from ${what}`, 'select 1 / 0')).toBe('doctor_not_approved');
  });
});

describe('an emergency', () => {
  test('has a reason that somebody can read', async () => {
    const { id, name } = await newPatient();
    await lookUp(otherDoctor, name);
    for (const why of [
      '\u3164'.repeat(12),
      '\u200b'.repeat(12),
      '\u2800'.repeat(12),
      '............',
      `a${'\u200b'.repeat(11)}`,
    ])
      expect((await open(otherDoctor, id, why)).status, JSON.stringify(why)).toBe(400);
    expect((await open(otherDoctor, id, '昏迷不醒，無家屬在場。')).status).toBe(201);
  });

  test('names the doctor to administrators as the doctor was called then, also once deleted', async () => {
    const { access } = await opened();
    const named = async () => (await app.as(admin, 'GET', '/api/admin/emergency-accesses/')).body;
    await app.asOwner(`update doctors set name = 'Dr. Somebody Else' where id = $1`, [w.doctorIds.other]);
    expect(await named()).toMatchObject([{ id: access.id, doctor_name: 'other_doctor' }]);
    await app.asOwner(`update doctors set name = 'other_doctor' where id = $1`, [w.doctorIds.other]);
    await app.rows(`update emergency_accesses set doctor_id = 999999`);
    expect(await named()).toMatchObject([{ id: access.id, doctor_name: 'other_doctor' }]);
  });

  test('is read by whoever reads its reason in the trail', async () => {
    const { id } = await opened();
    const trail = await app.as(admin, 'GET', '/api/admin/audit/?action=emergency_access&limit=1');
    expect(trail.body).toMatchObject([{ reason, patient_ids: [id] }]);
    expect(await app.trailOf(trail)).toMatchObject([{ action: 'read', resource: 'audit', patient_ids: [id] }]);
  });

  test.each(['lookup', 'read'])('leaves no reason in a %s', async (action) => {
    const { id } = await opened();
    await app.as(otherDoctor, 'GET', `/api/patients/${id}/`);
    expect(await app.rows(`select reason from audit where action = $1 and reason is not null`, [action])).toEqual([]);
  });
});

describe('of a doctor with many patients', () => {
  test.each(['patients', 'mappings'])('%s are looked up by a hash, and not one after the other', async (table) => {
    const become = `select set_config('role', 'app_api', true)`;
    const plan = await asDoctor(neon(app.database.appUrl), [become, `explain select * from ${table}`]);
    expect(JSON.stringify(plan)).toContain('hashed SubPlan');
  });
});

test('under "all" a count with a filter leaves one entry beside that of the page, as before', async () => {
  for (const DOCTOR_ACCESS of ['all', 'assigned'] as const)
    for (const list of ['all-patients', 'my-patients']) {
      const path = `/api/doctors/${list}/?min_age=1&count=exact`;
      const answer = await caller({ ...app.env, DOCTOR_ACCESS })('GET', path, { token: otherDoctor.token });
      expect(answer.headers.get('X-Total-Count')).toBe(String(answer.body.length));
      expect(await app.trailOf(answer), `${DOCTOR_ACCESS} ${list}`).toHaveLength(2);
    }
});

test('20 at once of everything that a doctor and an administrator may do in an emergency, and no error', async () => {
  const people = await Promise.all(
    Array.from({ length: 4 }, () => app.register(unique('patient'), 'patient/', { date_of_birth: born })),
  );
  await Promise.all(people.map(({ id }) => app.verify(id)));
  for (const { user } of people) await lookUp(otherDoctor, user.name);
  const records = await app.rows('select id::int, user_id::int from patients where user_id = any ($1)', [
    people.map(({ id }) => id),
  ]);
  expect(records).toHaveLength(4);
  const answers = await Promise.all([
    ...records.flatMap(({ id }) => Array.from({ length: 5 }, () => open(otherDoctor, id))),
    ...people.slice(0, 2).map((who) => app.as(who, 'DELETE', '/api/auth/me/', { password: 'correct horse battery' })),
    ...records.slice(2).map(({ id }) => app.as(admin, 'DELETE', `/api/patients/${id}/`)),
    ...people.map(({ user }) => lookUp(otherDoctor, user.name)),
  ]);
  const statuses = answers.map(({ status }) => status);
  expect(
    statuses.filter((status) => status >= 500),
    statuses.join(),
  ).toEqual([]);
  const accesses = (await app.as(admin, 'GET', '/api/admin/emergency-accesses/')).body;
  const reviews = await Promise.all(
    accesses.flatMap(({ id }: Json) =>
      Array.from({ length: 5 }, () => app.as(admin, 'POST', `/api/admin/emergency-accesses/${id}/review/`)),
    ),
  );
  expect(new Set(reviews.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await app.count(`from audit where resource = 'emergency_access' and actor_id = $1`, [admin.id])).toBe(
    accesses.length,
  );
});
