// Values that a field cannot have, and fields that are not for clients to set.
import { describe, expect, test } from 'vitest';
import { aDoctor } from '../routes/fields.ts';
import { boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { canary, expectNoEcho, expectProblem, nothingChanged } from './refusals.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { people } = w;
const doctor = aDoctor();

describe('read-only fields', () => {
  const forged = {
    id: 999_999,
    user_id: people.stranger.id,
    created_by: people.stranger.id,
    approved: true,
    created_at: '1999-01-01T00:00:00Z',
    updated_at: canary,
  };

  test('are accepted by PUT and change nothing', async () => {
    const method = 'PUT';
    const { approved: _, ...readOnly } = forged;
    const token = people.owner.token;
    const ofPatient = await app.call(method, `/api/patients/${w.ownPatient.id}/`, {
      token,
      body: { name: 'Jane Doe', ...readOnly },
    });
    expect(ofPatient.status, ofPatient.text).toBe(200);
    const { id, created_at } = w.ownPatient;
    expect(ofPatient.body).toMatchObject({ id, user_id: null, created_by: people.owner.id, created_at });
    expectNoEcho(ofPatient);

    const ofDoctor = await app.call(method, `/api/doctors/${w.ownDoctor.id}/`, {
      token,
      body: { ...doctor, ...forged },
    });
    expect(ofDoctor.body).toMatchObject({
      id: w.ownDoctor.id,
      user_id: null,
      created_by: people.owner.id,
      approved: null,
    });
    expectNoEcho(ofDoctor);
  });

  test('of a profile do not approve their doctor', async () => {
    const { id, token } = people.pendingDoctor;
    const answer = await app.call('PUT', `/api/doctor-profile/${id}/`, { token, body: { ...doctor, ...forged } });
    expect(answer.body).toMatchObject({ id: w.doctorIds.pending, user_id: id, approved: false, created_by: null });
  });

  test('are refused by PATCH, which would otherwise claim what was not done', async () => {
    const { stranger, owner, admin } = people;
    const paths = [
      { token: owner.token, path: `/api/patients/${w.ownPatient.id}/`, names: ['id', 'user_id', 'created_by'] },
      { token: owner.token, path: `/api/doctors/${w.ownDoctor.id}/`, names: ['id', 'approved', 'updated_at'] },
      {
        token: stranger.token,
        path: '/api/auth/me/',
        names: ['id', 'role', 'created_at', 'email_verified', 'pending_email'],
      },
      { token: admin.token, path: `/api/admin/users/${stranger.id}/`, names: ['id', 'created_at', 'email_verified'] },
    ];
    for (const { token, path, names } of paths)
      for (const name of names) {
        const answer = await app.call('PATCH', path, { token, body: { name: 'Stays', [name]: canary } });
        expectProblem(answer, 400, 'invalid_input');
        expect(answer.body.errors.non_field_errors).toHaveLength(1);
        expect((await app.call('GET', path, { token })).body.name).not.toBe('Stays');
      }
  });

  test('are refused where a record is made', async () => {
    for (const field of Object.keys(forged)) {
      const sent = { token: people.owner.token, body: { ...doctor, [field]: canary } };
      expectProblem(await app.call('POST', '/api/doctors/', sent), 400, 'invalid_input');
    }
  });
});

describe('a patient', () => {
  const sent = (fields: string) => ({ token: people.owner.token, body: `{"name":"Jane",${fields}}` });
  const post = (fields: string) => app.call('POST', '/api/patients/', sent(fields));
  const today = (years = 0, days = 0) => {
    const date = new Date();
    date.setUTCFullYear(date.getUTCFullYear() - years);
    date.setUTCDate(date.getUTCDate() + days);
    return date.toISOString().slice(0, 10);
  };

  test.each([
    ...['2023-02-30', '2023-02-29', '0000-00-00', '0000-01-01', '9999-12-31', '1700-01-01', '2000-13-01', '2000-1-1'],
    ...['-2000-01-01', '+12000-01-01', '2000-01-01T00:00:00Z', '20000101', 'today', 'infinity', '-infinity', 'epoch'],
    ...['01/02/2000', '2000-01-01 ', canary, '٢٠٠٠-٠١-٠١', today(0, 2), today(200)],
  ])('is not born on "%s"', async (date) => {
    const answer = await post(`"date_of_birth":${JSON.stringify(date)}`);
    expectProblem(answer, 400, 'invalid_input');
    expect(Object.keys(answer.body.errors)).toEqual(['date_of_birth']);
  });

  test.each(['-1', '151', '1.5', '"x"', '"30"', '1e400', '-1e400', '9007199254740993', 'true', '[30]', '{}', '-0.5'])(
    'is not aged %s',
    async (age) => {
      const answer = await post(`"age":${age}`);
      expectProblem(answer, 400, 'invalid_input');
      expect(Object.keys(answer.body.errors)).toEqual(['age']);
    },
  );

  test.each(['0', '150', '30.0', '3e1', '-0', 'null'])('may be aged %s', async (age) => {
    expect((await post(`"age":${age}`)).body.age).toBe(JSON.parse(age) === null ? null : Math.abs(JSON.parse(age)));
  });

  test('is told in words for people what is wrong', async () => {
    const wrong = await post('"gender":"M","name":5,"email":7');
    expect(wrong.body.errors).toEqual({
      name: ['must be a string'],
      gender: ['must be one of male, female, other, unknown'],
      email: ['must be a string'],
    });
    const empty = await app.call('POST', '/api/patients/', { token: people.owner.token, body: {} });
    expect(empty.body.errors).toEqual({ name: ['is required'] });
  });

  test('has one thing wrong with a field at a time', async () => {
    expect((await post('"date_of_birth":"today"')).body.errors).toEqual({ date_of_birth: [expect.any(String)] });
    expect((await post('"date_of_birth":"0000-00-00"')).body.errors).toEqual({ date_of_birth: [expect.any(String)] });
    expect((await post('"age":9007199254740993')).body.errors).toEqual({ age: [expect.any(String)] });
    expect((await post('"email":""')).status).toBe(201);
  });

  test('may be born today, also where it is tomorrow already, on a leap day, or nearly 151 years ago', async () => {
    const onKiritimati = new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10);
    for (const [date, age] of [
      [today(), 0],
      [onKiritimati, 0],
      ['2000-02-29', expect.any(Number)],
      [today(151, 1), 150],
    ])
      expect((await post(`"date_of_birth":"${date}"`)).body).toMatchObject({ date_of_birth: date, age });
  });

  test('has a member twice: the last one counts, as everywhere in JSON', async () => {
    expect((await post('"age":1,"age":2')).body.age).toBe(2);
    expectProblem(await post('"age":1,"age":-2'), 400, 'invalid_input');
  });
});

describe('a mapping', () => {
  const assign = (pair: string) => app.call('POST', '/api/mappings/', { token: people.owner.token, body: pair });

  test.each(['0', '-1', '1.5', '1e400', '9007199254740993', '99999999999999999999', '"1"', 'null', '[1]', '{}'])(
    'is not made of %s',
    async (id) => {
      expectProblem(await assign(`{"patient":${id},"doctor":1}`), 400, 'invalid_input');
      expectProblem(await assign(`{"patient":1,"doctor":${id}}`), 400, 'invalid_input');
      expectProblem(await assign(`{"patient_id":${id},"doctor_id":1}`), 400, 'invalid_input');
    },
  );

  test('of nobody is not found', async () => {
    expectProblem(await assign(`{"patient":9007199254740991,"doctor":1}`), 404, 'not_found');
    expectProblem(await assign(`{"patient":${w.ownPatient.id},"doctor":9007199254740991}`), 404, 'not_found');
  });

  test('is not made of half a pair', async () => {
    for (const half of ['{}', '{"patient":1}', '{"doctor_id":1}'])
      expectProblem(await assign(half), 400, 'invalid_input');
  });
});

nothingChanged(app, w);
