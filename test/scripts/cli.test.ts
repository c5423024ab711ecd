import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { placeOf } from '../../scripts/cli/admin/reset-link.ts';
import { verifyPassword } from '../../src/accounts/passwords.ts';
import { hashToken } from '../../src/http/tokens.ts';
import { commandLine } from '../support/command-line.ts';

const { cli, folder, database, sql } = await commandLine();

describe('npm run admin', () => {
  const password = 'four unrelated words';
  const account = async (email: string) => {
    const rows = await sql`select * from users join credentials on user_id = id where email = ${email}`;
    return rows[0];
  };

  test('makes an administrator with the password from a pipe, attributed to the command line', async () => {
    expect((await cli('admin', 'list')).out).toContain('There is no administrator yet.');
    const { out, code } = await cli('admin', 'create --email Ada@Example.com --name Ada', `${password}\r\nignored\n`);
    expect({ out, code }).toMatchObject({
      code: 0,
      out: expect.stringContaining('ada@example.com is an administrator'),
    });
    const ada = await account('ada@example.com');
    expect(ada).toMatchObject({ name: 'Ada', username: 'ada', role: 'admin' });
    expect(await verifyPassword(password, ada?.password_hash)).toBe(true);
    // whoever runs this says whose the address is: nobody is asked to confirm it, and Ada can invite
    expect(ada?.email_verified_at).toBeInstanceOf(Date);
    expect(await sql`select purpose from mails`).toEqual([]);
    expect(await sql`select action, actor_role from audit where resource = 'user'`).toEqual([
      { action: 'create', actor_role: 'cli' },
    ]);
    expect((await cli('admin', 'list')).out).toMatch(/ada@example\.com +ada +Ada/);
  });

  test('finds a username that is free', async () => {
    await cli('admin', 'create --email ADA@example.org', password);
    expect(await account('ada@example.org')).toMatchObject({ username: 'ada2', name: 'ada2' });
  });

  test('leaves an account that exists as it is', async () => {
    const { error, code } = await cli('admin', 'create --email ada@example.com', 'another good password');
    expect({ error, code }).toEqual({ code: 1, error: 'ada@example.com is an administrator already.\n' });
    expect(await verifyPassword(password, (await account('ada@example.com'))?.password_hash)).toBe(true);
  });

  test('promotes one only when told to', async () => {
    await sql`insert into users (name, username, email) values ('Bo', 'bo', 'bo@example.com')`;
    const bo = async () => (await sql`select role, email_verified_at from users where username = 'bo'`)[0];
    const role = async () => (await bo())?.role;
    expect((await cli('admin', 'create --email bo@example.com', password)).error).toContain(
      'has an account already, with the role user. To make it an administrator add --promote',
    );
    expect(await cli('admin', 'create --email bo@example.com --promote')).toMatchObject({ code: 1 });
    expect(await role()).toBe('user');
    expect(await cli('admin', 'create --email bo@example.com --promote --yes')).toMatchObject({ code: 0 });
    expect(await bo()).toMatchObject({ role: 'admin', email_verified_at: expect.any(Date) });
  });

  test('keeps when a promoted address was verified', async () => {
    const at = new Date('2026-01-02T03:04:05Z');
    await sql`insert into users (name, username, email, email_verified_at) values ('Cy', 'cy', 'cy@example.com', ${at})`;
    expect(await cli('admin', 'create --email cy@example.com --promote --yes')).toMatchObject({ code: 0 });
    expect(await sql`select role, email_verified_at from users where username = 'cy'`).toEqual([
      { role: 'admin', email_verified_at: at },
    ]);
  });

  test.each([
    ['create --email x@example.com', 'short\n', 1, 'Password: use 8 characters or more.'],
    ['create --email x@example.com', 'password123\n', 1, 'Password: is one of the commonest'],
    ['create --email not-an-email', password, 1, '--email: not an email address.'],
    ['create', password, 2, 'Whom? Say an email: create EMAIL.'],
    ['create --email x@example.com --role admin', password, 2, 'create takes no --role.'],
    ['list --email x@example.com', '', 2, 'list takes no --email.'],
    ['create --email x@example.com --url https://x.example', '', 2, 'create takes no --url.'],
    ['toString', '', 2, 'Say one of: create, list, find, approve,'],
    ['list twice', '', 2, 'Say one of: create, list, find, approve,'],
    ['reset-link', '', 2, 'Whom? Say an email or an id: reset-link WHO.'],
    ['reset-link 999999', '', 1, 'There is no account with the id 999999.'],
    ['reset-link --email x@example.com', '', 1, 'There is no account with the email x@example.com.'],
    ['reset-link --email ada@example.com --url wardbook.example', '', 1, '--url: must be a https:// URL.'],
  ])('refuses: %s < %j', async (flags, input, exitCode, sentence) => {
    const { error, code } = await cli('admin', flags, input);
    expect(error).toContain(sentence);
    expect(error).not.toContain('    at ');
    expect(code).toBe(exitCode);
    expect(await account('x@example.com')).toBeUndefined();
  });

  test('says what is wrong with the database', async () => {
    const wrong = Object.assign(new URL(database.url), { port: '1' }).href;
    expect((await cli('admin', 'list', '', wrong)).error).toMatch(/^The database at \S+ cannot be reached/);
  });
});

