// Packages that one script needs and nobody else: in a folder with a package.json of its own, installed on first use.
import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { short } from './paths.ts';
import { step } from './terminal.ts';

/** Installs what the folder's package-lock.json says, unless that is there. `what` is for a person to read. */
export async function installIn(folder: string, what: string): Promise<void> {
  const lock = await readFile(join(folder, 'package-lock.json'), 'utf8');
  const installed = join(folder, 'node_modules/.wardbook-lock.json');
  if ((await readFile(installed, 'utf8').catch(() => '')) === lock) return;
  await step(`installing ${what} in ${short(folder)}/, the first time only`, async () => {
    await rm(installed, { force: true });
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    await writeFile(installed, lock);
  });
}
