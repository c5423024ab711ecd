// `npm start`: runs all of Wardbook on this machine: a database, what answers as Neon would in front of it, and the
// Worker.
import { randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { neon } from '@neondatabase/serverless';
import { type Bindings, configOf, Misconfigured, openKinds } from '../../src/config.ts';
import { isLocked } from '../cli/admin/lock.ts';
import { connect, isWrongPassword, type Sql } from '../cli/connect.ts';
import { databaseError, isLoopback, openUrl } from '../cli/database.ts';
import { migrate, settle } from '../cli/migrate.ts';
import { lockedSentence } from '../cli/roles.ts';
import { postgresBackend, startNeon } from '../neon/bridge.ts';
import { devVarsFile, isSecond, mailFolder, short } from '../support/paths.ts';
import { bold, dim, Fatal, green, run, step } from '../support/terminal.ts';
import { readDevVars, writeDevVars } from './dev-vars.ts';
import { openData, portInUse, refuseSecond } from './local-data.ts';
import { sendMails } from './mailing.ts';
import { startWorker, untilReady } from './worker.ts';

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

  const url = `http://127.0.0.1:${port}`;
  const mail = await sendMails(variables, url, mailFolder);
  running.defer(mail.close);
  // on this machine everybody may, as in the Django originals, unless .dev.vars says otherwise
  const { REGISTRATION = openKinds.join(' ') } = variables;
  const worker = startWorker(port, { ...mail.settings, REGISTRATION, LINE_BREAKS: 'on' });
  running.defer(worker.stop);
  await step('starting the Worker', () => untilReady(worker, url, stop));
  console.log(screen(url, database, mail.place));
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
  // a second Wardbook may start in the same moment as others: they would all find the same port free
  let port = isSecond ? 20_000 + randomInt(10_000) : 5488;
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
  await settle(database.sql);
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
    if (!isWrongPassword(error)) {
      throw error;
    }
    if (await isLocked(owner)) throw new Fatal(lockedSentence);
    const password = decodeURIComponent(url.password).replaceAll("'", "''");
    await owner.query(`alter role app_login password '${password}'`);
    console.log(dim(`  gave app_login the password from ${short(devVarsFile)}`));
  }
}

function screen(url: string, database: string, mails: string): string {
  return `
  ${green('●')} ${bold('Wardbook')} is running at ${bold(url)}
    Accounts, patients, doctors, and who treats whom.

  ${dim('Portal')}         ${url}/portal/
  ${dim('API')}            ${url}/docs
  ${dim('Data')}           ${database}
  ${dim('Mails')}          ${mails}
  ${dim('Register')}       curl ${url}/api/auth/register/ -H 'Content-Type: application/json' \\
                   -d '{"name":"Ann","email":"ann@example.com","password":"a long password"}'
  ${dim('Administrator')}  npm run admin -- create you@example.com
  ${dim('Sample data')}    npm run seed
  ${dim('Stop')}           Ctrl-C; the data stays

  ${dim('Requests:')}`;
}

if (import.meta.main) {
  await run(main);
}
