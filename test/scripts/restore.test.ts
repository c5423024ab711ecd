// A backup that is restored: nobody is signed in who was, phones sync anew, the trail is whole, and what the backup undid
// is found in the database that was left.
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const server = process.env.TEST_DATABASE_URL;
const run = promisify(execFile);
const script = resolve(import.meta.dirname, '../../scripts/cli/migrate.ts');

function hasTools(): boolean {
  try {
    execFileSync('pg_dump', ['--version']);
    execFileSync('pg_restore', ['--version']);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(server && hasTools())('a backup', () => {
  const name = `wardbook_restore_${randomBytes(6).toString('hex')}`;
  // collected also where it is skipped, and there is no server to name
  const url = (database: string) => server && Object.assign(new URL(server), { pathname: `/${database}` }).href;
  const [left, restored] = [url(`${name}_left`) ?? '', url(`${name}_restored`) ?? ''];
  let folder: string;
  let admin: Client;
  let before: Client;
  let after: Client;
  /** What the first migrate of the restored database says. */
  let told: string;

  const rows = async (client: Client, query: string) => (await client.query(query)).rows;
  const migrate = async (database: string, ...flags: string[]) =>
    (await run(process.execPath, [script, ...flags], { env: { ...process.env, DATABASE_URL: database } })).stdout;
  const asCli = (client: Client, statements: string) =>
    client.query(`begin; select set_config('app.role', 'cli', true); ${statements}; commit`);
  const account = (username: string, role: string, linked = '') => `
    with made as (insert into users (name, username, email, role)
      values ('${username}', '${username}', '${username}@example.com', '${role}') returning id),
    known as (insert into credentials (user_id, password_hash) select id, 'hash of then' from made),
    signed_in as (insert into sessions (user_id, refresh_hash, idle_until, expires_at)
      select id, 'x', now() + interval '7 days', now() + interval '28 days' from made)
    ${linked || 'select from made'}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wardbook-restore-'));
    admin = new Client(server);
    await admin.connect();
    for (const database of [`${name}_left`, `${name}_restored`]) await admin.query(`create database ${database}`);
    await migrate(left);
    before = new Client(left);
    await before.connect();
    await asCli(
      before,
      [
        account('erased', 'user'),
        account('disabled', 'user'),
        account('demoted', 'admin'),
        account('stays', 'admin'),
        account('disabled long ago', 'user'),
        account('erased long ago', 'user'),
        account('renewed', 'user'),
        account(
          'revoked',
          'doctor',
          `insert into doctors (user_id, created_by, name, specialization, approved)
           select id, null, 'Dr. Revoked', 'Cardiology', true from made`,
        ),
        account(
          'never approved',
          'doctor',
          `insert into doctors (user_id, created_by, name, specialization, approved)
           select id, null, 'Dr. Never', 'Cardiology', false from made`,
        ),
        `insert into patients (created_by, name) select id, patient from users, unnest(array['Élodie', 'Restored']) patient
          where username = 'stays'`,
        `update users set disabled_at = now() where username = 'disabled long ago'`,
        `update users set username = null, email = null, disabled_at = now(), erased_at = now()
          where username = 'erased long ago'`,
      ].join(';'),
    );
    // as if it had been another server's: the rows have numbers that this one will not come to for long
    await before.query('update app.servers set identifier = 1');
    await before.query(`alter table patients disable trigger user; update patients set changed_tx = 1e15;
      alter table patients enable trigger user`);
    await run('pg_dump', ['--format=custom', `--file=${join(folder, 'backup')}`, left]);
    const { stdout } = await run('pg_restore', ['--list', join(folder, 'backup')]);
    const contents = stdout.split('\n').filter((line) => !line.includes('DEFAULT ACL'));
    await writeFile(join(folder, 'contents'), contents.join('\n'));
    const only = `--use-list=${join(folder, 'contents')}`;
    await run('pg_restore', ['--no-owner', '--exit-on-error', only, `--dbname=${restored}`, join(folder, 'backup')]);
    after = new Client(restored);
    await after.connect();
  });
  afterAll(async () => {
    await Promise.all([before?.end(), after?.end()]);
    for (const database of [`${name}_left`, `${name}_restored`])
      await admin.query(`drop database if exists ${database} with (force)`);
    await admin.end();
    await rm(folder, { recursive: true });
  });

  test('has the sessions of then, which the first migrate ends', async () => {
    expect(await rows(after, 'select count(*)::int as n from sessions')).toEqual([{ n: 7 }]);
    told = await migrate(restored);
    expect(told).toContain('every session was ended');
    expect(await rows(after, 'select count(*)::int as n from sessions')).toEqual([{ n: 0 }]);
    expect(await migrate(restored)).not.toContain('every session was ended');
  });

  test('begins to sync anew', async () => {
    const epochs = 'select max(epoch) as epoch from app.servers';
    expect((await rows(after, epochs))[0]?.epoch).toBeGreaterThan((await rows(before, epochs))[0]?.epoch);
    const ahead = 'select count(*)::int as n from patients where changed_tx > app.tx()';
    expect([await rows(before, ahead), await rows(after, ahead)]).toEqual([[{ n: 2 }], [{ n: 0 }]]);
  });

  test('has the whole trail, and finds names as before', async () => {
    const trail = `select * from audit where action <> 'sessions_ended' order by id`;
    const then = await rows(before, trail);
    expect(then).toHaveLength(15);
    expect(await rows(after, trail)).toEqual(then);
    await after.query(`insert into patients (name) values ('Zoé')`);
    expect(await rows(after, `select count(*)::int as n from patients where name_key in ('zoe', 'elodie')`)).toEqual([
      { n: 2 },
    ]);
  });

  test('is told what it undid, by the SQL that migrate prints, and it is done again', async () => {
    await asCli(
      before,
      // an entry has only what its change replaced, and these are the first changes
      `update users set last_login = now() where username in ('erased', 'disabled', 'demoted');
       update users set email_verified_at = now() where username is null or username in ('stays', 'disabled long ago');
       update doctors set contact_info = '555';
       update users set name = 'Erased account', username = null, email = null, disabled_at = now(), erased_at = now()
         where username = 'erased';
       delete from credentials where user_id = (select id from users where name = 'Erased account');
       update users set disabled_at = now() where username = 'disabled';
       update users set role = 'user' where username = 'demoted';
       update doctors set approved = false;
       update credentials set password_hash = 'hash of later', updated_at = now()
         where user_id = (select id from users where username = 'renewed');
       delete from patients;
       ${account('later', 'admin')};
       update users set role = 'user' where username = 'later'`,
    );
    await asCli(before, `select app.restore(id) from audit where action = 'delete' and before ->> 'name' = 'Restored'`);
    const undone = await rows(before, told.slice(told.indexOf('with since'), told.indexOf('order by 1;')));
    expect(undone.map(({ what }) => what.replace(/\d+ ?/, '')).sort()).toEqual([
      'account disabled',
      'account erased',
      'account from admin to user',
      'account has another password',
      'doctor no longer approved',
      'patient deleted',
    ]);
    await asCli(after, undone.map(({ again }) => again).join(' '));
    const state = `select id, name, username, email, role, disabled_at is null as enabled, erased_at is null as there,
      (select password_hash from credentials where user_id = users.id) from users where username <> 'later' or username is null order by id`;
    expect(await rows(after, state)).toEqual(await rows(before, state));
    expect(await rows(after, `select approved from doctors`)).toEqual([{ approved: false }, { approved: false }]);
    expect(await rows(after, `select name from patients order by name`)).toEqual([
      { name: 'Restored' },
      { name: 'Zoé' },
    ]);
  });
});
