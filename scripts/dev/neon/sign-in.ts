// How the bridge reaches a PostgreSQL server: as whom, what it says when it is refused, and how it takes back a query.
import { connect } from 'node:net';
import type { Client } from 'pg';
import { DatabaseError, serialize } from 'pg-protocol';
import { type Login, noop, passwordFailed, refusal } from './session.ts';

export function loginUrl(serverUrl: string, { user, password, database, applicationName }: Login): string {
  const url = new URL(serverUrl);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  url.pathname = encodeURIComponent(database);
  url.searchParams.set('application_name', applicationName);
  return url.href;
}

/** PostgreSQL takes this over a connection of its own, and then nothing more over it. */
export function cancelQuery(client: Client): void {
  const { host, port, processID, secretKey } = client as Client & { processID: number; secretKey: number };
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.on('error', noop);
  socket.end(serialize.cancel(processID, secretKey));
}

/** A wrong password is the client's error, as on Neon; anything else means that there is no database. */
export function connectError(error: unknown, { host, port }: Client, { user }: Login): Error {
  if (error instanceof DatabaseError) {
    return /^28/.test(error.code ?? '') ? passwordFailed(user) : Object.assign(error, { status: 500 });
  }
  if (error instanceof Error && /^SASL: .*password must be/.test(error.message)) {
    return passwordFailed(user);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  return refusal(500, `Could not connect to PostgreSQL at ${host}:${port}: ${code ?? message}`);
}
