// A database of each release comes to this version, with all that it holds, and becomes what a new one is.
import { copyFile, cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, connect } from '../../scripts/cli/connect.ts';
import { migrate } from '../../scripts/cli/migrate.ts';
import { type EmptyDatabase, emptyDatabase } from '../support/empty-database.ts';
import releases from './released.json' with { type: 'json' };

const migrations = resolve(import.meta.dirname, '../../migrations');

describe.each(Object.entries(releases))('a database of release %s', (_version, files) => {
  const names = Object.keys(files);
  let database: EmptyDatabase;
  let connection: Connection;
  let folder: string;
  beforeEach(async () => {
    database = await emptyDatabase();
    connection = await connect(database.url);
    folder = await mkdtemp(join(tmpdir(), 'wardbook-released-'));
  });
  afterEach(async () => {
    await connection.close();
    await database.close();
    await rm(folder, { recursive: true });
  });

  test('comes to this version with all that it holds', async () => {
    const { sql } = connection;
    for (const name of names) await copyFile(join(migrations, name), join(folder, name));
    expect(await migrate(sql, { folder })).toEqual(names);
    for (const statement of held) await sql.query(statement);
    const [before, ruled] = [await contents(sql), await rules(sql)];
    expect([ruled, ...Object.values(before)].map((rows) => rows.length)).not.toContain(0);

    // what is newer by now, and something that will be
    await cp(join(migrations, 'functions'), join(folder, 'functions'), { recursive: true });
    const functions = (await readdir(join(folder, 'functions'))).filter((name) => name.endsWith('.sql')).sort();
    const newer = (await readdir(migrations)).filter((name) => name.endsWith('.sql') && !names.includes(name)).sort();
    for (const name of newer) await copyFile(join(migrations, name), join(folder, name));
    await writeFile(join(folder, '9999_made_up.sql'), `alter table patients add column made_up text default 'there';`);
    expect(await migrate(sql, { folder })).toEqual([
      ...newer,
      '9999_made_up.sql',
      ...functions.map((name) => `functions/${name}`),
    ]);
    const after = await contents(sql);
    for (const [table, rows] of Object.entries(before)) expect(after[table], table).toMatchObject(rows);
    // each earlier rule, as it was, but for three: a doctor may decline an assignment, and may see the assigned patients alone
    const now = await rules(sql);
    const declined = now.filter(({ policyname }) => policyname === 'unassign');
    expect(declined).toMatchObject([{ tablename: 'mappings', cmd: 'DELETE', roles: '{app_api}', with_check: null }]);
    for (const name of ['read_patient', 'read_mapping']) {
      const [rule] = now.filter(({ policyname }) => policyname === name);
      expect(rule).toMatchObject({
        cmd: 'SELECT',
        roles: '{app_api}',
        qual: expect.stringContaining('sees_all_patients'),
      });
    }
    const others = ruled.filter(({ policyname }) => !['unassign', 'read_patient', 'read_mapping'].includes(policyname));
    expect(now).toEqual(expect.arrayContaining(others));
    expect(await migrate(sql, { folder })).toEqual([]);
  });

  test('becomes the same as a new one: columns, rules, functions, grants, and the order of triggers', async () => {
    const fresh = await emptyDatabase();
    const other = await connect(fresh.url);
    try {
      for (const name of names) await copyFile(join(migrations, name), join(folder, name));
      await migrate(connection.sql, { folder });
      for (const statement of held) await connection.sql.query(statement);
      await migrate(connection.sql);
      await migrate(other.sql);
      expect(await catalog(connection.sql)).toEqual(await catalog(other.sql));
    } finally {
      await other.close();
      await fresh.close();
    }
  });

  test('has every function, trigger and grant of a function from migrations/functions', async () => {
    const { sql } = connection;
    await migrate(sql);
    const before = await catalog(sql);
    // those of which the README there says that they are in no file
    const kept = ['fold', 'searchable', 'marks', 'skeleton', 'stamp_tx'];
    for (const { signature, name } of await sql.query(`select oid::regprocedure as signature, proname as name
      from pg_proc where pronamespace = 'app'::regnamespace`)) {
      if (kept.includes(name)) continue;
      await sql.query(`revoke execute on function ${signature} from app_login, app_api, app_auth`);
      // what another function or a policy needs stays, with a body that is wrong until its file is applied again
      await sql.query(`alter function ${signature} cost 4242`);
    }
    const triggers = `select tgname, tgrelid::regclass from pg_trigger where not tgisinternal`;
    for (const { tgname, tgrelid } of await sql.query(triggers))
      await sql.query(`drop trigger ${tgname} on ${tgrelid}`);
    await sql.query('delete from app.function_files');
    await migrate(sql);
    expect(await catalog(sql)).toEqual(before);
  });
});

