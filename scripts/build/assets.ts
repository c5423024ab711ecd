// Puts together what is served without the Worker: the OpenAPI document, and what the page at /docs loads. wrangler runs
// this before it builds; only what has changed is written, because wrangler watches the folder. The viewer's package is the
// lightest that holds Scalar as one built file: 17 MB, where @scalar/api-reference brings 250.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { app } from '../../src/index.ts';
import { documentOf } from '../../src/openapi/document.ts';
import { portalPolicy, viewerPolicy } from '../../src/system/policy.ts';
import { root } from '../support/paths.ts';
import { portalFiles } from './portal.ts';

export const assetsFolder = join(root, '.wrangler/assets');

/** Assets bypass the Worker's own headers. */
const headers = `/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Cross-Origin-Resource-Policy: same-origin
/portal/*
  Content-Security-Policy: ${portalPolicy}
/docs/*
  ! Cross-Origin-Resource-Policy
  Cross-Origin-Resource-Policy: cross-origin
/docs/reference.html
  Content-Security-Policy: ${viewerPolicy}
/openapi.json
  Access-Control-Allow-Origin: *
  ! Cross-Origin-Resource-Policy
  Cross-Origin-Resource-Policy: cross-origin
`;

const put = async (name: string, content: string | Uint8Array): Promise<void> => {
  const file = join(assetsFolder, name);
  const before = await readFile(file).catch(() => undefined);
  if (before?.equals(Buffer.from(content))) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
};

const viewer = 'node_modules/@scalar/fastify-api-reference/dist/js/standalone.js';
await put('openapi.json', JSON.stringify(await documentOf(app)));
await put('docs/scalar.js', await readFile(join(root, viewer)));
const beside = ['icon.svg', 'page.css', 'page.js', 'before.js', 'reference.css', 'reference.html', 'reference.js'];
for (const name of beside) await put(`docs/${name}`, await readFile(join(root, 'src/openapi/page', name)));
for (const [name, content] of await portalFiles()) await put(`portal/${name}`, content);
await put('_headers', headers);