describe('npm run admin -- reset-link', () => {
  beforeAll(async () => {
    await sql`insert into users (name, username, email) values ('Di', 'di', 'di@example.com')`;
  });
  const link = (flags = '', settings: NodeJS.ProcessEnv = {}, url = database.url) =>
    cli('admin', `reset-link --email Di@Example.com ${flags}`, '', url, settings);
  const links = async () => (await sql`select count(*)::int as links from app.links`)[0]?.links;

  test('prints a link that lets somebody choose a password, once, and says so in the trail', async () => {
    const { out, code } = await link('--url https://wardbook.example/');
    expect(code).toBe(0);
    const [, token = ''] = /^https:\/\/wardbook\.example\/portal\/reset#token=([\w-]{43})$/m.exec(out) ?? [];
    const hash = await hashToken(token);
    const [kept] = await sql`select *, round(extract(epoch from expires_at - now()) / 60)::int as minutes
      from app.links where hash = ${hash}`;
    expect(kept).toMatchObject({ purpose: 'reset', email: null, mail_id: null, minutes: 60 });

    const reset = () => sql`select app.reset_password(${hash}, 'chosen')`;
    await reset();
    const [di] = await sql`select id, password_hash, email_verified_at from users join credentials on user_id = id
      where username = 'di'`;
    // nobody has shown that the address is theirs
    expect(di).toMatchObject({ password_hash: 'chosen', email_verified_at: null });
    await expect(reset()).rejects.toThrow('link_invalid');
    const entries = await sql`select action, actor_id, actor_role from audit
      where resource = 'user' and resource_id = ${di?.id} and action like '%reset%' order by id`;
    expect(entries).toEqual([
      { action: 'reset_asked', actor_id: null, actor_role: 'cli' },
      { action: 'password_reset', actor_id: di?.id, actor_role: null },
    ]);
  });

  test('leads to where the deployment says that people reach it', async () => {
    const there = { PUBLIC_URL: 'https://there.example' };
    expect((await link('--url https://flag.example', there)).out).toContain('https://flag.example/portal/reset#token=');
    expect((await link('', there)).out).toContain('https://there.example/portal/reset#token=');
    expect((await link('', { PUBLIC_URL: 'there' })).error).toBe('PUBLIC_URL: must be a https:// URL.\n');
    expect((await link()).out).toContain('http://127.0.0.1:8787/portal/reset#token=');
    expect((await link('', { PORT: '8788' })).out).toContain('http://127.0.0.1:8788/portal/reset#token=');
    await writeFile(join(folder, '.dev.vars'), 'PUBLIC_URL=http://localhost:8789\n');
    expect((await link()).out).toContain('http://localhost:8789/portal/reset#token=');
    await rm(join(folder, '.dev.vars'));
  });

  test('asks for the address where the database is elsewhere', async () => {
    vi.stubEnv('PUBLIC_URL', '');
    const elsewhere = 'postgres://owner:secret@ep-one.aws.neon.tech/clinic';
    await expect(placeOf(elsewhere, undefined)).rejects.toThrow(/--url https:.* or set PUBLIC_URL\.$/);
    expect(await placeOf(elsewhere, 'https://wardbook.example/')).toBe('https://wardbook.example');
    vi.unstubAllEnvs();
  });

  test('makes none for an account that is disabled', async () => {
    const before = await links();
    await sql`insert into users (name, username, email, disabled_at) values ('Ed', 'ed', 'ed@example.com', now())`;
    const { error, code } = await cli('admin', 'reset-link --email ed@example.com');
    expect({ error, code }).toEqual({
      code: 1,
      error: expect.stringMatching(/^ed@example\.com is disabled.*first\.\n$/),
    });
    expect(await links()).toBe(before);
  });
});

