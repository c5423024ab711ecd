// Runs the programs of the command line, each as a process of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { connect } from '../../scripts/cli/connect.ts';
import { migrate } from '../../scripts/cli/migrate.ts';
import { emptyDatabase } from './empty-database.ts';

/** For one file, with a migrated database. In a folder without .dev.vars, because a developer's own might say something else. */
export async function commandLine() {
  const database = await emptyDatabase();
  const { sql, close } = await connect(database.url);
  await migrate(sql);
  afterAll(async () => {
    await close();
    await database.close();
  });
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-cli-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  async function cli(script: string, flags: string, input = '', url = database.url, settings: NodeJS.ProcessEnv = {}) {
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
  return { cli, folder, database, sql };
}
