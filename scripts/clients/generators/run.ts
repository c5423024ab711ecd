// `npm run test:generators`: can clients be generated from the OpenAPI document? Makes one of TypeScript and uses it, and
// records for the languages of phones. The generators are installed here, and only on first use.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installIn } from '../../support/own-packages.ts';
import { withOwnWardbook } from '../../support/own-wardbook.ts';
import { root } from '../../support/paths.ts';
import { green, run, step } from '../../support/terminal.ts';
import { documentFile, execute, here, made } from './execute.ts';
import { languages, makeLanguage } from './quicktype.ts';
import { compile, generate, useOf } from './typescript.ts';

await run(async () => {
  await installIn(here, 'the generators');
  await rm(made, { recursive: true, force: true });
  await mkdir(made);
  await execute('the document', join(root, 'scripts/build/openapi.ts'), [documentFile]);
  await step('openapi-typescript: a client without a warning', generate);
  await step('openapi-typescript: what it wrote and a use of it compile', compile);
  for (const language of languages)
    await step(`quicktype: ${language.name}, every field with its type`, () => makeLanguage(language));
  await withOwnWardbook(async ({ url }) => {
    await step('openapi-typescript: signs in and lists', () => execute('The use', useOf('live.ts'), [url]));
  });
  console.log(`${green('✓')} TypeScript and ${languages.length} languages of phones from one document`);
});
