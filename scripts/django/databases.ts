// Makes databases on a PostgreSQL server for one run of the comparison with Django, and removes them.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Fatal } from '../support/terminal.ts';

/** The URL of a new database on the server. It goes at the end of `running`. */
export async function newDatabase(running: AsyncDisposableStack, server: string): Promise<string> {
  const name = `wardbook_django_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name} template template0`);
  running.defer(() => onServer(server, `drop database if exists ${name} with (force)`));
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect().catch((error: Error) => {
    throw new Fatal(`The PostgreSQL of TEST_DATABASE_URL cannot be used: ${error.message || 'nobody answers'}.`);
  });
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
