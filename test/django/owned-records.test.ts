// A client of the usual Django + DRF assignment backend works here unchanged: accounts with a name, patients of one's
// own, doctors of everybody, mappings.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, type Json } from '../support/app.ts';

cheapPasswords();

// Some of these backends were built without the trailing slashes of Django, and so their clients send none.
describe.each([
  ['with trailing slashes', '/'],
  ['without', ''],
])('a client of owned records, %s', async (_, slash) => {
  const app = await boot();
  const tokens: Record<string, string> = {};
  const as = (who: string) => (method: string, path: string, body?: Json) =>
    app.call(method, `${path}${slash}`, { token: tokens[who], body });
  const nobody = as('nobody');
  const ann = as('ann');
  const bob = as('bob');

  test('register with name, email and password, then log in for a JWT', async () => {
    for (const name of ['ann', 'bob']) {
      const account = { name, email: `${name}@example.com`, password: 'ann and bob 123' };
      const registered = await nobody('POST', '/api/auth/register', account);
      expect(registered.status).toBe(201);
      expect(registered.body.user).toMatchObject({ id: expect.any(Number), name, email: account.email });
      expect(registered.text).not.toContain(account.password);

      const { email, password } = account;
      const answer = await nobody('POST', '/api/auth/login', { email, password });
      expect(answer.status).toBe(200);
      expect(answer.body.access.split('.')).toHaveLength(3);
      tokens[name] = answer.body.access;
    }
  });

  test('registering again, or without an email, or logging in with a wrong password is refused', async () => {
    const account = { name: 'Ann', email: 'ann@example.com', password: 'ann and bob 123' };
    expect((await nobody('POST', '/api/auth/register', account)).status).toBe(409);
    const incomplete = await nobody('POST', '/api/auth/register', { name: 'x', password: 'ann and bob 123' });
    expect(incomplete.body).toMatchObject({ status: 400, errors: { email: [expect.any(String)] } });
    const wrong = { email: 'ann@example.com', password: 'ann and bob 124' };
    expect((await nobody('POST', '/api/auth/login', wrong)).status).toBe(401);
  });

  test('only signed-in users get anywhere', async () => {
    for (const path of [
      '/api/patients',
      '/api/patients/1',
      '/api/doctors',
      '/api/doctors/1',
      '/api/mappings',
      '/api/mappings/1',
    ])
      expect((await nobody('GET', path)).status, path).toBe(401);
    for (const path of ['/api/patients', '/api/doctors', '/api/mappings'])
      expect((await nobody('POST', path, {})).status, path).toBe(401);
  });

  test('patients: made, listed, read, changed and deleted by whoever made them', async () => {
    const made = await ann('POST', '/api/patients', { name: 'Jane Doe', age: 30, gender: 'female' });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(made.body).toMatchObject({ id: expect.any(Number), name: 'Jane Doe', age: 30, gender: 'female' });
    expect((await ann('GET', '/api/patients')).body).toEqual([made.body]);
    expect((await bob('GET', '/api/patients')).body).toEqual([]);
    expect((await ann('GET', `/api/patients/${id}`)).body).toEqual(made.body);

    const changed = await ann('PUT', `/api/patients/${id}`, { name: 'Jane Roe', age: 31, gender: 'female' });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ id, name: 'Jane Roe', age: 31 });

    expect((await bob('GET', `/api/patients/${id}`)).status).toBe(404);
    expect((await bob('PUT', `/api/patients/${id}`, { name: 'Mine' })).status).toBe(404);
    expect((await bob('DELETE', `/api/patients/${id}`)).status).toBe(404);

    const gone = await ann('DELETE', `/api/patients/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await ann('GET', `/api/patients/${id}`)).status).toBe(404);
  });

  test('doctors: everybody sees all of them', async () => {
    const made = await ann('POST', '/api/doctors', { name: 'Dr. Smith', specialization: 'Cardiology' });
    expect(made.status).toBe(201);
    const { id } = made.body;
    for (const who of [ann, bob]) {
      expect((await who('GET', '/api/doctors')).body).toEqual([made.body]);
      expect((await who('GET', `/api/doctors/${id}`)).body).toEqual(made.body);
    }
    const changed = await ann('PUT', `/api/doctors/${id}`, { name: 'Dr. Smith', specialization: 'Oncology' });
    expect(changed.body).toMatchObject({ id, specialization: 'Oncology' });
    expect((await ann('DELETE', `/api/doctors/${id}`)).status).toBe(204);
    expect((await bob('GET', '/api/doctors')).body).toEqual([]);
  });

  test("mappings: assign, list, list a patient's doctors, remove by mapping id", async () => {
    const patient = (await ann('POST', '/api/patients', { name: 'Jane Doe' })).body.id;
    const doctor = (await bob('POST', '/api/doctors', { name: 'Dr. Who', specialization: 'Time' })).body.id;
    const assigned = await ann('POST', '/api/mappings', { patient_id: patient, doctor_id: doctor });
    expect(assigned.status).toBe(201);
    expect(assigned.body).toMatchObject({ patient, doctor });
    expect((await ann('POST', '/api/mappings', { patient_id: patient, doctor_id: doctor })).status).toBe(409);
    expect((await ann('GET', '/api/mappings')).body).toEqual([assigned.body]);

    const doctors = await ann('GET', `/api/mappings/${patient}`);
    expect(doctors.body).toMatchObject([{ id: assigned.body.id, patient, doctor, doctor_detail: { name: 'Dr. Who' } }]);
    expect((await bob('GET', `/api/mappings/${patient}`)).status).toBe(404);
    expect((await bob('DELETE', `/api/mappings/${assigned.body.id}`)).status).toBe(404);

    expect((await ann('DELETE', `/api/mappings/${assigned.body.id}`)).status).toBe(204);
    expect((await ann('GET', `/api/mappings/${patient}`)).body).toEqual([]);
  });

  test('validation says which fields are wrong', async () => {
    const patient = await ann('POST', '/api/patients', { age: 'old', gender: 'robot' });
    expect(patient.status).toBe(400);
    expect(Object.keys(patient.body.errors).sort()).toEqual(['age', 'gender', 'name']);
    const doctor = await ann('POST', '/api/doctors', { name: ' ' });
    expect(Object.keys(doctor.body.errors).sort()).toEqual(['name', 'specialization']);
    const mapping = await ann('POST', '/api/mappings', {});
    expect(Object.keys(mapping.body.errors).sort()).toEqual(['doctor', 'patient']);
    expect((await ann('POST', '/api/mappings', { patient_id: 999_999, doctor_id: 1 })).status).toBe(404);
  });
});
