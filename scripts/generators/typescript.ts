// The generators of TypeScript: how each is called, what it says when all is well, and what is done with its client.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fatal } from '../support/terminal.ts';
import { documentFile, execute, here, hint, made } from './execute.ts';

interface Generator {
  name: string;
  script: string;
  args: (folder: string) => string[];
  /** Each line that it prints in a good run. Any other is a warning, however it is worded. */
  says: RegExp;
  /** What is compiled against it. */
  uses: string[];
}

const orval = (client: string): Generator => ({
  name: `orval-${client}`,
  script: 'orval/dist/bin/orval.mjs',
  args: (folder) => [
    '--input',
    documentFile,
    '--output',
    join(folder, 'index.ts'),
    '--client',
    client,
    '--mode',
    'single',
  ],
  says: /^(🍻 orval v|🎉 Wardbook - Your OpenAPI spec has been converted)/u,
  uses: client === 'zod' ? ['zod.ts'] : ['records.ts'],
});

export const generators: Generator[] = [
  {
    name: 'openapi-typescript',
    script: 'openapi-typescript/bin/cli.js',
    // without these options a record is components['schemas']['Patient']
    args: (folder) => [
      documentFile,
      '--output',
      join(folder, 'index.ts'),
      '--root-types',
      '--root-types-no-schema-prefix',
    ],
    says: /^(✨ openapi-typescript |🚀 .+ → )/u,
    uses: ['records.ts', 'live.ts'],
  },
  {
    name: 'hey-api',
    script: '@hey-api/openapi-ts/bin/run.js',
    args: (folder) => ['--input', documentFile, '--output', folder, '--client', '@hey-api/client-fetch'],
    says: /^(@hey-api\/openapi-ts v|\[Job 1\] (~ Generating| {2}\[1\] |✓ ))/u,
    uses: ['records.ts'],
  },
  orval('fetch'),
  orval('zod'),
  {
    name: 'swagger-typescript-api',
    script: 'swagger-typescript-api/dist/cli.mjs',
    args: (folder) => ['generate', '--path', documentFile, '--output', folder, '--name', 'index.ts'],
    says: /^(\S+ )?(Code generator will use the default template|try to get swagger by path|start generating|api file "index.ts" created)/u,
    uses: ['records.ts'],
  },
];

export const useOf = (file: string) => join(here, 'use', file);

export async function generate({ name, script, args, says }: Generator): Promise<void> {
  const said = await execute(name, join(here, 'node_modules', script), args(join(made, name)));
  const warnings = said.split('\n').filter((line) => line.trim() && !says.test(line.trim()));
  if (warnings.length > 0) throw new Fatal(`${name} warns:\n  ${warnings.join('\n  ')}\n${hint}`);
  await refuseTwins(name);
}

/** A record that shares its name with something else is called "Doctor2" in one client and "Doctor" in the next. */
async function refuseTwins(name: string): Promise<void> {
  const { components } = JSON.parse(await readFile(documentFile, 'utf8'));
  const twin = new RegExp(`^export .*\\b((?:${Object.keys(components.schemas).join('|')})_?\\d+)\\b`, 'm');
  for (const file of await readdir(join(made, name), { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const [, found] = twin.exec(await readFile(join(made, name, file), 'utf8')) ?? [];
    if (found) throw new Fatal(`${name} makes a type ${found}: a record shares its name with something.\n${hint}`);
  }
}

/** With the typescript that the generators are made for. The client is called "generated" in what uses it. */
export async function compile({ name, uses }: Generator): Promise<void> {
  const project = join(made, name, 'tsconfig.json');
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { paths: { generated: ['./index.ts'] } },
    include: ['.', ...uses.map((file) => `../../use/${file}`)],
  };
  await writeFile(project, JSON.stringify(config));
  await execute(`tsc on the client of ${name}`, join(here, 'node_modules/typescript/bin/tsc'), ['--project', project]);
}
