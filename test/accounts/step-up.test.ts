// What is hardest to undo asks for the password once more: a phone that is left unlocked is signed in, and no more.
import { neon } from '@neondatabase/serverless';
import { describe, expect, test } from 'vitest';
import { type Account, boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { openMailbox } from '../support/mailbox.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
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
      sql.query(`select app.step_up('the earlier hash')`),
    ]);
    await expect(act).rejects.toThrow('password_required');
  });
});

const subjectsTo = async (email: string) => (await inbox.mails(email)).map(({ subject }) => subject);
const person = async (way: '' | 'doctor/' = '') => {
  const account = await app.register(unique('ann'), way);
  await app.verify(account.id);
  return { ...account, email: account.user.email as string };
};
const newAddress = () => `${unique('new')}@example.com`;
const change = (by: Account, whom: { id: number }, body: Json) => as(by, 'PATCH', `/api/admin/users/${whom.id}/`, body);

describe('an administrator', () => {
  test('gives the password once more to change another’s email, and for a new administrator', async () => {
    const [admin, ann] = [await newAdmin(), await person()];
    const email = newAddress();
    const needing = [() => change(admin, ann, { email }), () => change(admin, ann, { role: 'admin' })];
    needing.push(() => as(admin, 'POST', '/api/admin/invitations/', { email: newAddress(), role: 'admin' }));
    for (const act of needing) {
      const refused = await act();
      expect([refused.status, refused.body.code]).toEqual([403, 'step_up_required']);
    }
    expect(await app.rowOf('users', ann.id)).toMatchObject({ email: ann.email, role: 'user' });
    await stepUp(admin);
    for (const act of needing) expect((await act()).status).toBeLessThan(300);
    expect(await app.rowOf('users', ann.id)).toMatchObject({ email, role: 'admin' });
  });

  test('of before who is to sign in again is a new one', async () => {
    const [admin, former] = [await newAdmin(), await newAdmin()];
    expect((await change(admin, former, { disabled: true })).status).toBe(200);
    expect((await change(admin, former, { disabled: false })).body.code).toBe('step_up_required');
    await stepUp(admin);
    expect((await change(admin, former, { disabled: false })).status).toBe(200);
  });

  test('changes all else, and what stays as it is, without', async () => {
    const [admin, ann] = [await newAdmin(), await person()];
    const invitation = { email: newAddress(), role: 'user' };
    for (const body of [{ name: 'Ann' }, { username: unique('anna') }, { disabled: true }, { disabled: false }])
      expect((await change(admin, ann, body)).status, JSON.stringify(body)).toBe(200);
    expect((await change(admin, ann, { email: ann.email, role: 'user' })).status).toBe(200);
    expect((await as(admin, 'POST', '/api/admin/invitations/', invitation)).status).toBe(201);
  });

  test('changes the own email and username with the own account only', async () => {
    const admin = await newAdmin();
    await stepUp(admin);
    for (const body of [{ email: newAddress() }, { username: unique('boss') }]) {
      const refused = await change(admin, admin, body);
      expect([refused.status, refused.body.code]).toEqual([403, 'own_account']);
    }
    expect((await change(admin, admin, { name: 'The Boss', email: admin.user.email })).status).toBe(200);
    const [email, username] = [newAddress(), unique('boss')];
    const own = await as(admin, 'PATCH', '/api/auth/me/', { email, username, password });
    expect(own.body).toMatchObject({ pending_email: email, username });
    const confirmed = await as(admin, 'POST', '/api/auth/email/verify/', {
      token: await inbox.tokenOf(email, 'verify'),
    });
    expect(confirmed.status, confirmed.text).toBe(204);
    expect(await app.rowOf('users', admin.id)).toMatchObject({ email, pending_email: null });
  });

  test('is refused by PostgreSQL, without the routes in front of it', async () => {
    const [admin, ann] = [await newAdmin(), await person()];
    const sql = neon(app.database.appUrl);
    const begin = `select app.begin($1, $2, 1, 'a test', null, '{admin}', ''), set_config('role', 'app_api', true)`;
    const unguarded = (query: string) =>
      sql.transaction([sql.query(begin, [sessionOf(admin), admin.id]), sql.query(query)]);
    await expect(unguarded(`update users set role = 'admin' where id = ${ann.id}`)).rejects.toThrow('step_up_required');
    await expect(unguarded(`update users set email = 'x@example.com' where id = ${ann.id}`)).rejects.toThrow('step_up');
    await expect(unguarded(`select app.invite('x@example.com', 'admin', null, null, null)`)).rejects.toThrow('step_up');
    await expect(unguarded(`update users set email = 'x@example.com' where id = ${admin.id}`)).rejects.toThrow(
      'own_acc',
    );
  });

  test('who changes an email tells the old one, which can undo it for a day, whatever else is done to the account', async () => {
    const [admin, ann] = [await newAdmin(), await person()];
    await stepUp(admin);
    const email = newAddress();
    await change(admin, ann, { disabled: true });
    expect((await change(admin, ann, { email })).body).toMatchObject({ email, email_verified: false });
    await change(admin, ann, { disabled: false });
    const reset = await app.link('reset', { user: ann.id, email });
    const taken = { token: reset, new_password: 'the password of a thief' };
    expect((await app.call('POST', '/api/auth/password/reset/', { body: taken })).status).toBe(204);
    const token = await inbox.tokenOf(ann.email, 'undo');
    expect((await app.call('POST', '/api/auth/email/undo/', { body: { token } })).status).toBe(204);
    expect(await app.rowOf('users', ann.id)).toMatchObject({ email: ann.email });
    expect((await app.login({ email: ann.email, password: taken.new_password })).status).toBe(401);
    expect(await subjectsTo(ann.email)).toContain('Choose a new password');
  });

  test('does not tell an address that nobody has proven', async () => {
    const [admin, ann] = [await newAdmin(), await app.register(unique('ann'))];
    await stepUp(admin);
    await change(admin, ann, { email: newAddress() });
    expect(await subjectsTo(ann.user.email)).not.toContain('Your email was changed');
  });
});

