// `npm run bench`: installs what only the bench needs, once, and starts it.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
const installed = join(here, 'node_modules/.wardbook-lock.json');

const isInstalled = (): boolean => {
  try {
    return readFileSync(installed, 'utf8') === lock;
  } catch {
    return false;
  }
};

if (!isInstalled()) {
  console.log('Installing autocannon and Fastify in scripts/bench/, the first time only ...');
  rmSync(installed, { force: true });
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  writeFileSync(installed, lock);
}
const { run } = await import('../support/terminal.ts');
const { main } = await import('./main.ts');
await run(main);
