// Runs in Node before the tests do in workerd: starts what stands in for Neon, with a migrated database to copy.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { type Control, postgresBackend, startNeon } from '../../scripts/dev/neon/bridge.ts';
import { startFaultProxies } from './fault-proxy.ts';
import { startMailServer } from './mail-server.ts';
import { migrateTemplate, urls } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    controlUrls: string[];
    faultsUrl: string;
    mailUrl: string;
  }
}

/** What stands in for Neon, and makes a migrated database for every test file that asks for one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env.TEST_DATABASE_URL;
  const { ports, close } = server ? await onPostgres(server) : await onPglite();
  project.provide(
    'controlUrls',
    ports.map((port) => `http://127.0.0.1:${port}`),
  );
  const faults = await startFaultProxies();
  project.provide('faultsUrl', faults.url);
  const mail = await startMailServer();
  project.provide('mailUrl', mail.url);
  return async () => {
    await mail.close();
    await faults.close();
    await close();
  };
}

type Running = { ports: number[]; close(): Promise<void> };

/** Two threads, because PostgreSQL is what the tests wait for most, and a PGlite computes in the thread that it is in. */
async function onPglite(): Promise<Running> {
  const threads = await Promise.all([startThread(), startThread()]);
  return {
    ports: threads.map(({ port }) => port),
    close: async () => void (await Promise.all(threads.map(({ thread }) => thread.terminate()))),
  };
}

async function startThread(): Promise<{ port: number; thread: Worker }> {
  const thread = new Worker(new URL('./pglite-thread.ts', import.meta.url));
  // an error of the thread rejects this
  const [port] = (await once(thread, 'message')) as [number];
  return { port, thread };
}

async function onPostgres(serverUrl: string): Promise<Running> {
  const run = `wardbook_test_${process.pid}_${randomUUID().slice(0, 8)}`;
  // its name there tells other runs that this one lives, and that its databases are in use
  const admin = new Client({ connectionString: serverUrl, application_name: run });
  await admin.connect();
  await dropAbandoned(admin);
  const { username, password } = new URL(serverUrl);
  const owner = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  const backend = postgresBackend(serverUrl);
  const template = `${run}_template`;
  const databases = new Set<string>();
  let made = 0;
  const create = async (name: string, from: string) => {
    databases.add(name);
    await admin.query(`create database ${name} template ${from}`);
  };

  const control: Control = {
    async create() {
      const name = `${run}_${++made}`;
      await create(name, template);
      return urls(bridge, name, owner);
    },
    async drop(name) {
      if (!databases.delete(name)) return;
      for (let left = 20; ; left--) {
        // an owner who is not a superuser may not end the connections of app_login
        await backend.disconnect(name);
        try {
          await admin.query(`drop database if exists ${name} with (force)`);
          return;
        } catch (error) {
          // a Worker that still sends mails has come back in between
          if (left === 0) throw error;
          await sleep(250);
        }
      }
    },
  };

  const bridge = await startNeon({ backend, control });
  const close = async () => {
    await bridge.close();
    for (const name of databases) {
      await control.drop(name);
    }
    await admin.end();
  };
  try {
    await create(template, 'template0');
    await migrateTemplate(bridge, template, owner);
    await backend.disconnect(template);
  } catch (error) {
    await close();
    throw error;
  }
  return { ports: [bridge.port], close };
}

/** Databases of runs that were killed. */
async function dropAbandoned(admin: Client): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(`
    select d.datname from pg_database d
    where d.datname ~ '^wardbook_test_\\d+_[0-9a-f]{8}_' and not exists (
      select from pg_stat_activity a
      where a.application_name = substring(d.datname from '^wardbook_test_\\d+_[0-9a-f]{8}')
    )`);
  for (const { datname } of rows) {
    await admin.query(`drop database if exists ${datname} with (force)`);
  }
}
