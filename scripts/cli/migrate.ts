// Brings a database to this version of Wardbook: what is new in migrations/, and what must hold of its roles.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { NeonDbError } from '@neondatabase/serverless';
import manifest from '../../package.json' with { type: 'json' };
import { bold, dim, duration, Fatal, green, run } from '../support/terminal.ts';
import { databaseError, withDatabase } from './database.ts';
import { isRace, migrationError } from './migration-errors.ts';
import { compareReleases, readFunctions, readMigrations, type SqlFile } from './migration-files.ts';
import { explainMove } from './moved.ts';
import { checkRoles, limitStatements, lockedSentence, renewAppLogin } from './roles.ts';
import type { Sql } from './sql.ts';

const alreadyApplied = 'WB001';

// Several migrators take turns, and each looks again at what the one before it has left.
const prepareJournal = `do $$
begin
  perform pg_advisory_xact_lock(hashtext('wardbook: migrate'));
  create schema if not exists app;
  create table if not exists app.migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  );
  create table if not exists app.function_files (
    name text primary key,
    checksum text not null,
    release text not null,
    applied_at timestamptz not null default now()
  );
  -- else everybody may call a new function: it is each owner's own setting, and a restored database may have another one
  alter default privileges revoke execute on functions from public;
end $$`;

// One statement for a whole file, because Neon's HTTP protocol takes one a query. The file comes as a setting, not as a
// literal in here, so that PostgreSQL's positions count from the file's start.
const applyMigration = `do $$
begin
  if exists (select from app.migrations where name = current_setting('migrate.name')) then
    raise exception using errcode = '${alreadyApplied}', message = 'already applied';
  end if;
  execute current_setting('migrate.file');
  insert into app.migrations (name, checksum)
  values (current_setting('migrate.name'), current_setting('migrate.checksum'));
end $$`;

// Functions call each other across files, so their bodies are checked when all of them are there.
const applyFunctions = `do $$
begin
  if exists (select from app.function_files where name = current_setting('migrate.name')
    and checksum = current_setting('migrate.checksum')) then
    raise exception using errcode = '${alreadyApplied}', message = 'already applied';
  end if;
  set local check_function_bodies = off;
  execute current_setting('migrate.file');
  set local check_function_bodies = on;
  insert into app.function_files (name, checksum, release)
  values (current_setting('migrate.name'), current_setting('migrate.checksum'), current_setting('migrate.release'))
  on conflict (name) do update set checksum = excluded.checksum, release = excluded.release, applied_at = now();
end $$`;
const checkFunctions = `do $$
declare
  made record;
begin
  for made in
    select p.oid, l.lanname from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'app'::regnamespace
  loop
    case made.lanname
      when 'sql' then perform fmgr_sql_validator(made.oid);
      when 'plpgsql' then perform plpgsql_validator(made.oid);
      else null;
    end case;
  end loop;
end $$`;

/** What the database has of this folder, or undefined where it has never been migrated. */
interface Journal {
  migrations: Map<string, string>;
  functions: Map<string, { checksum: string; release: string }>;
}

interface Options {
  folder?: string;
  /** Of this checkout: one that is older than what the database has must not bring old functions back. */
  release?: string;
  log?: (line: string) => void;
}

/**
 * Applies what is new in `folder`, and the functions that changed, and returns the names of those files. All of it is one
 * transaction: either everything is applied, or nothing. Two at once take turns.
 */
export async function migrate(sql: Sql, options: Options = {}): Promise<string[]> {
  const {
    folder = join(import.meta.dirname, '../../migrations'),
    release = manifest.version,
    log = () => {},
  } = options;
  const [migrations, functions] = await Promise.all([readMigrations(folder), readFunctions(folder)]);
  for (let attempt = 1; ; attempt++) {
    const journal = await readJournal(sql);
    refuseOtherHistory(migrations, journal.migrations);
    refuseNewerFunctions(journal.functions, release);
    const pending = migrations.filter(({ name }) => !journal.migrations.has(name));
    const changed = functions.filter(({ name, checksum }) => journal.functions.get(name)?.checksum !== checksum);
    if (pending.length + changed.length === 0) {
      return [];
    }
    if (await apply(sql, pending, changed, release, attempt)) {
      const names = [...pending, ...changed].map(({ name }) => name);
      for (const name of names) log(`${green('✓')} ${name}`);
      return names;
    }
  }
}

/** In a database that is not where it was, or as it was, phones sync anew and sessions end; says so, and what is left. */
export async function settle(sql: Sql, isMoved = false): Promise<void> {
  const [answer] = await sql`select app.settle(${isMoved}) as anew`;
  if (answer?.anew) {
    await explainMove(sql);
  }
}

