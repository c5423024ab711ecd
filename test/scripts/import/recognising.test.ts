// What is what in a dump is found by the shape of its models; what has no place is named, and a person's map comes first.
import { describe, expect, test } from 'vitest';
import { mapText, noMap, readMap } from '../../../scripts/import/plan.ts';
import { gapsOf, refusal, showModels, showPeople } from '../../../scripts/import/table.ts';
import { type Understood, understand } from '../../../scripts/import/understand.ts';
import { type DumpRow, doctor, dumpOf, fileOf, mapping, patient, profile, user } from '../../support/django-dump.ts';

const row = (model: string, pk: number, fields: Record<string, unknown>): DumpRow => ({ model, pk, fields });
const mapOf = async (map: object) => readMap(await fileOf(JSON.stringify(map), 'map.json'));
const look = async (rows: DumpRow[], { map = {}, drops = [] as string[] } = {}): Promise<Understood> =>
  understand(await dumpOf(rows), await mapOf(map), drops);
const becomes = ({ plan }: Understood) =>
  Object.fromEntries(Object.entries(plan.models).map(([model, { becomes }]) => [model, becomes]));
const placesOf = ({ plan }: Understood, model: string) => {
  const fields = Object.entries(plan.models[model]?.fields ?? {});
  return Object.fromEntries(fields.filter(([, place]) => place !== null));
};
const gaps = ({ models, plan }: Understood) => gapsOf(models, plan).map(({ name }) => name);