describe('of a new administrator every other one is told:', () => {
  const told = 'There is a new administrator';
  const noticesOf = async (who: Account) => (await subjectsTo(who.user.email)).filter((one) => one === told).length;
  const ways: Record<string, (boss: Account) => Promise<unknown>> = {
    'one whose role was changed': async (boss) => change(boss, await person(), { role: 'admin' }),
    'one who is enabled again': async (boss) => {
      const former = await newAdmin();
      await change(boss, former, { disabled: true });
      await app.rows('delete from mails');
      return change(boss, former, { disabled: false });
    },
    'one who registers by invitation': async () => {
      const email = newAddress();
      const [made] = (
        await app.asOwner(`select mail_id::int from app.invite('${email}', 'admin', null, null, null)`)
      ).at(-1) as Json;
      const token = await app.link('invitation', { mail: made.mail_id });
      return as(undefined, 'POST', '/api/auth/register/invited/', { token, password });
    },
    'one who accepts an invitation': async () => {
      const [ann, email] = [await person(), newAddress()];
      const [made] = (
        await app.asOwner(`select mail_id::int from app.invite('${email}', 'admin', null, null, null)`)
      ).at(-1) as Json;
      const token = await app.link('invitation', { mail: made.mail_id });
      await stepUp(ann);
      return as(ann, 'POST', '/api/auth/invitations/accept/', { token });
    },
    'one whom the command line makes': async (boss) => {
      await newAdmin();
      // whatever is asked next sends it
      return as(boss, 'PATCH', `/api/admin/users/${(await person()).id}/`, { email: newAddress() });
    },
  };
  test.each(Object.entries(ways))('%s', async (_, way) => {
    const [boss, other] = [await newAdmin(), await newAdmin()];
    await stepUp(boss);
    await app.rows(`delete from mails where purpose = 'new_admin'`);
    const before = [await noticesOf(boss), await noticesOf(other)];
    await way(boss);
    const after = [await noticesOf(boss), await noticesOf(other)];
    expect(after.map((count, at) => count - (before[at] ?? 0))).toEqual([1, 1]);
  });
});

