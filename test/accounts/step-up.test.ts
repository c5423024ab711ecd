// What is hardest to undo asks for the password once more: a phone that is left unlocked is signed in, and no more.
import { neon } from '@neondatabase/serverless';
import { describe, expect, test } from 'vitest';
import { type Account, boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const { as } = app;

const stepUp = (who: Account, body: Json = { password }) => as(who, 'POST', '/api/auth/step-up/', body);
const newAdmin = async (): Promise<Account> => {
  const admin = await app.register(unique('admin'));
  await app.makeAdmin(admin.id);
  return admin;
};
const promoted = async (by: Account) => {
  const { id } = await app.register(unique('ann'));
  return (await as(by, 'PATCH', `/api/admin/users/${id}/`, { role: 'admin' })).body.code ?? 'done';
};

describe('the password once more', () => {
  test('counts for the session that gave it, and for no other of the account', async () => {
    const [phone, other] = [await newAdmin(), await newAdmin()];
    const tablet = await app.device(phone);
    const answer = await stepUp(phone);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await promoted(phone)).toBe('done');
    expect(await promoted(tablet)).toBe('step_up_required');
    expect(await promoted(other)).toBe('step_up_required');
  });

  test('counts for ten minutes', async () => {
    const admin = await newAdmin();
    await stepUp(admin);
    const age = (interval: string) =>
      app.rows(`update sessions set stepped_up_at = now() - $2::interval where id = $1`, [sessionOf(admin), interval]);
    await age('9 minutes 50 seconds');
    expect(await promoted(admin)).toBe('done');
    await age('10 minutes 1 second');
    expect(await promoted(admin)).toBe('step_up_required');
  });

  test('goes on counting when the tokens are replaced', async () => {
    const admin = await newAdmin();
    await stepUp(admin);
    const { body } = await app.call('POST', '/api/auth/refresh/', { body: { refresh: admin.refresh } });
    expect(await promoted({ ...admin, token: body.access })).toBe('done');
  });

  test('is an entry in the trail', async () => {
    const admin = await newAdmin();
    const answer = await stepUp(admin);
    const entry = { action: 'step_up', resource: 'session', resource_id: sessionOf(admin), actor_id: admin.id };
    expect(await app.trailOf(answer)).toMatchObject([{ ...entry, actor_role: 'admin' }]);
  });

  test('is a guess where it is wrong, and marks nothing', async () => {
    const admin = await newAdmin();
    const wrong = await stepUp(admin, { password: 'not the one' });
    expect(wrong.body).toMatchObject({ status: 400, errors: { password: ['is not your password'] } });
    expect(await app.trailOf(wrong)).toMatchObject([
      { action: 'login_failed', resource: 'user', resource_id: admin.id },
    ]);
    expect(await promoted(admin)).toBe('step_up_required');
    for (let more = 0; more < 4; more++) await stepUp(admin, { password: 'not the one' });
    const late = await stepUp(admin);
    expect([late.status, late.body.code]).toEqual([429, 'too_many_attempts']);
    expect(await promoted(admin)).toBe('step_up_required');
  });

  test('does not count when it has become another one meanwhile', async () => {
    const admin = await newAdmin();
    const call = `select app.begin($1, $2, 1, 'a test', null, '{admin}', ''), set_config('role', 'app_auth', true)`;
    const sql = neon(app.database.appUrl);
    const act = sql.transaction([
      sql.query(call, [sessionOf(admin), admin.id]),
      sql.query(`select app.step_up('the hash of before')`),
    ]);
    await expect(act).rejects.toThrow('password_required');
  });
});
