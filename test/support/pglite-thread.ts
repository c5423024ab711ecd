// A thread of its own for all PGlites of a run: in the thread of vitest, which transforms and reports, each would wait for the other.
import { parentPort } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { type Control, pgliteBackend, startNeon } from '../../scripts/dev/neon/bridge.ts';
import { bootPglite, copyPglite } from './empty-pglite.ts';
import { migrateTemplate, urls } from './template.ts';

const databases = new Map<string, PGlite>();
const owner = { user: 'postgres', password: '' };
let made = 0;

const control: Control = {
  async create() {
    const name = `test_${++made}`;
    databases.set(name, await copyPglite(image));
    return urls(bridge, name, owner);
  },
  async drop(name) {
    await databases.get(name)?.close();
    databases.delete(name);
  },
};

const bridge = await startNeon({ backend: pgliteBackend(databases), control });
const template = await bootPglite();
databases.set('template', template);
await migrateTemplate(bridge, 'template', owner);
const image = await (await template.dumpDataDir('none')).arrayBuffer();
await control.drop('template');
parentPort?.postMessage(bridge.port);
