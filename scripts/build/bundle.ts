// `npm run check` ends with this: it fails when the Worker's bundle is too large. What the page at /docs loads are
// assets, which are not part of it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { root } from '../support/paths.ts';
import { Fatal, run } from '../support/terminal.ts';

const mostKiB = 220;

/** KiB, gzipped, of the modules that `wrangler deploy --dry-run --outdir` wrote to a folder. */
async function bundleSize(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => /\.(js|mjs|wasm)$/.test(name));
  const modules = await Promise.all(names.map((name) => readFile(join(folder, name))));
  const zipped = await promisify(gzip)(Buffer.concat(modules));
  return zipped.length / 1024;
}

async function main(): Promise<void> {
  const gzipped = await bundleSize(join(root, '.wrangler/dist'));
  const size = `The Worker is ${gzipped.toFixed(1)} KiB gzipped`;
  if (gzipped > mostKiB) {
    throw new Fatal(`${size}, more than ${mostKiB}.`);
  }
  console.log(`${size}, of at most ${mostKiB}.`);
}

if (import.meta.main) {
  await run(main);
}
