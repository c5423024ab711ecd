// Migrations run once each, in order, whole or not at all, also when two run at the same moment.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, connect } from '../../scripts/cli/connect.ts';
import { migrate } from '../../scripts/cli/migrate.ts';
import { checkRoles } from '../../scripts/cli/roles.ts';
import { type EmptyDatabase, emptyDatabase } from '../support/empty-database.ts';

const server = process.env.TEST_DATABASE_URL;
let database: EmptyDatabase;
let connection: Connection;
let folder: string;

beforeAll(async () => {
  database = await emptyDatabase();
  connection = await connect(database.url);
}, 30_000);
afterAll(async () => {
  await connection.close();
  await database.close();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardbook-migrations-'));
  const { sql } = connection;
  await sql.transaction([
    sql`drop schema if exists app cascade`,
    sql`drop schema public cascade`,
    sql`create schema public`,
  ]);
  return () => rm(folder, { recursive: true });
});

const write = (files: Record<string, string>) =>
  Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
const run = () => migrate(connection.sql, { folder });
const tables = async () => {
  const rows = await connection.sql`select tablename from pg_tables where schemaname = 'public' order by 1`;
  return rows.map((row) => row.tablename);
};
const journal = async () => {
  const rows = await connection.sql`select name from app.migrations order by applied_at`;
  return rows.map((row) => row.name);
};

const script = resolve(import.meta.dirname, '../../scripts/cli/migrate.ts');
const cli = (url: string, ...flags: string[]) =>
  promisify(execFile)(process.execPath, [script, ...flags], { env: { ...process.env, DATABASE_URL: url } });

