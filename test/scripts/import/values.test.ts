// Values of a dump as they come out: what is folded is printed as a rule, and everything else stays what it was.
import { describe, expect, test } from 'vitest';
import { readMap } from '../../../scripts/import/plan.ts';
import { convertAll, understand } from '../../../scripts/import/understand.ts';
import { type DumpRow, doctor, dumpOf, fileOf, mapping, patient, profile, user } from '../../support/django-dump.ts';

const convert = async (rows: DumpRow[], map: object = {}) => {
  const understood = await understand(
    await dumpOf([user(1), ...rows]),
    await readMap(await fileOf(JSON.stringify(map), 'map.json')),
    [],
  );
  const rules = understood.findings.rules().map(({ what }) => what);
  const errors = understood.findings.errors().lines;
  const staged: Record<string, Record<string, unknown>[]> = {};
  await convertAll(understood, 'test', async (some) => {
    for (const { table, values } of some) staged[table] = [...(staged[table] ?? []), values];
  });
  return { staged, rules, errors };
};
const one = async (fields: Record<string, unknown>, map: object = {}) => {
  const { staged, rules, errors } = await convert([patient(2, fields)], map);
  expect(errors).toEqual([]);
  return { rules, values: staged.patients?.[0] ?? {} };
};

describe('times', () => {
  test('keep their zone', async () => {
    const { values, rules } = await one({ created_at: '2023-06-01T10:00:00.123+05:30', gender: null });
    expect(values.created_at).toBe('2023-06-01T10:00:00.123+05:30');
    expect(rules).toEqual([]);
  });
  test('without a zone are UTC, and may be ahead by one', async () => {
    const soon = new Date(Date.now() + 13 * 3_600_000).toISOString().slice(0, -1);
    const { values, rules } = await one({ created_at: soon });
    expect(values.created_at).toBe(`${soon}Z`);
    expect(rules).toContain('times without a zone are taken as UTC');
    const { errors } = await convert([patient(2, { created_at: `${soon}Z` })]);
    expect(errors).toEqual([expect.stringContaining('(created_at) lies in the future')]);
  });
  test('may be days', async () => {
    const { values } = await one({ created_at: '2023-06-01' });
    expect(values.created_at).toBe('2023-06-01T00:00:00Z');
  });
  test('before the first year are none', async () => {
    const { errors } = await convert([patient(2, { created_at: '0000-06-01T00:00:00Z' })]);
    expect(errors).toEqual([expect.stringContaining('(created_at) is no time')]);
  });
  test('of the last change are those of the first, where Django kept none', async () => {
    expect((await one({})).values).toMatchObject({ updated_at: '2023-06-01T10:00:00Z' });
  });
});

describe('a date of birth', () => {
  test.each(['1990-01-31', '1990-01-31T00:00:00', '1990-01-31T00:00:00Z', '1990-01-31T00:00:00.000+00:00'])(
    'is %s',
    async (dob) => expect((await one({ age: null, dob })).values.date_of_birth).toBe('1990-01-31'),
  );
  test('with a time of day is none', async () => {
    const { errors } = await convert([patient(2, { dob: '1990-01-31T23:30:00Z' })]);
    expect(errors).toEqual([expect.stringContaining('(dob) is no date')]);
  });
  test('comes before an age, which is printed', async () => {
    const { rules } = await one({ age: 30, dob: '1990-01-31' });
    expect(rules).toContain('an age beside a date of birth is left out: it follows from the date');
  });
});

describe('an age', () => {
  test('may be a text, which is printed', async () => {
    const { values, rules } = await one({ age: '42' });
    expect(values.age).toBe(42);
    expect(rules).toContain('an age that is a text becomes a number');
  });
});

describe('a gender', () => {
  test.each([
    ['M', 'male'],
    ['Female', 'female'],
    [' f ', 'female'],
    ['Prefer not to say', 'unknown'],
    ['non-binary', 'other'],
  ])('%s becomes %s, and is printed', async (gender, ours) => {
    const { values, rules } = await one({ gender });
    expect(values.gender).toBe(ours);
    expect(rules).toContain(`a gender "${gender}" becomes ${ours}`);
  });
  test('in our own word is nothing to print', async () => expect((await one({ gender: 'male' })).rules).toEqual([]));
  test("in a project's own word is what --map says, in any case", async () => {
    const { values } = await one({ gender: 'Q' }, { words: { gender: { q: 'other' } } });
    expect(values.gender).toBe('other');
    expect((await one({ gender: 'q' }, { words: { gender: { Q: 'other' } } })).values.gender).toBe('other');
    expect((await one({ gender: 'm' }, { words: { gender: { m: 'other' } } })).values.gender).toBe('other');
  });
});

