// What an administrator may do to an account, and that there is always an administrator left.
import { describe, expect, test } from 'vitest';
import { type Account, boot, cheapPasswords, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, patient, admin } = w.people;
const { as, login } = app;

describe('administering accounts', () => {
  const path = (who: Account) => `/api/admin/users/${who.id}/`;

  test('a role doctor or patient needs its record', async () => {
    for (const role of ['doctor', 'patient'])
      expect((await as(admin, 'PATCH', path(owner), { role })).body).toMatchObject({
        status: 409,
        code: 'no_linked_record',
      });
    expect((await as(admin, 'PATCH', path(patient), { role: 'doctor' })).status).toBe(409);
    expect((await as(admin, 'PATCH', path(patient), { role: 'user' })).body.role).toBe('user');
    expect((await as(admin, 'PATCH', path(patient), { role: 'patient' })).body.role).toBe('patient');
    expect((await as(admin, 'PATCH', path(owner), { role: 'superuser' })).status).toBe(400);
    expect((await as(admin, 'PATCH', path(owner), { disabled: null })).status).toBe(400);
  });

  test('a disabled account is told so at login, once its password is right', async () => {
    const who = await app.register('naughty');
    const disabled = await as(admin, 'PATCH', path(who), { disabled: true });
    expect(disabled.body).toMatchObject({ id: who.id, disabled: true });
    expect((await login({ username: 'naughty', password })).body).toMatchObject({
      status: 403,
      code: 'account_disabled',
    });
    expect((await login({ username: 'naughty', password: 'wrong password' })).status).toBe(401);
    expect((await as(admin, 'PATCH', path(who), { disabled: false })).body.disabled).toBe(false);
    expect((await login({ username: 'naughty', password })).status).toBe(200);
    expect((await as(who, 'GET', '/api/auth/me/')).status).toBe(401);
  });

  test('a session that a login left while the account was being disabled stays dead when it is enabled', async () => {
    const who = await app.register('racing');
    await as(admin, 'PATCH', path(who), { disabled: true });
    const late = await app.device(who);
    expect((await as(late, 'GET', '/api/auth/me/')).status).toBe(401);
    await as(admin, 'PATCH', path(who), { disabled: false });
    expect((await as(late, 'GET', '/api/auth/me/')).status).toBe(401);
  });

  test('the last admin can be neither demoted nor disabled', async () => {
    for (const body of [{ role: 'user' }, { disabled: true }])
      expect((await as(admin, 'PATCH', path(admin), body)).body).toMatchObject({ status: 409, code: 'last_admin' });
  });
});
