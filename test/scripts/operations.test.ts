// Every command of docs/operations.md runs as it stands there: those of the command line, the SQL, and wrangler's own.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandLine } from '../support/command-line.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const blocks = [...page.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) =>
  block.replaceAll(/\\\n\s*/g, ' '),
);
const lines = blocks.flatMap((block) => block.split('\n').map((line) => line.trim()));

const server = process.env.TEST_DATABASE_URL;
const { cli, sql } = await commandLine();

/** As it is in the page, but for what asks a person. */
const admin = lines.flatMap((line) => {
  const [, said] = /^npm run (?:--silent )?admin -- ([^#>|]+)/.exec(line) ?? [];
  return said ? [said.trim()] : [];
});
const queries = lines.filter(
  (line) => /^psql "\$DATABASE_URL"/.test(line) && !line.includes('...') && !/create role|-f /.test(line),
);

beforeAll(async () => {
  await sql`insert into users (name, username, email) values ('Someone', 'someone', 'someone@example.com')`;
  await sql`insert into patients (id, name) overriding system value values (7, 'Jane')`;
});

test('there are some', () => {
  expect(admin.length).toBeGreaterThan(8);
  expect(queries.length).toBeGreaterThan(5);
});

describe('npm run admin --', () => {
  // roles belong to the whole server, and other tests on it sign in as this one; test/scripts/lock.test.ts is about these
  const runs = admin.filter((said) => !server || !/^(un)?lock$/.test(said));
  test.each(runs)('%s', async (said) => {
    const { error, code } = await cli('admin', said === 'end-everything' ? `${said} --yes` : said);
    expect({ error: error.replace(/^In .*\n|.* seen by .*\n/g, ''), code }).toEqual({ error: '', code: 0 });
  });

  test('has every verb that the page names', async () => {
    const { out } = await cli('admin', '--help');
    for (const [, verb] of page.matchAll(/npm run (?:--silent )?admin -- ([a-z-]+)/g))
      expect(out).toContain(`admin -- ${verb}`);
  });
});

test.each(queries)('%s', async (line) => {
  const statements = [...line.matchAll(/-c "([^"]+)"/g)].map(([, statement = '']) => statement);
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements) await sql.query(statement);
});

const wrangler = [...page.matchAll(/npx wrangler ((?:secret (?:put|delete))|(?:deployments list)|[a-z]+)/g)].map(
  ([, name = '']) => name,
);
test.each([...new Set(wrangler)])('wrangler has %s', async (name) => {
  const script = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...name.split(' '), '--help'], { cwd: root });
  expect(stdout).toContain(`wrangler ${name}`);
});
