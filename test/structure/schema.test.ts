// The tables as Drizzle knows them against the migrated database, and what the migrations must never forget.
/// <reference types="vite/client" />
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { freshDatabase } from '../support/database.ts';

const { owner } = await freshDatabase();
/** Every file of src that may define a table: the one of a new feature needs no line here. */
const modules = import.meta.glob<Record<string, unknown>>(
  ['../../src/{db,http}/*.ts', '../../src/*/{,*-}table.ts', '../../src/accounts/guesses.ts'],
  { eager: true },
);
const tables = [...new Set(Object.values(modules).flatMap((module) => Object.values(module)))]
  .filter((value) => value instanceof PgTable)
  .map(getTableConfig);

interface Column {
  type: string;
  required: boolean;
  /** Made by the database when nothing is sent. */
  filled: '' | 'default' | 'identity' | 'generated';
}
const inDatabase = async (): Promise<Record<string, Record<string, Column>>> => {
  const rows = await owner.query(`
    select relname as "table", attname as "column", format_type(atttypid, atttypmod) as type, attnotnull as required,
      case when attidentity <> '' then 'identity' when attgenerated <> '' then 'generated'
        when atthasdef then 'default' else '' end as filled
    from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute on attrelid = c.oid
    where nspname = 'public' and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped`);
  const found: Record<string, Record<string, Column>> = {};
  for (const { table, column, ...rest } of rows) {
    found[table] ??= {};
    found[table][column] = rest as Column;
  }
  return found;
};

const inSchema = () =>
  Object.fromEntries(tables.map(({ name, columns }) => [name, Object.fromEntries(columns.map(describeColumn))]));

const describeColumn = (column: PgColumn): [string, Column] => [
  column.name,
  {
    type: column.getSQLType().replace(' (', '('),
    required: column.notNull,
    filled: column.generatedIdentity ? 'identity' : column.generated ? 'generated' : column.hasDefault ? 'default' : '',
  },
];

describe('the tables and the database', () => {
  test('have the same tables', async () => {
    expect(Object.keys(inSchema()).sort()).toEqual(Object.keys(await inDatabase()).sort());
  });

  test.each(tables.map(({ name }) => name))('have the same columns in %s', async (name) => {
    expect(inSchema()[name]).toEqual((await inDatabase())[name]);
  });

  test('allow the same words where the choice is closed', async () => {
    const checks = await owner.query(`
      select conrelid::regclass::text as "table", pg_get_constraintdef(oid) as definition
      from pg_constraint where contype = 'c' and pg_get_constraintdef(oid) like '%ARRAY[%'`);
    const closed = tables.flatMap(({ name, columns }) =>
      columns
        .filter(({ enumValues }) => enumValues?.length)
        .map(({ name: column, enumValues }) => [name, column, enumValues]),
    );
    expect(closed.length).toBeGreaterThan(0);
    for (const [table, column, words] of closed) {
      const check = checks.find((row) => row.table === table && row.definition.includes(`(${column} = ANY`));
      const allowed = [...(check?.definition ?? '').matchAll(/'(\w+)'::text/g)].map(([, word]) => word);
      expect(allowed, `${table}.${column}`).toEqual(words);
    }
  });
});

describe('the migrations', () => {
  test('put every table under row level security, with at least one policy', async () => {
    const rows = await owner.query(`
      select relname as "table", relrowsecurity as enabled, exists (select from pg_policy where polrelid = c.oid) as policy
      from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname = 'public' and relkind in ('r', 'p')`);
    expect(rows.length).toBe(tables.length);
    for (const row of rows) expect(row).toEqual({ table: row.table, enabled: true, policy: true });
  });

  test('make no view, which would read with the rights of its owner', async () => {
    const views = `select relname from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname in ('public', 'app') and relkind in ('v', 'm')
        and not coalesce(reloptions::text like '%security_invoker=true%', false)`;
    expect(await owner.query(views)).toEqual([]);
  });

  test('pin the search path of every function with the rights of its owner', async () => {
    const functions = await owner.query(`
      select proname as name, coalesce(array_to_string(proconfig, ';'), '') as settings
      from pg_proc join pg_namespace n on n.oid = pronamespace where prosecdef and nspname in ('public', 'app')`);
    expect(functions.length).toBeGreaterThan(0);
    // pg_temp last, or a temporary table would stand in for a real one
    for (const { name, settings } of functions) expect(settings, name).toMatch(/search_path=.*\bpg_temp("|;|$)/);
  });

  test('give everybody in general nothing', async () => {
    const toPublic = await owner.query(`
      select 'function ' || p.oid::regprocedure as what from pg_proc p join pg_namespace n on n.oid = pronamespace,
        aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0 and nspname in ('public', 'app')
          and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
      union all
      select 'relation ' || c.oid::regclass from pg_class c join pg_namespace n on n.oid = relnamespace,
        aclexplode(coalesce(relacl, acldefault('r', relowner))) where grantee = 0 and nspname in ('public', 'app')
      union all
      select 'column ' || attname from pg_attribute join pg_class c on c.oid = attrelid
        join pg_namespace n on n.oid = relnamespace, aclexplode(attacl) where grantee = 0 and nspname in ('public', 'app')
      union all
      select 'schema ' || nspname from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
        where grantee = 0 and nspname in ('public', 'app')`);
    expect(toPublic).toEqual([]);
  });

  test('give the roles of the API no right to make, to empty, or to hand on', async () => {
    const rights = await owner.query(`
      select grantee::regrole::text as role, c.oid::regclass::text as what, privilege_type, is_grantable
      from pg_class c join pg_namespace n on n.oid = relnamespace, aclexplode(relacl)
      where nspname in ('public', 'app') and grantee::regrole::text like 'app\\_%'
        and (is_grantable or privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))
      union all
      select grantee::regrole::text, nspname::text, privilege_type, is_grantable from pg_namespace, aclexplode(nspacl)
      where nspname in ('public', 'app') and grantee <> 0 and grantee::regrole::text like 'app\\_%'
        and privilege_type <> 'USAGE'`);
    expect(rights).toEqual([]);
  });

  test('index what a deleted account, patient or doctor is referred to by, and what a policy compares', async () => {
    const indexed = await owner.query(`
      select conrelid::regclass::text as "table", attname as "column" from pg_constraint
      join pg_attribute on attrelid = conrelid and attnum = conkey[1]
      where contype = 'f' and confdeltype = 'c' and not exists (
        select from pg_index where indrelid = conrelid and indkey[0] = conkey[1])`);
    expect(indexed).toEqual([]);
  });
});
