// `npm start`: everything that Wardbook is made of, on this machine. A database, what stands in for Neon, the Worker.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { NeonDbError, neon } from '@neondatabase/serverless';
import { type Bindings, configOf, Misconfigured } from '../src/context.ts';
import { connect } from './connect.ts';
import {
  databaseError,
  devVarsFile,
  isLoopback,
  isSecond,
  openData,
  openUrl,
  portInUse,
  readDevVars,
  refuseSecond,
  root,
  type Sql,
  short,
  stateFolder,
  writeDevVars,
} from './dev-vars.ts';
import { migrate } from './migrate.ts';
import { postgresBackend, startNeon } from './neon.ts';
import { bold, dim, Fatal, green, run, step } from './terminal.ts';

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  await using running = new AsyncDisposableStack();
  try {
    await start(running, stop.signal);
  } catch (error) {
    // what was under way when it was stopped may fail as it likes
    if (!stop.signal.aborted) {
      throw databaseError(error);
    }
  }
  console.log(dim('\nStopped.'));
}

async function start(running: AsyncDisposableStack, stop: AbortSignal): Promise<void> {
  await refuseSecond();
  const port = portFrom(process.env.PORT || '8787');
  if (!(await isFree(port))) {
    throw new Fatal(`Port ${port} is in use. Choose another one with PORT: PORT=${port + 1} npm start`);
  }
  const variables = await devVars();
  stop.throwIfAborted();
  const database = await (isLoopback(variables.DATABASE_URL)
    ? serveDatabase(running, new URL(variables.DATABASE_URL), stop)
    : remoteDatabase(variables.DATABASE_URL));
  stop.throwIfAborted();

  const worker = startWorker(port);
  running.defer(worker.stop);
  const url = `http://127.0.0.1:${port}`;
  await step('starting the Worker', () => untilReady(worker, url, stop));
  console.log(screen(url, database));
  worker.showLog();
  await Promise.race([worker.ended, new Promise((resolve) => stop.addEventListener('abort', resolve))]);
  if (!stop.aborted) {
    throw new Fatal('The Worker ended by itself. Start again with: npm start');
  }
}

function portFrom(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) {
    return port;
  }
  throw new Fatal('PORT must be a number from 1 to 65535.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The Worker's variables, checked by the Worker's own rules; written with fresh secrets if there are none. */
async function devVars(): Promise<Record<string, string> & { DATABASE_URL: string }> {
  let variables = await readDevVars();
  if (!variables) {
    variables = {
      DATABASE_URL: await freshDatabaseUrl(),
      JWT_SECRET: randomBytes(48).toString('base64url'),
      CORS_ORIGINS: '*',
    };
    await writeDevVars(variables);
    console.log(dim(`  wrote ${short(devVarsFile)} with fresh secrets`));
  }
  try {
    const { DATABASE_URL } = configOf(variables as unknown as Bindings);
    refuseUnusableUrl(DATABASE_URL);
    return { ...variables, DATABASE_URL };
  } catch (error) {
    if (error instanceof Misconfigured) {
      throw new Fatal(
        `${short(devVarsFile)}: ${error.message}. Correct it, or delete the file: npm start writes a new one.`,
      );
    }
    throw error;
  }
}

async function freshDatabaseUrl(): Promise<string> {
  const { LOCAL_DATABASE_URL } = process.env;
  const database =
    LOCAL_DATABASE_URL && URL.canParse(LOCAL_DATABASE_URL) ? new URL(LOCAL_DATABASE_URL).pathname : '/wardbook';
  let port = 5488;
  while (!(await isFree(port))) {
    port++;
  }
  return `postgres://app_login:${randomBytes(24).toString('base64url')}@127.0.0.1:${port}${database}`;
}

function refuseUnusableUrl(text: string): void {
  const { username, password, port, pathname } = new URL(text);
  if (!username || !password || pathname.length < 2 || (isLoopback(text) && !port)) {
    throw new Misconfigured([
      { path: ['DATABASE_URL'], message: 'must look like postgres://app_login:password@host:port/database' },
    ]);
  }
  if (username !== 'app_login') {
    throw new Misconfigured([
      { path: ['DATABASE_URL'], message: 'must sign in as app_login, which the policies bind' },
    ]);
  }
}

/** Somebody else's to migrate and to look after: it must only be there. */
async function remoteDatabase(url: string): Promise<string> {
  const { close } = await connect(url);
  await close();
  return `${new URL(url).host}, from DATABASE_URL in ${short(devVarsFile)}; not migrated from here`;
}

/** Opens a database behind the port that the Worker looks at, and migrates it. */
async function serveDatabase(running: AsyncDisposableStack, url: URL, stop: AbortSignal): Promise<string> {
  const { LOCAL_DATABASE_URL } = process.env;
  const database = await (LOCAL_DATABASE_URL ? openUrl(LOCAL_DATABASE_URL) : openData(Number(url.port)));
  running.defer(database.close);
  if (LOCAL_DATABASE_URL) {
    running.defer(await bridgeTo(LOCAL_DATABASE_URL, url));
  }
  stop.throwIfAborted();
  const applied = await migrate(database.sql);
  if (applied.length > 0) {
    console.log(dim(`  migrated: ${applied.length} new`));
  }
  await letAppLoginIn(database.sql, url);
  return database.name;
}

/** The local Neon in front of another server than PGlite. Answers how to end it. */
async function bridgeTo(serverUrl: string, url: URL): Promise<() => Promise<void>> {
  const [theirs, ours] = [new URL(serverUrl), url].map(({ pathname }) => decodeURIComponent(pathname.slice(1)));
  if (theirs !== ours) {
    throw new Fatal(
      `LOCAL_DATABASE_URL names the database ${theirs}, DATABASE_URL in ${short(devVarsFile)} ${ours}. Make them the same.`,
    );
  }
  const port = Number(url.port);
  const { close } = await startNeon({ backend: postgresBackend(serverUrl), port }).catch(portInUse(port));
  return close;
}

/** .dev.vars may be newer than the role's password, which outlives it. */
async function letAppLoginIn(owner: Sql, url: URL): Promise<void> {
  try {
    await neon(url.href)`select 1`;
  } catch (error) {
    if (!(error instanceof NeonDbError) || !/^28/.test(error.code ?? '')) {
      throw error;
    }
    const password = decodeURIComponent(url.password).replaceAll("'", "''");
    await owner.query(`alter role app_login with login password '${password}'`);
    console.log(dim(`  gave app_login the password from ${short(devVarsFile)}`));
  }
}

type Worker = { said: string[]; ended: Promise<void>; hasEnded: boolean; showLog(): void; stop(): Promise<void> };

function startWorker(port: number): Worker {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const options = [
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--show-interactive-dev-session=false',
    `--persist-to=${stateFolder}`,
    ...(isSecond ? [`--env-file=${devVarsFile}`] : []),
  ];
  const child = spawn(process.execPath, [`--import=${endWithParent}`, wrangler, 'dev', ...options], {
    cwd: root,
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // a group of its own, so that a Ctrl-C that the terminal sends to everybody reaches it after the last request
    detached: process.platform !== 'win32',
  });
  const worker: Worker = {
    said: [],
    hasEnded: false,
    // not 'exit': wrangler's own child and workerd hold the same pipes, and are to be gone too
    ended: once(child, 'close').then(() => {
      worker.hasEnded = true;
    }),
    showLog: () => {
      hear = (line) => console.log(line.replace(mark, ''));
    },
    stop: async () => {
      endGroup(child.pid, 'SIGTERM');
      await Promise.race([worker.ended, sleep(5000, undefined, { ref: false })]);
      endGroup(child.pid, 'SIGKILL');
    },
  };
  let hear = (line: string): unknown => worker.said.push(line);
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input: input as Readable }).on('line', (coloured) => {
      const line = stripVTControlCharacters(coloured).trimEnd();
      if (line !== '' && !noise.test(line)) {
        hear(line);
      }
    });
  }
  return worker;
}

