// Says how large the Worker's bundle is, and how long an isolate takes to start with it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { bundleSize, mostKiB } from '../build/bundle.ts';
import { root } from '../support/paths.ts';
import { check } from './table.ts';
import type { Built } from './workerd.ts';

export const weigh = async ({ folder }: Built): Promise<string> => {
  const { minified, gzipped } = await bundleSize(folder);
  const size = `bundle: ${gzipped.toFixed(0)} KiB gzipped of at most ${mostKiB} (${minified.toFixed(0)} KiB minified)`;
  return `${check(gzipped <= mostKiB, size)}\n${await startUp(folder)}`;
};

const startUp = async (folder: string): Promise<string> => {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const args = [wrangler, 'check', 'startup', '--outfile', join(folder, 'startup.cpuprofile')];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env, timeout: 60_000 });
    const [, milliseconds] = /Active: ([\d.]+) ms/.exec(stripVTControlCharacters(stdout)) ?? [];
    if (!milliseconds) throw new Error('it said nothing of the kind');
    return check(Number(milliseconds) < 400, `start-up: ${milliseconds} ms of CPU here, where Cloudflare allows 1000`);
  } catch (error) {
    return `start-up: wrangler check startup does not work here (${error instanceof Error ? error.message.split('\n')[0] : error})`;
  }
};
