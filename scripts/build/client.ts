// `npm run client`: writes clients/typescript/dist, which is what an app imports as "wardbook-client". Plain JavaScript, and
// types that stand alone: compiled from the server's own, they name nothing else.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { root, short } from '../support/paths.ts';
import { Fatal, run } from '../support/terminal.ts';
import { tidy } from '../support/tidy.ts';

const client = join(root, 'clients/typescript');
const folder = join(client, 'dist');
const note = '// Written by `npm run client`; change what is in clients/typescript/ instead.\n';
const read = (name: string) => readFile(join(client, `${name}.ts`), 'utf8');
/** The parts import each other as what they have become. */
const imports = (text: string) => text.replace(/(from ['"]\.\/\w+)\.ts(['"])/g, '$1.js$2');

/** What becomes JavaScript. api.ts is types only. */
const parts = [
  'index',
  'answers',
  'batches',
  'browser',
  'calls',
  'errors',
  'expo',
  'sending',
  'signing',
  'sync',
  'tokens',
  'writes',
];
/** What an app may import, by the file that it is in. */
const entries = ['index', 'browser'];

/** The client as JavaScript, by file: modules, and in cjs/ the same for Jest and others that know of none. */
export async function javascript(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of parts) {
    files.set(`${name}.js`, await written(`${name}.js`, imports(stripTypeScriptTypes(await read(name)))));
  }
  for (const name of entries) files.set(`cjs/${name}.js`, await written(`cjs/${name}.js`, await commonJs(name)));
  files.set('cjs/package.json', `${JSON.stringify({ type: 'commonjs' }, null, 2)}\n`);
  return files;
}

const commonJs = async (name: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(client, `${name}.ts`)],
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    // what Node 18 and the Jest of React Native run as it is
    target: 'es2022',
    charset: 'utf8',
    write: false,
  });
  return `// biome-ignore-all lint: esbuild's own style\n${outputFiles[0]?.text.replace(/^\/\/ .*\n/gm, '')}`;
};

/** The types of a module that is required are those of the one that is imported. */
const commonJsTypes = (name: string, declared: string): string => {
  const lines = [...declared.matchAll(/^export (declare )?(?:const|function|class) (\w+)/gm)].map(([, , one]) => one);
  for (const [, list = ''] of declared.matchAll(/^export \{([^}]*)\} from/gm))
    lines.push(
      ...list
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one && !one.startsWith('type ')),
    );
  const from = `import('../${name}.js', { with: { 'resolution-mode': 'import' } })`;
  const values = lines.map((one) => `export declare const ${one}: typeof ${from}.${one};`);
  // a class is a type as well, which the value of the same name would hide
  for (const one of lines) if (/^[A-Z]/.test(one ?? '')) values.push(`export type ${one} = ${from}.${one};`);
  return `export type * from '../${name}.js' with { 'resolution-mode': 'import' };\n${values.join('\n')}\n`;
};

/** Where types were there are spaces, and the compiler has a style of its own. */
const written = (name: string, text: string) => tidy(`clients/typescript/dist/${name}`, note + text);

