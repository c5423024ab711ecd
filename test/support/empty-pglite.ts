// An empty PostgreSQL in WASM, for tests.
import { existsSync, openAsBlob } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { openPglite } from '../../scripts/dev/neon/open-pglite.ts';

// A copy takes 0.15 s and 40 MB like this, against 0.3 to 1 s and 200 MB with PostgreSQL's defaults.
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB', '-c', 'max_connections=5'];

/** An empty PostgreSQL. Making one takes four seconds, so the first is kept for later runs. */
export async function bootPglite(): Promise<PGlite> {
  const packages = join(import.meta.dirname, '../../node_modules');
  const { version } = JSON.parse(await readFile(join(packages, '@electric-sql/pglite/package.json'), 'utf8'));
  const cache = join(packages, `.cache/wardbook/pglite-${version}.tar`);
  if (existsSync(cache)) {
    return copyPglite(await openAsBlob(cache));
  }
  const pglite = await openPglite({ startParams });
  const image = await pglite.dumpDataDir('none');
  await mkdir(dirname(cache), { recursive: true });
  // another run may be reading it, or writing its own
  await writeFile(`${cache}.${process.pid}`, image.stream());
  await rename(`${cache}.${process.pid}`, cache);
  return pglite;
}

export const copyPglite = (image: Blob): Promise<PGlite> => openPglite({ startParams, loadDataDir: image });