// How wrangler decorates what a Worker says by console.error and console.warn.
const mark = /^(✘ \[ERROR\]|▲ \[WARNING\]) /u;
const noise =
  /^(\[wrangler:info\]|\[custom build\]|⎔|🪵)|^ +stack: .*workerd@|If you think this is a bug|newer version of Wrangler/u;

// Also when this process is killed without a chance to end it: each of wrangler's processes notices that its channel to
// the one above is gone.
const endWithParent = `data:text/javascript,process.once('disconnect', () => process.kill(process.pid))`;

const quiet = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
};

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody is left in it
  }
}

async function untilReady(worker: Worker, url: string, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await answer(`${url}/healthz`))?.ok) {
    stop.throwIfAborted();
    // when the code cannot be built wrangler does not end, but waits for a correction
    const failure = worker.said.findIndex((line) => line.startsWith('✘'));
    if (failure >= 0 || worker.hasEnded || Date.now() > deadline) {
      await sleep(200);
      const lines = worker.said.slice(Math.max(failure, 0)).map((line) => line.replace(mark, ''));
      throw new Fatal(['The Worker does not start:', ...lines].join('\n  '));
    }
    await sleep(50);
  }
  const ready = await answer(`${url}/readyz`);
  if (!ready?.ok) {
    const reason = ready ? `${ready.status}: ${await ready.text()}` : 'nothing';
    throw new Fatal(`The Worker runs, but to whether it is ready it answers ${reason}`);
  }
  // the log's lines about these questions come a moment later, and are nobody's business
  await sleep(100);
}

function answer(url: string): Promise<Response | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
}

function screen(url: string, database: string): string {
  return `
  ${green('●')} ${bold('Wardbook')} is running at ${bold(url)}
    Accounts, patients, doctors, and who treats whom. Its API: ${url}/docs

  ${dim('Data')}           ${database}
  ${dim('Register')}       curl ${url}/api/auth/register/ -H 'Content-Type: application/json' \\
                   -d '{"name":"Ann","email":"ann@example.com","password":"a long password"}'
  ${dim('Administrator')}  npm run admin -- create --email you@example.com
  ${dim('Sample data')}    npm run seed
  ${dim('Stop')}           Ctrl-C; the data stays

  ${dim('Requests:')}`;
}

if (import.meta.main) {
  await run(main);
}