/** What PostgreSQL knows of the schema, in its own words. */
const catalog = async (sql: Connection['sql']) => {
  const ours = `in ('public'::regnamespace, 'app'::regnamespace)`;
  const notOfAnExtension = (kind: string, object: string) =>
    `not exists (select from pg_depend e where e.classid = '${kind}'::regclass and e.objid = ${object} and e.deptype = 'e')`;
  const grants = (acl: string, kind: string, owner: string) => `(select array_agg(privilege order by privilege) from (
    select (case grantee when 0 then 'public' else grantee::regrole::text end) || ' ' || privilege_type as privilege
    from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) where grantee <> ${owner}) given)`;
  return {
    functions:
      await sql.query(`select pg_get_functiondef(p.oid) as definition, ${grants('p.proacl', 'f', 'p.proowner')} as grants
      from pg_proc p where p.pronamespace ${ours} and p.prokind = 'f' and ${notOfAnExtension('pg_proc', 'p.oid')}
      order by p.oid::regprocedure::text`),
    triggers: await sql.query(`select pg_get_triggerdef(oid) as definition, tgenabled from pg_trigger
      where not tgisinternal order by tgrelid::regclass::text, tgname`),
    columns:
      await sql.query(`select c.oid::regclass::text as relation, a.attname, format_type(a.atttypid, a.atttypmod) as type,
        a.attnotnull, a.attgenerated, a.attidentity, pg_get_expr(d.adbin, d.adrelid) as "default",
        ${grants('a.attacl', 'c', 'c.relowner')} as grants
      from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relnamespace ${ours} and c.relkind in ('r', 'c') and a.attnum > 0 and not a.attisdropped order by 1, 2`),
    tables: await sql.query(`select c.oid::regclass::text as relation, c.relkind, c.relrowsecurity,
        ${grants('c.relacl', 'r', 'c.relowner')} as grants
      from pg_class c where c.relnamespace ${ours} and c.relkind in ('r', 'v', 'm') order by 1`),
    constraints:
      await sql.query(`select conrelid::regclass::text as relation, conname, pg_get_constraintdef(oid) as definition
      from pg_constraint where connamespace ${ours} order by 1, 2`),
    indexes: await sql.query(`select indexdef from pg_indexes where schemaname in ('public', 'app') order by 1`),
    policies: await rules(sql),
  };
};

/** As the first release would have written it. */
const held = [
  `insert into users (name, username, email) values ('Ann', 'ann', 'ann@example.com'), ('Bob', 'bob', 'bob@example.com')`,
  `insert into credentials (user_id, password_hash) values (1, 'a hash')`,
  `insert into sessions (user_id, refresh_hash, idle_until, expires_at) values (1, 'x', now() + '1 day', now() + '2 days')`,
  `insert into patients (name, date_of_birth, phone, created_by) values ('Jane Doe', '1990-12-31', '+1 555 0100', 1)`,
  `insert into doctors (name, specialization, created_by) values ('Dr. Smith', 'Cardiology', 1)`,
  `insert into mappings (patient_id, doctor_id) values (1, 1)`,
  `update patients set phone = '+1 555 0199' where id = 1`,
];
const tables = ['users', 'credentials', 'sessions', 'patients', 'doctors', 'mappings', 'audit'];
const contents = async (sql: Connection['sql']): Promise<Record<string, object[]>> =>
  Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => [table, await sql.query(`select * from ${table} order by 1`)] as const),
    ),
  );
/** Who may see and do what: the rules, by table. */
const rules = async (sql: Connection['sql']) =>
  sql.query('select tablename, policyname, roles, cmd, qual, with_check from pg_policies order by 1, 2');
