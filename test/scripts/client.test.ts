// The typed client that is committed is the one that its source gives, and an app can import it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { javascript } from '../../scripts/build/client.ts';

vi.setConfig({ testTimeout: 60_000 });

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'clients/typescript/dist');

// its types are compared by the compiler, in test/clients/typescript.test-d.ts
test('the committed client is what `npm run client` writes', async () => {
  for (const [name, text] of await javascript()) {
    expect(await readFile(join(folder, name), 'utf8'), 'run: npm run client').toBe(text);
  }
});

test('an app gets it by its name, and needs nothing but Hono beside it', async () => {
  const { types, default: code } = manifest.exports['./client'];
  expect(await readFile(join(root, types), 'utf8')).toContain('wardbook');
  expect(Object.keys(await import(join(root, code))).sort()).toEqual(['Refused', 'all', 'answer', 'pages', 'wardbook']);
  for (const name of await readdir(folder)) {
    const text = (await readFile(join(folder, name), 'utf8')).replace(/^\/\/.*$/gm, '');
    const from = [...text.matchAll(/(?:from|import\() ?['"]([^'"]+)['"]/g)].map(([, module]) => module ?? '');
    expect(
      from.filter((module) => !/^(hono(\/|$)|\.\/\w+\.js$)/.test(module)),
      name,
    ).toEqual([]);
  }
});
