// Formats what a program writes and a person commits, as `npm run format` would.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { root } from './paths.ts';

/** The text as `npm run format` would leave it in that file. */
export function tidy(path: string, text: string): Promise<string> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const child = execFile(process.execPath, [biome, 'check', '--write', `--stdin-file-path=${path}`], { cwd: root });
  child.stdin?.end(text);
  return readAll(child.stdout as Readable);
}
