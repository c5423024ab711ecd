// This machine's Wardbook: where its data and the Worker's variables lie, and the way to a database for the tools.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { PGlite } from '@electric-sql/pglite';
import { NeonDbError, type NeonQueryFunction, neon } from '@neondatabase/serverless';
import { connect } from './connect.ts';
import { bridgePath, pgliteBackend, startNeon } from './neon.ts';
import { Fatal, step } from './terminal.ts';

export type Sql = NeonQueryFunction<false, false>;
export type Database = {
  sql: Sql;
  /** The owner's URL. */
  url: string;
  /** What to call it on a screen. */
  name: string;
  close(): Promise<void>;
};

export const root = resolve(import.meta.dirname, '..');
/** A second Wardbook on one machine: WARDBOOK_STATE is a folder for its data and its .dev.vars. */
export const isSecond = Boolean(process.env.WARDBOOK_STATE);
export const stateFolder = resolve(root, process.env.WARDBOOK_STATE || '.wrangler/state');
export const devVarsFile = join(isSecond ? stateFolder : root, '.dev.vars');
export const dataFolder = join(stateFolder, 'pglite');
const lockFile = join(stateFolder, 'pglite.lock');

const databaseName = 'wardbook';
const postgresMajor = 18;

export function short(path: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : inside;
}

export function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(url).hostname);
}

/** The database that the environment names for the tools. The DATABASE_URL in .dev.vars is another one, the Worker's. */
export function ownerUrl(): string | undefined {
  return process.env.DATABASE_URL || process.env.LOCAL_DATABASE_URL || undefined;
}

/** Runs a tool on that database, as its owner, or else on this machine's. */
export async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  const url = ownerUrl();
  const database = await (url ? openUrl(url) : openLocal());
  try {
    await work(database);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await database.close();
  }
}

export async function openUrl(url: string): Promise<Database> {
  const { sql, close } = await connect(url);
  const { pathname, host, username } = new URL(url);
  const name = `${decodeURIComponent(pathname.slice(1))} on ${host}, as ${decodeURIComponent(username)}`;
  return { sql, url, name, close };
}

async function openLocal(): Promise<Database> {
  const holder = await readHolder();
  if (!holder) {
    return openData(0);
  }
  if (!holder.url) {
    throw new Fatal(
      `Another Wardbook (process ${holder.pid}) is opening or closing ${short(dataFolder)}. Try again shortly.`,
    );
  }
  return { sql: neon(holder.url), url: holder.url, name: localName, close: async () => {} };
}

const localName = `the local database in ${short(dataFolder)}`;

/** Opens the data of this machine and answers Neon's protocol in front of it. Only one process can. */
export async function openData(port: number): Promise<Database> {
  await refuseOtherVersion();
  await takeLock();
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(lockFile, { force: true }));
  try {
    const pglite = await bootPglite();
    cleanup.defer(() => pglite.close());
    // whatever the database is called in a URL
    const bridge = await startNeon({ backend: pgliteBackend({ get: () => pglite }), port }).catch(portInUse(port));
    cleanup.defer(() => bridge.close());
    const url = bridge.url('postgres', 'local', databaseName);
    await writeHolder(url);
    cleanup.defer(() => writeHolder());
    return { sql: neon(url), url, name: localName, close: () => cleanup.disposeAsync() };
  } catch (error) {
    await cleanup.disposeAsync();
    throw error;
  }
}

async function bootPglite(): Promise<PGlite> {
  const { openPglite } = await import('./pglite.ts');
  try {
    if (!existsSync(dataFolder)) {
      // under another name until it is whole, so that stopping halfway leaves nothing broken behind
      const unfinished = `${dataFolder}.new`;
      await rm(unfinished, { recursive: true, force: true });
      await step('creating the local database (only the first time)', async () => {
        await (await openPglite({ dataDir: unfinished })).close();
      });
      await chmod(unfinished, 0o700);
      await rename(unfinished, dataFolder);
    }
    return await openPglite({ dataDir: dataFolder });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Fatal(
      `The data in ${short(dataFolder)} cannot be opened (${reason}). To start afresh move that folder away.`,
    );
  }
}

