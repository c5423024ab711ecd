// Does openapi-typescript make a client of the document without a warning, and does an app compile against it?
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fatal } from '../../support/terminal.ts';
import { documentFile, execute, here, hint, made } from './execute.ts';

const folder = join(made, 'openapi-typescript');
const client = join(folder, 'index.ts');
// without these options a record is components['schemas']['Patient']
const args = [documentFile, '--output', client, '--root-types', '--root-types-no-schema-prefix'];
/** Each line that it prints in a good run. Any other is a warning, however it is worded. */
const says = /^(✨ openapi-typescript |🚀 .+ → )/u;

export const useOf = (file: string) => join(here, 'use', file);

export async function generate(): Promise<void> {
  const said = await execute('openapi-typescript', join(here, 'node_modules/openapi-typescript/bin/cli.js'), args);
  const warnings = said.split('\n').filter((line) => line.trim() && !says.test(line.trim()));
  if (warnings.length > 0) throw new Fatal(`openapi-typescript warns:\n  ${warnings.join('\n  ')}\n${hint}`);
  await refuseTwins();
}

/** A record that shares its name with something else is called "Doctor2" in one client and "Doctor" in the next. */
async function refuseTwins(): Promise<void> {
  const { components } = JSON.parse(await readFile(documentFile, 'utf8'));
  const twin = new RegExp(`^export .*\\b((?:${Object.keys(components.schemas).join('|')})_?\\d+)\\b`, 'm');
  const [, found] = twin.exec(await readFile(client, 'utf8')) ?? [];
  if (found) throw new Fatal(`There is a type ${found}: a record shares its name with something.\n${hint}`);
}

/** With the typescript that the generator is made for. */
export async function compile(): Promise<void> {
  const config = { extends: '../../tsconfig.json', include: ['.', '../../use'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await execute('tsc', join(here, 'node_modules/typescript/bin/tsc'), ['--project', join(folder, 'tsconfig.json')]);
}