describe('texts', () => {
  test('may be numbers, and lose spaces around them, which is printed', async () => {
    const { values, rules } = await one({ phone: 5550100, address: ' 12 Elm Street\n' });
    expect(values).toMatchObject({ phone: '5550100', address: '12 Elm Street' });
    expect(rules).toContain('spaces around a text are cut off');
  });
  test('that are empty are nothing', async () => expect((await one({ phone: '' })).values.phone).toBeUndefined());
  test('of a whole name are not said twice', async () => {
    const { first_name, ...fields } = { first_name: 'Jane', ...patient(2).fields };
    const row = { model: 'clinic.patient', pk: 2, fields: { ...fields, first_name, last_name: 'Doe' } };
    const { staged } = await convert([row], {
      models: { 'clinic.patient': { fields: { first_name: 'drop', last_name: 'drop' } } },
    });
    expect(staged.patients?.[0]?.name).toBe('Patient 2');
    const understood = await understand(
      await dumpOf([user(1), row]),
      await readMap(await fileOf('{}', 'map.json')),
      [],
    );
    expect(understood.plan.models['clinic.patient']?.fields).toMatchObject({ name: 'name', first_name: null });
  });
  test('of the parts of a name are joined in their order', async () => {
    const fields = { first_name: 'Jane', last_name: 'Doe', age: 3, gender: 'F' };
    const { staged } = await convert([{ model: 'clinic.patient', pk: 2, fields }]);
    expect(staged.patients?.[0]?.name).toBe('Jane Doe');
  });
});

describe('a flag', () => {
  test('may be a number', async () => {
    const { staged } = await convert([user(2, { is_active: 0 }), user(3, { is_active: 1 })]);
    expect(staged.users?.map(({ disabled }) => disabled)).toEqual([false, true, false]);
  });
});

describe('a record of an account', () => {
  const own = (fields: Record<string, unknown>) => ({
    model: 'x.patientprofile',
    pk: 5,
    fields: { dob: '1990-01-01', ...fields },
  });

  test('without a name and an email has those of the account', async () => {
    const { staged } = await convert([own({ user: 1 })]);
    expect(staged.patients?.[0]).toMatchObject({ user_id: 1, name: 'user1', email: 'user1@example.com' });
    const { staged: other } = await convert([own({ user: 1, email: 'her@x.example', name: 'Her' })]);
    expect(other.patients?.[0]).toMatchObject({ name: 'Her', email: 'her@x.example' });
  });
  test.each([
    ['its user', own({ user: 9 }), '(user) is 9, and the dump has no such account'],
    ['its id', { ...own({}), pk: 9 }, '(user) is 9, and the dump has no such account'],
    ['a user that is no number', own({ user: 'jane' }), '(user) is no id'],
  ])('is an error where there is no such account, by %s', async (_by, row, message) => {
    const { errors } = await convert([row]);
    expect(errors.join()).toContain(message);
  });
  test('without an account is approved by nobody, which is printed', async () => {
    const { staged, rules } = await convert([doctor(1, { is_approved: true })]);
    expect(staged.doctors?.[0]?.approved).toBe(null);
    expect(rules).toContain('whether a doctor without an account is approved has no meaning here');
  });
});

