// What an administrator does in a hurry, from the command line.
import { beforeAll, describe, expect, test } from 'vitest';
import { hashToken } from '../../src/http/tokens.ts';
import { commandLine } from '../support/command-line.ts';

const { cli, sql } = await commandLine();

describe('npm run admin, in a hurry', () => {
  let doctor: number;
  let patient: number;
  const idOf = async (username: string) => (await sql`select id::int from users where username = ${username}`)[0]?.id;
  /** What the command says, in one line. */
  const admin = async (flags: string) => {
    const { out, error, code } = await cli('admin', flags);
    return { code, said: `${out}${error}`.replace(/^In .*\n/, '').trim() };
  };
  const trail = async (resource: string) =>
    (await sql`select action, actor_role from audit where resource = ${resource} order by id desc limit 1`)[0];
  beforeAll(async () => {
    await sql`insert into users (name, username, email) values ('Ira', 'ira', 'ira@example.com'), ('Doc', 'doc', 'doc@example.com')`;
    const [made] = await sql`insert into doctors (user_id, name, specialization, approved)
      select id, 'Doc', 'Surgery', false from users where username = 'doc' returning id::int`;
    await sql.transaction([
      sql`select set_config('app.role', 'cli', true)`,
      sql`update users set role = 'doctor' where username = 'doc'`,
    ]);
    const [jane] = await sql`insert into patients (name) values ('Jane') returning id::int`;
    const [smith] =
      await sql`insert into doctors (name, specialization) values ('Smith', 'Cardiology') returning id::int`;
    await sql`insert into mappings (patient_id, doctor_id) values (${jane?.id}, ${smith?.id})`;
    [doctor, patient] = [smith?.id, jane?.id];
    expect(made?.id).toBeGreaterThan(0);
  });

  test('finds accounts by any part of a name, and says when there is none', async () => {
    expect((await admin('find IRA@ex')).said).toMatch(/ira@example\.com +ira +Ira +user +not verified/);
    expect((await admin(`find ${await idOf('ira')}`)).said).toContain('ira@example.com');
    expect(await admin('find nobody-at-all')).toEqual({
      code: 1,
      said: 'No account has "nobody-at-all" in its email, username or name.',
    });
  });

  test('approves and revokes a doctor, and says of whom it speaks', async () => {
    expect((await admin('approve doc@example.com')).said).toBe(
      'doc@example.com (Doc, Surgery, no license number) sees patients, from the next request on.',
    );
    expect(await trail('doctor')).toEqual({ action: 'update', actor_role: 'cli' });
    expect((await admin('approve doc@example.com')).said).toContain('is approved already');
    expect((await admin(`revoke ${await idOf('doc')}`)).said).toContain('sees no patient any more');
    expect((await admin('revoke doc@example.com')).said).toContain('is not approved');
    expect(await admin('approve ira@example.com')).toEqual({ code: 1, said: 'ira@example.com is no doctor.' });
  });

  test('disables and enables, and signs out', async () => {
    await sql`insert into sessions (user_id, refresh_hash, idle_until, expires_at)
      select id, 'x', now() + interval '1 day', now() + interval '1 day' from users where username = 'ira'`;
    expect((await admin('end-sessions ira@example.com')).said).toBe(
      'ira@example.com is signed out: one session ended.',
    );
    expect(await trail('session')).toEqual({ action: 'session_ended', actor_role: 'cli' });
    expect((await admin('end-sessions ira@example.com')).said).toContain('0 sessions ended');
    expect((await admin('disable ira@example.com')).said).toContain('is disabled, and signed out everywhere');
    expect(await trail('user')).toEqual({ action: 'update', actor_role: 'cli' });
    expect((await admin('disable ira@example.com')).said).toBe('ira@example.com is disabled already.');
    expect((await admin('enable ira@example.com')).said).toContain('may sign in again');
    expect((await admin('enable ira@example.com')).said).toBe('ira@example.com is not disabled.');
  });

  test('takes away a second factor, also that of the last administrator, and signs out', async () => {
    expect(await admin('reset-mfa ira@example.com')).toEqual({
      code: 1,
      said: 'ira@example.com has no second factor.',
    });
    await sql`insert into app.factors (user_id, secret, key_id, confirmed_at)
      select id, 'encrypted', 'a key', now() from users where username = 'ira'`;
    await sql`insert into sessions (user_id, refresh_hash, idle_until, expires_at, mfa)
      select id, 'x', now() + interval '1 day', now() + interval '1 day', true from users where username = 'ira'`;
    expect((await admin('reset-mfa ira@example.com')).said).toContain('has no second factor any more');
    expect(await trail('user')).toEqual({ action: 'factor_reset', actor_role: 'cli' });
    expect(await sql`select 1 from sessions s join users u on u.id = s.user_id where username = 'ira'`).toEqual([]);
    expect(await sql`select 1 from app.factors`).toEqual([]);
  });

  test('gives another role, where the database lets it', async () => {
    expect((await admin('role ira@example.com --role king')).said).toContain('--role is one of user, patient');
    expect((await admin('role ira@example.com --role user')).said).toBe('ira@example.com is user already.');
    expect(await admin('role ira@example.com --role doctor')).toEqual({
      code: 1,
      said: 'Only an account registered as a doctor or patient can have that role.',
    });
    expect((await admin('role ira@example.com --role admin')).said).toContain('was user and is admin');
    expect((await admin('role ira@example.com --role user')).said).toBe('Make another account an administrator first.');
  });

  test('invites, with a mail and a link that works', async () => {
    for (const [flags, role] of [
      ['--role user', 'user'],
      [`--doctor ${doctor}`, 'doctor'],
      [`--patient ${patient}`, 'patient'],
    ]) {
      const email = `invited.${role}@clinic.example`;
      const { said } = await admin(`invite ${email} ${flags} --url https://wardbook.example`);
      const [, token = ''] = /https:\/\/wardbook\.example\/portal\/invitation#token=([\w-]{43})/.exec(said) ?? [];
      const hash = await hashToken(token);
      const account = JSON.stringify({ derived_username: `invited.${role}` });
      const [made] = await sql`select * from app.register_invited(${hash}, ${account}::jsonb, 'x', 'x', null, 'x', 60)`;
      expect(made).toMatchObject({ role, email, email_verified: false });
      // a printed link has proven no address, so that the new account is asked to confirm it
      const mails = await sql`select purpose from mails where recipient = ${email} order by id`;
      expect(mails).toEqual([{ purpose: 'invitation' }, { purpose: 'verify' }]);
    }
    expect((await admin(`invite other@example.com --patient ${patient}`)).said).toContain(
      'belongs to somebody already',
    );
    expect((await admin('invite other@example.com --patient 999999')).said).toContain('There is nothing here');
    expect((await admin('invite other@example.com')).said).toContain('Say what for');
    expect((await admin('invite other@example.com --role doctor')).said).toContain('Say what for');
  });

  test('prints a link for an account without an email, which works', async () => {
    await sql`insert into users (name, username, email, imported_at) values ('Lou', 'lou', null, now())`;
    const { said } = await admin(`reset-link ${await idOf('lou')} --url https://wardbook.example`);
    const hash = await hashToken(/#token=([\w-]{43})/.exec(said)?.[1] ?? '');
    await sql`select app.reset_password(${hash}, 'chosen')`;
    expect(await sql`select password_hash from credentials where user_id = ${await idOf('lou')}`).toEqual([
      { password_hash: 'chosen' },
    ]);
  });

  test('restores what was deleted', async () => {
    expect((await admin(`restore --patient ${patient}`)).said).toBe(
      `The patient ${patient} is there: nothing to restore.`,
    );
    await sql`delete from patients where id = ${patient}`;
    expect((await admin(`restore --patient ${patient}`)).said).toMatch(
      /^The patient \d+, deleted .* UTC by Jane, is back, with 1 assignments\.$/,
    );
    expect(await trail('patient')).toEqual({ action: 'restore', actor_role: 'cli' });
    expect((await admin('restore --doctor 999999')).said).toBe('No doctor with the id 999999 was ever deleted.');
    expect((await admin('restore')).said).toContain('Say which');
  });

  test('says how each of its verbs is used', async () => {
    expect((await admin('--help')).said).toMatch(/^Usage.*\n/);
    for (const verb of [
      'find',
      'approve',
      'revoke',
      'disable',
      'enable',
      'role',
      'end-sessions',
      'reset-mfa',
      'invite',
      'restore',
    ]) {
      const { code, said } = await admin(`${verb} --help`);
      expect([code, said.split('\n')[1]]).toEqual([0, expect.stringContaining(`npm run admin -- ${verb}`)]);
    }
  });
});
