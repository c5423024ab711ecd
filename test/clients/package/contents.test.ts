// The package of the typed client: what is committed is what its source gives, it is small, it needs nothing beside it,
// and an app gets it from a tarball, from git, or with the server's own package.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../../clients/typescript/package.json' with { type: 'json' };
import rootManifest from '../../../package.json' with { type: 'json' };
import { javascript } from '../../../scripts/build/client.ts';

const root = join(import.meta.dirname, '../../..');
const client = join(root, 'clients/typescript');
const dist = join(client, 'dist');
const exported = [
  ...[
    'Offline',
    'Refused',
    'all',
    'answer',
    'createPatients',
    'needsCode',
    'newKey',
    'page',
    'pages',
    'partsOf',
    'remaining',
  ],
  ...['secureStore', 'wardbook'],
];
const execute = promisify(execFile);

let folder: string;
let tarball: string;
const npm = (args: string[], cwd: string) =>
  execute('npm', [...args, '--offline', '--no-audit', '--no-fund'], { cwd, shell: process.platform === 'win32' });
const git = (args: string[], cwd: string) =>
  execute('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardbook-client-'));
  const { stdout } = await npm(['pack', '--pack-destination', folder], client);
  tarball = join(folder, stdout.trim());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is committed', () => {
  // its types are compared by the compiler, in test/clients/typescript.test-d.ts
  test('is what `npm run client` writes', async () => {
    for (const [name, text] of await javascript()) {
      expect(await readFile(join(dist, name), 'utf8'), 'run: npm run client').toBe(text);
    }
  });

  test('has the version and the license of the server', async () => {
    expect(manifest.version).toBe(rootManifest.version);
    expect(await readFile(join(client, 'LICENSE'), 'utf8')).toBe(await readFile(join(root, 'LICENSE'), 'utf8'));
  });

  test('names nothing but its own files, and nothing of Node', async () => {
    const names = (await readdir(dist)).filter((name) => name !== 'cjs');
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const text = (await readFile(join(dist, name), 'utf8')).replace(/^\s*\/\/.*$/gm, '');
      const from = [...text.matchAll(/(?:from|import\() ?['"]([^'"]+)['"]/g)].map(([, module]) => module ?? '');
      expect(
        from.filter((module) => !/^\.\/\w+\.js$/.test(module)),
        name,
      ).toEqual([]);
      expect(text.match(/\b(process|Buffer|require|__dirname|NodeJS)\b/), name).toBeNull();
    }
    expect(Object.keys(manifest).filter((name) => /ependencies|scripts/.test(name))).toEqual([]);
  });
});

