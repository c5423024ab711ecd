// The bridge's way to a PostgreSQL server: a small pool of connections for each login, cancelled when nobody waits.
import type { Socket } from 'node:net';
import { Client } from 'pg';
import { execute } from './pipeline.ts';
import {
  type Backend,
  type Catalog,
  connectionClosed,
  createSession,
  type Login,
  noop,
  refusal,
  type Session,
  tidy,
} from './session.ts';
import { cancelQuery, connectError, loginUrl } from './sign-in.ts';
import { executeUnprepared } from './unprepared.ts';

type Pooled = Session & {
  pool: Pool;
  cancel(): void;
  end(): void;
  idleSince: number;
  /** When nothing of the last request is left in it. */
  clean: Promise<void>;
  /** When the server has hung up. */
  closed: Promise<unknown>;
};
type Pool = { login: Login; size: number; idle: Pooled[] };
type Waiter = { pool: Pool; resolve(session: Pooled): void; reject(error: Error): void };

export type PostgresBackend = Backend & {
  /** Ends the idle connections to a database and waits until the server knows, so that it can be dropped or copied. */
  disconnect(database: string): Promise<void>;
  /** How often it waited for the server, where `unprepared` makes it do as Neon does. */
  exchanges(): number;
};

/**
 * Any PostgreSQL server. Host, port and TLS come from `serverUrl`; user, password and database from each request, as
 * on Neon, with a small pool of connections for each such login. `unprepared` is also as slow as Neon.
 */
export function postgresBackend(
  serverUrl: string,
  { perLogin = 16, total = 64, idleMs = 60_000, unprepared = false } = {},
): PostgresBackend {
  const pools = new Map<string, Pool>();
  const catalogs = new Map<string, Catalog>();
  const sessions = new Set<Pooled>();
  /** Told to go, and still counted until the server has closed them. */
  const leaving = new Set<Pooled>();
  const waiters: Waiter[] = [];
  let size = 0;
  const connecting = new Set<() => void>();
  let exchanges = 0;
  const countExchange = () => {
    exchanges++;
  };

  const sweep = setInterval(() => {
    for (const session of sessions) {
      if (session.pool.idle.includes(session) && Date.now() - session.idleSince > idleMs) {
        session.end();
      }
    }
  }, idleMs / 4);
  sweep.unref();

  function poolOf(login: Login): Pool {
    let pool = pools.get(keyOf(login));
    if (!pool) {
      pool = { login, size: 0, idle: [] };
      pools.set(keyOf(login), pool);
    }
    return pool;
  }

  function acquire(login: Login): Promise<Pooled> {
    return new Promise((resolve, reject) => {
      waiters.push({ pool: poolOf(login), resolve, reject });
      serve();
    });
  }

  function release(session: Pooled): void {
    if (session.broken) {
      session.end();
    } else {
      session.idleSince = Date.now();
      session.pool.idle.push(session);
      serve();
    }
  }

  /** Gives every waiter that can be served an idle connection or a new one. */
  function serve(): void {
    for (let index = 0; index < waiters.length; index++) {
      const { pool, resolve, reject } = waiters[index] as Waiter;
      const idle = pool.idle.pop();
      if (idle) {
        resolve(idle);
      } else if (pool.size < perLogin && size < total) {
        open(pool).then(resolve, reject);
      } else {
        // its place is free when the server has closed it, and that calls this again
        if (pool.size < perLogin) endOneIdle();
        continue;
      }
      waiters.splice(index--, 1);
    }
  }

  function endOneIdle(): void {
    if (leaving.size > 0) return;
    for (const session of sessions) {
      if (session.pool.idle.includes(session)) {
        session.end();
        return;
      }
    }
  }

  async function open(pool: Pool): Promise<Pooled> {
    pool.size++;
    size++;
    let counted = true;
    const leave = () => {
      if (counted) {
        counted = false;
        pool.size--;
        size--;
        if (pool.size === 0) pools.delete(keyOf(pool.login));
        // not at once: serve() itself may be what ended a connection
        queueMicrotask(serve);
      }
    };
    const client = new Client({ connectionString: loginUrl(serverUrl, pool.login), connectionTimeoutMillis: 10_000 });
    // even an empty one: else pg looks for a password in this process's environment
    client.password = pool.login.password;
    const socketOf = () => (client.connection as unknown as { stream: Socket }).stream;
    const giveUp = () => socketOf().destroy(new Error('the bridge is closing'));
    connecting.add(giveUp);
    try {
      client.on('error', noop);
      await client.connect();
    } catch (error) {
      // one that waits for a better password would keep its database from being dropped
      socketOf().destroy();
      leave();
      throw connectError(error, client, pool.login);
    } finally {
      connecting.delete(giveUp);
    }

    // pg signed in, with whatever authentication and TLS that took; from here on the socket is ours
    const socket = socketOf();
    socket.removeAllListeners('data');
    const catalog = catalogs.get(pool.login.database) ?? { version: 0 };
    catalogs.set(pool.login.database, catalog);
    const session: Pooled = Object.assign(
      createSession(catalog, (bytes) => socket.write(bytes)),
      {
        pool,
        idleSince: 0,
        clean: Promise.resolve(),
        closed: new Promise((done) => socket.once('close', done)),
        cancel: () => cancelQuery(client),
        end: () => {
          const idle = pool.idle.indexOf(session);
          if (idle >= 0) pool.idle.splice(idle, 1);
          if (sessions.delete(session)) leaving.add(session);
          session.lose(connectionClosed());
          // politely, unless it is in the middle of something, or the server does not hear
          if (idle >= 0) client.end(noop);
          else socket.destroy();
          setTimeout(() => socket.destroy(), 1000).unref();
        },
      },
    );
    sessions.add(session);
    socket.on('data', session.receive);
    socket.on('close', () => {
      session.end();
      leaving.delete(session);
      leave();
    });
    return session;
  }

  return {
    async run(login, statements, begin, client) {
      const session = await acquire(login);
      const { cancel } = session;
      client?.addEventListener('abort', cancel);
      try {
        await session.clean;
        if (client?.aborted) throw refusal(500, 'Query cancelled, connection was terminated');
        return unprepared
          ? await executeUnprepared(session, statements, begin, countExchange)
          : await execute(session, statements, begin, client);
      } finally {
        client?.removeEventListener('abort', cancel);
        if (session.broken || client?.aborted) {
          // as Neon: a cancellation that is still on its way must not meet the next request
          session.end();
        } else {
          // the answer need not wait for it, whoever comes next does
          session.clean = tidy(session).catch(noop);
          release(session);
        }
      }
    },
    exchanges: () => exchanges,
    async disconnect(database) {
      const theirs = [...sessions].filter(({ pool }) => pool.login.database === database);
      for (const session of theirs) {
        if (session.pool.idle.includes(session)) session.end();
      }
      await Promise.all([...leaving].map(({ closed }) => closed));
    },
    async close() {
      clearInterval(sweep);
      for (const { reject } of waiters.splice(0)) {
        reject(new Error('the bridge is closing'));
      }
      for (const giveUp of connecting) {
        giveUp();
      }
      for (const session of sessions) {
        session.end();
      }
      await Promise.all([...leaving].map(({ closed }) => closed));
    },
  };
}

function keyOf({ user, password, database, applicationName }: Login): string {
  return [user, password, database, applicationName].join('\0');
}