describe('an assignment', () => {
  const people = [
    { model: 'x.patientprofile', pk: 5, fields: { user: 1, name: 'x', age: 1 } },
    { model: 'x.doctorprofile', pk: 6, fields: { user: 2, name: 'x', specialization: 'x' } },
    user(2),
  ];
  const byAccount = {
    models: { 'clinic.patientdoctormapping': { fields: { patient: 'patient_user', doctor: 'doctor_user' } } },
  };
  test('by accounts finds their records, or is an error', async () => {
    const { staged, errors } = await convert([...people, mapping(1, 1, 2)], byAccount);
    expect([errors, staged.mappings]).toEqual([[], [expect.objectContaining({ patient_id: 5, doctor_id: 6 })]]);
    const { errors: wrong } = await convert([...people, mapping(1, 1, 1)], byAccount);
    expect(wrong).toEqual([expect.stringContaining('(doctor) is 1, an account without a doctor')]);
  });
  test('refers to records, where records and accounts both have such ids', async () => {
    const same = [
      { model: 'x.patientprofile', pk: 1, fields: { user: 2, name: 'x', age: 1 } },
      { model: 'x.patientprofile', pk: 2, fields: { user: 1, name: 'x', age: 1 } },
      user(2),
      doctor(1),
    ];
    const { staged } = await convert([...same, mapping(1, 1, 1)]);
    expect(staged.mappings?.[0]).toMatchObject({ patient_id: 1 });
  });
  test('without one side is an error', async () => {
    const { errors } = await convert([
      patient(1),
      doctor(1),
      { ...mapping(1, 1, 1), fields: { patient: 1, doctor: null } },
    ]);
    expect(errors).toEqual([expect.stringContaining('(doctor) is missing')]);
  });
  test('is known by its name, also when it says more, which then has no place', async () => {
    const rows = [user(1), patient(1), doctor(1), mapping(1, 1, 1, { reason: 'x' })];
    const { plan } = await understand(await dumpOf(rows), await readMap(await fileOf('{}', 'map.json')), []);
    expect(plan.models['clinic.patientdoctormapping']).toMatchObject({ becomes: 'mappings', fields: { reason: null } });
  });
  test('is no appointment, even one without a time', async () => {
    const appointment = { model: 'clinic.appointment', pk: 1, fields: { patient: 1, doctor: 1 } };
    const rows = [user(1), patient(1), doctor(1), appointment];
    const { plan } = await understand(await dumpOf(rows), await readMap(await fileOf('{}', 'map.json')), []);
    expect(plan.models['clinic.appointment']?.becomes).toBe(null);
  });
});

test('an id that is no whole number above 0 is an error', async () => {
  const { errors } = await convert([patient(0)]);
  expect(errors).toEqual([expect.stringContaining('clinic.patient 0 has an id that is no whole number above 0')]);
});

test('where people sign in by email, an old username is no way in', async () => {
  const { staged } = await convert([user(2, { username: 'x@old.example', email: 'x@x.example' })], { login: 'email' });
  expect(staged.users?.[1]).toMatchObject({ email: 'x@x.example', login_name: null });
});

describe('roles', () => {
  const flags = { is_doctor: true, is_patient: true };
  test('of which an account has two are an error, and --map has the last word', async () => {
    const record = { model: 'x.doctorprofile', pk: 6, fields: { user: 2, name: 'x', specialization: 'x' } };
    const rows = [{ ...user(2), fields: { ...user(2).fields, ...flags } }, record];
    const without = (await convert(rows)).errors.join();
    expect(without).toContain('has other fields');
    const alone = async (map: object) => {
      const understood = await understand(
        await dumpOf(rows),
        await readMap(await fileOf(JSON.stringify(map), 'map.json')),
        [],
      );
      return [understood.findings.errors().lines, understood.decisions.get(2)?.role];
    };
    expect(await alone({})).toEqual([[expect.stringContaining('is both doctor and patient')], 'doctor']);
    expect(await alone({ rows: { 'auth.user': { 2: { role: 'doctor' } } } })).toEqual([[], 'doctor']);
  });
  test('make a record without a name the own one of its user', async () => {
    const rows = [user(1), user(2), { model: 'x.patientdata', pk: 6, fields: { user: 2, dob: '1990-01-01' } }];
    const { plan } = await understand(await dumpOf(rows), await readMap(await fileOf('{}', 'map.json')), []);
    expect(plan.models['x.patientdata']?.fields.user).toBe('user');
  });
  test('make an administrator of what a profile says where the map says so, and a user otherwise', async () => {
    const roleBy = async (map: object) => {
      const { staged, rules, errors } = await convert([profile(1, 1, 'admin')], map);
      expect(errors).toEqual([]);
      return [staged.users?.[0]?.role, rules.filter((rule) => rule.includes('superuser'))];
    };
    const rule = 'a profile that says admin makes none without the superuser flag (--map: words, or rows, role)';
    expect(await roleBy({})).toEqual(['user', [rule]]);
    expect(await roleBy({ words: { role: { admin: 'admin' } } })).toEqual(['admin', []]);
  });
});
