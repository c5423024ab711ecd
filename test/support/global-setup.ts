// Runs in Node before the tests do in workerd: starts what stands in for Neon, with a migrated database to copy.
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { neon } from '@neondatabase/serverless';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import '../../scripts/dev/neon/endpoint.ts';
import { migrate } from '../../scripts/cli/migrate.ts';
import { type Control, type Neon, pgliteBackend, postgresBackend, startNeon } from '../../scripts/dev/neon/bridge.ts';
import { bootPglite, copyPglite } from './empty-pglite.ts';
import { startFaultProxies } from './fault-proxy.ts';
import { startMailServer } from './mail-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    controlUrl: string;
    faultsUrl: string;
    mailUrl: string;
  }
}

/** One bridge for the whole run, which makes a migrated database for every test file that asks for one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env.TEST_DATABASE_URL;
  const { bridge, close } = server ? await onPostgres(server) : await onPglite();
  project.provide('controlUrl', `http://127.0.0.1:${bridge.port}`);
  const faults = await startFaultProxies(bridge.port);
  project.provide('faultsUrl', faults.url);
  const mail = await startMailServer();
  project.provide('mailUrl', mail.url);
  return async () => {
    await mail.close();
    await faults.close();
    await close();
  };
}

type Running = { bridge: Neon; close(): Promise<void> };
type Owner = { user: string; password: string };

async function migrateTemplate(bridge: Neon, name: string, owner: Owner): Promise<void> {
  const { ownerUrl, appUrl } = urls(bridge, name, owner);
  const sql = neon(ownerUrl);
  await migrate(sql);
  const signsIn = () => neon(appUrl)`select 1`.then(Boolean, () => false);
  for (let attempt = 0; attempt < 5 && !(await signsIn()); attempt++) {
    // fails if another run on this server does the same at this moment
    await sql.query(`alter role app_login login password '${appPassword(owner)}'`).catch(() => {});
  }
}

// Roles belong to the whole server, so all runs on it must give app_login the same password.
function appPassword({ user, password }: Owner): string {
  return createHash('sha256').update(`wardbook test ${user}:${password}`).digest('base64url');
}

function urls(bridge: Neon, name: string, owner: Owner) {
  return {
    name,
    ownerUrl: bridge.url(owner.user, owner.password, name),
    appUrl: bridge.url('app_login', appPassword(owner), name),
  };
}

async function onPglite(): Promise<Running> {
  const databases = new Map<string, PGlite>();
  const owner = { user: 'postgres', password: '' };
  let template: Blob | undefined;
  let made = 0;

  const control: Control = {
    async create() {
      const name = `test_${++made}`;
      databases.set(name, await copyPglite(template as Blob));
      return urls(bridge, name, owner);
    },
    async drop(name) {
      await databases.get(name)?.close();
      databases.delete(name);
    },
  };

  const bridge = await startNeon({ backend: pgliteBackend(databases), control });
  databases.set('template', await bootPglite());
  await migrateTemplate(bridge, 'template', owner);
  template = await databases.get('template')?.dumpDataDir('none');
  await control.drop('template');
  return { bridge, close: bridge.close };
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
  return { bridge, close };
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
