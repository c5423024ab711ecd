// Makes a database on a PostgreSQL server for as long as a script runs, and removes it afterwards.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Fatal } from './terminal.ts';

export const onServer = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect().catch((error: Error) => {
    throw new Fatal(`PostgreSQL at ${new URL(url).host} cannot be used: ${error.message || 'nobody answers'}.`);
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** A new database. It goes at the end of `running`, and so does a role of the same name. */
export const newDatabase = async (
  running: AsyncDisposableStack,
  server: string,
): Promise<{ name: string; url: string }> => {
  const name = `wardbook_${process.pid}_${randomBytes(6).toString('hex')}`;
  await onServer(server, (client) => client.query(`create database ${name} template template0`));
  running.defer(() =>
    onServer(server, async (client) => {
      await client.query(`drop database if exists ${name} with (force)`);
      await client.query(`drop role if exists ${name}`);
    }),
  );
  return { name, url: Object.assign(new URL(server), { pathname: `/${name}` }).href };
};
