// `npm start`: runs all of Wardbook on this machine: a database, what answers as Neon would in front of it, and the
// Worker.
import { randomBytes } from 'node:crypto';
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { neon } from '@neondatabase/serverless';
import { type Bindings, configOf, Misconfigured, registrableRoles } from '../../src/config.ts';
import { isLocked } from '../cli/admin/lock.ts';
import { connect, isWrongPassword } from '../cli/connect.ts';
import { databaseError, isLoopback, openUrl } from '../cli/database.ts';
import { migrate, settle } from '../cli/migrate.ts';
import { lockedSentence } from '../cli/roles.ts';
import type { Sql } from '../cli/sql.ts';
import { devVarsFile, isSecond, mailFolder, root, short, stateFolder } from '../support/paths.ts';
import { bold, dim, Fatal, fileSentence, green, run, step } from '../support/terminal.ts';
import { readDevVars, writeDevVars, writePortVars } from './dev-vars.ts';
import { announceApi, openData, refuseSecond } from './local-data.ts';
import { sendMails } from './mailing.ts';
import { postgresBackend } from './neon/bridge.ts';
import { freePorts, startNeonNear, usualPort } from './ports.ts';
import { whenToStop } from './stopping.ts';
import { PortTaken, startWorker, untilReady, type Worker } from './worker.ts';

async function main(): Promise<void> {
  const stop = whenToStop();
  await using running = new AsyncDisposableStack();
  try {
    await start(running, stop);
  } catch (error) {
    // what was under way when it was stopped may fail as it likes
    if (!stop.aborted) {
      const sentence = fileSentence(error);
      throw sentence ? new Fatal(`${sentence} ${writes}`) : databaseError(error);
    }
  }
  console.log(dim('\nStopped.'));
}

const writes = `npm start writes to this checkout, and keeps its data and settings in ${short(stateFolder)}; WARDBOOK_STATE names another folder for them.`;

/** Before anything that takes long: what is built goes into the first, whatever the second is. */
async function makeFolders(): Promise<void> {
  for (const folder of [join(root, '.wrangler'), stateFolder]) {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  }
}

type Variables = Record<string, string> & { DATABASE_URL: string };
/** A database that is ready for the Worker: its name for the screen, and where the Worker reaches it. */
type Served = { name: string; url: string; announce?: (api: string) => Promise<void> };

async function start(running: AsyncDisposableStack, stop: AbortSignal): Promise<void> {
  await makeFolders();
  await refuseSecond();
  const ports = freePorts(process.env.PORT);
  // before anything that takes long
  let port = (await ports.next()).value;
  const variables = await devVars();
  stop.throwIfAborted();
  const database = await (isLoopback(variables.DATABASE_URL)
    ? serveDatabase(running, new URL(variables.DATABASE_URL), stop)
    : remoteDatabase(variables.DATABASE_URL));
  stop.throwIfAborted();

  for (;;) {
    try {
      await serve(running, port, variables, database, stop);
      return;
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      // somebody else has begun to listen there since
      port = (await ports.next()).value;
    }
  }
}

/** Runs the Worker on that port until somebody stops it. */
async function serve(
  running: AsyncDisposableStack,
  port: number,
  variables: Variables,
  database: Served,
  stop: AbortSignal,
): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  const mail = await sendMails(variables, url, mailFolder);
  running.defer(mail.close);
  // on this machine everybody may, as in the Django originals, unless .dev.vars says otherwise
  const { REGISTRATION = registrableRoles.join(' ') } = variables;
  const portVars = database.url === variables.DATABASE_URL ? undefined : await writePortVars(database.url);
  const worker = startWorker(port, {
    settings: { ...mail.settings, REGISTRATION, LINE_BREAKS: 'on' },
    // wrangler finds .dev.vars itself, beside wrangler.toml, as long as no file is named
    envFiles: portVars ? [devVarsFile, portVars.file] : isSecond ? [devVarsFile] : [],
  });
  running.defer(worker.stop);
  if (portVars) running.defer(portVars.remove);
  await step('starting the Worker', () => untilReady(worker, url, stop));
  await database.announce?.(url);
  console.log(screen(url, database.name, mail.place, !process.env.PORT && port !== usualPort));
  worker.showLog();
  await untilStopped(worker, stop);
}

