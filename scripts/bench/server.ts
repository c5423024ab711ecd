// Looks at the database server of the bench, and makes a login for the Worker on it.
import { randomBytes } from 'node:crypto';
import { onServer } from '../support/server-database.ts';
import { findPostmaster } from './cpu.ts';

/** The server's version, and the process that all of its processes are children of, where that is on this machine. */
export const aboutServer = ({ name, url }: { name: string; url: string }) =>
  onServer(url, async (client) => {
    const { rows } = await client.query('show server_version');
    return {
      version: `PostgreSQL ${String(rows[0]?.server_version).split(' ')[0]}`,
      // its process is the parent of the one that serves this very connection
      pid: findPostmaster(name),
    };
  });

/**
 * SQL for a login with app_login's rights. Not app_login itself: roles belong to the whole server, and somebody may be
 * using that one with its own password.
 */
export const loginFor = (name: string): { login: { user: string; password: string }; sql: string } => {
  const password = randomBytes(24).toString('base64url');
  return {
    login: { user: name, password },
    sql: `create role ${name} login password '${password}' in role app_login`,
  };
};