/** The names of the records in api.ts, which are taken from routes there. */
const recordsIn = (api: string): string[] =>
  [...api.matchAll(/^export type (\w+) = Routes\[/gm)].map(([, name = '']) => name);

/** What the compiler makes of a mapped type whose result has no name is its content, which is the point of this. */
const flattened = (records: string[]) => `
import type { ProblemCode, Routes, ${records.join(', ')} } from '../../clients/typescript/api.ts';
declare const flat: <T>() => { [Name in keyof T]: T[Name] };
declare const flatter: <T>() => { [Name in keyof T]: { [Inner in keyof T[Name]]: T[Name][Inner] } };
export const codes = flat<{ [Code in ProblemCode]: Code }>();
export const routes = flatter<Routes>();
${records.map((name) => `export const record${name} = flat<${name}>();`).join('\n')}
`;

/** The client's types, by file, without any import of the server. */
async function declarations(): Promise<Map<string, string>> {
  await mkdir(join(root, '.wrangler'), { recursive: true });
  const work = await mkdtemp(join(root, '.wrangler/client-'));
  try {
    await writeFile(join(work, 'flat.ts'), flattened(recordsIn(await read('api'))));
    const { compilerOptions } = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8'));
    const options = { ...compilerOptions, noEmit: false, declaration: true, emitDeclarationOnly: true };
    const settings = {
      ...options,
      rootDir: root,
      outDir: join(work, 'out'),
      typeRoots: [join(root, 'node_modules/@types')],
    };
    const config = {
      compilerOptions: settings,
      files: ['flat.ts', ...entries.map((name) => `../../clients/typescript/${name}.ts`)],
    };
    await writeFile(join(work, 'tsconfig.json'), JSON.stringify(config));
    await compile(work);
    const emitted = (path: string) => readFile(join(work, 'out', path), 'utf8');
    const flat = await emitted(`${short(work)}/flat.d.ts`);
    const files = new Map([
      ['api.d.ts', await written('api.d.ts', standalone(await emitted('clients/typescript/api.d.ts'), flat))],
    ]);
    for (const name of parts) {
      const text = imports(await emitted(`clients/typescript/${name}.d.ts`));
      files.set(`${name}.d.ts`, await written(`${name}.d.ts`, text));
    }
    for (const name of entries) {
      const types = commonJsTypes(name, files.get(`${name}.d.ts`) ?? '');
      files.set(`cjs/${name}.d.ts`, await written(`cjs/${name}.d.ts`, types));
    }
    return files;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What the server says of itself is of no interest here, so that only mistakes in these files are. */
async function compile(folder: string): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const said = await promisify(execFile)(process.execPath, [compiler, '-p', folder]).catch((error) => error);
  const mistakes = String(said.stdout).match(/^(clients|\.wrangler)\/.*$/gm);
  if (mistakes) throw new Fatal(`The client does not compile:\n${mistakes.join('\n')}`);
}

/** api.d.ts with the contents of the types that it has from the server in place of their names. */
function standalone(api: string, flat: string): string {
  // on one line each, so that a record is found wherever it stands
  const contents = new Map(
    [...flat.matchAll(/^export declare const (\w+): (\{[\s\S]*?^\});$/gm)].map(([, name = '', text = '']) => [
      name,
      text.replace(/\s+/g, ' '),
    ]),
  );
  const records = recordsIn(api).map((name) => ({ name, content: contents.get(`record${name}`) ?? '' }));
  const codes = [...(contents.get('codes') ?? '').matchAll(/(\w+):/g)].map(([, code]) => `'${code}'`);
  // the longest first, because one record may hold another; of two that are the same, the second is told by the first
  const named = records
    .filter(({ content }, place) => records.findIndex((one) => one.content === content) === place)
    .sort((a, b) => b.content.length - a.content.length);
  const nameIn = (text: string, own?: string) =>
    named.reduce((text, { name, content }) => (name === own ? text : text.replaceAll(content, name)), text);
  const [kept = ''] = api.split(/\/\*\* By path and method/);
  const declared = kept
    .replace(/^import .*\n|^export type \{.*\n/gm, '')
    .replace(
      /^export type (\w+) = Routes\[.*$/gm,
      (_, own) => `export type ${own} = ${nameIn(contents.get(`record${own}`) ?? '', own)};`,
    );
  const text = `// biome-ignore-all lint/complexity/noBannedTypes: a route that takes nothing
${declared}
export type FieldErrors = Record<string, string[]>;
export type ProblemCode = ${codes.join(' | ')};
/** By path and method, what a route takes and what it answers when it does not refuse. */
export type Routes = ${nameIn(contents.get('routes') ?? '')};
`;
  if (codes.length < 10 || records.some(({ content }) => !content) || /typescript\/api|src\/|hono|import\(/.test(text))
    throw new Fatal(`${short(folder)}: the types do not stand alone.`);
  return text;
}

if (import.meta.main) {
  await run(async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, 'cjs'), { recursive: true });
    for (const [name, text] of [...(await javascript()), ...(await declarations())]) {
      await writeFile(join(folder, name), text);
    }
    console.log(`Wrote ${short(folder)}`);
  });
}
