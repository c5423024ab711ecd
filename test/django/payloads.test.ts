// The example payloads of a Django + DRF assignment backend's own documentation, word for word and in its order.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords } from '../support/app.ts';

cheapPasswords();

describe.each([
  ['with trailing slashes', '/'],
  ['without', ''],
])('the documented payloads, %s', async (_, slash) => {
  const app = await boot();
  let token = '';
  const send = (method: string, path: string, body?: string) =>
    app.call(method, `${path}${slash}`, { token: token || undefined, body });

  test('register', async () => {
    const answer = await send(
      'POST',
      '/api/auth/register',
      '{"username": "john_doe", "email": "john@example.com", "password": "securepassword123"}',
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ refresh: expect.any(String), access: expect.any(String) });
  });

  test('login', async () => {
    const answer = await send('POST', '/api/auth/login', '{"username": "john_doe", "password": "securepassword123"}');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ refresh: expect.any(String), access: expect.any(String) });
    token = answer.body.access;
  });

  test('create, list, read, update a patient', async () => {
    const sent = '{"name": "Jane Doe", "age": 30, "address": "123 Main Street"}';
    const made = await send('POST', '/api/patients', sent);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: 1, name: 'Jane Doe', age: 30, address: '123 Main Street' });

    const list = await send('GET', '/api/patients');
    expect(list.status).toBe(200);
    expect(list.body).toEqual([made.body]);
    expect((await send('GET', '/api/patients/1')).body).toEqual(made.body);

    const changed = await send(
      'PUT',
      '/api/patients/1',
      '{"name": "Jane Doe", "age": 31, "address": "456 Oak Avenue"}',
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ id: 1, name: 'Jane Doe', age: 31, address: '456 Oak Avenue' });
  });

  test('create and list a doctor', async () => {
    const sent = '{"name": "Dr. Smith", "specialization": "Cardiology", "contact_info": "dr.smith@example.com"}';
    const made = await send('POST', '/api/doctors', sent);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: 1, ...JSON.parse(sent) });
    expect((await send('GET', '/api/doctors')).body).toEqual([made.body]);
    const changed = await send('PUT', '/api/doctors/1', sent.replace('Cardiology', 'Neurology'));
    expect(changed.body).toMatchObject({ id: 1, specialization: 'Neurology', contact_info: 'dr.smith@example.com' });
  });

  test('map them, list the mappings, remove one', async () => {
    const made = await send('POST', '/api/mappings', '{"patient": 1, "doctor": 1}');
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: 1, patient: 1, doctor: 1 });
    expect(Object.keys(made.body)).toEqual(['id', 'patient', 'doctor', 'created_at', 'expires_at']);
    expect((await send('GET', '/api/mappings')).body).toEqual([made.body]);
    expect((await send('GET', '/api/mappings/1')).body).toMatchObject([{ id: 1, patient: 1, doctor: 1 }]);

    const gone = await send('DELETE', '/api/mappings/1');
    expect([gone.status, gone.text, gone.headers.get('Content-Type')]).toEqual([204, '', null]);
    expect((await send('GET', '/api/mappings')).body).toEqual([]);
  });

  test('delete the doctor and the patient', async () => {
    for (const path of ['/api/doctors/1', '/api/patients/1']) {
      const gone = await send('DELETE', path);
      expect([gone.status, gone.text, gone.headers.get('Content-Type')]).toEqual([204, '', null]);
      expect((await send('GET', path)).status).toBe(404);
    }
  });
});
