// The way to stop the Worker from outside: its role may not sign in, and the connections that it has are ended. Those would
// otherwise go on for as long as a pooler keeps them.
import { setTimeout as sleep } from 'node:timers/promises';
import { NeonDbError } from '@neondatabase/serverless';
import { bold, dim, Fatal } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import type { Sql } from '../sql.ts';
import { asCli } from './account.ts';

const note = (sql: Sql, action: 'locked' | 'unlocked') =>
  sql`insert into audit (action, resource) values (${action}, 'database')`;

export async function lock({ sql }: Database): Promise<void> {
  const wasLocked = await isLocked(sql);
  // in a transaction of its own: whoever signs in while connections are being ended would stay
  await asCli(sql, [sql.query('alter role app_login nologin'), note(sql, 'locked')]);
  console.log(`${bold('app_login may not sign in')}${wasLocked ? ', as before' : ' any more'}.`);
  console.log(await endConnections(sql, 'app_login'));
  console.log(dim('Every request that needs the database is answered 503 until: npm run admin -- unlock'));
}

export async function unlock({ sql }: Database): Promise<void> {
  if (!(await isLocked(sql))) throw new Fatal('app_login is not locked.');
  await asCli(sql, [sql.query('alter role app_login login'), note(sql, 'unlocked')]);
  console.log(`${bold('app_login may sign in again')}, with the password that it had.`);
}

/** Whether the Worker's role may not sign in. */
export async function isLocked(sql: Sql): Promise<boolean> {
  const [row] = await sql`select rolcanlogin as open from pg_roles where rolname = 'app_login'`;
  return row?.open === false;
}

const isRefused = (error: unknown) => error instanceof NeonDbError && error.code === '42501';

/** Ends the connections of a role, and says what came of it. `patienceMs` is for those that take a moment to end. */
export async function endConnections(sql: Sql, role: string, patienceMs = 10_000): Promise<string> {
  const [server] = await sql`select version() as version`;
  if (/emscripten|wasm/i.test(server?.version)) {
    return 'There was no connection to end: here all requests share one, which becomes app_login for each of them.';
  }
  const ended = new Set<number>();
  for (const deadline = Date.now() + patienceMs; ; await sleep(100)) {
    const pids = await terminate(sql, role);
    if (pids === undefined) return needsMore(role, await currentUser(sql));
    if (pids.length === 0) break;
    for (const pid of pids) ended.add(pid);
    if (Date.now() > deadline) return `${bold(`${pids.length} of its connections do not end`)}: restart the server.`;
  }
  return ended.size === 1 ? 'One connection of it was ended.' : `${ended.size} connections of it were ended.`;
}

/** The connections that were there and are told to end; undefined where this owner may not tell them. */
async function terminate(sql: Sql, role: string): Promise<number[] | undefined> {
  const told = () => sql`select pid, pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
  try {
    return (await told()).map(({ pid }) => pid);
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  // Who made the role may also belong to it, and whoever belongs to it may end what it does. For this moment only.
  const name = `"${role.replaceAll('"', '""')}"`;
  const [server] = await sql`select current_setting('server_version_num')::int >= 160000 as inherits`;
  const inherits = server?.inherits ? ' with inherit true' : '';
  try {
    const answers = await sql.transaction([
      sql.query(`grant ${name} to current_user${inherits}`),
      told(),
      sql.query(`revoke ${name} from current_user`),
    ]);
    return (answers[1] ?? []).map(({ pid }) => pid);
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

const currentUser = async (sql: Sql) => (await sql`select current_user as name`)[0]?.name;

const needsMore = (role: string, owner: string) =>
  [
    bold('Its open connections go on: this owner may not end them.'),
    `Restart the server (on Neon: the compute, in the console), or let a superuser run: grant pg_signal_backend to "${owner}";`,
    `and then lock once more. pg_terminate_backend for ${role} needs that, or to belong to ${role}.`,
  ].join('\n');
