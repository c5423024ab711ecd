// The filters of every list find what SQL finds, in the scope of whoever asks.
import { describe, expect, test } from 'vitest';
import { cheapPasswords } from '../support/app.ts';
import { idsOf, type List, manyRows } from './lists.ts';

cheapPasswords();
const { app, w, doctorId, listed, get, sqlIds } = await manyRows();
const { owner, stranger } = w.people;
const { database } = app;

describe('a filter', () => {
  // born 30 years ago: yesterday, today and tomorrow; and others by an age that was told, or by none
  const born = (years: number, days: number) =>
    `((now() at time zone 'utc')::date - interval '${years} years')::date + ${days}`;
  const madeBy = async (who: number) => {
    const rows = [
      `('Born yesterday', null, ${born(30, -1)}, 'female')`,
      `('Born today', null, ${born(30, 0)}, 'male')`,
      `('Born tomorrow', null, ${born(30, 1)}, 'other')`,
      `('Told thirty', 30, null, 'unknown')`,
      `('Told nothing', null, null, null)`,
      `('Newborn', null, ${born(0, 0)}, 'female')`,
      `('Of an age', 150, null, 'female')`,
    ];
    return sqlIds(`insert into patients (created_by, name, age, date_of_birth, gender)
      select ${who}, v.name, v.age::integer, v.born::date, v.gender from (values ${rows}) v (name, age, born, gender)
      returning id`);
  };
  let made: Promise<number[]> | undefined;
  const setup = () => {
    made ??= fixtures();
    return made;
  };
  const fixtures = async () => {
    const mine = await madeBy(stranger.id);
    await madeBy(owner.id);
    await database.owner.query(`insert into mappings (patient_id, doctor_id) values
      (${mine[0]}, ${doctorId}), (${mine[1]}, ${doctorId}), (${mine[1]}, ${w.doctorIds.other}), (${mine[4]}, ${w.ownDoctor.id})`);
    return mine;
  };

  const filteredIds = async (list: List, query: string, where: string) => {
    await setup();
    const all = await sqlIds(`select t.id from ${list.rows} where ${where} order by 1`);
    const answer = await get(list, `?${query}&count=exact`);
    expect(answer.status, answer.text).toBe(200);
    expect(idsOf(answer.body)).toEqual(all.slice(0, 1000));
    expect(answer.headers.get('X-Total-Count')).toBe(String(all.length));
    return all.length;
  };

  const age = `coalesce(date_part('year', age((now() at time zone 'utc')::date, t.date_of_birth)), t.age)`;
  const today30 = born(30, 0);
  const patientFilters: [query: string, where: string][] = [
    ['gender=female', `gender = 'female'`],
    ['gender=unknown', `gender = 'unknown'`],
    ['gender=Female', `gender = 'female'`],
    ['min_age=30', `(date_of_birth <= ${today30} or (date_of_birth is null and t.age >= 30))`],
    ['max_age=29', `(date_of_birth > ${today30} or (date_of_birth is null and t.age <= 29))`],
    ['min_age=30&max_age=30', `${age} = 30`],
    ['max_age=0', `${age} = 0`],
    ['min_age=150', `${age} = 150`],
    [`min_age=29&gender=other`, `${age} >= 29 and gender = 'other'`],
    [`doctor=${doctorId}`, `exists (select from mappings m where m.patient_id = t.id and m.doctor_id = ${doctorId})`],
    [
      `doctor=${w.doctorIds.other}`,
      `exists (select from mappings m where m.patient_id = t.id and m.doctor_id = ${w.doctorIds.other})`,
    ],
    [
      `doctor=${doctorId}&gender=male&min_age=30`,
      `exists (select from mappings m where m.patient_id = t.id and m.doctor_id = ${doctorId}) and gender = 'male' and ${age} >= 30`,
    ],
    ['search=born', `name like 'Born %'`],
    ['search=born&gender=male&min_age=30', `name = 'Born today'`],
  ];
  const scopes: [string, List][] = [
    [
      'a user',
      {
        path: '/api/patients',
        who: stranger,
        sorts: [],
        rows: `(select * from patients where created_by = ${stranger.id}) as t`,
      },
    ],
    ['an admin', listed('patients of an admin')],
    ['a doctor, of all', listed('all patients')],
    ['a doctor, of the assigned', listed('my patients')],
  ];
  for (const [scope, list] of scopes)
    test.each(patientFilters)(`for ${scope}: patients by %s`, async (query, where) => {
      await filteredIds(list, query, where);
    });

  test('for a user: patients by date of birth', async () => {
    const [list] = scopes.map(([, scope]) => scope) as [List];
    await setup();
    const [row] = await database.owner.query(`select (${born(30, -1)})::text as day`);
    expect(await filteredIds(list, `date_of_birth=${row?.day}`, `date_of_birth = '${row?.day}'`)).toBe(1);
    expect(await filteredIds(list, 'date_of_birth=1801-01-01', 'false')).toBe(0);
  });

  test('for a user finds what the others have just not', async () => {
    const [list] = scopes.map(([, scope]) => scope) as [List];
    expect(await filteredIds(list, 'min_age=30', `${age} >= 30`)).toBe(4);
    expect(await filteredIds(list, 'max_age=29', `${age} <= 29`)).toBe(2);
    expect(await filteredIds(list, `doctor=${doctorId}`, "name in ('Born yesterday', 'Born today')")).toBe(2);
  });

  test.each([
    ['specialization=oncolog%C3%ADa', `specialization = 'oncología'`],
    ['specialization=ONCOLOGIA', `specialization = 'oncología'`],
    ['specialization=Oncology', `specialization = 'Oncology'`],
    ['specialization=Onc', 'false'],
    ['specialization=%25', 'false'],
    ['approved=true', 'approved'],
    ['approved=false', 'approved = false'],
    ['approved=true&specialization=cardiology', `approved and specialization = 'Cardiology'`],
    ['search=zoe&specialization=surgery', `name = 'Zoë' and specialization = 'Surgery'`],
  ])('doctors by %s', async (query, where) => {
    await filteredIds(listed('doctors'), query, where);
    await filteredIds(listed('my doctors'), query, where);
  });

  test('mappings by patient and doctor, and never those of others', async () => {
    const [first, second] = await setup();
    for (const name of ['mappings of a user', 'mappings of a patient', 'mappings of a doctor'])
      for (const [query, where] of [
        [`patient=${w.ownPatient.id}`, `patient_id = ${w.ownPatient.id}`],
        [`patient=${w.ownRecord}`, `patient_id = ${w.ownRecord}`],
        [`patient=${second}`, `patient_id = ${second}`],
        [`doctor=${doctorId}`, `doctor_id = ${doctorId}`],
        [`doctor=${doctorId}&patient=${first}`, `doctor_id = ${doctorId} and patient_id = ${first}`],
        [`doctor=${w.ownDoctor.id}`, `doctor_id = ${w.ownDoctor.id}`],
      ] as const)
        await filteredIds(listed(name), query, where);
    expect(await filteredIds(listed('mappings of a user'), `patient=${second}`, `patient_id = ${second}`)).toBe(0);
    expect(await filteredIds(listed('mappings of a doctor'), `patient=${second}`, `patient_id = ${second}`)).toBe(2);
  });

  test('accounts by role and by whether they are disabled', async () => {
    await app.asOwner(`update users set disabled_at = now() where username in ('extra5', 'extra6')`);
    await app.asOwner(
      `update users set erased_at = now(), disabled_at = now(), username = null, email = null where username = 'extra7'`,
    );
    const users = { ...listed('users'), rows: '(select * from users where erased_at is null) as t' };
    for (const role of ['user', 'patient', 'doctor', 'admin'])
      expect(await filteredIds(users, `role=${role}`, `role = '${role}'`), role).toBeGreaterThan(0);
    expect(await filteredIds(users, 'disabled=true', 'disabled_at is not null')).toBe(2);
    await filteredIds(users, 'disabled=false&role=user', `disabled_at is null and role = 'user'`);
  });

  test('the trail by actor, action, resource, patient and time', async () => {
    const trail = listed('the trail');
    const ids = async (query: string) => idsOf((await get(trail, `?${query}&sort=id`)).body);
    const of = (where: string) => sqlIds(`select id from audit where ${where} order by 1 limit 1000`);
    const [middle] = await database.owner.query(
      `select to_char(max(at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from audit where action = 'login'`,
    );
    for (const [query, where] of [
      [`actor=${owner.id}`, `actor_id = ${owner.id}`],
      ['action=create&resource=doctor', `action = 'create' and resource = 'doctor'`],
      [`resource=user&resource_id=${owner.id}`, `resource = 'user' and resource_id = ${owner.id}`],
      ['resource=session', `resource = 'session'`],
      [`patient=${w.ownPatient.id}`, `patient_ids @> array[${w.ownPatient.id}::bigint]`],
      [`to=${middle?.at}&resource=session`, `at < '${middle?.at}' and resource = 'session'`],
      [`from=${middle?.at}&resource=session`, `at >= '${middle?.at}' and resource = 'session'`],
      [`from=2000-01-01T00:00:00%2B02:00&to=2001-01-01T00:00:00Z`, 'false'],
    ] as const) {
      // asked before, because to ask is to add an entry
      const before = await of(where);
      expect(await ids(query), query).toEqual(before);
      if (where !== 'false') expect(before.length, query).toBeGreaterThan(0);
    }
  });

  test.each([
    ['patients of a user', 'gender=robot', 'gender'],
    ['patients of a user', 'min_age=-1', 'min_age'],
    ['patients of a user', 'min_age=151', 'min_age'],
    ['patients of a user', 'max_age=old', 'max_age'],
    ['all patients', 'max_age=', 'max_age'],
    ['my patients', 'date_of_birth=2026-02-30', 'date_of_birth'],
    ['patients of an admin', 'date_of_birth=today', 'date_of_birth'],
    ['patients of an admin', 'doctor=0', 'doctor'],
    ['patients of an admin', 'doctor=99999999999999999999', 'doctor'],
    ['patients of an admin', 'gender=male&gender=female', 'gender'],
    ['doctors', 'approved=maybe', 'approved'],
    ['doctors', 'specialization=', 'specialization'],
    ['doctors', 'specialization=%00', 'specialization'],
    ['my doctors', 'approved=1', 'approved'],
    ['mappings of a user', 'patient=x', 'patient'],
    ['mappings of a doctor', 'doctor=-1', 'doctor'],
    ['users', 'role=root', 'role'],
    ['users', 'disabled=yes', 'disabled'],
    ['the trail', 'actor=me', 'actor'],
    ['the trail', 'resource_id=one', 'resource_id'],
    ['the trail', 'action=DROP%20TABLE', 'action'],
    ['the trail', 'from=yesterday', 'from'],
    ['the trail', 'to=2026-01-32', 'to'],
  ])('of %s that says %s is refused', async (name, query, field) => {
    const answer = await get(listed(name), `?${query}`);
    expect([answer.status, Object.keys(answer.body.errors ?? {})]).toEqual([400, [field]]);
  });

  test('of ages that exclude each other fits nobody', async () => {
    expect((await get(listed('patients of an admin'), '?min_age=40&max_age=20')).body).toEqual([]);
  });
});
