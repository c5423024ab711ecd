// `npm run test:generators`: makes clients from the OpenAPI document as somebody would who writes an app, and uses them. The
// generators are 200 packages, so that they are installed here and only on first use.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withOwnWardbook } from '../support/own-wardbook.ts';
import { root } from '../support/paths.ts';
import { green, run, step } from '../support/terminal.ts';
import { documentFile, execute, here, made } from './execute.ts';
import { languages, makeLanguage } from './languages.ts';
import { compile, generate, generators, useOf } from './typescript.ts';

async function install(): Promise<void> {
  const lock = await readFile(join(here, 'package-lock.json'), 'utf8');
  const installed = join(here, 'node_modules/.wardbook-lock.json');
  if ((await readFile(installed, 'utf8').catch(() => '')) === lock) return;
  await step('installing the generators in scripts/generators/, the first time only', async () => {
    await rm(installed, { force: true });
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'], {
      cwd: here,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    await writeFile(installed, lock);
  });
}

await run(async () => {
  await install();
  await rm(made, { recursive: true, force: true });
  await mkdir(made);
  await execute('the document', join(root, 'scripts/build/openapi.ts'), [documentFile]);
  for (const generator of generators) {
    await step(`${generator.name}: a client without a warning`, () => generate(generator));
    await step(`${generator.name}: what it wrote and a use of it compile`, () => compile(generator));
  }
  await step('orval-zod: takes the examples of the document', () => execute('The use', useOf('zod.ts')));
  for (const language of languages)
    await step(`quicktype: ${language.name}, every field with its type`, () => makeLanguage(language));
  await withOwnWardbook(async ({ url }) => {
    await step('openapi-typescript: signs in and lists', () => execute('The use', useOf('live.ts'), [url]));
  });
  console.log(`${green('✓')} ${generators.length} clients and ${languages.length} languages from one document`);
});
