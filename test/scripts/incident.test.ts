// What an operator runs in an incident: everything is ended, whom somebody has seen, what somebody has done, who is kept out.
import { beforeAll, describe, expect, test } from 'vitest';
import { hashToken } from '../../src/http/tokens.ts';
import { commandLine } from '../support/command-line.ts';

const { cli, sql } = await commandLine();
/** What the command says without colours, in one text. */
const admin = async (flags: string) => {
  const { out, error, code } = await cli('admin', flags);
  return { code, out, error, said: `${out}${error}`.replace(/^In .*\n/, '').trim() };
};
const count = async (query: string) => (await sql.query(`select count(*)::int as n from ${query}`))[0]?.n;
const asCli = (statement: string) =>
  sql.transaction([sql`select set_config('app.role', 'cli', true)`, sql.query(statement)]);

const ids: Record<string, number> = {};
beforeAll(async () => {
  for (const name of ['eve', 'ada', 'ira', 'bob', 'gone']) {
    const [row] = await sql`insert into users (name, username, email, email_verified_at)
      values (${name}, ${name}, ${`${name}@example.com`}, now()) returning id::int`;
    ids[name] = row?.id;
  }
  await asCli(`update users set role = 'admin' where id in (${ids.eve}, ${ids.ada})`);
});
/** Does it as somebody who is signed in, so that the trail has their name; an administrator has just given the password. */
const as = async (actor: number | undefined, role: string, ...statements: string[]) => {
  if (role === 'admin') {
    await sql`insert into sessions (user_id, refresh_hash, idle_until, expires_at, stepped_up_at)
      values (${actor}, 'x', now() + interval '1 day', now() + interval '1 day', now())`;
  }
  await sql.transaction([
    sql`select set_config('app.role', ${role}, true), set_config('app.user_id', ${String(actor)}, true),
      set_config('app.session_id', coalesce((select max(id)::text from sessions where user_id = ${actor}), ''), true)`,
    ...statements.map((statement) => sql.query(statement)),
  ]);
};

