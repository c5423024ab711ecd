// Starts a Wardbook on a free port with a folder of its own, for a program that tries it and leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KeptMail, readMails } from '../dev/mailbox.ts';
import { freePort } from './free-port.ts';
import { root } from './paths.ts';
import { Fatal, step } from './terminal.ts';

export interface OwnWardbook {
  url: string;
  /** The folder of its data. */
  state: string;
  /** The environment in which the command line finds it. */
  env: NodeJS.ProcessEnv;
  /** The mails that it has sent, the oldest first. */
  mails(): Promise<KeptMail[]>;
  /** The URL of the owner of its database. */
  owner: string;
}

/**
 * Does the work with a Wardbook that runs for as long. When the work fails, what that Wardbook said is shown. Its
 * database is PGlite, or `server`, the URL of the owner of a database on a server. `settings` are the Worker's, beside
 * those that it cannot do without.
 */
export async function withOwnWardbook(
  work: (wardbook: OwnWardbook) => Promise<void>,
  server?: string,
  settings?: Record<string, string>,
): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'wardbook-own-'));
  if (settings) await writeSettings(state, server, settings);
  const { DATABASE_URL, LOCAL_DATABASE_URL, ...inherited } = process.env;
  const port = await freePort();
  const env = {
    ...inherited,
    WARDBOOK_STATE: state,
    PORT: String(port),
    ...(server && { LOCAL_DATABASE_URL: server }),
  };
  const child = spawn(process.execPath, [join(root, 'scripts/dev/start.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = Promise.all([text(child.stdout), text(child.stderr)]);
  const closed = once(child, 'close');
  const stop = () => child.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  let failed = true;
  try {
    const url = `http://127.0.0.1:${port}`;
    await step('starting a Wardbook', () => untilReady(child, `${url}/readyz`));
    // `npm start` says in its lock where its PGlite is
    const owner = server ?? JSON.parse(await readFile(join(state, 'pglite.lock'), 'utf8')).url;
    await work({ url, state, env, owner, mails: () => readMails(join(state, 'mail')) });
    failed = false;
  } finally {
    stop();
    await closed;
    if (failed) console.log(`\nWhat the Wardbook said:\n${(await log).join('').split('\n').slice(-60).join('\n')}`);
    await rm(state, { recursive: true, force: true });
  }
}

/** Instead of the .dev.vars that `npm start` writes where there is none. */
async function writeSettings(state: string, server: string | undefined, settings: Record<string, string>) {
  const random = () => randomBytes(36).toString('base64url');
  const database = server ? new URL(server).pathname : '/wardbook';
  const all = {
    DATABASE_URL: `postgres://app_login:${random()}@127.0.0.1:${await freePort()}${database}`,
    JWT_SECRET: random(),
    MFA_KEY: random(),
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(state, '.dev.vars'), lines.join(''), { mode: 0o600 });
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (const deadline = Date.now() + 500_000; Date.now() < deadline; await sleep(200)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Fatal('The Wardbook did not start.');
}