describe('migrate', () => {
  test('applies files in order, once, whatever they hold', async () => {
    await write({
      '0002_second.sql': 'insert into a select f();',
      '0001_first.sql': `create table a (id integer);
        create function f() returns integer language plpgsql as $$ begin return 1; end $$;
        create policy p on a using (true); grant select on a to public; -- no semicolon, and $file$ $$ $block$`,
    });
    expect(await run()).toEqual(['0001_first.sql', '0002_second.sql']);
    expect(await connection.sql`select id from a`).toEqual([{ id: 1 }]);
    expect(await run()).toEqual([]);
    await write({ '0003_third.sql': 'create table b (id integer)' });
    expect(await run()).toEqual(['0003_third.sql']);
    expect(await journal()).toEqual(['0001_first.sql', '0002_second.sql', '0003_third.sql']);
  });

  test('lets nobody call a new function, also where another owner goes on', async () => {
    await write({ '0001_a.sql': 'create table a (id integer)' });
    await run();
    // as after a restore: what an owner had by default is not theirs who comes next
    await connection.sql`alter default privileges grant execute on functions to public`;
    await write({ '0002_f.sql': 'create function f() returns integer language sql return 1' });
    await run();
    const everybody = `select has_function_privilege('public', 'f()', 'execute') as may`;
    expect(await connection.sql.query(everybody)).toEqual([{ may: false }]);
  });

  test('keeps nothing when a file fails, and applies all of them when it is corrected', async () => {
    await write({
      '0001_good.sql': 'create table a (id integer)',
      '0002_bad.sql': 'create table b (id integer); create table a (id integer)',
      '0003_later.sql': 'create table d (id integer)',
    });
    await expect(run()).rejects.toThrow('0002_bad.sql: relation "a" already exists');
    expect(await tables()).toEqual([]);
    await write({ '0002_bad.sql': 'create table b (id integer); create table c (id integer)' });
    expect(await run()).toEqual(['0001_good.sql', '0002_bad.sql', '0003_later.sql']);
    expect(await tables()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('lets several at once take turns', async () => {
    await write({
      '0001_a.sql': 'create table a (id integer); select pg_sleep(0.1)',
      '0002_b.sql': 'insert into a values (1); select pg_sleep(0.1)',
      '0003_c.sql': 'insert into a values (2)',
    });
    const others = await Promise.all([connect(database.url), connect(database.url)]);
    const applied = await Promise.all([connection, ...others].map(({ sql }) => migrate(sql, { folder })));
    expect(applied.flat().sort()).toEqual(['0001_a.sql', '0002_b.sql', '0003_c.sql']);
    expect(await connection.sql`select id from a order by id`).toEqual([{ id: 1 }, { id: 2 }]);
    await Promise.all(others.map(({ close }) => close()));
  });

  test.runIf(server)('survives another database of the same server making the same roles', async () => {
    const second = await emptyDatabase();
    const other = await connect(second.url);
    try {
      const applied = await Promise.all([migrate(connection.sql), migrate(other.sql)]);
      expect(applied[0]).toEqual(applied[1]);
    } finally {
      await other.close();
      await second.close();
    }
  });

  test('refuses a file that changed, but not one with other line endings', async () => {
    await write({ '0001_a.sql': 'create table a (\n  id integer\n);\n' });
    await run();
    await write({ '0001_a.sql': '\uFEFFcreate table a (\r\n  id integer\r\n);\r\n' });
    expect(await run()).toEqual([]);
    await write({ '0001_a.sql': 'create table a (\n  id bigint\n);\n', '0002_b.sql': 'create table b (id integer)' });
    await expect(run()).rejects.toThrow('0001_a.sql was changed after this database applied it');
    expect(await tables()).toEqual(['a']);
  });

  test('refuses a database that a newer version migrated', async () => {
    await write({ '0001_a.sql': 'create table a (id integer)', '0009_newer.sql': 'create table b (id integer)' });
    await run();
    await rm(join(folder, '0009_newer.sql'));
    await expect(run()).rejects.toThrow('migrated by a newer Wardbook (0009_newer.sql); update this checkout');
  });

  test('refuses names that leave the order open', async () => {
    await write({ 'init.sql': '' });
    await expect(run()).rejects.toThrow('init.sql: a migration is named NNNN_what_it_does.sql');
    await rm(join(folder, 'init.sql'));
    await write({ '0001_a.sql': '', '0001_b.sql': '' });
    await expect(run()).rejects.toThrow('0001_a.sql and 0001_b.sql have the same number');
  });

  describe('with functions', () => {
    const answer = async () => (await connection.sql`select app.b() as answer`)[0]?.answer;
    const returning = (name: string, body: string) =>
      `create or replace function app.${name}() returns integer language sql as $$ select ${body} $$;`;
    beforeEach(async () => {
      await mkdir(join(folder, 'functions'));
      await write({
        '0001_a.sql': 'create table a (id integer); insert into a values (1)',
        // the first calls the second, which is not there yet
        'functions/b.sql': returning('b', 'app.c() + 1'),
        'functions/c.sql': returning('c', 'max(id) from a'),
      });
      expect(await run()).toEqual(['0001_a.sql', 'functions/b.sql', 'functions/c.sql']);
    });

    test('applies a file again when it changed, after new migrations, and no other', async () => {
      expect(await answer()).toBe(2);
      expect(await run()).toEqual([]);
      await write({
        '0002_b.sql': 'alter table a add n integer default 7',
        'functions/c.sql': returning('c', 'max(n) from a'),
      });
      expect(await run()).toEqual(['0002_b.sql', 'functions/c.sql']);
      expect(await answer()).toBe(8);
    });

    test('keeps nothing, not even the migration, where a body does not compile', async () => {
      await write({
        '0002_b.sql': 'create table b (id integer)',
        'functions/c.sql': returning('c', 'max(nope) from a'),
      });
      await expect(run()).rejects.toThrow('column "nope" does not exist');
      expect(await tables()).toEqual(['a']);
      expect(await answer()).toBe(2);
    });

    test('refuses those of an older release, which would bring back what was mended', async () => {
      await write({ 'functions/c.sql': returning('c', '5') });
      expect(await migrate(connection.sql, { folder, release: '10.0.0' })).toEqual(['functions/c.sql']);
      await write({ 'functions/c.sql': returning('c', '4') });
      await expect(migrate(connection.sql, { folder, release: '9.2.1' })).rejects.toThrow(
        'the functions of Wardbook 10.0.0, and this is 9.2.1; update this checkout',
      );
      expect(await answer()).toBe(6);
    });

    test('lets nobody call a function that grants nothing', async () => {
      const everybody = `select has_function_privilege('public', 'app.b()', 'execute') as may`;
      expect(await connection.sql.query(everybody)).toEqual([{ may: false }]);
    });
  });

  test.each([
    ['line 3: syntax error at or near "tabel"', 'create table a (id integer);\n\ncreate tabel b (id integer);\n'],
    ['line 5: column "nope" does not exist', '-- é 🩺 😀\ncreate table a (id integer);\n\nselect 1,\n  nope from a;\n'],
    [
      'line 4: column "nope" does not exist',
      'create table a (id integer);\ncreate function f() returns integer language sql as $$\n  select 1;\n  select nope\n$$;',
    ],
    [
      'line 4: syntax error at or near "retrn"',
      '\ncreate function f() returns integer language plpgsql as $$\nbegin\n  retrn 1;\nend $$;',
    ],
    ['inline_code_block line 3 at RAISE', "\n\ndo $$ begin\n\n  raise exception 'no'; end $$"],
  ])('says where: %s', async (place, text) => {
    await write({ '0001_bad.sql': text });
    await expect(run()).rejects.toThrow(place);
    await expect(run()).rejects.toThrow(/^0001_bad\.sql/);
  });
});

// roles belong to the whole server, and other runs on it need them as they are
describe.skipIf(server)('the roles of the Worker', () => {
  const check = (migrated = true) => checkRoles(connection.sql, { migrated });
  const runAll = async (statements: string[]) => {
    for (const statement of statements) await connection.sql.query(statement);
  };
  beforeAll(() => migrate(connection.sql));

  test('are as the migrations made them', async () => {
    await check();
  });

  test.each([
    ['alter role app_login bypassrls', 'app_login is bound by no policy'],
    ['alter role app_api superuser', 'app_api may do everything'],
    ['alter role app_auth createrole', 'app_auth may change roles'],
    ['alter role app_api createdb', 'app_api may make databases'],
    ['alter role app_api replication', 'app_api may copy the whole server'],
    ['alter role app_login inherit', "app_login has its roles' rights without asking"],
    ['alter role app_api login', 'app_api can sign in'],
    ['grant pg_read_all_data to app_api', 'app_api belongs to pg_read_all_data'],
    ['create role "Neon Superuser"; grant "Neon Superuser" to app_login', 'app_login belongs to Neon Superuser'],
    ['grant app_api to app_login with inherit true', 'app_login has the rights of app_api without asking'],
    ['revoke app_auth from app_login', 'app_login cannot become app_auth'],
  ])('are refused after %s, and are right again after what the refusal says to run', async (harm, says) => {
    await runAll(harm.split('; '));
    const refusal: string = await check().then(
      () => '',
      ({ message }) => message,
    );
    expect(refusal).toContain(says);
    const mend = refusal.split('\n').filter((line) => / {2}(alter|revoke|grant|create) .*;$/.test(line));
    await runAll(mend.flatMap((line) => line.split(';')).filter((statement) => statement.trim() !== ''));
    await check();
  });

  test('may not be there, or not be joined yet, before the first migration, but have no more rights', async () => {
    await runAll(['revoke app_api, app_auth from app_login', 'alter role app_login rename to app_login_away']);
    await check(false);
    await expect(check()).rejects.toThrow('There is no role app_login.');
    await runAll(['alter role app_login_away rename to app_login', 'alter role app_login bypassrls']);
    await expect(check(false)).rejects.toThrow('app_login is bound by no policy');
    await runAll(['alter role app_login nobypassrls', 'grant app_api, app_auth to app_login']);
    await check();
  });

  test('stop npm run migrate', async () => {
    await runAll(['alter role app_login bypassrls']);
    await expect(cli(database.url)).rejects.toMatchObject({
      code: 1,
      stdout: expect.not.stringContaining('✓'),
      stderr: expect.stringContaining('alter role app_login nobypassrls;'),
    });
    await runAll(['alter role app_login nobypassrls']);
    expect((await cli(database.url)).stdout).toContain('✓');
  });
});

describe('npm run migrate', () => {
  // roles belong to the whole server, and the other tests sign in as this one
  test.skipIf(server)('migrates, gives app_login a password and prints its URL once', async () => {
    const { stdout } = await cli(database.url, '--app-login');
    expect(stdout).toMatch(/✓ 0001_\w+\.sql/);
    expect(stdout).toMatch(/Up to date: \d+ applied/);
    const [appUrl = ''] = /postgres(ql)?:\/\/app_login:[\w-]{32,}@\S+/.exec(stdout) ?? [];
    expect(new URL(appUrl)).toMatchObject({
      host: new URL(database.url).host,
      pathname: new URL(database.url).pathname,
    });
    const { sql, close } = await connect(appUrl);
    expect(await sql`select current_user`).toEqual([{ current_user: 'app_login' }]);
    await close();

    const again = await cli(database.url);
    expect(again.stdout).toMatch(/^Migrating .*\nUp to date\.\n$/);
    await expect(cli(appUrl)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('app_login is for the Worker only'),
    });
    await cli(database.url, '--app-login');
    await expect(connect(appUrl)).rejects.toThrow('does not let app_login in');
  });

  test('explains a wrong flag', async () => {
    await expect(cli(database.url, '--force')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Usage: npm run migrate'),
    });
  });
});
