// Whether the three database roles are as the migrations made them, and the SQL that mends what is not. Policies bind a
// role only as long as nothing lets it past them, and a role that was there before the migrations was taken as it was.
import { randomBytes } from 'node:crypto';
import { NeonDbError } from '@neondatabase/serverless';
import { Fatal } from '../support/terminal.ts';
import { databaseError } from './database.ts';
import type { Sql } from './sql.ts';

const roles = ['app_login', 'app_api', 'app_auth'] as const;
type RoleName = (typeof roles)[number];

/** What no role may have, and what each of them gains by it. */
const forbidden = {
  superuser: 'may do everything',
  bypassrls: 'is bound by no policy',
  createrole: 'may change roles',
  createdb: 'may make databases',
  replication: 'may copy the whole server',
} as const;

type Role = Record<keyof typeof forbidden, boolean> & {
  name: RoleName;
  inherit: boolean;
  login: boolean;
  /** Roles that it belongs to, and whether it has their rights without asking. */
  memberships: { role: string; inherits: boolean }[];
};

type Flaw = { says: string; mend: string };

/**
 * Says in a sentence what is wrong with the roles. Before the first migration they need not be there, nor be joined. That
 * app_login may not sign in is no mistake: somebody has locked it, and whoever migrates meanwhile leaves that as it is.
 */
export async function checkRoles(sql: Sql, { migrated }: { migrated: boolean }): Promise<{ isLocked: boolean }> {
  const found = await readRoles(sql);
  const flaws = roles.flatMap((name) => {
    const role = found.find((one) => one.name === name);
    if (role) return flawsOf(role, migrated);
    return migrated ? [missing(name)] : [];
  });
  if (flaws.length > 0) throw new Fatal(explain(flaws));
  return { isLocked: found.some(({ name, login }) => name === 'app_login' && !login) };
}

/** What to say of a lock, so that nobody wonders why every request is a 503. */
export const lockedSentence = 'app_login may not sign in: it is locked, and stays so until: npm run admin -- unlock';

async function readRoles(sql: Sql): Promise<Role[]> {
  // since PostgreSQL 16 a membership says itself whether it is inherited; to_jsonb reads the column where there is one
  const rows = await sql`
    select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypassrls, r.rolcreaterole as createrole,
      r.rolcreatedb as createdb, r.rolreplication as replication, r.rolinherit as inherit, r.rolcanlogin as login,
      coalesce((
        select json_agg(json_build_object('role', g.rolname,
          'inherits', coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit)) order by g.rolname)
        from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid), '[]') as memberships
    from pg_roles r where r.rolname = any(${[...roles]})`;
  return rows as Role[];
}

function flawsOf(role: Role, migrated: boolean): Flaw[] {
  const { name, memberships } = role;
  const isLogin = name === 'app_login';
  const wanted = isLogin ? ['app_api', 'app_auth'] : [];
  const flaws: Flaw[] = [];
  for (const [attribute, gain] of Object.entries(forbidden)) {
    if (role[attribute as keyof typeof forbidden]) {
      flaws.push({ says: `${name} ${gain} (${attribute}).`, mend: `alter role ${name} no${attribute};` });
    }
  }
  if (isLogin && role.inherit) {
    flaws.push({
      says: `${name} has its roles' rights without asking (inherit).`,
      mend: `alter role ${name} noinherit;`,
    });
  }
  if (!isLogin && role.login) {
    flaws.push({ says: `${name} can sign in, past app_login.`, mend: `alter role ${name} nologin;` });
  }
  for (const other of memberships.filter(({ role }) => !wanted.includes(role))) {
    flaws.push({ says: `${name} belongs to ${other.role}.`, mend: `revoke ${quoted(other.role)} from ${name};` });
  }
  // since PostgreSQL 16 a membership stays as it was granted, whatever becomes of the role's own attribute
  for (const other of memberships.filter(({ role: granted, inherits }) => wanted.includes(granted) && inherits)) {
    const mend = `revoke ${other.role} from ${name}; grant ${other.role} to ${name};`;
    flaws.push({ says: `${name} has the rights of ${other.role} without asking.`, mend });
  }
  for (const role of migrated ? wanted : []) {
    if (!memberships.some((membership) => membership.role === role)) {
      flaws.push({ says: `${name} cannot become ${role}.`, mend: `grant ${role} to ${name};` });
    }
  }
  return flaws;
}

function missing(name: RoleName): Flaw {
  const attributes = name === 'app_login' ? 'login noinherit' : 'nologin';
  return { says: `There is no role ${name}.`, mend: `create role ${name} ${attributes};` };
}

const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

function explain(flaws: Flaw[]): string {
  return [
    'The database roles of the Worker are not as they have to be, and nothing more was done:',
    ...flaws.map(({ says }) => `  ${says}`),
    'Run this, as the owner of the database or as whoever made the roles:',
    ...flaws.map(({ mend }) => `  ${mend}`),
    'On Neon roles come out like this when they are made in the console. Where PostgreSQL does not let you change one and',
    'the database is new, delete it in the console and run npm run migrate again, which makes it.',
  ].join('\n');
}

/** Gives the Worker's role a new password, and returns the URL that it signs in with. A lock stays. */
export async function renewAppLogin(sql: Sql, ownerUrl: string): Promise<string> {
  const url = new URL(ownerUrl);
  url.username = 'app_login';
  url.password = randomBytes(30).toString('base64url');
  try {
    await sql.query(`alter role app_login password '${url.password}'`);
  } catch (error) {
    throw databaseError(error);
  }
  return url.href;
}

/** What the Worker's requests wait for, unless its setting DATABASE_TIMEOUT_MS says otherwise: src/config.ts has the same. */
const requestsWaitMs = 8000;

/**
 * What the Worker has given up on must not go on in the database, where it keeps others from it. Said again at each
 * migration, because no backup holds it. Returns what whoever made the role has to run, where the owner may not.
 */
export async function limitStatements(sql: Sql, given = process.env.DATABASE_TIMEOUT_MS): Promise<string | undefined> {
  const longest = given ? Number(given) : requestsWaitMs;
  if (!Number.isInteger(longest) || longest < 100) {
    throw new Fatal('DATABASE_TIMEOUT_MS must be a whole number of milliseconds, 100 or more.', 2);
  }
  const [state] = await sql`
    select format('alter role app_login in database %I set statement_timeout = %s', current_database(), ${longest}::int) as change,
      exists (select from pg_db_role_setting s
        where s.setrole = 'app_login'::regrole and s.setdatabase = (select oid from pg_database where datname = current_database())
        and 'statement_timeout=' || ${longest}::int = any (s.setconfig)) as done`;
  if (state?.done) {
    return undefined;
  }
  const change = String(state?.change);
  try {
    await sql.query(change);
    return undefined;
  } catch (error) {
    if (error instanceof NeonDbError && error.code === '42501') {
      return `${change};`;
    }
    throw databaseError(error);
  }
}