/** Empty where nothing was ever migrated. */
async function readJournal(sql: Sql): Promise<Journal> {
  const migrations = await readTable(sql, 'app.migrations');
  const functions = await readTable(sql, 'app.function_files');
  return {
    migrations: new Map(migrations.map(({ name, checksum }) => [String(name), String(checksum)])),
    functions: new Map(
      functions.map(({ name, checksum, release }) => [
        String(name),
        { checksum: String(checksum), release: String(release) },
      ]),
    ),
  };
}

async function readTable(sql: Sql, table: string) {
  try {
    return await sql.query(`select * from ${table}`);
  } catch (error) {
    if (error instanceof NeonDbError && error.code === '42P01') {
      return [];
    }
    throw databaseError(error);
  }
}

function refuseOtherHistory(migrations: SqlFile[], journal: Journal['migrations']): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...journal.keys()].filter((name) => !known.has(name)).sort();
  if (unknown.length > 0) {
    throw new Fatal(`This database was migrated by a newer Wardbook (${unknown.join(', ')}); update this checkout.`);
  }
  const changed = migrations.find(({ name, checksum }) => (journal.get(name) ?? checksum) !== checksum);
  if (changed) {
    throw new Fatal(
      `${changed.name} was changed after this database applied it. Restore it and put the change in a new migration, or start from an empty database (the one of "npm start" is in .wrangler/state).`,
    );
  }
}

function refuseNewerFunctions(journal: Journal['functions'], release: string): void {
  const newer = [...journal.values()].map((file) => file.release).find((other) => compareReleases(other, release) > 0);
  if (newer) {
    throw new Fatal(
      `This database has the functions of Wardbook ${newer}, and this is ${release}; update this checkout.`,
    );
  }
}

/** False when another migrator was faster: what is left to do has to be looked up anew. */
async function apply(sql: Sql, migrations: SqlFile[], functions: SqlFile[], release: string, attempt: number) {
  const file = ({ name, checksum, text }: SqlFile) => sql`select set_config('migrate.name', ${name}, true),
    set_config('migrate.checksum', ${checksum}, true), set_config('migrate.file', ${text}, true),
    set_config('migrate.release', ${release}, true)`;
  try {
    await sql.transaction([
      sql.query(prepareJournal),
      ...migrations.flatMap((migration) => [file(migration), sql.query(applyMigration)]),
      ...functions.flatMap((one) => [file(one), sql.query(applyFunctions)]),
      sql.query(functions.length > 0 ? checkFunctions : 'select'),
    ]);
    return true;
  } catch (error) {
    if (!(error instanceof NeonDbError)) {
      throw error;
    }
    if (error.code === alreadyApplied) {
      return false;
    }
    if (isRace(error) && attempt < 6) {
      await sleep(attempt * 50 * (1 + Math.random()));
      return false;
    }
    throw migrationError(error, [...migrations, ...functions]);
  }
}

async function main(): Promise<void> {
  const { 'app-login': appLogin, moved } = readArguments();
  if (appLogin && !process.env.DATABASE_URL) {
    throw new Fatal(
      '--app-login needs DATABASE_URL, the URL of the owner. On this machine npm start sees to that role.',
      2,
    );
  }
  await withDatabase(async ({ sql, url, name }) => {
    console.log(`Migrating ${name}`);
    const started = performance.now();
    await checkRoles(sql, { migrated: false });
    const applied = await migrate(sql, { log: console.log });
    const { isLocked } = await checkRoles(sql, { migrated: true });
    const unlimited = await limitStatements(sql);
    if (unlimited) {
      console.log(
        `\nRequests that the Worker gave up on go on in the database. Run this as whoever made the roles:\n  ${unlimited}`,
      );
    }
    const summary = applied.length > 0 ? `: ${applied.length} applied in ${duration(performance.now() - started)}` : '';
    console.log(`Up to date${summary}.`);
    await settle(sql, moved);
    if (isLocked) console.log(bold(lockedSentence));
    if (appLogin) {
      console.log("\nThe Worker's DATABASE_URL, shown this once. The password that app_login had no longer works.\n");
      console.log(`${bold(await renewAppLogin(sql, url))}\n`);
      console.log(dim('Hand it over with: npx wrangler secret put DATABASE_URL'));
    }
  });
}

function readArguments() {
  try {
    return parseArgs({ options: { 'app-login': { type: 'boolean' }, moved: { type: 'boolean' } } }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Fatal(
      `${reason}\n\nUsage: npm run migrate [-- --app-login] [--moved]\n  --app-login  gives the Worker's role a new password and prints its URL\n  --moved      after going back to an earlier time on the same server: ends every session, and phones sync anew`,
      2,
    );
  }
}

if (import.meta.main) await run(main);
