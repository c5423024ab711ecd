// What the package says that each route answers is what the document says: a client that believes a type must not meet a
// null that was not spoken of.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { app } from '../../../src/index.ts';
import { documentOf } from '../../../src/openapi/document.ts';

const root = join(import.meta.dirname, '../../..');

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

/** A JSON Schema as a type. */
const typeOf = (schema: Schema): string => {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema.const);
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.map((one) => `(${typeOf(one)})`).join(' | ');
  return [schema.type ?? 'unknown']
    .flat()
    .map((type) => plain(type, schema))
    .join(' | ');
};
const plain = (type: string, { properties, required = [], items = {}, additionalProperties }: Schema): string => {
  if (type === 'integer') return 'number';
  if (type === 'array') return `(${typeOf(items)})[]`;
  if (type !== 'object') return type;
  if (!properties)
    return `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>`;
  const fields = Object.entries(properties).map(
    ([name, one]) => `${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(one)};`,
  );
  return `{ ${fields.join(' ')} }`;
};

const source = (document: Awaited<ReturnType<typeof documentOf>>) => {
  const schemas = Object.entries<Schema>(document.components.schemas);
  const checks = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) => {
      const [answer] = ['200', '201', '202', '204'].map((status) => responses[status]).filter(Boolean);
      if (!path.startsWith('/api/') || !answer) return [];
      const schema: Schema | undefined = answer.content?.['application/json']?.schema;
      const route = `Routes['${path.replace(/\{(\w+)\}/g, ':$1').replace(/\/$/, '')}']['$${method}']['output']`;
      return [`same<${schema ? typeOf(schema) : 'undefined'}, ${route}>(true);`];
    }),
  );
  const text = `import type { Routes } from '../../clients/typescript/dist/index.js';
type Shown<T> = T extends object ? { [Name in keyof T]: Shown<T[Name]> } : T;
// whatever the document allows, the type has to allow; it may be wider, as unknown is
type Fits<A, B> = [A] extends [B] ? true : false;
const same = <Documented, Typed>(_: Fits<Shown<Documented>, Shown<Typed>>) => {};
${schemas.map(([name, schema]) => `type ${name} = ${typeOf(schema)};`).join('\n')}
${checks.join('\n')}
`;
  return { text, checks };
};

/** What the compiler says of it, with the line that each is about. */
const mistakesIn = async (text: string): Promise<string[]> => {
  await mkdir(join(root, '.wrangler'), { recursive: true });
  const folder = await mkdtemp(join(root, '.wrangler/answers-'));
  try {
    await writeFile(join(folder, 'answers.ts'), text);
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--target',
      'esnext',
      '--module',
      'preserve',
      '--types',
      '',
    ];
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const run = promisify(execFile)(process.execPath, [compiler, ...options, join(folder, 'answers.ts')]);
    const said = await run.catch((failed) => failed);
    const lines = text.split('\n');
    return [...String(said.stdout).matchAll(/(?:\((\d+),\d+\): )?error (.*)/g)].map(
      ([, line, error]) => `${lines[Number(line) - 1]}: ${error}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

test('of every route, null for null', async () => {
  const { text, checks } = source(await documentOf(app));
  expect(checks.length).toBeGreaterThan(50);
  expect(await mistakesIn(text)).toEqual([]);
});

test('and one that were not so would be found', async () => {
  const document = await documentOf(app);
  document.components.schemas.Invitation.properties.patient = { type: 'string' };
  expect((await mistakesIn(source(document).text)).length).toBeGreaterThan(0);
});