describe('npm run admin -- end-everything', () => {
  const waits = `sent_at is null and failed_at is null`;
  const prepare = async () => {
    for (const table of ['app.links', 'sessions', 'django_tokens']) await sql.query(`delete from ${table}`);
    await sql.query(`delete from mails`);
    await asCli('update users set pending_email = null where pending_email is not null');
    await asCli(`update invitations set revoked_at = now() where accepted_at is null and revoked_at is null`);
    await sql`insert into sessions (user_id, refresh_hash, idle_until, expires_at)
      select id, 'x', now() + interval '1 day', now() + interval '1 day' from users, generate_series(1, 2) where id in (${ids.ira}, ${ids.bob})`;
    await sql`insert into app.django_accounts (user_id) values (${ids.ira}), (${ids.bob}) on conflict do nothing`;
    await sql`insert into django_tokens (jti, user_id, expires_at, blacklisted) values
      (${crypto.randomUUID()}, ${ids.ira}, now() + interval '5 days', false),
      ('logged out', ${ids.bob}, now() + interval '5 days', true) on conflict (jti) do nothing`;
    for (const purpose of ['reset', 'verify', 'change', 'undo', 'invitation']) {
      await sql`insert into app.links (hash, purpose, user_id, expires_at)
        values (${crypto.randomUUID()}, ${purpose}, ${ids.ira}, now() + interval '1 hour')`;
    }
    await as(ids.ira, 'user', `update users set pending_email = 'other@example.com' where id = ${ids.ira}`);
    await sql.query(`insert into mails (purpose, recipient, user_id) values ('reset', 'ira@example.com', null),
      ('undo', 'ira@example.com', ${ids.ira}), ('new_device', 'ira@example.com', ${ids.ira})`);
    await asCli(`select app.invite('new@example.com', 'user', null, null, null)`);
  };

  test('asks first', async () => {
    await prepare();
    expect(await admin('end-everything')).toMatchObject({ code: 1, said: expect.stringContaining('add --yes') });
    expect(await count('sessions')).toBe(4);
  });

  test('ends what lets somebody in, and says what it was', async () => {
    await prepare();
    const { code, said } = await admin('end-everything --yes');
    expect(code).toBe(0);
    for (const line of [
      'sessions: 4',
      "accounts that could still sign in with a token of Django's: 2, and of such tokens unopened: 1",
      'links in mails, and printed ones: 3',
      'new addresses that waited to be confirmed: 1',
      'mails with a link that had not left yet: 2',
      'not the invitations that are open: 1 (--invitations',
      'not the links that undo a change of address: 1 (--undo-links',
    ])
      expect(said).toContain(line);
    expect(await count('sessions')).toBe(0);
    expect(await count('app.django_accounts')).toBe(0);
    expect(await count('users where pending_email is not null')).toBe(0);
    expect(await sql`select purpose from app.links order by 1`).toEqual([
      { purpose: 'invitation' },
      { purpose: 'undo' },
    ]);
    // a notice and the mail to the former address still leave: people learn from them
    expect(await sql.query(`select purpose from mails where ${waits} order by id`)).toEqual(
      ['undo', 'new_device', 'invitation'].map((purpose) => ({ purpose })),
    );
    expect(
      await sql`select actor_role, before ->> 'sessions' as sessions from audit where action = 'everything_ended'`,
    ).toEqual([{ actor_role: 'cli', sessions: '4' }]);
  });

  test("no token of Django's opens a session afterwards, and one that was logged out stays so", async () => {
    const expires = new Date(Date.now() + 86_400_000);
    const opens = async (jti: string, account: number | undefined) =>
      (await sql`select app.session_of_django(${jti}, ${account}, ${expires}, 'h', 'a', 'n') as session`)[0]?.session;
    const [known] = await sql`select jti from django_tokens where user_id = ${ids.ira}`;
    expect(await opens(known?.jti, ids.ira)).toBeNull();
    expect(await opens('logged out', ids.bob)).toBeNull();
    expect(await opens('one that the dump had no list of', ids.bob)).toBeNull();
    expect(await count('django_tokens where not blacklisted')).toBe(0);
  });

  test('waits for whoever is opening a session with such a token, and ends that session as well', async () => {
    await prepare();
    const [token] = await sql`select jti from django_tokens where not blacklisted`;
    const opening = sql.transaction([
      sql`select app.session_of_django(${token?.jti}, ${ids.ira}, now() + interval '1 day', 'h', 'a', 'n') as session`,
      sql`select pg_sleep(0.5)`,
    ]);
    const ended = sql.transaction([
      sql`select set_config('app.role', 'cli', true)`,
      sql`select app.end_everything(false, false)`,
    ]);
    await Promise.all([opening, ended]);
    expect(await count('sessions')).toBe(0);
  });

  test('ends invitations and what undoes a change of address where it is told to', async () => {
    await prepare();
    const { said } = await admin('end-everything --invitations --undo-links --yes');
    expect(said).toContain('invitations: 1');
    expect(said).not.toContain('not the');
    expect(await count('app.links')).toBe(0);
    expect(await count('invitations where accepted_at is null and revoked_at is null')).toBe(0);
    expect(await sql.query(`select purpose from mails where ${waits}`)).toEqual([{ purpose: 'new_device' }]);
  });

  test('is nobody’s to call but the owner’s', async () => {
    const [row] =
      await sql`select has_function_privilege('app_api', 'app.end_everything(boolean, boolean)', 'execute') as api,
      has_function_privilege('app_auth', 'app.end_everything(boolean, boolean)', 'execute') as auth,
      has_function_privilege('app_login', 'app.end_everything(boolean, boolean)', 'execute') as login`;
    expect(row).toEqual({ api: false, auth: false, login: false });
  });
});

