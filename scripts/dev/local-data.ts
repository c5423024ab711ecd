// Opens the database of this machine: PGlite in a folder, behind Neon's protocol. Only one process may have it open.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { neon } from '@neondatabase/serverless';
import type { Database } from '../cli/connect.ts';
import { dataFolder, short, stateFolder } from '../support/paths.ts';
import { Fatal, fileSentence, step } from '../support/terminal.ts';
import { pgliteBackend } from './neon/bridge.ts';
import { bridgePath } from './neon/endpoint.ts';
import { startNeonNear } from './ports.ts';

const lockFile = join(stateFolder, 'pglite.lock');
const databaseName = 'wardbook';
const postgresMajor = 18;

export async function openLocal(): Promise<Database> {
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

/**
 * Opens the data of this machine and answers Neon's protocol in front of it, on that port if it is free. Only one process
 * can.
 */
export async function openData(port: number): Promise<Database> {
  await refuseOtherVersion();
  await takeLock();
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(lockFile, { force: true }));
  try {
    let pglite: PGlite | undefined;
    cleanup.defer(async () => pglite?.close());
    // whatever the database is called in a URL; before it is opened, which takes long, so that nobody else takes the port
    const bridge = await startNeonNear(port, pgliteBackend({ get: () => pglite }));
    cleanup.defer(() => bridge.close());
    pglite = await bootPglite();
    const url = bridge.url('postgres', 'local', databaseName);
    await writeHolder({ url });
    cleanup.defer(() => writeHolder());
    return { sql: neon(url), url, name: localName, close: () => cleanup.disposeAsync() };
  } catch (error) {
    await cleanup.disposeAsync();
    throw error;
  }
}

async function bootPglite(): Promise<PGlite> {
  const { openPglite } = await import('./neon/open-pglite.ts');
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
    if (fileSentence(error)) throw error;
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

/** Who has the data open. Without a URL it is still opening or already closing. `api` is where its Worker answers. */
type Holder = { pid: number; url?: string; api?: string };

async function readHolder(): Promise<Holder | undefined> {
  try {
    const holder: Holder = JSON.parse(await readFile(lockFile, 'utf8'));
    return isAlive(holder.pid) && (!holder.url || (await answers(holder.url))) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** The URL of the owner of this machine's database, while a Wardbook has it open. */
export async function runningUrl(): Promise<string | undefined> {
  return (await readHolder())?.url;
}

/** Where this machine's Wardbook answers, while it runs. */
export async function runningApi(): Promise<string | undefined> {
  return (await readHolder())?.api;
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

/** Under another name until it is whole: whoever finds half of it would take the data for free. */
async function writeHolder(holder: Omit<Holder, 'pid'> = {}): Promise<void> {
  await writeFile(`${lockFile}.new`, JSON.stringify({ pid: process.pid, ...holder }));
  await rename(`${lockFile}.new`, lockFile);
}

/** Tells the command line where the Worker answers on this machine's data. */
export function announceApi(url: string, api: string): Promise<void> {
  return writeHolder({ url, api });
}

async function takeLock(): Promise<void> {
  await mkdir(stateFolder, { recursive: true });
  await refuseSecond();
  await rm(lockFile, { force: true });
  await writeFile(lockFile, JSON.stringify({ pid: process.pid }), { flag: 'wx' });
}

/** PGlite is one process, and two in the same folder would destroy it. */
export async function refuseSecond(): Promise<void> {
  const holder = await readHolder();
  if (holder) {
    throw new Fatal(
      `Wardbook is running already (process ${holder.pid}) on ${short(dataFolder)}. For another one beside it give it a folder: WARDBOOK_STATE=.wrangler/second npm start`,
    );
  }
}
