// What the Worker has given up on does not go on in the database: migrate says so of its role.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type EmptyDatabase, emptyDatabase } from '../support/empty-database.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const run = promisify(execFile);
const script = resolve(import.meta.dirname, '../../scripts/cli/migrate.ts');
const server = process.env.TEST_DATABASE_URL;
let database: EmptyDatabase;
const migrate = async (longest?: string) => {
  const env = { ...process.env, DATABASE_URL: database.url, ...(longest && { DATABASE_TIMEOUT_MS: longest }) };
  return (await run(process.execPath, [script], { env })).stdout;
};

beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

// PGlite has one connection, whose settings are nobody's
test.runIf(server)('by the time that requests wait, and again where that is another', async () => {
  const owner = new Client(database.url);
  await owner.connect();
  const settings = async () => {
    const { rows } =
      await owner.query(`select setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
      where d.datname = current_database() and s.setrole = 'app_login'::regrole`);
    return rows.flatMap(({ setconfig }) => setconfig);
  };
  try {
    await migrate();
    expect(await settings()).toEqual(['statement_timeout=8000']);
    await migrate('2500');
    expect(await settings()).toEqual(['statement_timeout=2500']);
    await migrate('2500');
    // as in a database that was restored, which has nothing of it
    await owner.query(
      `do $$ begin execute format('alter role app_login in database %I reset all', current_database()); end $$`,
    );
    await migrate();
    expect(await settings()).toEqual(['statement_timeout=8000']);
    await expect(migrate('soon')).rejects.toThrow('DATABASE_TIMEOUT_MS must be');
  } finally {
    await owner.end();
  }
});

test.runIf(!server)('without harm where there is one connection', async () => {
  expect(await migrate()).toContain('Up to date');
});
