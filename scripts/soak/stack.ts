// Starts what the soak needs: a database of its own, a bridge that can be killed, and wrangler dev without limiters.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { neon } from '@neondatabase/serverless';
import '../dev/neon/endpoint.ts';
import { migrate } from '../cli/migrate.ts';
import type { Sql } from '../cli/sql.ts';
import { startWorker, untilReady } from '../dev/worker.ts';
import { freePort } from '../support/free-port.ts';
import { root } from '../support/paths.ts';
import { newDatabase } from '../support/server-database.ts';
import { Fatal } from '../support/terminal.ts';

export type Stack = {
  url: string;
  sql: Sql;
  secret: string;
  /** As a power failure would. A `muted` bridge lets the database commit for a while before, and tells nobody. */
  kill(muted?: boolean): Promise<void>;
  restart(): Promise<void>;
};

/** Starts everything, and has `running` end it. Data on `server`, or in a folder of its own. */
export const startStack = async (running: AsyncDisposableStack, server: string | undefined): Promise<Stack> => {
  const own = server ? await newDatabase(running, server) : undefined;
  const name = own?.name ?? 'wardbook';
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-soak-'));
  running.defer(() => rm(folder, { recursive: true, force: true }));

  const port = await freePort();
  let bridge: ChildProcess | undefined;
  const restart = async () => {
    const script = join(import.meta.dirname, 'bridge.ts');
    bridge = fork(script, [String(port), server ?? '', join(folder, 'pglite')], { stdio: 'inherit' });
    const [said] = await Promise.race([once(bridge, 'message'), once(bridge, 'exit')]);
    if (said !== 'ready') throw new Fatal(`The bridge does not start (${said}).`);
  };
  const kill = async (muted = false) => {
    if (!bridge || bridge.exitCode !== null || bridge.signalCode !== null) return;
    const gone = once(bridge, 'exit');
    if (muted) {
      bridge.send('mute');
      await sleep(300);
    }
    bridge.kill('SIGKILL');
    await gone;
  };
  running.defer(() => kill());
  await restart();

  const { username, password } = new URL(server ?? 'postgres://postgres:local@localhost');
  const sql = neon(`postgres://${username}:${password}@127.0.0.1:${port}/${name}`);
  await migrate(sql);
  const login = { user: server ? name : 'app_login', password: randomBytes(24).toString('base64url') };
  await letIn(sql, login, server);

  const secret = randomBytes(48).toString('base64url');
  const databaseUrl = `postgres://${login.user}:${login.password}@127.0.0.1:${port}/${name}`;
  const url = await serve(running, folder, {
    DATABASE_URL: databaseUrl,
    JWT_SECRET: secret,
    ACCESS_TOKEN_TTL: '86400',
  });
  return { url, sql, secret, kill, restart };
};

/** Roles belong to the whole server, whose app_login may be in use: there the Worker has one that inherits its rights. */
const letIn = async (sql: Sql, { user, password }: Record<'user' | 'password', string>, server?: string) => {
  if (server) await sql.query(`create role ${user} in role app_login`);
  await sql.query(`alter role ${user} login password '${password}'`);
};

/** Without limiters, which would refuse most of what the clients send. */
const serve = async (
  running: AsyncDisposableStack,
  folder: string,
  variables: Record<string, string>,
): Promise<string> => {
  // beside the one it is made of, because of the paths in it
  const config = join(root, `.wrangler.soak-${process.pid}.toml`);
  running.defer(() => rm(config, { force: true }));
  const limited = await readFile(join(root, 'wrangler.toml'), 'utf8');
  await writeFile(config, limited.replace(/^\[\[ratelimits\]\]\n(?:(?!\[).*\n?)*/gm, ''));
  const file = join(folder, 'variables');
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  const port = await freePort();
  const worker = startWorker(port, { config, envFiles: [file], state: join(folder, 'state') });
  running.defer(worker.stop);
  const url = `http://127.0.0.1:${port}`;
  await untilReady(worker, url);
  return url;
};
