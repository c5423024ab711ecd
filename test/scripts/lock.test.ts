// Locking the Worker out: its role may not sign in, and connections that are open end.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endConnections } from '../../scripts/cli/admin/lock.ts';
import { connect } from '../../scripts/cli/connect.ts';
import { commandLine } from '../support/command-line.ts';

const server = process.env.TEST_DATABASE_URL;

// roles belong to the whole server, and other tests on it sign in as this one
describe.skipIf(server)('npm run admin -- lock and unlock', async () => {
  const { cli, sql } = await commandLine();
  const said = async (script: string, flags: string) => {
    const { out, error, code } = await cli(script, flags);
    return { code, said: `${out}${error}` };
  };
  let appUrl: string;
  const asks = async () => {
    const { sql: app, close } = await connect(appUrl);
    try {
      return await app`select current_user as name`;
    } finally {
      await close();
    }
  };

  test('keep the Worker out and let it in again with the password that it had', async () => {
    const migrated = await said('migrate', '--app-login');
    [appUrl = ''] = /postgres(ql)?:\/\/app_login:[\w-]{32,}@\S+/.exec(migrated.said) ?? [];
    expect(await asks()).toEqual([{ name: 'app_login' }]);
    const locked = await said('admin', 'lock');
    expect(locked.said).toContain('app_login may not sign in any more');
    // PGlite has one connection for everybody
    expect(locked.said).toContain('There was no connection to end');
    expect(locked.code).toBe(0);
    await expect(asks()).rejects.toThrow('does not let app_login in');
    expect((await said('admin', 'lock')).said).toContain('as before');
  });

  test('stay as they are when somebody migrates, who is told', async () => {
    const { code, said: told } = await said('migrate', '--app-login');
    expect([code, told]).toEqual([0, expect.stringContaining('app_login may not sign in: it is locked')]);
    [appUrl = ''] = /postgres(ql)?:\/\/app_login:[\w-]{32,}@\S+/.exec(told) ?? [];
    await expect(asks()).rejects.toThrow('does not let app_login in');
    expect((await said('admin', 'unlock')).said).toContain('app_login may sign in again');
    expect(await asks()).toEqual([{ name: 'app_login' }]);
    expect(await said('admin', 'unlock')).toMatchObject({ code: 1, said: expect.stringContaining('is not locked') });
    expect((await said('migrate', '')).said).not.toContain('locked');
  });

  test('are in the trail', async () => {
    const rows = await sql`select action, actor_role from audit where resource = 'database' order by id`;
    expect(rows.map(({ action, actor_role }) => `${action} by ${actor_role}`)).toEqual([
      'locked by cli',
      'locked by cli',
      'unlocked by cli',
    ]);
  });
});

describe.runIf(server)('the open connections of a role', () => {
  const suffix = randomBytes(4).toString('hex');
  const [owner, role] = [`lock_owner_${suffix}`, `lock_app_${suffix}`];
  const urlOf = (user: string) => {
    const url = new URL(server ?? '');
    [url.username, url.password] = [user, 'wardbook'];
    return url.href;
  };
  let admin: Client;
  beforeAll(async () => {
    admin = new Client(server);
    await admin.connect();
    await admin.query(`create role ${owner} login createrole createdb password 'wardbook'`);
    const asOwner = new Client(urlOf(owner));
    await asOwner.connect();
    await asOwner.query(`create role ${role} login noinherit password 'wardbook'`);
    await asOwner.end();
  });
  afterAll(async () => {
    await admin.query(`drop role ${role}`);
    await admin.query(`drop role ${owner}`);
    await admin.end();
  });
  const open = async (user: string) => {
    const client = new Client(urlOf(user));
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  /** Since PostgreSQL 16 whoever makes a role belongs to it, without having its rights. */
  const belongs = async () =>
    (await admin.query(`select pg_has_role('${owner}', '${role}', 'usage') as belongs`)).rows[0]?.belongs;

  test('end where the owner is no superuser, who belongs to the role for that moment only', async () => {
    const clients = [await open(role), await open(role)];
    const gone = clients.map((client) => new Promise<void>((end) => client.once('end', () => end())));
    const { sql, close } = await connect(urlOf(owner));
    await sql.query(`alter role ${role} nologin`);
    expect(await endConnections(sql, role)).toContain('2 connections of it were ended');
    await Promise.all(gone);
    await expect(open(role)).rejects.toThrow('not permitted to log in');
    expect(await belongs()).toBe(false);
    expect(await endConnections(sql, role)).toContain('0 connections');
    await sql.query(`alter role ${role} login`);
    await close();
  });

  test('go on where somebody has less rights, who is told what is needed', async () => {
    const client = await open(role);
    await admin.query(`alter role ${owner} nocreaterole`);
    const { sql, close } = await connect(urlOf(owner));
    expect(await endConnections(sql, role)).toContain(`grant pg_signal_backend to "${owner}"`);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await close();
    await client.end();
  });
});
