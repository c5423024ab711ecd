// Makes a database for the bench on a PostgreSQL server, with a login of its own, and removes both afterwards.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Fatal } from '../support/terminal.ts';
import { findPostmaster } from './cpu.ts';

export interface Login {
  user: string;
  password: string;
}

export const onServer = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect().catch((error: Error) => {
    throw new Fatal(`The PostgreSQL of LOCAL_DATABASE_URL cannot be used: ${error.message || 'nobody answers'}.`);
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** A new database on the server, and the way to remove it together with the logins that `signIn` makes. */
export const makeDatabase = async (server: string) => {
  const name = `wardbook_bench_${process.pid}_${randomBytes(3).toString('hex')}`;
  await onServer(server, (client) => client.query(`create database ${name} template template0`));
  const url = new URL(server);
  url.pathname = name;
  const about = await onServer(url.href, async (client) => {
    const { rows } = await client.query('show server_version');
    return {
      version: `PostgreSQL ${String(rows[0]?.server_version).split(' ')[0]}`,
      // its process is the parent of the one that serves this very connection
      pid: findPostmaster(name),
    };
  });
  return {
    name,
    url: url.href,
    ...about,
    drop: () =>
      onServer(server, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
        await client.query(`drop role if exists ${name}`);
      }),
  };
};

/**
 * SQL for a login with app_login's rights. Not app_login itself: roles belong to the whole server, and somebody may be
 * using that one with its own password.
 */
export const loginFor = (name: string): { login: Login; sql: string } => {
  const password = randomBytes(24).toString('base64url');
  return {
    login: { user: name, password },
    sql: `create role ${name} login password '${password}' in role app_login`,
  };
};
