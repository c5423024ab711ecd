// Whoever signed in at Django with words that mean one account here signs in with the same; for all else there is a rule,
// printed with the rows that it met, or an error until a person says what is meant.
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readMap } from '../../../scripts/import/plan.ts';
import { showModels, showPeople } from '../../../scripts/import/table.ts';
import { understand } from '../../../scripts/import/understand.ts';
import { type DumpRow, djangoHash, doctor, dumpOf, fileOf, patient, profile, user } from '../../support/django-dump.ts';

const look = async (rows: DumpRow[], map: object = {}, taken?: { usernames: Set<string>; emails: Set<string> }) => {
  const mapFile = await readMap(await fileOf(JSON.stringify(map), 'map.json'));
  const { decisions, findings, counts } = await understand(await dumpOf(rows), mapFile, [], taken);
  const rules = Object.fromEntries(findings.rules().map(({ what, rows }) => [what, rows]));
  return { of: (id: number) => decisions.get(id), errors: findings.errors().lines, rules, counts };
};
const words = (username: string, email: string, more = {}) => ({ username, email, ...more });

describe('usernames', () => {
  test('stay as they are, in their own case', async () => {
    const { of, errors } = await look([user(1, words('Jane.Doe+1', 'jane@x.example'))]);
    expect(of(1)).toMatchObject({ username: 'Jane.Doe+1', email: 'jane@x.example', login_name: null });
    expect(errors).toEqual([]);
  });

  test('that are the email become its beginning, and the email signs in', async () => {
    const { of, rules } = await look([user(1, words('Jane@X.example', 'jane@x.example'))]);
    expect(of(1)).toMatchObject({ username: 'Jane', email: 'jane@x.example', login_name: null });
    expect(rules['a username with an @ becomes its beginning; signing in with the whole goes on']).toEqual([
      'auth.user 1 (line 1)',
    ]);
  });

  test('with an @ that are no email of theirs go on signing in', async () => {
    const { of, rules, errors } = await look([user(1, words('Jane@Old.example', 'jane@new.example'))]);
    expect(of(1)).toMatchObject({ username: 'Jane', email: 'jane@new.example', login_name: 'jane@old.example' });
    expect(rules['signs in with its old username, which is neither its username nor its email here']).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test('that are derived take no name of somebody else, now or later', async () => {
    const { of } = await look([
      user(1, words('jane@x.example', 'jane@x.example')),
      user(2, words('jane@y.example', 'jane@y.example')),
      user(3, words('jane', 'j@z.example')),
      user(4, words('Jane2', 'j2@z.example')),
      user(5, words('@', '')),
    ]);
    expect([1, 2, 3, 4, 5].map((id) => of(id)?.username)).toEqual(['jane3', 'jane4', 'jane', 'Jane2', 'user']);
    expect(of(5)?.login_name).toBe('@');
  });

  test.each([
    ['case', 'Jane', 'jane'],
    ['letters that look the same', 'jane', 'ｊane'],
  ])('that differ only by %s are an error until mapped', async (_by, one, other) => {
    const rows = [user(1, words(one, 'a@x.example')), user(2, words(other, 'b@x.example'))];
    expect((await look(rows)).errors).toEqual([
      'line 2: auth.user 2 (username) is that of auth.user 1 but for its case: it could not sign in (--map: rows, username)',
    ]);
    const mapped = await look(rows, { rows: { 'auth.user': { 2: { username: 'jane2' } } } });
    expect([mapped.errors, mapped.of(2)?.username]).toEqual([[], 'jane2']);
  });

  test.each([
    ["another one's email", words('b@x.example', 'a@x.example'), words('bob', 'b@x.example'), 'has as its email'],
    [
      "another one's words but for case",
      words('Old@x.example', 'a@x.example'),
      words('old@x.example', 'b@x.example'),
      'also signs in with',
    ],
  ])('that are %s are an error until mapped', async (_what, one, other, message) => {
    const { errors } = await look([user(1, one), user(2, other)]);
    expect(errors).toEqual([expect.stringContaining(message)]);
    const { errors: none } = await look([user(1, one), user(2, other)], {
      rows: { 'auth.user': { 1: { username: 'one' }, 2: { username: 'two' } } },
    });
    expect(none).toEqual([]);
  });

  test('that nobody could choose here stay, and those that cannot be stored are an error', async () => {
    const { of, rules, errors } = await look([
      user(1, words('jane doe', 'a@x.example')),
      user(2, words('tab\tbed', 'b@x.example')),
      user(3, words('x'.repeat(151), 'c@x.example')),
    ]);
    expect(of(1)).toMatchObject({ username: 'jane doe', login_name: null });
    expect(rules['a username that nobody could choose here stays as it is']).toEqual(['auth.user 1 (line 1)']);
    expect(errors.map((error) => error.slice(0, 30))).toEqual([
      'line 2: auth.user 2 (username)',
      'line 3: auth.user 3 (username)',
    ]);
  });
});

describe('emails', () => {
  const times = { old: '2023-01-01T00:00:00Z', new: '2024-01-01T00:00:00Z' };
  const same = (id: number, more = {}) => user(id, { email: id === 1 ? 'Same@x.example' : 'same@x.example', ...more });
  const holder = async (rows: DumpRow[]) => {
    const { of, errors, rules } = await look(rows);
    expect(errors).toEqual([]);
    expect(rules['an email that several have stays with who used it last, and the others have none']).toHaveLength(
      rows.length - 1,
    );
    return [1, 2, 3].find((id) => of(id)?.email === 'same@x.example');
  };

  test('that repeat stay with who used the account last', async () => {
    const found = [same(1, { last_login: times.old }), same(2, { last_login: times.new }), same(3)];
    expect(await holder(found)).toBe(2);
  });
  test('then with who is active, then with the lowest id', async () => {
    expect(await holder([same(1, { is_active: false }), same(2), same(3)])).toBe(2);
    expect(await holder([same(3), same(1), same(2)])).toBe(1);
  });
  test('but before that with who signs in by it', async () => {
    const found = [same(1, { last_login: times.new }), same(2, { username: 'SAME@x.example' })];
    expect(await holder(found)).toBe(2);
  });

  test('are written in lower case, and may be missing', async () => {
    const { of, errors, rules } = await look([user(1, { email: 'Jane@X.example' }), user(2, { email: '' })]);
    expect([of(1)?.email, of(2)?.email, errors]).toEqual(['jane@x.example', null, []]);
    expect(rules['emails are written in lower case']).toHaveLength(1);
    expect(rules['an account without an email has none here either']).toEqual(['auth.user 2 (line 2)']);
  });

  test('that are none are an error until mapped', async () => {
    const rows = [user(1, { email: 'nowhere' })];
    expect((await look(rows)).errors).toEqual([expect.stringContaining('line 1: auth.user 1 (email) is not an email')]);
    const mapped = await look(rows, { rows: { 'auth.user': { 1: { email: null } } } });
    expect([mapped.errors, mapped.of(1)?.email]).toEqual([[], null]);
  });

  test('that differ only by case are an error where people sign in by them', async () => {
    const member = (pk: number, email: string) => {
      const { username: _u, ...fields } = user(pk, { email }).fields;
      return { model: 'people.member', pk, fields };
    };
    const { errors } = await look([member(1, 'a@x.example'), member(2, 'A@x.example')]);
    expect(errors).toEqual([expect.stringContaining('line 2: people.member 2 (email) is that of people.member 1')]);
    const rows = [user(1, { email: 'a@x.example' }), user(2, { email: 'A@x.example' })];
    expect((await look(rows, { login: 'email' })).errors).toHaveLength(1);
  });

  test('and usernames of accounts that are here already are an error, a derived one goes out of their way', async () => {
    const taken = { usernames: new Set(['user1', 'jane']), emails: new Set(['user2@example.com', 'old@x.example']) };
    const { errors, of } = await look(
      [user(1), user(2), user(3, words('jane@x.example', 'jane@x.example')), user(4, words('old@x.example', ''))],
      {},
      taken,
    );
    expect(errors).toEqual([
      expect.stringContaining('line 1: auth.user 1 (username) is that of an account that is here already'),
      expect.stringContaining('line 2: auth.user 2 (email) belongs to an account that is here already'),
      expect.stringContaining('line 4: auth.user 4 (username) are words that an account that is here already'),
    ]);
    expect(of(3)?.username).toBe('jane2');
  });
});

describe('names', () => {
  test('are the first and the last, or else the username', async () => {
    const { of } = await look([
      user(1, { first_name: 'Jane', last_name: 'Doe' }),
      user(2, { last_name: ' Roe ' }),
      user(3),
    ]);
    expect([1, 2, 3].map((id) => of(id)?.name)).toEqual(['Jane Doe', 'Roe', 'user3']);
  });
  test('are an error where they hold control characters', async () => {
    expect((await look([user(1, { first_name: 'Ja\u0007ne' })])).errors).toEqual([
      expect.stringContaining('line 1: auth.user 1 (first_name) contains control characters'),
    ]);
  });
});

describe('roles', () => {
  const own = (pk: number, user: number) => ({
    model: 'clinic.patientprofile',
    pk,
    fields: { user, age: 3, notes: '' },
  });
  const doc = (pk: number, user: number) => ({
    model: 'clinic.doctorprofile',
    pk,
    fields: { user, specialization: 'x' },
  });

  test('of superusers is admin; staff alone are users, and are named', async () => {
    const { of, rules } = await look([user(1, { is_superuser: true, is_staff: true }), user(2, { is_staff: true })]);
    expect([of(1)?.role, of(2)?.role]).toEqual(['admin', 'user']);
    expect(rules['staff who are no superusers become what their profile says, or users']).toEqual([
      'auth.user 2 (line 2)',
    ]);
  });

  test('that a profile calls admin need the superuser flag, or the map', async () => {
    const rows = [user(1), profile(1, 1, 'Administrator'), user(2, { is_superuser: true }), profile(2, 2, 'admin')];
    const rule = 'a profile that says admin makes none without the superuser flag (--map: words, or rows, role)';
    const { of, rules, errors } = await look(rows);
    expect([errors, of(1)?.role, of(2)?.role]).toEqual([[], 'user', 'admin']);
    expect(rules[rule]).toEqual(['auth.user 1 (line 1)']);
    const withRecord = await look([user(1), profile(1, 1, 'ADMIN'), own(1, 1)]);
    expect([withRecord.errors, withRecord.of(1)?.role]).toEqual([[], 'patient']);
    for (const map of [
      { words: { role: { administrator: 'admin' } } },
      { rows: { 'auth.user': { 1: { role: 'admin' } } } },
    ]) {
      const mapped = await look(rows, map);
      expect([mapped.of(1)?.role, mapped.rules[rule]]).toEqual(['admin', undefined]);
    }
  });

  test('follow from the own record, whatever the order of the dump', async () => {
    const { of, errors } = await look([own(1, 2), doc(1, 3), user(1), user(2), user(3)]);
    expect([errors, of(1)?.role, of(2)?.role, of(3)?.role]).toEqual([[], 'user', 'patient', 'doctor']);
  });

  test('that a profile says need the record, or become user', async () => {
    const { of, rules } = await look([user(1), user(2), profile(1, 1, 'doctor'), profile(2, 2, 'patient'), own(1, 2)]);
    expect([of(1)?.role, of(2)?.role]).toEqual(['user', 'patient']);
    expect(rules['a doctor without a record becomes a user']).toEqual(['auth.user 1 (line 1)']);
  });

  test('that contradict each other are an error until mapped', async () => {
    const both = [user(1), own(1, 1), doc(2, 1)];
    expect((await look(both)).errors).toEqual([
      expect.stringContaining('has a record as a patient and one as a doctor'),
    ]);
    const mapped = await look(both, { rows: { 'auth.user': { 1: { role: 'doctor' } } } });
    expect([mapped.errors, mapped.of(1)?.role]).toEqual([[], 'doctor']);
    const other = [user(1), own(1, 1), profile(1, 1, 'doctor')];
    expect((await look(other)).errors).toEqual([
      expect.stringContaining("is a doctor, and its own record is a patient's"),
    ]);
    const wrong = await look([user(1)], { rows: { 'auth.user': { 1: { role: 'doctor' } } } });
    expect(wrong.errors).toEqual([expect.stringContaining('cannot become a doctor')]);
  });

  test('in words of their own are an error until mapped', async () => {
    const rows = [user(1), profile(1, 1, 'Nurse')];
    expect((await look(rows)).errors).toEqual([
      expect.stringContaining('line 2: accounts.profile 1 (role) is "Nurse"'),
    ]);
    expect((await look(rows, { words: { role: { nurse: 'user' } } })).of(1)?.role).toBe('user');
  });

  test('may be flags', async () => {
    const flags = (is_doctor: boolean) => ({ is_doctor, is_patient: !is_doctor });
    const { of } = await look([user(1, flags(true)), user(2, flags(false)), doc(1, 1), own(1, 2)]);
    expect([of(1)?.role, of(2)?.role]).toEqual(['doctor', 'patient']);
  });

  test('do not let two records of a kind be the own of one', async () => {
    const rows = [user(1), profile(1, 1, 'patient'), own(1, 1), own(2, 1)];
    const map = { models: { 'clinic.patientprofile': { fields: { user: 'user' } } } };
    expect((await look(rows, map)).errors).toEqual([
      expect.stringContaining('(user) is 1, which has patient 1 already'),
    ]);
  });
});

describe('passwords', () => {
  test.each([
    ['pbkdf2_sha256', djangoHash, 1],
    ['pbkdf2_sha1', 'pbkdf2_sha1$260000$salt$nk1ghSyRQyHZ0dtnnSMzGkh0jnU=', 1],
    ['argon2', 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA', 0],
    ['bcrypt', 'bcrypt_sha256$$2b$12$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 0],
    ['md5', 'md5$salt$0123456789abcdef', 0],
    ['unusable', '!abcdefgh', 0],
    ['cut off', 'pbkdf2_sha256$260000$salt', 0],
    ['none', '', 0],
  ])('as %s come along, or are counted', async (_kind, password, comes) => {
    const { counts, errors } = await look([user(1, { password })]);
    expect([counts.credentials, counts.resets, errors]).toEqual([comes, 1 - comes, []]);
  });
});

describe('a wrong row', () => {
  test.each([
    ['a duplicate', [user(1), user(1)], 'line 2: auth.user 1 was there already: one id for two rows'],
    [
      'other fields',
      [user(1), { ...user(2), fields: { username: 'x' } }],
      'line 2: auth.user 2 has other fields than the first',
    ],
    [
      'an account that is not there',
      [user(1), patient(1, { created_by: 9 })],
      'line 2: clinic.patient 1 (created_by) is 9, and the dump has no such account',
    ],
    [
      'a role of an account that is not there',
      [user(1), profile(1, 9, 'admin')],
      'line 2: accounts.profile 1 (user) is 9',
    ],
    ['a natural key', [user(1), patient(1, { created_by: ['user1'] })], 'without --natural-foreign'],
    [
      'an id that is a text',
      [user(1), { ...patient(1), pk: 'a-b' }],
      'line 2: clinic.patient a-b has an id that is no whole number',
    ],
    ['an age', [user(1), patient(1, { age: 151 })], 'line 2: clinic.patient 1 (age) must be 150 or less'],
    ['an age of no number', [user(1), patient(1, { age: 'old' })], '(age) is no number'],
    ['a gender', [user(1), patient(1, { gender: 'Q' })], '(gender) is "q", which is none of male'],
    ['a name', [user(1), patient(1, { name: ' ' })], '(name) is missing'],
    ['a text that is none', [user(1), patient(1, { phone: { a: 1 } })], '(phone) is no text'],
    [
      'a text that is too long',
      [user(1), patient(1, { address: 'x'.repeat(501) })],
      '(address) at most 500 characters',
    ],
    ['a control character', [user(1), patient(1, { phone: '1\u00072' })], '(phone) contains control characters'],
    [
      'a NUL',
      [user(1), patient(1, { medical_history: 'a\u0000b' })],
      '(medical_history) contains characters that cannot be stored',
    ],
    [
      'half a letter',
      [user(1), patient(1, { medical_history: 'a\ud83d' })],
      '(medical_history) contains characters that cannot',
    ],
    ['an email', [user(1), patient(1, { email: 'nowhere' })], '(email) not an email address'],
    ['a date', [user(1), patient(1, { dob: '2023-02-30' })], '(dob) must be a date'],
    ['a date in the future', [user(1), patient(1, { dob: '2999-01-01' })], '(dob) must not lie in the future'],
    ['a time', [user(1), patient(1, { created_at: '2023-02-30T10:00:00Z' })], '(created_at) is no time like'],
    [
      'a time in the future',
      [user(1), patient(1, { created_at: '2999-01-01T10:00:00Z' })],
      '(created_at) lies in the future',
    ],
    ['a login in the future', [user(1, { last_login: '2999-01-01T10:00:00Z' })], '(last_login) lies in the future'],
    ['a flag', [user(1, { is_active: 'yes' })], '(is_active) is neither true nor false'],
    ['a specialization that is missing', [user(1), doctor(1, { specialization: '' })], '(specialization) is missing'],
  ])('is said with its line: %s', async (_what, rows, message) => {
    const { errors } = await look(rows);
    expect(errors.join('\n')).toContain(message);
    expect(errors[0]).toMatch(/^line \d+: /);
  });

  test.each([
    ['a mapping of a patient who is not there', 7, 1, '(patient) is 7, and the dump has no such patient'],
    ['a mapping of a doctor who is not there', 1, 7, '(doctor) is 7, and the dump has no such doctor'],
    ['a mapping that is there already', 1, 1, 'assigns doctor 1 to patient 1, as a row before it does'],
  ])('is said with its line: %s', async (_what, patientId, doctorId, message) => {
    const { mapping } = await import('../../support/django-dump.ts');
    const { errors } = await look([user(1), patient(1), doctor(1), mapping(1, 1, 1), mapping(2, patientId, doctorId)]);
    expect(errors).toEqual([expect.stringContaining(`line 5: clinic.patientdoctormapping 2 ${message}`)]);
  });

  test('may be left out', async () => {
    const { errors, counts } = await look([user(1), patient(1), patient(2, { age: 200 })], {
      rows: { 'clinic.patient': { 2: null } },
    });
    expect([errors, counts.patients]).toEqual([[], 1]);
  });

  test('is shown with twenty others at most, and all are counted', async () => {
    const rows = [user(1), ...Array.from({ length: 30 }, (_, id) => patient(id + 1, { age: 200 }))];
    const understood = await understand(await dumpOf(rows), await readMap(await fileOf('{}', 'map.json')), []);
    const { count, lines } = understood.findings.errors();
    expect([count, lines.length]).toEqual([30, 20]);
  });
});

test('what a dump says is spelled out before it reaches a terminal', async () => {
  const evil = '\u001b]0;owned\u0007\u202e';
  const named = { ...user(1, { is_superuser: true }), pk: 1 };
  const rows = [named, { model: `shop.${evil}`, pk: evil, fields: { [evil]: 1 } }];
  const map = await readMap(await fileOf('{}', 'map.json'));
  const { models, plan, findings, decisions, counts } = await understand(await dumpOf(rows), map, [], undefined);
  findings.wrong({ at: { line: 2 }, model: evil, pk: evil }, `is "${evil}"`);
  decisions.set(1, { name: evil, username: evil, email: null, login_name: null, role: 'admin' });
  const said = [
    showModels(models, plan),
    showPeople(plan, decisions, counts, findings),
    ...findings.errors().lines,
  ].join('\n');
  expect(said).toContain('\\u001b]0;owned\\u0007\\u202e');
  // without our own bold and dim, which begin with an escape as well
  expect(stripVTControlCharacters(said)).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
});