async function refuseOtherVersion(): Promise<void> {
  const version = await readFile(join(dataFolder, 'PG_VERSION'), 'utf8').catch(() => '');
  const major = Number.parseInt(version, 10);
  if (major && major !== postgresMajor) {
    const remedy = major > postgresMajor ? 'Update this checkout, or' : 'To start afresh';
    throw new Fatal(
      `The data in ${short(dataFolder)} belongs to PostgreSQL ${major}; this checkout has ${postgresMajor}. ${remedy} move that folder away.`,
    );
  }
}

/** Who has the data open. Without a URL it is still opening or already closing. */
type Holder = { pid: number; url?: string };

async function readHolder(): Promise<Holder | undefined> {
  try {
    const holder: Holder = JSON.parse(await readFile(lockFile, 'utf8'));
    return isAlive(holder.pid) && (!holder.url || (await answers(holder.url))) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) {
    return false; // left behind in a container, where a process gets the same number each time
  }
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function answers(url: string): Promise<boolean> {
  const { port } = new URL(url);
  const response = await fetch(`http://127.0.0.1:${port}${bridgePath}`, { signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  );
  return response?.ok ?? false;
}

function writeHolder(url?: string, flag = 'w'): Promise<void> {
  return writeFile(lockFile, JSON.stringify({ pid: process.pid, url }), { flag });
}

async function takeLock(): Promise<void> {
  await mkdir(stateFolder, { recursive: true });
  await refuseSecond();
  await rm(lockFile, { force: true });
  await writeHolder(undefined, 'wx');
}

/** PGlite is one process, and two in the same folder would destroy it. */
export async function refuseSecond(): Promise<void> {
  const holder = await readHolder();
  if (holder) {
    throw new Fatal(
      `Wardbook is running already (process ${holder.pid}) on ${short(dataFolder)}. For another one beside it give it a folder and a port: WARDBOOK_STATE=.wrangler/second PORT=8788 npm start`,
    );
  }
}

export function portInUse(port: number): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Fatal(
        `Port ${port}, where the local Neon is to answer, is in use. Choose another one in DATABASE_URL in ${short(devVarsFile)}.`,
      );
    }
    throw error;
  };
}

/** What went wrong with a database, for whoever typed the command. */
export function databaseError(error: unknown, doing?: string): unknown {
  if (!(error instanceof NeonDbError)) {
    return error;
  }
  const { code, message, sourceError } = error;
  const prefix = doing ? `${doing}: ` : '';
  if (code === undefined) {
    const cause = sourceError?.cause instanceof Error ? sourceError.cause.message : message;
    return new Fatal(`${prefix}The database stopped answering (${cause}).`);
  }
  return new Fatal([`${prefix}${message}.`, hints[code]].filter(Boolean).join('\n'));
}

const hints: Record<string, string> = {
  '42501':
    'This URL signs in as a role that may not do this. app_login is for the Worker only: use the URL of the owner of the database.',
  '42P01': 'The database is not migrated, or not to this version. Run: npm run migrate',
  '42703': 'The database is not migrated to this version. Run: npm run migrate',
};

export async function readDevVars(): Promise<Record<string, string> | undefined> {
  const text = await readFile(devVarsFile, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  refuseStrayLines(text);
  return parseEnv(text) as Record<string, string>;
}

/** The Worker's parser skips a line that it does not understand; the missing variable would be a riddle. */
function refuseStrayLines(text: string): void {
  let quote = '';
  let opened = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (quote) {
      quote = line.includes(quote) ? '' : quote;
      continue;
    }
    const [, value] = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(.*)$/.exec(line) ?? [];
    if (value === undefined && !/^\s*(#|$)/.test(line)) {
      throw new Fatal(`${short(devVarsFile)}, line ${index + 1}: not NAME=value.`);
    }
    const [, mark = ''] = /^(["'`])/.exec(value ?? '') ?? [];
    if (mark && !value?.includes(mark, 1)) {
      quote = mark;
      opened = index + 1;
    }
  }
  if (quote) {
    throw new Fatal(`${short(devVarsFile)}, line ${opened}: the quote never ends.`);
  }
}

/** Writes .dev.vars from .dev.vars.example, which explains each variable. */
export async function writeDevVars(variables: Record<string, string>): Promise<void> {
  const example = await readFile(join(root, '.dev.vars.example'), 'utf8');
  const text = Object.entries(variables).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}=.*$`, 'm'), () => `${name}=${value}`),
    example,
  );
  await mkdir(stateFolder, { recursive: true });
  await writeFile(devVarsFile, text, { mode: 0o600, flag: 'wx' });
}
