// What was released stays as it was: a database that applied a migration never sees it again, so a change of one reaches only
// new databases. And a database of each release comes to this version, with all that it holds.
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Connection, connect } from '../../scripts/cli/connect.ts';
import { migrate } from '../../scripts/cli/migrate.ts';
import { type EmptyDatabase, emptyDatabase } from '../support/empty-database.ts';
import releases from './released.json' with { type: 'json' };

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const migrations = resolve(import.meta.dirname, '../../migrations');
const checksum = async (name: string) => {
  const text = await readFile(join(migrations, name), 'utf8').catch(() => '');
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
};

describe.each(Object.entries(releases))('release %s', (_version, files) => {
  const names = Object.keys(files);

  test.each(Object.entries(files))('%s is as it was', async (name, released) => {
    expect(await checksum(name), `${name} was released: put the change into a new migration`).toBe(released);
  });

  test('has no migration between its own', async () => {
    const here = (await readdir(migrations)).filter((name) => name.endsWith('.sql')).sort();
    expect(here.slice(0, names.length)).toEqual(names);
  });

  describe('in a database', () => {
    let database: EmptyDatabase;
    let connection: Connection;
    let folder: string;
    beforeEach(async () => {
      database = await emptyDatabase();
      connection = await connect(database.url);
      folder = await mkdtemp(join(tmpdir(), 'wardbook-released-'));
    });
    afterEach(async () => {
      await connection.close();
      await database.close();
      await rm(folder, { recursive: true });
    });

    test('comes to this version with all that it holds', async () => {
      const { sql } = connection;
      for (const name of names) await copyFile(join(migrations, name), join(folder, name));
      expect(await migrate(sql, { folder })).toEqual(names);
      for (const statement of held) await sql.query(statement);
      const [before, ruled] = [await contents(sql), await rules(sql)];
      expect([ruled, ...Object.values(before)].map((rows) => rows.length)).not.toContain(0);

      // what is newer by now, and something that will be
      const newer = (await readdir(migrations)).filter((name) => name.endsWith('.sql') && !names.includes(name)).sort();
      for (const name of newer) await copyFile(join(migrations, name), join(folder, name));
      await writeFile(
        join(folder, '9999_made_up.sql'),
        `alter table patients add column made_up text default 'there';`,
      );
      expect(await migrate(sql, { folder })).toEqual([...newer, '9999_made_up.sql']);
      const after = await contents(sql);
      for (const [table, rows] of Object.entries(before)) expect(after[table], table).toMatchObject(rows);
      expect(await rules(sql)).toEqual(expect.arrayContaining(ruled));
      expect(await migrate(sql, { folder })).toEqual([]);
    });
  });
});

/** As the first release would have written it. */
const held = [
  `insert into users (name, username, email) values ('Ann', 'ann', 'ann@example.com'), ('Bob', 'bob', 'bob@example.com')`,
  `insert into credentials (user_id, password_hash) values (1, 'a hash')`,
  `insert into sessions (user_id, refresh_hash, idle_until, expires_at) values (1, 'x', now() + '1 day', now() + '2 days')`,
  `insert into patients (name, date_of_birth, phone, created_by) values ('Jane Doe', '1990-12-31', '+1 555 0100', 1)`,
  `insert into doctors (name, specialization, created_by) values ('Dr. Smith', 'Cardiology', 1)`,
  `insert into mappings (patient_id, doctor_id) values (1, 1)`,
  `update patients set phone = '+1 555 0199' where id = 1`,
];
const tables = ['users', 'credentials', 'sessions', 'patients', 'doctors', 'mappings', 'audit'];
const contents = async (sql: Connection['sql']): Promise<Record<string, object[]>> =>
  Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => [table, await sql.query(`select * from ${table} order by 1`)] as const),
    ),
  );
/** Who may see and do what: the rules, by table. */
const rules = async (sql: Connection['sql']) =>
  sql.query('select tablename, policyname, roles, cmd, qual, with_check from pg_policies order by 1, 2');
