// Starts everything that a measurement needs, in order: the database, the bridge, the process that sends the
// requests, and the servers that are compared. The end of the bench stops them in reverse.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neon } from '@neondatabase/serverless';
import '../dev/neon/endpoint.ts';
import { migrate } from '../cli/migrate.ts';
import { root } from '../support/paths.ts';
import { newDatabase } from '../support/server-database.ts';
import { step } from '../support/terminal.ts';
import type { BridgeMethods } from './bridge.ts';
import { startNode, startServer } from './children.ts';
import { djangoBeside } from './django.ts';
import type { AnyItem } from './items.ts';
import type { LoadMethods } from './load.ts';
import { makePeople, signedIn } from './people.ts';
import { recordTemplates } from './record.ts';
import { aboutServer, loginFor } from './server.ts';
import { build, serve } from './workerd.ts';

export const targetNames = ['wardbook', 'floor', 'fastify', 'django'] as const;
export type TargetName = (typeof targetNames)[number];
export interface Target {
  name: TargetName;
  url: string;
  pid: number;
}

interface Wanted {
  /** The URL of a PostgreSQL server; PGlite without it. */
  server: string | undefined;
  /** Whether Django is compared, where it is installed. */
  withDjango: boolean;
}

export const makeStage = async (running: AsyncDisposableStack, { server, withDjango }: Wanted) => {
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-bench-'));
  running.defer(() => rm(folder, { recursive: true, force: true }));
  const own = server ? await newDatabase(running, server) : undefined;
  const bridge = await startNode<BridgeMethods>('bridge.ts', own ? { SERVER_URL: own.url } : {});
  running.defer(bridge.end);
  const host = `127.0.0.1:${await bridge.call.port()}`;
  const name = own?.name ?? 'bench';
  const ownerUrl = new URL(own?.url ?? 'postgres://postgres:bench@localhost/bench');
  ownerUrl.host = host;
  const sql = neon(ownerUrl.href);
  const { login, sql: makeLogin } = loginFor(name);
  const people = await step('making the database', async () => {
    await migrate(sql);
    await sql.query(makeLogin);
    return makePeople(sql);
  });

  const secret = randomBytes(48).toString('base64url');
  const bindings = { DATABASE_URL: `postgres://${login.user}:${login.password}@${host}/${name}`, JWT_SECRET: secret };
  const load = await startNode<LoadMethods>('load.ts');
  running.defer(load.end);

  const django = withDjango && server ? await djangoBeside(running, server) : undefined;

  const plansFor = async (target: TargetName, item: AnyItem) => {
    if (target === 'django') return django?.plansFor(item) ?? [];
    // lists stay as long as they are
    const accounts =
      item === 'create' ? people.writers : target === 'fastify' && item === 'login' ? people.node : people.wardbook;
    if (item === 'assign') await sql`delete from mappings`;
    return signedIn(sql, secret, accounts, item);
  };

  const [wardbookBuilt, floorBuilt] = await step('building the Workers', () =>
    Promise.all([
      build(join(root, 'wrangler.toml'), join(folder, 'wardbook')),
      build(join(import.meta.dirname, 'floor/wrangler.toml'), join(folder, 'floor')),
    ]),
  );
  const targets = await step('starting Wardbook, the floor and Fastify', async () => {
    const wardbook = await serve('Wardbook', wardbookBuilt, {
      ...bindings,
      DOCTOR_APPROVAL: 'manual',
      CORS_ORIGINS: '',
    });
    running.defer(wardbook.end);
    const first = async (item: AnyItem) => {
      const [plan] = await plansFor('wardbook', item);
      if (!plan) throw new Error('there is nobody');
      return plan;
    };
    // a first request prepares what every later one finds prepared
    await fetch(`${wardbook.url}/readyz`);
    const templates = await recordTemplates(bridge.call, wardbook.url, first);
    const floor = await serve('The floor', floorBuilt, { ...bindings, TEMPLATES: JSON.stringify(templates) });
    running.defer(floor.end);
    const fastify = await startServer('Fastify', process.execPath, [join(import.meta.dirname, 'peer/server.ts')], {
      env: { ...process.env, ...bindings, NODE_ENV: 'production' },
    });
    running.defer(fastify.end);
    return [
      { name: 'wardbook', ...wardbook },
      { name: 'floor', ...floor },
      { name: 'fastify', ...fastify },
      ...(django ? [{ name: 'django' as const, ...django.target }] : []),
    ] satisfies Target[];
  });

  const { version, pid } = own ? await aboutServer(own) : { version: 'PGlite', pid: undefined };
  return { targets, bridge, load: load.call, plansFor, database: { name: version, pid } };
};
export type Stage = Awaited<ReturnType<typeof makeStage>>;
