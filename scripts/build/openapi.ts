// `npm run openapi`: writes the OpenAPI document, the one that is served at /openapi.json, for tools that want a file.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { app } from '../../src/index.ts';
import { documentOf } from '../../src/openapi/document.ts';

const [file = '.wrangler/openapi.json'] = process.argv.slice(2);
await mkdir(dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify(await documentOf(app), null, 2)}\n`);
