// An empty PostgreSQL in WASM, for tests.
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { arrayBuffer } from 'node:stream/consumers';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { openPglite } from '../../scripts/dev/neon/open-pglite.ts';

// With PostgreSQL's defaults a copy would take 200 MB instead of 40.
const settings = [
  'shared_buffers=8MB',
  'max_connections=5',
  // a timer that a copy sets when it starts, and that would keep the process from ending
  'log_startup_progress_interval=0',
];
const startParams = [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])];

/** An empty PostgreSQL. Making one takes four seconds, so the first is kept for later runs. */
export async function bootPglite(): Promise<PGlite> {
  const packages = join(import.meta.dirname, '../../node_modules');
  const { version } = JSON.parse(await readFile(join(packages, '@electric-sql/pglite/package.json'), 'utf8'));
  const cache = join(packages, `.cache/wardbook/pglite-${version}-alone.tar`);
  if (existsSync(cache)) {
    return copyPglite(await arrayBuffer(createReadStream(cache)));
  }
  const pglite = await openPglite({ startParams });
  // only the third database is used, and a copy costs time by its size
  await pglite.exec('update pg_database set datistemplate = false');
  await pglite.exec('drop database template0');
  await pglite.exec('drop database template1');
  const image = await pglite.dumpDataDir('none');
  await mkdir(dirname(cache), { recursive: true });
  // another run or thread may be reading it, or writing its own
  const own = `${cache}.${randomUUID()}`;
  await writeFile(own, image.stream());
  await rename(own, cache);
  return pglite;
}

const dist = new URL('../../node_modules/@electric-sql/pglite/dist/', import.meta.url);
const compiled = async (name: string) => WebAssembly.compile(await readFile(new URL(name, dist)));
let sharedParts: Promise<PGliteOptions> | undefined;
/** Compiled once for all databases of a process: that is half of what it costs to open one. */
const shared = async (): Promise<PGliteOptions> => ({
  pgliteWasmModule: await compiled('pglite.wasm'),
  initdbWasmModule: await compiled('initdb.wasm'),
  fsBundle: new Blob([await readFile(new URL('pglite.data', dist))]),
});

export const copyPglite = async (image: ArrayBuffer): Promise<PGlite> => {
  sharedParts ??= shared();
  // PGlite reads the whole of a Blob, which takes as long as all the rest if Node has to put it together first
  const loadDataDir = Object.assign(new Blob(), { arrayBuffer: async () => image });
  return openPglite({ startParams, loadDataDir, ...(await sharedParts) });
};
