// `npm run import:csv` as a process of its own: all patients of a file or none, as those of one account, each in the trail.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { commandLine } from '../../support/command-line.ts';

const { cli, folder, sql } = await commandLine();
const file = join(folder, 'patients.csv');
const importing = (flags: string) => cli('../import/csv', `${file} ${flags}`);
const names = async () => (await sql`select name from patients order by id`).map(({ name }) => name);
const nothingIsLeft = async () => {
  expect(await names()).toEqual([]);
  expect(await sql`select from pg_namespace where nspname = 'importing'`).toEqual([]);
};

beforeEach(async () => {
  await sql`truncate users, patients, audit restart identity cascade`;
  await sql.transaction([
    sql`select set_config('app.role', 'cli', true)`,
    sql`insert into users (name, username, email, role) values ('Rita', 'rita', 'rita@example.com', 'user'),
      ('Dora', 'dora', 'dora@example.com', 'doctor'), ('Ada', 'ada', 'ada@example.com', 'admin')`,
  ]);
});

describe('a spreadsheet', () => {
  test('becomes the patients of an account, in its order, each with an entry of the trail', async () => {
    await writeFile(
      file,
      '\uFEFFVorname;Nachname;Geburtsdatum;Geschlecht;E-Mail\r\nZoë;Doe;31.12.1990;w;Zoe@Example.com\r\nAdam;Smith;;m;\r\n',
    );
    const { out, error, code } = await importing('--owner rita@example.com --yes');
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/2 rows, UTF-8, separated by semicolons/);
    expect(out).toMatch(/Geburtsdatum\s+date_of_birth\s+1/);
    expect(out).toMatch('Imported 2 patients');
    expect(
      await sql`select name, date_of_birth::text, gender, email, created_by::int from patients order by id`,
    ).toEqual([
      { name: 'Zoë Doe', date_of_birth: '1990-12-31', gender: 'female', email: 'zoe@example.com', created_by: 1 },
      { name: 'Adam Smith', date_of_birth: null, gender: 'male', email: null, created_by: 1 },
    ]);
    expect(await sql`select actor_role, action, resource from audit where resource <> 'user' order by id`).toEqual([
      { actor_role: 'cli', action: 'create', resource: 'patient' },
      { actor_role: 'cli', action: 'create', resource: 'patient' },
      { actor_role: 'cli', action: 'import', resource: 'database' },
    ]);
  });

  test('is only looked at with --dry-run, and not written without an answer', async () => {
    await writeFile(file, 'name\nEve\n');
    expect(await importing('--dry-run')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing was written.'),
    });
    expect(await importing('--owner 1')).toMatchObject({ code: 1, error: expect.stringContaining('add --yes') });
    await nothingIsLeft();
  });

  test('with a column that has no place is refused, until a map says where it goes', async () => {
    await writeFile(file, 'Name,Shoe size,Chart\nEve,38,Tired\n');
    const refused = await importing('--owner 1 --yes');
    expect(refused.code).toBe(1);
    expect(refused.error).toMatch('These columns have no place, and so would be lost: Shoe size, Chart.');
    const map = join(folder, 'map.json');
    expect((await importing(`--write-map ${map}`)).out).toMatch(`Wrote ${map}.`);
    const written = JSON.parse(await readFile(map, 'utf8'));
    expect(written).toEqual({ columns: { Name: 'name', 'Shoe size': null, Chart: null } });
    await writeFile(
      map,
      JSON.stringify({ columns: { ...written.columns, 'Shoe size': 'leave out', Chart: 'medical_history' } }),
    );
    expect(await importing(`--owner 1 --yes --map ${map}`)).toMatchObject({ code: 0, error: '' });
    expect(await sql`select name, medical_history from patients`).toEqual([{ name: 'Eve', medical_history: 'Tired' }]);
    await writeFile(map, JSON.stringify({ columns: { Nam: 'name' } }));
    expect((await importing(`--dry-run --map ${map}`)).error).toMatch('the file has no column "Nam"');
  });

  test('with one wrong line is refused whole, by its line, with no escape for the terminal', async () => {
    await writeFile(file, 'name,dob,age,\u001b[31mred\nEve,1990-02-30,\nAdam,,200\n,,\nZoë,2999-01-01,\n');
    const { error, out, code } = await importing('--owner 1 --yes');
    expect(code).toBe(1);
    for (const line of [
      'line 2: dob is a day that there is not',
      'line 3: age must be 150 or less',
      'line 5: date_of_birth must not lie in the future',
    ])
      expect(error).toMatch(line);
    expect(out).not.toContain('\u001b[31mred');
    await nothingIsLeft();
  });

  test('names who is there twice, and leaves it to a person what becomes of them', async () => {
    await writeFile(file, 'name,dob\nEve,1990-12-31\nAdam,1980-01-01\n');
    await importing('--owner 1 --yes');
    await writeFile(file, 'name,dob\nEVE,31.12.1990\nZoë,1970-05-05\nzoe,1970-05-05\n');
    const refused = await importing('--owner 1 --yes');
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch('line 2 is here already');
    expect(refused.out).toMatch('line 4 is the same as line 3');
    expect(await names()).toEqual(['Eve', 'Adam']);
    expect((await importing('--owner 1 --yes --skip-doubled')).code).toBe(0);
    expect(await names()).toEqual(['Eve', 'Adam', 'Zoë']);
    expect((await importing('--owner 1 --yes --keep-doubled')).code).toBe(0);
    expect(await names()).toHaveLength(6);
  });

  test("is nobody's but an account's that keeps patients", async () => {
    await writeFile(file, 'name\nEve\n');
    expect((await importing('--owner dora@example.com --yes')).error).toMatch(
      'Patients are kept by an account of role user or admin',
    );
    expect((await importing('--owner 99 --yes')).error).toMatch('There is no account with the id 99');
    expect((await importing('--yes')).error).toMatch('Say whose patients they become, with --owner');
    await nothingIsLeft();
  });

  test('of 20,000 rows comes in at once', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => `Person ${at},${1920 + (at % 100)}-05-05`);
    await writeFile(file, ['name,dob', ...rows].join('\n'));
    expect(await importing('--owner ada@example.com --yes')).toMatchObject({ code: 0, error: '' });
    expect(await sql`select count(*)::int as count, min(name) as first from patients where created_by = 3`).toEqual([
      { count: 20_000, first: 'Person 0' },
    ]);
  });
});