describe('npm run admin -- seen-by', () => {
  const patient: Record<string, number> = {};
  const entry = (actor: string, action: string, names: string[], at: string, resource = 'patient') =>
    sql`insert into audit (actor_id, actor_role, action, resource, patient_ids, at)
      values (${ids[actor]}, 'doctor', ${action}, ${resource}, ${names.map((name) => patient[name])}::bigint[], ${at})`;
  beforeAll(async () => {
    for (const name of ['Seen', 'Deleted', 'Refused', '=HYPERLINK("x"), Ann', 'Synced', 'Early', 'Never']) {
      const [row] =
        await sql`insert into patients (name, email, address) values (${name}, 'p@example.com', 'Main St 1, Town')
        returning id::int`;
      patient[name] = row?.id;
    }
    await entry('eve', 'read', ['Early'], '2026-01-01T10:00:00Z');
    await entry('eve', 'read', ['Seen'], '2026-01-10T10:00:00Z');
    await entry('eve', 'read', ['Seen', 'Deleted', '=HYPERLINK("x"), Ann'], '2026-01-31T23:59:59Z', 'mapping');
    await entry('eve', 'read', ['Synced'], '2026-01-12T10:00:00Z', 'sync');
    await entry('eve', 'refused', ['Refused'], '2026-01-12T10:00:00Z');
    await entry('ada', 'read', ['Never'], '2026-01-12T10:00:00Z');
    await asCli(`delete from patients where id = ${patient.Deleted}`);
  });
  const rows = (out: string) => out.trim().split('\r\n').slice(1);

  test('lists whom an account saw then, with those who were deleted since and without those whom it was only refused', async () => {
    const { out, error, code } = await admin('seen-by eve@example.com --from 2026-01-10 --to 2026-01-31');
    expect(code).toBe(0);
    expect(out).toMatch(/^patient_id,name,email,phone,address,first,last,times,how,deleted\r\n/);
    expect(rows(out).map((row) => Number(row.split(',')[0]))).toEqual(
      ['Seen', 'Deleted', '=HYPERLINK("x"), Ann', 'Synced'].map((name) => patient[name]),
    );
    expect(rows(out)[0]).toBe(
      `${patient.Seen},Seen,p@example.com,,"Main St 1, Town",2026-01-10T10:00:00.000Z,2026-01-31T23:59:59.000Z,2,read:mapping read:patient,`,
    );
    expect(rows(out)[1]).toMatch(/,Deleted,p@example\.com,,"Main St 1, Town",.*,1,read:mapping,20\d\d-/);
    // a spreadsheet would compute it
    expect(rows(out)[2]).toContain(`,"'=HYPERLINK(""x""), Ann",`);
    expect(error).toContain('4 patients were seen by eve@example.com');
  });

  test('takes times with a zone, and an account that was erased', async () => {
    const narrow = await admin(`seen-by ${ids.eve} --from 2026-01-12T10:30+01:00 --to 2026-01-12T11:30+01:00`);
    expect(rows(narrow.out).map((row) => row.split(',')[1])).toEqual(['Synced']);
    await entry('gone', 'read', ['Seen'], '2026-01-12T10:00:00Z');
    await asCli(`update users set name = 'Erased account', username = null, email = null, disabled_at = now(), erased_at = now()
      where id = ${ids.gone}`);
    expect(rows((await admin(`seen-by ${ids.gone}`)).out)).toHaveLength(1);
  });

  test('reads a long trail to its end', async () => {
    await sql`insert into audit (actor_id, action, resource, patient_ids)
      select ${ids.bob}, 'read', 'patient', array[100000 + n] from generate_series(1, 1201) n`;
    const { out } = await admin('seen-by bob@example.com');
    expect(rows(out)).toHaveLength(1201);
    expect(rows(out).at(-1)).toMatch(/^101201,,,,,20/);
  });

  test.each([
    ['--from yesterday', '--from is a day like 2026-01-31'],
    ['--from 2026-02-30', '--from is a day like 2026-01-31'],
    ['--to 2026-01-31T10:00', '--to is a day like 2026-01-31'],
    ['--from 2026-02-01 --to 2026-01-01', '--from is before --to'],
  ])('refuses %s', async (flags, sentence) => {
    expect(await admin(`seen-by eve@example.com ${flags}`)).toMatchObject({
      code: 2,
      out: '',
      said: expect.stringContaining(sentence),
    });
  });
});