describe('models', () => {
  test('of owner-scoped records', async () => {
    const found = await look([user(1), patient(1), doctor(1), mapping(1, 1, 1)]);
    expect(becomes(found)).toEqual({
      'auth.user': 'users',
      'clinic.patient': 'patients',
      'clinic.doctor': 'doctors',
      'clinic.patientdoctormapping': 'mappings',
    });
    expect(placesOf(found, 'clinic.patient')).toMatchObject({ created_by: 'created_by', gender: 'gender' });
    expect(placesOf(found, 'clinic.doctor')).toMatchObject({ phone: 'contact_info' });
    expect(gaps(found)).toEqual([]);
  });

  test("of roles with profiles, whose user is the record's own account", async () => {
    const rows = [
      user(1),
      user(2),
      user(3),
      profile(1, 1, 'admin'),
      profile(2, 2, 'Doctor'),
      profile(3, 3, 'PATIENT'),
      row('accounts.doctorprofile', 5, { user: 2, specialization: 'Surgery', license_no: 'L-1', is_verified: false }),
      row('accounts.patientprofile', 6, { user: 3, date_of_birth: '1990-01-31', contact_number: '12' }),
      row('clinic.assignment', 1, { patient: 6, doctor: 5, assigned_by: 1, assigned_at: '2024-01-01T00:00:00Z' }),
    ];
    const found = await look(rows);
    expect(becomes(found)).toMatchObject({
      'accounts.profile': 'roles',
      'accounts.doctorprofile': 'doctors',
      'accounts.patientprofile': 'patients',
      'clinic.assignment': 'mappings',
    });
    expect(placesOf(found, 'accounts.doctorprofile')).toEqual({
      user: 'user',
      specialization: 'specialization',
      license_no: 'license_number',
      is_verified: 'approved',
    });
    const rolesOf = ({ decisions }: Understood) => [...decisions.values()].map(({ role }) => role);
    // anybody may have chosen that word in a profile: the superuser flag makes an administrator, or the map
    expect(rolesOf(found)).toEqual(['user', 'doctor', 'patient']);
    expect(found.findings.errors().lines).toEqual([]);
    const flagged = await look([user(1, { is_superuser: true }), ...rows.slice(1)]);
    const mapped = await look(rows, { map: { words: { role: { admin: 'admin' } } } });
    for (const one of [flagged, mapped]) {
      expect(rolesOf(one)).toEqual(['admin', 'doctor', 'patient']);
      expect(one.findings.errors().lines).toEqual([]);
    }
  });

  test("of the project's own users, by the shape of their fields", async () => {
    const { username: _u, ...fields } = user(1).fields;
    const found = await look([
      row('people.member', 1, { ...fields, role: 'patient' }),
      row('clinic.patient', 4, { user: 1, name: 'Jane' }),
    ]);
    expect(becomes(found)).toEqual({ 'people.member': 'users', 'clinic.patient': 'patients' });
    expect(found.plan.login).toBe('email');
    expect(found.decisions.get(1)).toMatchObject({ username: 'user1', role: 'patient', login_name: null });
  });

  test("of simplejwt and of Django's own", async () => {
    const found = await look([
      user(1),
      row('contenttypes.contenttype', 1, { app_label: 'auth', model: 'user' }),
      { model: 'sessions.session', pk: 'abc', fields: { session_data: 'x' } },
      row('admin.logentry', 1, { user: 1, object_repr: 'x' }),
      row('token_blacklist.outstandingtoken', 1, {
        user: 1,
        jti: 'a',
        token: 'x.y.z',
        created_at: '2024-01-01T00:00:00Z',
        expires_at: '2999-01-01T00:00:00Z',
      }),
      row('token_blacklist.blacklistedtoken', 1, { token: 1, blacklisted_at: '2024-01-01T00:00:00Z' }),
    ]);
    expect(becomes(found)).toMatchObject({
      'contenttypes.contenttype': 'drop',
      'sessions.session': 'drop',
      'admin.logentry': 'drop',
      'token_blacklist.outstandingtoken': 'outstanding',
      'token_blacklist.blacklistedtoken': 'blacklisted',
    });
    expect(gaps(found)).toEqual([]);
    expect(showModels(found.models, found.plan)).toMatch(/sessions\.session +1 +→ .*dropped.*: Django's own/);
  });

  test('that refer to patients and doctors and say more are no assignments', async () => {
    const found = await look([
      user(1),
      patient(1),
      doctor(1),
      row('clinic.appointment', 1, { patient: 1, doctor: 1, starts_at: '2024-01-01T00:00:00Z' }),
      row('clinic.medicalrecord', 1, { patient: 1, name: 'X-ray', medical_history: 'x' }),
    ]);
    expect(becomes(found)).toMatchObject({ 'clinic.appointment': null, 'clinic.medicalrecord': null });
    expect(gaps(found)).toEqual(['clinic.appointment', 'clinic.medicalrecord']);
  });

  test('of which two would become one of ours are refused until one is named', async () => {
    const rows = [user(1), patient(1), row('old.patient', 1, { name: 'x', age: 3, gender: 'M' })];
    await expect(look(rows)).rejects.toThrow('clinic.patient and old.patient would both become patients');
    expect(becomes(await look(rows, { drops: ['old.patient'] }))).toMatchObject({ 'old.patient': 'drop' });
  });
});

describe('a user of a record', () => {
  const role = profile(1, 1, 'admin');
  const records = (users: number[], model = 'clinic.patient') =>
    users.map((user, index) => row(model, index + 1, { user, name: 'x', age: 1 }));
  const linked = async (rows: DumpRow[], model = 'clinic.patient') =>
    placesOf(await look([user(1), user(2), ...rows]), model).user;

  test('is its creator where one has several, or where there are no roles', async () => {
    expect(await linked([role, ...records([1, 1])])).toBe('created_by');
    expect(await linked(records([1, 2]))).toBe('created_by');
  });
  test('is its own account where there are roles, or where it is a profile', async () => {
    expect(await linked([role, ...records([1, 2])])).toBe('user');
    expect(await linked(records([1, 2], 'x.patientprofile'), 'x.patientprofile')).toBe('user');
  });
  test('is its own account where another field says who created it', async () => {
    const rows = [row('clinic.patient', 1, { user: 2, owner: 1, name: 'x', age: 1 })];
    expect(placesOf(await look([user(1), user(2), ...rows]), 'clinic.patient')).toMatchObject({
      user: 'user',
      owner: 'created_by',
    });
  });
  test('is the id of a profile that names nobody', async () => {
    const found = await look([user(7), row('x.patientprofile', 7, { date_of_birth: '1990-01-01', full_name: 'Jane' })]);
    expect(found.plan.models['x.patientprofile']?.pk).toBe('id user');
    expect(found.people.get(7)?.linked.patient).toBe(7);
  });
});

describe('an assignment', () => {
  const people = [
    user(11),
    user(12),
    row('x.patientprofile', 1, { user: 11, name: 'Jane', age: 3 }),
    row('x.doctorprofile', 2, { user: 12, name: 'Dr.', specialization: 'Surgery' }),
  ];
  test('may refer to accounts, where only these have such ids', async () => {
    const found = await look([...people, mapping(1, 11, 12)]);
    expect(placesOf(found, 'clinic.patientdoctormapping')).toMatchObject({
      patient: 'patient_user',
      doctor: 'doctor_user',
    });
    expect(found.findings.errors().count).toBe(0);
  });
  test('refers to records where these have such ids', async () => {
    const found = await look([...people, mapping(1, 1, 2)]);
    expect(placesOf(found, 'clinic.patientdoctormapping')).toMatchObject({ patient: 'patient', doctor: 'doctor' });
  });
  test('may be a field of a patient, or a list of a doctor', async () => {
    const one = await look([
      user(1),
      doctor(5),
      patient(1, { assigned_doctor: 5 }),
      patient(2, { assigned_doctor: null }),
    ]);
    expect(one.counts.mappings).toBe(1);
    const list = await look([user(1), patient(1), patient(2), doctor(5, { patients: [1, 2] })]);
    expect(list.counts.mappings).toBe(2);
    const missing = await look([user(1), patient(1), doctor(5, { patients: [1, 3] })]);
    expect(missing.findings.errors().lines).toEqual([
      expect.stringContaining('is 3, and the dump has no such patient'),
    ]);
  });
});

describe('what has no place', () => {
  const rows = [user(1), patient(1, { blood_group: 'A+', insurance: '' }), row('x.note', 1, { text: 'x' })];

  test('is an error that names it and says how to go on, unless it is empty everywhere', async () => {
    const found = await look(rows);
    expect(gaps(found)).toEqual(['clinic.patient.blood_group', 'x.note']);
    const table = showModels(found.models, found.plan);
    expect(table).toMatch(/blood_group +1 +.*no place/);
    expect(table).toMatch(/insurance +0 +.*empty everywhere/);
    const refused = refusal('dump.jsonl', gapsOf(found.models, found.plan), found.findings) ?? '';
    expect(refused).toContain('--drop clinic.patient.blood_group,x.note');
    expect(refused).toContain('Nothing was written.');
  });

  test.each([[['clinic.patient.blood_group', 'x.note']], [['patient.blood_group', 'x.note.text', 'x.note']]])(
    'may be dropped: %j',
    async (drops) => {
      const found = await look(rows, { drops });
      expect(gaps(found)).toEqual([]);
      expect(refusal('x', gapsOf(found.models, found.plan), found.findings)).toBeUndefined();
    },
  );

  test('may be mapped, and then says what it is', async () => {
    const map = {
      models: { 'clinic.patient': { fields: { blood_group: 'medical_history' } }, 'x.note': { becomes: 'drop' } },
    };
    const { convertOne } = await converted([user(1), patient(1, { blood_group: 'A+', notes: 'Asthma' })], {
      models: { 'clinic.patient': map.models['clinic.patient'] },
    });
    expect(convertOne('patients').medical_history).toBe('Blood group: A+\nAsthma');
    expect(gaps(await look(rows, { map }))).toEqual([]);
  });

  test("is a user's group, but not an empty list of them", async () => {
    expect(gaps(await look([user(1, { groups: [3] })]))).toEqual(['auth.user.groups']);
    expect(gaps(await look([user(1)]))).toEqual([]);
  });

  test.each([
    [['patient.blood'], '--drop patient.blood: the dump has no such model or field'],
    [['patient.age'], 'several models are called so'],
  ])('is not dropped by a name that means nothing, or two: %j', async (drops, message) => {
    const twin = row('other.patient', 1, { age: 1 });
    await expect(
      look([...rows, twin], { drops, map: { models: { 'other.patient': { becomes: null } } } }),
    ).rejects.toThrow(message);
  });
});

/** What the rows became. */
async function converted(rows: DumpRow[], map: object = {}) {
  const { convertAll } = await import('../../../scripts/import/understand.ts');
  const understood = await look(rows, { map });
  const staged: { table: string; values: Record<string, unknown> }[] = [];
  await convertAll(understood, 'test', async (some) => void staged.push(...some));
  return { staged, convertOne: (table: string) => staged.find((one) => one.table === table)?.values ?? {} };
}

describe('a map', () => {
  test('that was written changes nothing, and may be corrected', async () => {
    const rows = [user(1), patient(1), doctor(1), mapping(1, 1, 1)];
    const found = await look(rows);
    const text = mapText(found.plan, noMap);
    const again = await understand(await dumpOf(rows), await readMap(await fileOf(text, 'map.json')), []);
    expect(again.plan).toEqual(found.plan);

    const corrected = text.replace('"created_by": "created_by"', '"created_by": "user"');
    const other = await understand(await dumpOf(rows), await readMap(await fileOf(corrected, 'map.json')), []);
    expect(placesOf(other, 'clinic.patient').created_by).toBe('user');
  });

  test('keeps its corrections of rows when it is written again', async () => {
    const map = await mapOf({ rows: { 'auth.user': { 1: { username: 'x' } } }, words: { gender: { q: 'other' } } });
    const { plan } = await understand(await dumpOf([user(1)]), map, []);
    expect(JSON.parse(mapText(plan, map))).toMatchObject({
      rows: { 'auth.user': { 1: { username: 'x' } } },
      words: { gender: { q: 'other' } },
    });
  });

  test('gives what Django has nowhere', async () => {
    const { convertOne } = await converted([user(1), doctor(1, { specialization: '' })], {
      models: { 'clinic.doctor': { defaults: { specialization: 'General practice' } } },
    });
    expect(convertOne('doctors').specialization).toBe('General practice');
  });

  test.each([
    [{ models: { 'x.y': {} } }, 'the model x.y, which the dump does not have'],
    [{ rows: { 'x.y': {} } }, 'the model x.y, which the dump does not have'],
    [{ models: { 'clinic.patient': { fields: { nam: 'name' } } } }, 'clinic.patient.nam, which the dump does not have'],
    [
      { models: { 'clinic.patient': { fields: { age: 'years' } } } },
      'there is no place "years". There are user, created_by',
    ],
    [{ models: { 'clinic.patient': { defaults: { years: 3 } } } }, 'there is no place "years"'],
    [{ models: { 'clinic.patient': { fields: { name: 'age' } } } }, 'another field has the place "age" already'],
    [{ models: { 'clinic.patient': { becomes: 'persons' } } }, 'models clinic.patient becomes'],
    [{ model: {} }, 'Unrecognized key'],
  ])('is refused where it means nothing: %j', async (map, message) => {
    await expect(look([user(1), patient(1)], { map })).rejects.toThrow(message);
  });
});

test('the table has rows, places and what was counted', async () => {
  const found = await look([user(1, { is_superuser: true }), user(2, { password: '!unusable' }), patient(1)]);
  expect(showModels(found.models, found.plan)).toMatch(/clinic\.patient +1 +→ .*patients[\s\S]* age +1 +age/);
  const people = showPeople(found.plan, found.decisions, found.counts, found.findings);
  expect(people).toContain('Accounts: 1 admin, 1 user. They signed in with their username.');
  expect(people).toContain('Administrators, who see and change everything: user1 (1)');
  expect(people).toContain('Passwords: 1 comes along; 1 account gets a reset mail');
  expect(people).toContain('a gender "F" becomes female: 1');
  expect(people).toContain('clinic.patient 1 (line 3)');
  const none = await look([user(1)]);
  expect(showPeople(none.plan, none.decisions, none.counts, none.findings)).toContain('There is no administrator');
});