async function untilStopped(worker: Worker, stop: AbortSignal): Promise<void> {
  await Promise.race([worker.ended, new Promise((resolve) => stop.addEventListener('abort', resolve))]);
  if (!stop.aborted) {
    throw new Fatal('The Worker ended by itself. Start again with: npm start');
  }
}

/** The Worker's variables, checked by the Worker's own rules; written with fresh secrets if there are none. */
async function devVars(): Promise<Variables> {
  let variables = await readDevVars();
  if (!variables) {
    variables = {
      DATABASE_URL: freshDatabaseUrl(),
      JWT_SECRET: randomBytes(48).toString('base64url'),
      MFA_KEY: randomBytes(48).toString('base64url'),
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

function freshDatabaseUrl(): string {
  const { LOCAL_DATABASE_URL } = process.env;
  const database =
    LOCAL_DATABASE_URL && URL.canParse(LOCAL_DATABASE_URL) ? new URL(LOCAL_DATABASE_URL).pathname : '/wardbook';
  return `postgres://app_login:${randomBytes(24).toString('base64url')}@127.0.0.1:5488${database}`;
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
async function remoteDatabase(url: string): Promise<Served> {
  const { close } = await connect(url);
  await close();
  return { name: `${new URL(url).host}, from DATABASE_URL in ${short(devVarsFile)}; not migrated from here`, url };
}

/** Opens a database behind the port that DATABASE_URL names, or behind another when that is taken, and migrates it. */
async function serveDatabase(running: AsyncDisposableStack, wanted: URL, stop: AbortSignal): Promise<Served> {
  const { LOCAL_DATABASE_URL } = process.env;
  const database = await (LOCAL_DATABASE_URL ? openUrl(LOCAL_DATABASE_URL) : openData(Number(wanted.port)));
  running.defer(database.close);
  const url = new URL(wanted);
  url.port = LOCAL_DATABASE_URL ? await bridgeTo(running, LOCAL_DATABASE_URL, wanted) : new URL(database.url).port;
  stop.throwIfAborted();
  const applied = await migrate(database.sql);
  if (applied.length > 0) {
    console.log(dim(`  migrated: ${applied.length} new`));
  }
  await settle(database.sql);
  await letAppLoginIn(database.sql, url);
  const announce = LOCAL_DATABASE_URL ? undefined : (api: string) => announceApi(database.url, api);
  return { name: database.name, url: url.port === wanted.port ? wanted.href : url.href, announce };
}

/** The local Neon in front of another server than PGlite. Answers its port. */
async function bridgeTo(running: AsyncDisposableStack, serverUrl: string, wanted: URL): Promise<string> {
  const [theirs, ours] = [new URL(serverUrl), wanted].map(({ pathname }) => decodeURIComponent(pathname.slice(1)));
  if (theirs !== ours) {
    throw new Fatal(
      `LOCAL_DATABASE_URL names the database ${theirs}, DATABASE_URL in ${short(devVarsFile)} ${ours}. Make them the same.`,
    );
  }
  const { port, close } = await startNeonNear(Number(wanted.port), postgresBackend(serverUrl));
  running.defer(close);
  return String(port);
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

function screen(url: string, database: string, mails: string, otherPort: boolean): string {
  const note = otherPort ? `\n    Port ${usualPort} is in use by another program, so this is the next free one.` : '';
  return `
  ${green('●')} ${bold('Wardbook')} is running at ${bold(url)}
    Accounts, patients, doctors, and who treats whom.${note}

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
