// For tests of the command line, which run in Node: a database before its first migration.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { pgliteBackend, startNeon } from '../../scripts/dev/neon/bridge.ts';
import { bootPglite } from './empty-pglite.ts';

export interface EmptyDatabase {
  /** Its owner's. */
  url: string;
  close(): Promise<void>;
}

/** On the server that TEST_DATABASE_URL names, or on a PGlite of its own. */
export async function emptyDatabase(): Promise<EmptyDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  return server ? onServer(server) : onPglite();
}

async function onPglite(): Promise<EmptyDatabase> {
  const pglite = await bootPglite();
  const bridge = await startNeon({ backend: pgliteBackend({ get: () => pglite }) });
  return {
    url: bridge.url('postgres', 'postgres', 'wardbook'),
    close: async () => {
      await bridge.close();
      await pglite.close();
    },
  };
}

async function onServer(serverUrl: string): Promise<EmptyDatabase> {
  const name = `wardbook_cli_${randomBytes(6).toString('hex')}`;
  const admin = new Client(serverUrl);
  await admin.connect();
  await admin.query(`create database ${name}`);
  return {
    url: Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href,
    close: async () => {
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