describe('an email that is to replace another', () => {
  const asked = async () => {
    const [ann, email] = [await person(), newAddress()];
    expect((await as(ann, 'PATCH', '/api/auth/me/', { email, password })).status).toBe(200);
    return { ann, email, token: await inbox.tokenOf(email, 'verify') };
  };
  const confirm = (token: string, who?: { token: string }) => as(who, 'POST', '/api/auth/email/verify/', { token });

  test('is confirmed in a session of the account, and by nobody else', async () => {
    const { ann, email, token } = await asked();
    const gone = await app.device(ann);
    await as(gone, 'POST', '/api/auth/logout/');
    for (const [who, status, code] of [
      [undefined, 401, 'unauthenticated'],
      [{ token: 'junk' }, 401, 'unauthenticated'],
      [await person(), 403, 'wrong_account'],
      [gone, 401, 'session_ended'],
    ] as const) {
      const refused = await confirm(token, who);
      expect([refused.status, refused.body.code]).toEqual([status, code]);
    }
    expect(await app.rowOf('users', ann.id)).toMatchObject({ email: ann.email });
    // and the link works all the same
    expect((await confirm(token, await app.device(ann))).status).toBe(204);
    expect(await app.rowOf('users', ann.id)).toMatchObject({ email });
  });

  test('but the email of a new account by whoever has the link', async () => {
    for (const who of [undefined, { token: 'junk' }, await person()]) {
      const { user } = await app.register(unique('new'));
      expect((await confirm(await inbox.tokenOf(user.email, 'verify'), who)).status).toBe(204);
    }
  });
});

describe('the password is needed', () => {
  test('for a new username, in the same request', async () => {
    const [ann, username] = [await person(), unique('anna')];
    const refused = await as(ann, 'PATCH', '/api/auth/me/', { username });
    expect([refused.status, refused.body.code]).toEqual([400, 'password_required']);
    const wrong = await as(ann, 'PATCH', '/api/auth/me/', { username, password: 'not the one' });
    expect(wrong.body.errors).toEqual({ password: ['is not your password'] });
    expect((await as(ann, 'PATCH', '/api/auth/me/', { username: ann.user.username, name: 'Ann' })).status).toBe(200);
    expect((await as(ann, 'PATCH', '/api/auth/me/', { username, password })).body).toMatchObject({ username });
  });

  test('once more to accept an invitation to another role, of which the account is told', async () => {
    const [admin, ann] = [await newAdmin(), await person()];
    const invite = async (role: string) => {
      const { id } = (await as(admin, 'POST', '/api/admin/invitations/', { email: newAddress(), role })).body;
      return app.link('invitation', { mail: (await app.rowOf('invitations', id)).mail_id });
    };
    const accept = (token: string) => as(ann, 'POST', '/api/auth/invitations/accept/', { token });
    expect((await accept(await invite('user'))).status).toBe(200);
    await stepUp(admin);
    const token = await invite('admin');
    expect((await accept(token)).body.code).toBe('step_up_required');
    await stepUp(ann);
    expect((await accept(token)).body).toMatchObject({ role: 'admin' });
    expect(await subjectsTo(ann.email)).toContain('Your account has a new role');
  });

  test.each([{ name: 'Dr. Other' }, { specialization: 'Surgery' }, { license_number: 'L-2' }])(
    'once more for an approved doctor to become somebody else, who is told: %j',
    async (changed) => {
      const who = await person('doctor/');
      const path = `/api/doctor-profile/${who.id}/`;
      const profile = { name: 'Dr. Known', specialization: 'Cardiology', license_number: 'L-1' };
      // while nobody has approved the doctor, there is nothing to lose
      expect((await as(who, 'PUT', path, profile)).status).toBe(200);
      await app.asOwner('update doctors set approved = true where user_id = $1', [who.id]);
      expect((await as(who, 'PUT', path, { ...profile, contact_info: 'Room 7' })).status).toBe(200);
      expect((await as(who, 'PUT', path, { ...profile, ...changed })).body.code).toBe('step_up_required');
      expect(await subjectsTo(who.email)).not.toContain('Your profile was changed');
      await stepUp(who);
      expect((await as(who, 'PUT', path, { ...profile, ...changed })).body).toMatchObject({
        ...changed,
        approved: false,
      });
      expect(await subjectsTo(who.email)).toContain('Your profile was changed');
    },
  );
});
