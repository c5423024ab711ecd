// Checks the database itself, by its owner's URL: its version, what the three roles may do, and that it is the right one.
import type { Sql } from '../cli/sql.ts';
import { byOwner, otherDatabase } from './by-owner.ts';
import { expect } from './send.ts';
import { twoPeople, type World } from './world.ts';

/** Runs a check as the owner of the database. */
const asOwner =
  (check: (sql: Sql, world: World) => Promise<string>) =>
  (world: World): Promise<string> =>
    byOwner(world, 'only the owner of the database sees this', (sql) => check(sql, world));

export const server = asOwner(async (sql, world) => {
  const { owner } = twoPeople(world);
  const found = await sql`select from users where email = ${owner.email}`;
  expect(found.length === 1, otherDatabase);
  const [row] = await sql`select current_setting('server_version') as version,
    current_setting('server_version_num')::int as number, (select count(*)::int from app.migrations) as migrations`;
  expect(Number(row?.number) >= 150_000, `PostgreSQL ${row?.version} is too old: 15 or later is needed`);
  return `PostgreSQL ${row?.version}, ${row?.migrations} migrations, and it is the one behind this address`;
});

/** What each role may be, beside what every role is. */
const attributes: Record<string, string[]> = { app_login: ['login'], app_api: [], app_auth: [] };
const memberships = ['app_login in app_api', 'app_login in app_auth'];

export const roles = asOwner(async (sql) => {
  const names = Object.keys(attributes);
  const rows = await sql`
    select rolname as name, array_remove(array[
      case when rolcanlogin then 'login' end,
      case when rolsuper then 'superuser' end,
      case when rolbypassrls then 'bypassrls' end,
      case when rolcreaterole then 'createrole' end,
      case when rolcreatedb then 'createdb' end,
      case when rolreplication then 'replication' end], null) as attributes, rolinherit as inherits
    from pg_roles where rolname = any (${names})`;
  for (const name of names) {
    const row = rows.find((row) => row.name === name);
    expect(row !== undefined, `the role ${name} is missing: run npm run migrate`);
    const surplus = (row.attributes as string[]).filter((attribute) => !attributes[name]?.includes(attribute));
    expect(
      surplus.length === 0,
      `the role ${name} has ${surplus.join(', ')}: alter role ${name} no${surplus.join(' no')}`,
    );
  }
  const login = rows.find(({ name }) => name === 'app_login');
  expect(
    (login?.attributes as string[] | undefined)?.includes('login') ?? false,
    'app_login is locked: npm run admin -- unlock',
  );
  expect(login?.inherits === false, 'the role app_login inherits: alter role app_login noinherit');
  const granted = await sql`
    select member.rolname || ' in ' || role.rolname as membership
    from pg_auth_members m join pg_roles member on member.oid = m.member join pg_roles role on role.oid = m.roleid
    where member.rolname = any (${names})`;
  const actual = granted.map(({ membership }) => String(membership));
  const surplus = actual.filter((membership) => !memberships.includes(membership));
  expect(surplus.length === 0, `a role belongs to another that it should not: ${surplus.join(', ')}`);
  const missing = memberships.filter((membership) => !actual.includes(membership));
  expect(missing.length === 0, `a membership is missing: ${missing.join(', ')}`);
  return 'none bypasses the policies, owns more rights or belongs to another role than it should';
});

export const loginReadsNothing = asOwner(async (sql) => {
  // what belongs to an extension is for everybody, and holds nobody's data
  const readable = await sql`
    select c.oid::regclass::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
      and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
      and has_any_column_privilege('app_login', c.oid, 'select')
    order by 1`;
  expect(readable.length === 0, `app_login may read ${readable.map(({ name }) => name).join(', ')}`);
  const owned = await sql`select oid::regclass::text as name from pg_class where relowner = 'app_login'::regrole`;
  expect(owned.length === 0, `app_login owns ${owned.map(({ name }) => name).join(', ')}`);
  const [row] = await sql`select count(*)::int as tables from pg_tables where schemaname in ('public', 'app')`;
  expect(Number(row?.tables) > 5, 'there are no tables: run npm run migrate');
  return `none of ${row?.tables} tables without the context of a request`;
});
