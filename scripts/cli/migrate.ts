// Brings a database to this version of Wardbook: what is new in migrations/, and what must hold of its roles.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { NeonDbError } from '@neondatabase/serverless';
import { bold, dim, duration, Fatal, green, run } from '../support/terminal.ts';
import type { Sql } from './connect.ts';
import { databaseError, withDatabase } from './database.ts';
import { explainMove } from './moved.ts';
import { checkRoles } from './roles.ts';

type Migration = { name: string; text: string; checksum: string };

const alreadyApplied = 'WB001';

// One statement for a whole file, because Neon's HTTP protocol takes one a query. The file comes as a setting, not as a
// literal in here, so that PostgreSQL's positions count from the file's start.
const applyFile = `do $$
begin
  -- two migrators take turns, and the second finds the first one's journal row
  perform pg_advisory_xact_lock(hashtext('wardbook: migrate'));
  create schema if not exists app;
  create table if not exists app.migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  );
  if exists (select from app.migrations where name = current_setting('migrate.name')) then
    raise exception using errcode = '${alreadyApplied}', message = 'already applied';
  end if;
  -- else everybody may call a new function: it is each owner's own setting, and a restored database may have another one
  alter default privileges revoke execute on functions from public;
  execute current_setting('migrate.file');
  insert into app.migrations (name, checksum)
  values (current_setting('migrate.name'), current_setting('migrate.checksum'));
end $$`;

/**
 * Applies what is new in `folder`, in order, and returns its names. A file and its journal row are one transaction, so
 * a failure leaves the files before it, and running again goes on from there. Two at once take turns.
 */
export async function migrate(
  sql: Sql,
  { folder = join(import.meta.dirname, '../../migrations'), log = (_line: string) => {} } = {},
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const journal = await readJournal(sql);
  refuseOtherHistory(migrations, journal);
  const applied: string[] = [];
  for (const migration of migrations.filter(({ name }) => !journal?.has(name))) {
    const started = performance.now();
    if (await apply(sql, migration)) {
      applied.push(migration.name);
      log(`${green('✓')} ${migration.name.padEnd(32)} ${dim(duration(performance.now() - started))}`);
    }
  }
  return applied;
}

/** In a database that is not where it was, or as it was, phones sync anew and sessions end; says so, and what is left. */
export async function settle(sql: Sql, isMoved = false): Promise<void> {
  const [answer] = await sql`select app.settle(${isMoved}) as anew`;
  if (answer?.anew) {
    await explainMove(sql);
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      if (!/^\d{4}_\w+\.sql$/.test(name)) {
        throw new Fatal(`${name}: a migration is named NNNN_what_it_does.sql, with a number that sets the order.`);
      }
      if (name.slice(0, 4) === names[index - 1]?.slice(0, 4)) {
        throw new Fatal(`${names[index - 1]} and ${name} have the same number; renumber the newer one.`);
      }
      const text = (await readFile(join(folder, name), 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** Name and checksum of each applied file, or undefined in a database that has never been migrated. */
async function readJournal(sql: Sql): Promise<Map<string, string> | undefined> {
  try {
    const rows = await sql.query('select name, checksum from app.migrations');
    return new Map(rows.map((row) => [String(row.name), String(row.checksum)]));
  } catch (error) {
    if (error instanceof NeonDbError && error.code === '42P01') {
      return undefined;
    }
    throw databaseError(error);
  }
}

function refuseOtherHistory(migrations: Migration[], journal = new Map<string, string>()): void {
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

/** False when another migrator was faster. */
async function apply(sql: Sql, migration: Migration, attempt = 1): Promise<boolean> {
  const { name, checksum, text } = migration;
  try {
    await sql.transaction([
      sql`select set_config('migrate.name', ${name}, true), set_config('migrate.checksum', ${checksum}, true),
        set_config('migrate.file', ${text}, true)`,
      sql.query(applyFile),
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
      return apply(sql, migration, attempt + 1);
    }
    throw migrationError(error, migration);
  }
}

/** Roles belong to the server and the lock to one database, so migrators of two databases may meet at a role. */
function isRace({ code, message, constraint }: NeonDbError): boolean {
  return (
    /^tuple concurrently (updated|deleted)/.test(message) ||
    (code === '42710' && /^role .* already exists/.test(message)) ||
    // a catalog that was read before the lock was had: "if not exists" believed it
    (code === '23505' && /^pg_(auth|namespace|class|type)/.test(constraint ?? '')) ||
    code === '40P01' ||
    code === '40001'
  );
}

function migrationError(error: NeonDbError, { name, text }: Migration): unknown {
  if (!error.code || error.code === '42501') {
    return databaseError(error, name);
  }
  const line = errorLine(error, text);
  const place = line === undefined ? name : `${name}, line ${line}`;
  const more = [error.detail, error.hint, line === undefined && innermost(error.where)].filter(Boolean);
  return new Fatal([`${place}: ${error.message}`, ...more, 'Nothing of this file was kept.'].join('\n  '));
}

/** The query that PostgreSQL names is the file, the body of a function in it, or a statement of such a body. */
function errorLine({ internalQuery, internalPosition }: NeonDbError, text: string): number | undefined {
  const start = internalQuery ? text.indexOf(internalQuery) : -1;
  if (start < 0 || !internalPosition) {
    return undefined;
  }
  // PostgreSQL counts characters from 1, where JavaScript counts the halves of an emoji
  const before = Array.from(text.slice(start)).slice(0, Number(internalPosition) - 1);
  return (text.slice(0, start) + before.join('')).split('\n').length;
}

/** Which line of which function or block failed. The last line of the context is always our own EXECUTE. */
function innermost(where = ''): string | undefined {
  return where
    .split('\n')
    .slice(0, -1)
    .find((line) => line.startsWith('PL/pgSQL function'));
}

/** Gives the Worker's role a new password, and returns the URL that it signs in with. */
export async function renewAppLogin(sql: Sql, ownerUrl: string): Promise<string> {
  const url = new URL(ownerUrl);
  url.username = 'app_login';
  url.password = randomBytes(30).toString('base64url');
  try {
    await sql.query(`alter role app_login with login password '${url.password}'`);
  } catch (error) {
    throw databaseError(error);
  }
  return url.href;
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
    await checkRoles(sql, { migrated: true });
    const summary = applied.length > 0 ? `: ${applied.length} applied in ${duration(performance.now() - started)}` : '';
    console.log(`Up to date${summary}.`);
    await settle(sql, moved);
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

if (import.meta.main) {
  await run(main);
}
