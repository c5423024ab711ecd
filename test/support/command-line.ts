// Runs the programs of the command line, each as a process of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';

/** For one file, whose database this is. In a folder without .dev.vars, because a developer's own might say something else. */
export async function commandLine(urlOf: () => string) {
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-cli-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  async function cli(script: string, flags: string, input = '', url = urlOf(), settings: NodeJS.ProcessEnv = {}) {
    const path = resolve(import.meta.dirname, '../../scripts/cli', `${script}.ts`);
    const child = spawn(process.execPath, [path, ...flags.split(' ').filter(Boolean)], {
      env: { ...process.env, PUBLIC_URL: '', PORT: '', WARDBOOK_STATE: folder, DATABASE_URL: url, ...settings },
    });
    child.stdin.end(input);
    const [out, error, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((done) => child.once('close', done)),
    ]);
    return { out, error, code };
  }
  return { cli, folder };
}
