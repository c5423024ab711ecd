// A client of a Django + DRF backend with owners works here unchanged: whoever made a doctor or a patient owns it, and
// only owners and admins change things.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, type Json, password } from '../support/app.ts';

cheapPasswords();

describe.each([
  ['with trailing slashes', '/'],
  ['without', ''],
])('a client of a backend with owners, %s', async (_, slash) => {
  const app = await boot();
  const [ann, bob, admin] = [await app.register('ann'), await app.register('bob'), await app.register('admin')];
  await app.makeAdmin(admin.id);
  const as = (who?: { token: string }) => (method: string, path: string, body?: Json) =>
    app.call(method, `${path}${slash}`, { token: who?.token, body });
  const make = async (who: { token: string }, path: string, body: Json): Promise<number> =>
    (await as(who)('POST', path, body)).body.id;

  test('who am I', async () => {
    const { body } = await as()('POST', '/api/auth/login', { email: 'ann@example.com', password });
    const me = await as({ token: body.access })('GET', '/api/auth/me');
    expect(me.status).toBe(200);
    expect(me.body).toEqual({
      ...{ id: ann.id, name: 'ann', username: 'ann', email: 'ann@example.com', role: 'user' },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ...{ email_verified: false, pending_email: null },
    });
    expect((await as()('GET', '/api/auth/me')).status).toBe(401);
  });

  test('a refreshed token goes on', async () => {
    const { body } = await as()('POST', '/api/auth/refresh', { refresh: bob.refresh });
    expect((await as({ token: body.access })('GET', '/api/auth/me')).body.username).toBe('bob');
  });

  test('a doctor is changed by whoever made it, or by an admin', async () => {
    const id = await make(ann, '/api/doctors', { name: 'Dr. Own', specialization: 'Dentistry' });
    const body = { name: 'Dr. Own', specialization: 'Surgery' };
    expect((await as(bob)('GET', `/api/doctors/${id}`)).body).toMatchObject({ created_by: ann.id });
    for (const [method, sent] of [
      ['PUT', body],
      ['PATCH', { name: 'x' }],
      ['DELETE', undefined],
    ] as const)
      expect((await as(bob)(method, `/api/doctors/${id}`, sent)).body).toMatchObject({
        status: 403,
        code: 'not_owner',
      });
    expect((await as(ann)('PUT', `/api/doctors/${id}`, body)).body).toMatchObject({ specialization: 'Surgery' });
    const byAdmin = await as(admin)('PATCH', `/api/doctors/${id}`, { contact_info: 'room 5' });
    expect(byAdmin.body).toMatchObject({ ...body, contact_info: 'room 5', created_by: ann.id });
    expect((await as(admin)('DELETE', `/api/doctors/${id}`)).status).toBe(204);
  });

  test("a patient's doctors are listed at mappings/patient/<id>", async () => {
    const patient = await make(ann, '/api/patients', { name: 'Jane' });
    const doctors = [
      await make(bob, '/api/doctors', { name: 'Dr. A', specialization: 'x' }),
      await make(bob, '/api/doctors', { name: 'Dr. B', specialization: 'y' }),
    ];
    expect((await as(ann)('GET', `/api/mappings/patient/${patient}`)).body).toEqual([]);
    for (const doctor of doctors) await make(ann, '/api/mappings', { patient, doctor });
    const list = await as(ann)('GET', `/api/mappings/patient/${patient}`);
    expect(list.status).toBe(200);
    expect(list.body).toMatchObject([
      { patient, doctor: doctors[0], doctor_detail: { id: doctors[0], name: 'Dr. A', specialization: 'x' } },
      { patient, doctor: doctors[1], doctor_detail: { id: doctors[1], name: 'Dr. B', specialization: 'y' } },
    ]);
    expect((await as(ann)('GET', `/api/mappings/${patient}`)).body).toEqual(list.body);
    expect((await as(bob)('GET', `/api/mappings/patient/${patient}`)).status).toBe(404);
    expect((await as(admin)('GET', `/api/mappings/patient/${patient}`)).body).toEqual(list.body);
  });

  test("only the patient's owner manages its mappings", async () => {
    const patient = await make(ann, '/api/patients', { name: 'June' });
    const doctor = await make(bob, '/api/doctors', { name: 'Dr. C', specialization: 'x' });
    expect((await as(bob)('POST', '/api/mappings', { patient, doctor })).status).toBe(404);
    const made = await as(ann)('POST', '/api/mappings', { patient, doctor });
    expect(made.status).toBe(201);
    expect((await as(bob)('GET', '/api/mappings')).body).toEqual([]);
    expect((await as(bob)('DELETE', `/api/mappings/${made.body.id}`)).status).toBe(404);
    expect((await as(ann)('DELETE', `/api/mappings/${made.body.id}`)).status).toBe(204);
    expect((await as(admin)('POST', '/api/mappings', { patient, doctor })).status).toBe(201);
  });

  test('patients stay with whoever made them, and an admin sees all', async () => {
    const id = await make(bob, '/api/patients', { name: "Bob's" });
    const seen = async (who: { token: string }) =>
      (await as(who)('GET', '/api/patients')).body.map((row: Json) => row.id);
    expect(await seen(bob)).toEqual([id]);
    expect(await seen(ann)).not.toContain(id);
    expect(await seen(admin)).toEqual([...(await seen(ann)), id]);
  });
});
