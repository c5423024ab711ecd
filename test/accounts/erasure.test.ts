// Deleting an account: what goes, what stays, and that nothing brings it back.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, admin } = w.people;
const { as, login } = app;

describe('deleting an account', () => {
  const erase = (who: { token: string }, given = password) => as(who, 'DELETE', '/api/auth/me/', { password: given });

  test('needs the password, ends everything, keeps the records, and frees the email', async () => {
    const me = await app.register('leaver');
    const record = (await as(me, 'POST', '/api/patients/', { name: 'Left behind' })).body;
    const wrong = await erase(me, 'not my password');
    expect(wrong.body).toMatchObject({ status: 400, errors: { password: [expect.any(String)] } });
    expect((await as(me, 'DELETE', '/api/auth/me/', {})).status).toBe(400);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(200);

    const roundTrips = await app.roundTripsOf(async () => {
      const gone = await erase(me);
      expect([gone.status, gone.text]).toEqual([204, '']);
    });
    expect(roundTrips).toBe(2);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await login({ email: 'leaver@example.com', password })).status).toBe(401);
    expect((await as(undefined, 'POST', '/api/auth/refresh/', { refresh: me.refresh })).status).toBe(401);
    expect((await as(admin, 'GET', `/api/patients/${record.id}/`)).body).toMatchObject({ created_by: me.id });
    const left = 'select from credentials where user_id = $1 union all select from sessions where user_id = $1';
    expect(await app.database.owner.query(left, [me.id])).toEqual([]);
    expect((await as(admin, 'GET', '/api/admin/users/')).text).not.toContain('leaver');

    const again = await app.register('leaver');
    expect(again.id).not.toBe(me.id);
    expect((await as(again, 'GET', `/api/patients/${record.id}/`)).status).toBe(404);
  });

  test("a patient's record stays, and so does a doctor's", async () => {
    const [p, d] = [await app.register('pat_leaves', 'patient/'), await app.register('doc_leaves', 'doctor/')];
    for (const who of [p, d]) expect((await erase(who)).status).toBe(204);
    const stays = { name: 'pat_leaves', user_id: null };
    expect((await as(admin, 'GET', '/api/patients/')).body).toContainEqual(expect.objectContaining(stays));
    const left = { name: 'doc_leaves', user_id: null, approved: null };
    expect((await as(owner, 'GET', '/api/doctors/')).body).toContainEqual(expect.objectContaining(left));
  });

  test('is refused to the last admin, also while an erased account was an admin', async () => {
    expect((await erase(admin)).body).toMatchObject({ status: 409, code: 'last_admin' });
    const second = await app.register('second_admin');
    await app.makeAdmin(second.id);
    expect((await erase(second)).status).toBe(204);
    expect((await erase(admin)).body).toMatchObject({ status: 409, code: 'last_admin' });
  });

  test('and however often it is refused, the right password is no guess', async () => {
    for (let times = 0; times < 7; times++) expect((await erase(admin)).body.code).toBe('last_admin');
    expect((await login({ username: 'admin', password })).status).toBe(200);
    const hasty = await app.register('hasty');
    const stale = { 'If-Match': '"99"' };
    for (let times = 0; times < 7; times++)
      expect((await as(hasty, 'DELETE', '/api/auth/me/', { password }, stale)).status).toBe(412);
  });

  test('is for good: nobody revives or promotes what is left', async () => {
    const ghost = await app.register('ghost');
    await erase(ghost);
    for (const body of [{ disabled: false }, { role: 'admin' }, { role: 'admin', disabled: false }])
      expect((await as(admin, 'PATCH', `/api/admin/users/${ghost.id}/`, body)).status, JSON.stringify(body)).toBe(404);
    expect((await as(admin, 'GET', `/api/admin/users/${ghost.id}/`)).status).toBe(404);
    expect((await erase(admin)).body).toMatchObject({ status: 409, code: 'last_admin' });
  });
});