describe('npm run admin -- mail-resets', () => {
  test('puts a mail into the outbox for everybody without a password, once', async () => {
    await sql`insert into users (name, username, email, imported_at, disabled_at) values
      ('Fay', 'fay', 'fay@example.com', now(), null), ('Gus', 'gus', null, now(), null),
      ('Hal', 'hal', 'hal@example.com', now(), now())`;
    await sql`delete from mails`;
    const waiting = async () =>
      sql`select recipient from mails where purpose = 'reset' and sent_at is null and recipient in ('fay@example.com', 'hal@example.com')`;
    const first = await cli('admin', 'mail-resets');
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('have no email') });
    expect(await waiting()).toEqual([{ recipient: 'fay@example.com' }]);
    expect((await cli('admin', 'mail-resets')).out).toContain('0 of');
    expect(await waiting()).toHaveLength(1);
    const [entries] = await sql`select count(*)::int as count from audit join users u on u.id = resource_id
      where action = 'reset_asked' and actor_role = 'cli' and u.username = 'fay'`;
    expect(entries?.count).toBe(1);
  });
});

describe('npm run seed', () => {
  const counts = async () => {
    const [row] =
      await sql`select (select count(*)::int from users) as users, (select count(*)::int from doctors) as doctors,
      (select count(*)::int from patients) as patients, (select count(*)::int from mappings) as mappings`;
    return row;
  };

  test('makes accounts of every role that can sign in, and records', async () => {
    const { out, code } = await cli('seed', '');
    expect(code).toBe(0);
    const [, password = ''] = /password, shown this once: (\S{16,})/.exec(out) ?? [];
    const rows =
      await sql`select email, role, password_hash, approved, email_verified_at from users u join credentials c on c.user_id = u.id
      left join doctors d on d.user_id = u.id where email like '%@example.com' and username not in ('ada', 'bo', 'cy', 'di', 'ed') order by email`;
    expect(rows.map(({ email, role, approved }) => [email, role, approved])).toEqual([
      ['admin@example.com', 'admin', null],
      ['doctor@example.com', 'doctor', true],
      ['other@example.com', 'user', null],
      ['patient@example.com', 'patient', null],
      ['user@example.com', 'user', null],
      ['waiting@example.com', 'doctor', false],
    ]);
    for (const { email, password_hash, email_verified_at } of rows) {
      expect(out).toContain(email);
      expect(email_verified_at).not.toBeNull();
      expect(await verifyPassword(password, password_hash)).toBe(true);
    }
    // 40 and the account's own; 12 and the two accounts'
    expect(await counts()).toMatchObject({ patients: 41, doctors: 14 });
    const [kept] = await sql`select count(*)::int as patients, count(distinct created_by)::int as owners,
      count(distinct name)::int as names, bool_and(coalesce(app.age(date_of_birth, age) between 0 and 105, false)) as plausible
      from patients where user_id is null`;
    expect(kept).toMatchObject({ patients: 40, owners: 2, plausible: true });
    expect(kept?.names).toBeGreaterThan(35);
  });

  test('adds nothing twice', async () => {
    const before = await counts();
    const { out, code } = await cli('seed', '');
    expect(code).toBe(0);
    expect(out).toContain('exist already');
    expect(out).not.toContain('password, shown');
    expect(await counts()).toEqual(before);
  });

  test('adds what is missing to larger numbers, in bulk, and leaves the audit triggers on', async () => {
    const { out, code } = await cli('seed', '--patients 1_200 --doctors 20 --owners 5');
    expect(out).toContain('1,160 added');
    expect(code).toBe(0);
    expect(await counts()).toMatchObject({ patients: 1201, doctors: 22 });
    expect(await sql`select action from audit where action = 'seed'`).toEqual([{ action: 'seed' }]);
    expect(await sql`select tgname from pg_trigger where tgname = 't50_record' and tgenabled <> 'O'`).toEqual([]);
  });

  test.each([
    ['--patients 1000001', 2, 'is not a number from 1 to 1,000,000'],
    ['--force', 2, 'Usage: npm run seed'],
  ])('refuses %s', async (flags, exitCode, sentence) => {
    const { error, code } = await cli('seed', flags);
    expect(error).toContain(sentence);
    expect(code).toBe(exitCode);
  });

  test('refuses a database on another machine before it asks it anything', async () => {
    const { error, code } = await cli('seed', '', '', 'postgres://owner:secret@db.example.com/clinic');
    expect({ error, code }).toEqual({
      code: 1,
      error: expect.stringMatching(/^db\.example\.com is not this machine.*add --remote\.\n$/),
    });
  });
});