describe('npm run admin -- done-by', () => {
  test('says whom an account has let in and shut out, and how it is now', async () => {
    const [doctor] = await sql`insert into doctors (user_id, name, specialization, approved)
      values (${ids.bob}, 'Doc', 'Surgery', false) returning id::int`;
    await as(
      ids.eve,
      'admin',
      `update users set email = 'stolen@example.com' where id = ${ids.ira}`,
      `update users set role = 'admin' where id = ${ids.ira}`,
    );
    const version = `select set_config('app.if_match', '1', true)`;
    await as(ids.eve, 'admin', version, `update doctors set approved = true where id = ${doctor?.id}`);
    await as(ids.eve, 'admin', `select app.invite('mole@example.com', 'admin', null, null, null)`);
    await as(ids.eve, 'admin', `update users set disabled_at = now() where id = ${ids.bob}`);
    await as(ids.eve, 'admin', `select app.send_reset(${ids.ira})`);
    // other fields change later, and somebody puts one of these right
    await asCli(`update users set name = 'Ira Two' where id = ${ids.ira}`);
    await asCli(`update users set role = 'user' where id = ${ids.ira}`);
    await as(ids.ada, 'admin', `update users set name = 'Someone' where id = ${ids.ira}`);
    const { said, code } = await admin('done-by eve@example.com');
    expect(code).toBe(0);
    const line = (pattern: RegExp) =>
      expect(
        said.split('\n').some((one) => pattern.test(one)),
        `${pattern}\n${said}`,
      ).toBe(true);
    line(
      new RegExp(`email of account ${ids.ira} from ira@example\\.com to stolen@example\\.com +stolen@example\\.com$`),
    );
    line(new RegExp(`NEW ADMINISTRATOR: account ${ids.ira} from user to admin +user$`));
    line(new RegExp(`doctor ${doctor?.id} \\(Doc\\) approved +approved$`));
    line(/invitation \d+ of mole@example\.com as admin +OPEN$/);
    line(new RegExp(`account ${ids.bob} disabled +disabled$`));
    line(/1 x reset_asked user: /);
    expect((await admin('done-by ada@example.com')).said).toContain('has let nobody in then, and shut nobody out');
    expect((await admin('done-by eve@example.com --to 2020-01-01')).said).toContain('has let nobody in');
  });
});

describe('npm run admin -- attempts and free', () => {
  test('say where wrong passwords come from, and free who has to wait', async () => {
    const keys = [`account:${ids.ada}|198.51.100.7`, `account:${ids.ada}`, '198.51.100.7'];
    for (let failure = 0; failure < 6; failure++) {
      await sql`select set_config('app.address', '198.51.100.7', true), app.take_attempt(${keys}, '{5,50,100}')`;
      await sql`insert into audit (action, resource, resource_id, address) values ('login_failed', 'user', ${ids.ada}, '198.51.100.7')`;
    }
    await sql`insert into audit (action, resource, address) values ('login_failed', 'user', '198.51.100.7')`;
    // what was typed is counted by a hash, beside whose account it meant
    await sql`insert into guesses (key, forget_at, user_id) values ('typed|198.51.100.7', now() + interval '1 hour', ${ids.ada})`;
    const { said } = await admin('attempts');
    expect(said).toMatch(/198\.51\.100\.7 +7 +1 +1 /);
    expect(said).toMatch(new RegExp(`${ids.ada} +ada@example\\.com +\\d\\d:\\d\\d:\\d\\d`));
    expect((await admin('attempts --to 2020-01-01 --from 2019-01-01')).said).toContain('No password was wrong then.');
    expect((await admin('free ada@example.com')).said).toContain('ada@example.com need not wait any more');
    expect(await count(`guesses where starts_with(key, 'account:${ids.ada}') or user_id = ${ids.ada}`)).toBe(0);
    expect(await count(`guesses where key = '198.51.100.7'`)).toBe(1);
    expect(await count(`audit where action = 'freed' and actor_role = 'cli'`)).toBe(1);
    expect((await admin('free ada@example.com')).said).toContain('did not have to wait');
  });

  test('a link that was printed before end-everything is worth nothing after it', async () => {
    const { out } = await cli('admin', 'reset-link ada@example.com --url https://wardbook.example');
    const hash = await hashToken(/#token=([\w-]{43})/.exec(out)?.[1] ?? '');
    await admin('end-everything --yes');
    await expect(sql`select app.reset_password(${hash}, 'chosen')`).rejects.toThrow('link_invalid');
  });
});
