// A client of a Django + DRF backend with roles works here unchanged: patients and doctors register as such, an admin
// assigns the ones to the others, each has a profile.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, type Json, password } from '../support/app.ts';

cheapPasswords();

describe.each([
  ['with trailing slashes', '/'],
  ['without', ''],
])('a client of a backend with roles, %s', async (_, slash) => {
  const app = await boot();
  const people: Record<string, { token: string; id: number }> = {};
  const send = (who: string, method: string, path: string, body?: Json) =>
    app.call(method, `${path}${slash}`, { token: people[who]?.token, body });
  let patientId = 0;
  let doctorId = 0;

  test('a patient and a doctor register at their own URLs, and log in at one', async () => {
    const patient = {
      ...{ username: 'pat', email: 'pat@example.com', password, age: 44, gender: 'male' },
      ...{ phone: '555 0100', address: '1 Elm Street', medical_history: 'Asthma' },
    };
    const doctor = {
      username: 'doc',
      email: 'doc@example.com',
      password,
      specialization: 'Surgery',
      license_number: 'L1',
    };
    for (const [role, body] of [
      ['patient', patient],
      ['doctor', doctor],
    ] as const) {
      const registered = await send('nobody', 'POST', `/api/auth/register/${role}`, body);
      expect(registered.status, registered.text).toBe(201);
      expect(registered.body.user).toMatchObject({ username: body.username, email: body.email, role });
      const { username } = body;
      const answer = await send('nobody', 'POST', '/api/auth/login', { username, password });
      expect(answer.body).toMatchObject({ access: expect.any(String), user: { role } });
      people[username] = { token: answer.body.access, id: answer.body.user.id };
    }
    const admin = await app.register('boss');
    await app.makeAdmin(admin.id);
    people.admin = admin;
  });

  test('each reads and updates the own profile, by user_id', async () => {
    const profile = await send('pat', 'GET', '/api/patient-profile');
    expect(profile.status).toBe(200);
    expect(profile.body).toMatchObject({
      user_id: people.pat?.id,
      age: 44,
      medical_history: 'Asthma',
      created_by: null,
    });
    patientId = profile.body.id;
    const changed = await send('pat', 'PUT', `/api/patient-profile/${people.pat?.id}`, { name: 'Pat', age: 45 });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ id: patientId, name: 'Pat', age: 45, phone: '555 0100' });

    const own = await send('doc', 'GET', '/api/doctor-profile');
    expect(own.body).toMatchObject({
      user_id: people.doc?.id,
      specialization: 'Surgery',
      license_number: 'L1',
      approved: false,
    });
    doctorId = own.body.id;
    const body = { name: 'Dr. Doc', specialization: 'Oncology' };
    const updated = await send('doc', 'PUT', `/api/doctor-profile/${people.doc?.id}`, body);
    expect(updated.body).toMatchObject({ id: doctorId, ...body, license_number: 'L1' });
  });

  test("nobody updates another's profile, nor one of the other kind", async () => {
    expect((await send('pat', 'PUT', `/api/patient-profile/${people.doc?.id}`, { name: 'x' })).status).toBe(404);
    expect((await send('doc', 'GET', '/api/patient-profile')).status).toBe(403);
    expect((await send('pat', 'GET', '/api/doctor-profile')).status).toBe(403);
    expect((await send('admin', 'GET', '/api/doctor-profile')).status).toBe(403);
  });

  test('a doctor sees no patient until an admin approves', async () => {
    for (const path of ['/api/doctors/all-patients', '/api/doctors/my-patients'])
      expect((await send('doc', 'GET', path)).body).toMatchObject({ status: 403, code: 'doctor_not_approved' });
    expect((await send('doc', 'POST', `/api/admin/doctors/${doctorId}/approve`)).status).toBe(403);
    const approved = await app.approve(people.admin as { token: string }, doctorId);
    expect(approved.body).toMatchObject({ id: doctorId, approved: true });
    expect((await send('doc', 'GET', '/api/doctors/all-patients')).body).toMatchObject([{ id: patientId }]);
    expect((await send('doc', 'GET', '/api/doctors/my-patients')).body).toEqual([]);
  });

  test('an admin assigns, and then both sides see it', async () => {
    const pair = { patient_id: patientId, doctor_id: doctorId };
    for (const who of ['pat', 'doc'])
      expect((await send(who, 'POST', '/api/admin/assign-patient', pair)).status).toBe(403);
    const assigned = await send('admin', 'POST', '/api/admin/assign-patient', pair);
    expect(assigned.status).toBe(201);
    expect(assigned.body).toMatchObject({ id: expect.any(Number), patient: patientId, doctor: doctorId });
    expect((await send('admin', 'POST', '/api/admin/assign-patient', pair)).status).toBe(409);

    const mine = await send('pat', 'GET', '/api/patients/my-doctors');
    expect(mine.body).toMatchObject([{ id: doctorId, name: 'Dr. Doc', specialization: 'Oncology' }]);
    const patients = await send('doc', 'GET', '/api/doctors/my-patients');
    expect(patients.body).toMatchObject([{ id: patientId, name: 'Pat', medical_history: 'Asthma' }]);
    expect((await send('pat', 'GET', '/api/doctors/my-patients')).status).toBe(403);
    expect((await send('doc', 'GET', '/api/patients/my-doctors')).status).toBe(403);
  });

  test('no registration makes an admin', async () => {
    const hopeful = { username: 'eve', email: 'eve@example.com', password };
    expect((await send('nobody', 'POST', '/api/auth/register', { ...hopeful, role: 'admin' })).status).toBe(400);
    expect((await send('nobody', 'POST', '/api/auth/register/admin', hopeful)).status).toBe(401);
  });

  test('a page of the portal may call it from a browser', async () => {
    const origin = 'https://portal.example';
    const preflight = await app.call('OPTIONS', `/api/patient-profile${slash}`, {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    const headers = { Origin: origin };
    const answer = await app.call('GET', `/api/patient-profile${slash}`, { token: people.pat?.token, headers });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
  });
});