describe('its size', () => {
  test('as a tarball is at most 40 KB, with nothing of the server in it', async () => {
    expect((await stat(tarball)).size).toBeLessThanOrEqual(40_000);
    const { stdout } = await execute('tar', ['-tzf', tarball]);
    const files = stdout.trim().split('\n');
    expect(files).toContain('package/dist/index.js');
    expect(
      files.filter(
        (file) =>
          !/^package\/(dist\/(cjs\/)?(\w+\.(js|d\.ts)|package\.json)|README\.md|LICENSE|package\.json)$/.test(file),
      ),
    ).toEqual([]);
  });

  test('in a bundle is at most 6 KB, all of it used', async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export * from './index.js';`, resolveDir: dist },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      metafile: true,
      write: false,
    });
    const [bundle] = outputFiles;
    expect(gzipSync(bundle?.contents ?? '').length).toBeLessThanOrEqual(6000);
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect(imported.filter((path) => path.startsWith('node:') || builtinModules.includes(path))).toEqual([]);
  });
});

/** An app of its own, and what it gets of the package: what it may import, and whether its types hold. */
const appWith = async (name: string, wanted: string) => {
  const app = join(folder, name);
  await mkdir(app);
  await writeFile(join(app, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  await npm(['install', '--ignore-scripts', wanted], app);
  await writeFile(
    join(app, 'app.ts'),
    `import { answer, type NewPatient, type Patient, wardbook } from 'wardbook-client';
const { api } = wardbook('https://wardbook.example', { store: { load: () => null, save: () => {}, clear: () => {} } });
const jane: NewPatient = { name: 'Jane Doe' };
export const made: Promise<Patient> = answer(api.patients.$post({ json: jane }));
// @ts-expect-error an id is a number
api.patients[':id'].$get({ param: { id: '7' } });
// @ts-expect-error whose password?
api.auth.login.$post({ json: { password: 'four unrelated words' } });
`,
  );
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom'];
  for (const resolution of ['nodenext', 'bundler']) {
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const options = [...strict, '--module', module, '--moduleResolution', resolution, 'app.ts'];
    await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options], { cwd: app });
  }
  const list = `import('wardbook-client').then((all) => console.log(Object.keys(all).sort().join()))`;
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', list], { cwd: app });
  const installed = await readdir(join(app, 'node_modules'));
  return { exports: stdout.trim().split(','), installed: installed.filter((name) => !name.startsWith('.')) };
};
const asItShouldBe = { exports: exported, installed: ['wardbook-client'] };

/** Jest with the preset of React Native, and older tools, require what they use. */
const requiredBy = async (name: string) => {
  const app = join(folder, name);
  await mkdir(app);
  await writeFile(join(app, 'package.json'), JSON.stringify({ name, private: true, type: 'commonjs' }));
  await npm(['install', '--ignore-scripts', tarball], app);
  await writeFile(
    join(app, 'app.ts'),
    `import { answer, type Patient, Refused, wardbook } from 'wardbook-client';
import { browserStore } from 'wardbook-client/browser';
const { api } = wardbook('https://wardbook.example', { store: browserStore() });
export const made: Promise<Patient> = answer(api.patients.$post({ json: { name: 'Jane Doe' } }));
export const isRefused = (error: unknown): error is Refused => error instanceof Refused;
// @ts-expect-error an id is a number
api.patients[':id'].$get({ param: { id: '7' } });
`,
  );
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom', '--module', 'node16', 'app.ts'];
  await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options], { cwd: app });
  const list = `console.log(require.resolve('wardbook-client').split(/[\\\\/]/).slice(-3).join('/'),
    Object.keys(require('wardbook-client')).sort().join(), Object.keys(require('wardbook-client/browser')).join())`;
  const { stdout } = await execute(process.execPath, ['--no-experimental-require-module', '-e', list], { cwd: app });
  return stdout.trim().split(' ');
};

describe('an app gets it', () => {
  test('as CommonJS, with its types', async () => {
    expect(await requiredBy('required')).toEqual(['dist/cjs/index.js', exported.join(), 'browserStore']);
  });

  test('from a tarball, as from a registry, and nothing else with it', async () => {
    expect(await appWith('from-tarball', tarball)).toEqual(asItShouldBe);
  });

  test('from git, where its folder is the root of a branch', async () => {
    const repository = join(folder, 'repository');
    await cp(client, join(repository, 'clients/typescript'), { recursive: true });
    await git(['init', '--quiet'], repository);
    await git(['add', '.'], repository);
    await git(['commit', '--quiet', '-m', 'A server and its client'], repository);
    // as the README says
    const { stdout } = await git(['commit-tree', 'HEAD:clients/typescript', '-m', 'wardbook-client'], repository);
    await git(['branch', 'client', stdout.trim()], repository);
    expect(await appWith('from-git', `git+file://${repository}#client`)).toEqual(asItShouldBe);
  });

  test('as wardbook/client, where it has the server as well', async () => {
    const { types, default: code } = rootManifest.exports['./client'];
    expect(await readFile(join(root, types), 'utf8')).toContain('wardbook');
    expect(Object.keys(await import(join(root, code))).sort()).toEqual(exported);
  });
});
