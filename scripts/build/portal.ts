// Puts the portal's modules and styles together, each as one file.
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../support/paths.ts';

/** What is served under /portal/, by name. */
export async function portalFiles(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { app: 'portal/main.tsx', style: 'portal/style.css' },
    outdir: '.',
    write: false,
    bundle: true,
    // what few people need, like the reader of spreadsheets, is loaded when they do
    splitting: true,
    chunkNames: '[name]-[hash]',
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(join(root, '/').length), contents]));
}
