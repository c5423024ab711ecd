// `npm run test:generators`: makes clients from the OpenAPI document as somebody would who writes an app, and uses them. The
// generators are 200 packages, so that they are installed here and only on first use.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installIn } from '../support/own-packages.ts';
import { withOwnWardbook } from '../support/own-wardbook.ts';
import { root } from '../support/paths.ts';
import { green, run, step } from '../support/terminal.ts';
import { documentFile, execute, here, made } from './execute.ts';
import { languages, makeLanguage } from './languages.ts';
import { compile, generate, generators, useOf } from './typescript.ts';

await run(async () => {
  await installIn(here, 'the generators');
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
