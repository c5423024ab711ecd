// A token says who, never what they may: what the database says counts on the next request, with the old token.
import { expect, test } from 'vitest';
import { boot, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, assignedDoctor, admin } = w.people;
const answer = async (token: string, path: string, method = 'GET') => {
  const { status, body } = await app.call(method, path, { token });
  return status < 400 ? status : body.code;
};

test('a promotion counts at once, and so does its end', async () => {
  expect(await answer(owner.token, '/api/admin/users/')).toBe('wrong_role');
  await app.asOwner(`update users set role = 'admin' where id = $1`, [owner.id]);
  expect(await answer(owner.token, '/api/admin/users/')).toBe(200);
  expect(await answer(owner.token, `/api/patients/${w.ownRecord}/`)).toBe(200);
  await app.asOwner(`update users set role = 'user' where id = $1`, [owner.id]);
  expect(await answer(owner.token, '/api/admin/users/')).toBe('wrong_role');
  expect(await answer(owner.token, `/api/patients/${w.ownRecord}/`)).toBe('not_found');
});

test('a role that an admin changes through the API counts at once', async () => {
  const change = (role: string) =>
    app.call('PATCH', `/api/admin/users/${patient.id}/`, { token: admin.token, body: { role } });
  expect(await answer(patient.token, '/api/patient-profile/')).toBe(200);
  await change('user');
  expect(await answer(patient.token, '/api/patient-profile/')).toBe('wrong_role');
  expect(await answer(patient.token, '/api/patients/')).toBe(200);
  await change('patient');
  expect(await answer(patient.token, '/api/patient-profile/')).toBe(200);
});

test('a revoked doctor sees no patient from then on, an approved one does', async () => {
  const paths = [
    ...['/api/doctors/all-patients/', '/api/doctors/my-patients/', '/api/mappings/'],
    ...[`/api/patients/${w.ownPatient.id}/`, `/api/mappings/${w.ownPatient.id}/`],
  ];
  for (const [approved, expected] of [
    [true, 200],
    [false, 'doctor_not_approved'],
    [true, 200],
  ] as const) {
    await app.asOwner('update doctors set approved = $1 where id = $2', [approved, w.doctorIds.assigned]);
    for (const path of paths) expect(await answer(assignedDoctor.token, path), path).toBe(expected);
    expect(await answer(assignedDoctor.token, '/api/doctor-profile/')).toBe(200);
  }
});

test('a doctor whose record is deleted sees no patient from then on', async () => {
  const { token } = w.people.otherDoctor;
  expect(await answer(token, '/api/doctors/all-patients/')).toBe(200);
  expect(await answer(admin.token, `/api/doctors/${w.doctorIds.other}/`, 'DELETE')).toBe(204);
  expect(await answer(token, '/api/doctors/all-patients/')).toBe('doctor_not_approved');
  expect(await answer(token, '/api/doctor-profile/')).toBe('not_found');
});

test('a disabled account is out at once, with its refresh token', async () => {
  const { id, token, refresh } = await app.register('banned');
  expect(await answer(token, '/api/auth/me/')).toBe(200);
  await app.asOwner('update users set disabled_at = now() where id = $1', [id]);
  expect(await answer(token, '/api/auth/me/')).toBe('session_ended');
  const again = await app.call('POST', '/api/auth/refresh/', { body: { refresh } });
  expect(again.body.code).toBe('session_ended');
});

test('after logout the access token is worth nothing, on this device only', async () => {
  const here = await app.register('two_devices');
  const body = { username: 'two_devices', password };
  const there = (await app.call('POST', '/api/auth/login/', { body })).body.access;
  expect(await answer(here.token, '/api/auth/logout/', 'POST')).toBe(204);
  expect(await answer(here.token, '/api/auth/me/')).toBe('session_ended');
  expect(await answer(there, '/api/auth/me/')).toBe(200);
});

test('after a change of password no token from before is worth anything', async () => {
  const here = await app.register('new_password');
  const body = { username: 'new_password', password };
  const there = (await app.call('POST', '/api/auth/login/', { body })).body.access;
  const change = { current_password: password, new_password: 'another horse battery' };
  const changed = await app.call('POST', '/api/auth/password/', { token: here.token, body: change });
  expect(await answer(changed.body.access, '/api/auth/me/')).toBe(200);
  expect(await answer(here.token, '/api/auth/me/')).toBe('session_ended');
  expect(await answer(there, '/api/auth/me/')).toBe('session_ended');
});

test('an account that is erased in the database is gone', async () => {
  await app.database.owner.query('delete from sessions where user_id = $1', [stranger.id]);
  expect(await answer(stranger.token, '/api/patients/')).toBe('session_ended');
});
