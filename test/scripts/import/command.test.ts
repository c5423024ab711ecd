// `npm run import:django` as a process of its own: all of a dump or none of it, under their earlier ids, one entry of the
// trail, and a database that goes on as if everything had been made in it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, connect } from '../../../scripts/cli/connect.ts';
import { migrate } from '../../../scripts/cli/migrate.ts';
import { openStore, type Store } from '../../../scripts/import/database.ts';
import { move } from '../../../scripts/import/move.ts';
import { beginStaging } from '../../../scripts/import/staging.ts';
import { type DumpRow, djangoHash, doctor, dumpOf, fileOf, mapping, patient, user } from '../../support/django-dump.ts';
import { type EmptyDatabase, emptyDatabase } from '../../support/empty-database.ts';

const tables = ['users', 'credentials', 'patients', 'doctors', 'mappings', 'django_tokens', 'audit', 'app.imports'];
let database: EmptyDatabase;
let sql: Connection['sql'];
let disconnect: Connection['close'];
let store: Store;

beforeAll(async () => {
  database = await emptyDatabase();
  ({ sql, close: disconnect } = await connect(database.url));
  await migrate(sql);
  store = await openStore({ sql, url: database.url, name: 'test', close: disconnect });
}, 60_000);
afterAll(async () => {
  await store.close();
  await disconnect();
  await database.close();
});
beforeEach(async () => {
  await sql.query(`truncate ${tables.join(', ')} restart identity cascade`);
});

async function importing(path: string, flags = '--yes', url = database.url) {
  const script = resolve(import.meta.dirname, '../../../scripts/import/django.ts');
  const child = spawn(process.execPath, [script, path, ...flags.split(' ').filter(Boolean)], {
    env: { ...process.env, DATABASE_URL: url },
  });
  child.stdin.end();
  const ended = new Promise((done) => child.once('close', done));
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { out, error, code: await ended };
}

const row = async (table: string, id: number) =>
  (await sql.query(`select to_jsonb(t) as row from ${table} t where id = $1`, [id]))[0]?.row;
const count = async (from: string) => Number((await sql.query(`select count(*) as count from ${from}`))[0]?.count);
const isEmpty = async () => {
  for (const table of tables) expect([table, await count(table)]).toEqual([table, 0]);
  expect(await count(`pg_namespace where nspname = 'importing'`)).toBe(0);
};
const token = (pk: number, jti: string, expires_at: string, owner: number | null = 11): DumpRow => ({
  model: 'token_blacklist.outstandingtoken',
  pk,
  fields: { user: owner, jti, token: 'header.secret.signature', created_at: '2024-01-01T00:00:00Z', expires_at },
});

const clinic = [
  user(11, {
    username: 'Jane@Old.example',
    email: 'Jane@New.example',
    first_name: 'Jané',
    last_name: 'Doe',
    last_login: '2024-02-03T04:05:06.789Z',
  }),
  user(12, { is_superuser: true, is_staff: true, password: '!unusable' }),
  user(40, { is_active: false, email: '' }),
  doctor(5, { created_by: 12 }),
  patient(70, { created_by: 11, name: 'Łucja Müller', phone: '+1 555 0100', updated_at: '2024-01-01T00:00:00Z' }),
  patient(3, { created_by: null, gender: null, phone: '', updated_at: '2024-01-01T00:00:00Z' }),
  mapping(9, 70, 5),
];

describe('an import', () => {
  test('keeps ids, times, authors and passwords, and new ids come behind them', async () => {
    const { code, error, out } = await importing(await dumpOf(clinic));
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/Imported.* 3 accounts, 2 patients, 1 doctors, 1 assignments in .*: [\d,]+ records a second/);
    expect(await row('users', 11)).toMatchObject({
      name: 'Jané Doe',
      username: 'Jane',
      email: 'jane@new.example',
      login_name: 'jane@old.example',
      role: 'user',
      disabled_at: null,
      created_at: '2023-05-06T07:08:09.123+00:00',
      last_login: '2024-02-03T04:05:06.789+00:00',
      imported_at: expect.any(String),
      version: 1,
    });
    expect(await row('users', 12)).toMatchObject({ role: 'admin' });
    expect(await row('users', 40)).toMatchObject({ email: null, disabled_at: expect.any(String) });
    expect(await sql`select user_id::int, password_hash from credentials order by 1`).toEqual([
      { user_id: 11, password_hash: djangoHash },
      { user_id: 40, password_hash: djangoHash },
    ]);
    expect(await row('patients', 70)).toMatchObject({
      created_by: 11,
      user_id: null,
      name: 'Łucja Müller',
      gender: 'female',
      created_at: '2023-06-01T10:00:00+00:00',
      updated_at: '2024-01-01T00:00:00+00:00',
    });
    expect(await row('patients', 3)).toMatchObject({ created_by: null, gender: null });
    expect(await row('doctors', 5)).toMatchObject({ created_by: 12, approved: null, contact_info: '+1 555 0100' });
    expect(await row('mappings', 9)).toMatchObject({ patient_id: 70, doctor_id: 5 });
    const next = async (table: string, columns: string, values: string) =>
      (await sql.query(`insert into ${table} (${columns}) values (${values}) returning id::int`))[0]?.id;
    expect(await next('users', 'name, username, email', `'x', 'x', 'x@x.example'`)).toBe(41);
    expect(await next('patients', 'name', `'x'`)).toBe(71);
    expect(await next('doctors', 'name, specialization', `'x', 'x'`)).toBe(6);
    expect(await next('mappings', 'patient_id, doctor_id', '71, 6')).toBe(10);
  });

  test('is found, weighed and synced like what was made here', async () => {
    await importing(await dumpOf(clinic));
    const [found] = await sql`
      select name_key, bytes, octet_length((to_jsonb(p) - 'x')::text) as length, changed_tx::text,
        (select tx::text from audit) as tx, search_key
      from patients p where id = 70`;
    expect(found).toMatchObject({ name_key: 'lucja muller', changed_tx: found?.tx });
    expect(found?.search_key).toContain('555');
    expect(found?.bytes).toBeGreaterThan(300);
    const [sought] = await sql
      .transaction([
        sql`select set_config('app.role', 'admin', true)`,
        sql`select app.search_patients('lucja')::int as id`,
      ])
      .then((answers) => answers.at(-1) ?? []);
    expect(sought).toEqual({ id: 70 });
  });

  test('is one entry of the trail, with its counts and the checksum of its file', async () => {
    const path = await dumpOf([...clinic, { model: 'sessions.session', pk: 'x', fields: { session_data: 'x' } }]);
    await importing(path);
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const counts = {
      users: 3,
      credentials: 2,
      patients: 2,
      doctors: 1,
      mappings: 1,
      django_tokens: 0,
      dropped: { 'sessions.session': 1 },
    };
    expect(await sql`select action, resource, resource_id, actor_id, actor_role, before from audit`).toEqual([
      {
        action: 'import',
        resource: 'database',
        resource_id: null,
        actor_id: null,
        actor_role: 'cli',
        before: { ...counts, sha256 },
      },
    ]);
    expect(await sql`select checksum, counts, has_tokens from app.imports`).toEqual([
      { checksum: sha256, counts, has_tokens: false },
    ]);
    // and what comes afterwards is in the trail as always
    await sql`update patients set age = 31 where id = 70`;
    expect(await count(`audit where action = 'update' and resource = 'patient'`)).toBe(1);
  });

  test("takes those of simplejwt's refresh tokens that still count, without the tokens", async () => {
    const black = (pk: number, token: number): DumpRow => ({
      model: 'token_blacklist.blacklistedtoken',
      pk,
      fields: { token, blacklisted_at: '2024-01-02T00:00:00Z' },
    });
    const tokens = [
      token(1, 'expired', '2024-01-02T00:00:00Z'),
      token(2, 'counts', '2999-01-02T00:00:00Z'),
      token(3, 'out', '2999-01-02T00:00:00Z'),
      token(4, 'of-nobody', '2999-01-02T00:00:00Z', null),
    ];
    const { out } = await importing(await dumpOf([...clinic, ...tokens, black(1, 1), black(2, 3)]));
    expect(out).toContain('Refresh tokens: 2 that count, 1 that have expired');
    expect(await sql`select jti, user_id::int, blacklisted from django_tokens order by jti`).toEqual([
      { jti: 'counts', user_id: 11, blacklisted: false },
      { jti: 'out', user_id: 11, blacklisted: true },
    ]);
    const [answer] = await sql`select app.imports_have_tokens() as have`;
    expect(answer?.have).toBe(true);
  });

  test('remembers that there were tokens, also when all have expired, and that there were none', async () => {
    await importing(await dumpOf(clinic));
    expect((await sql`select app.imports_have_tokens() as have`)[0]?.have).toBe(false);
    await sql.query(`truncate ${tables.join(', ')} restart identity cascade`);
    await importing(await dumpOf([...clinic, token(1, 'expired', '2024-01-02T00:00:00Z')]));
    expect((await sql`select app.imports_have_tokens() as have`)[0]?.have).toBe(true);
    expect(await count('django_tokens')).toBe(0);
  });

  test('of more rows than a chunk takes, out of a list', async () => {
    const patients = Array.from({ length: 6_000 }, (_, index) => patient(index + 1, { created_by: 11 }));
    const long = patient(7_000, { created_by: 11, name: 'x'.repeat(200) });
    const { code } = await importing(await fileOf(JSON.stringify([user(11), ...patients, long])));
    expect([code, await count('patients')]).toEqual([0, 6_001]);
  });

  test('makes assignments of fields, behind the ids of others', async () => {
    const rows = [user(1), doctor(5), doctor(6), patient(1, { doctors: [6, 5] }), mapping(20, 1, 6)];
    const { error } = await importing(await dumpOf(rows));
    expect(error).toContain('assigns doctor 6 to patient 1, as a row before it does');
    const { code } = await importing(
      await dumpOf([...rows.slice(0, 3), patient(1, { doctors: [5] }), mapping(20, 1, 6)]),
    );
    expect([code, await sql`select id::int, doctor_id::int from mappings order by 1`]).toEqual([
      0,
      [
        { id: 20, doctor_id: 6 },
        { id: 21, doctor_id: 5 },
      ],
    ]);
  });

  test('links a record and its account, and a doctor who worked before is approved', async () => {
    const linked = (pk: number, owner: number, approved: boolean | null): DumpRow => ({
      model: 'x.doctorprofile',
      pk,
      fields: { user: owner, name: 'Dr.', specialization: 'x', is_approved: approved },
    });
    await importing(
      await dumpOf([user(1), user(2), user(3), linked(1, 1, null), linked(2, 2, false), linked(3, 3, true)]),
    );
    expect(
      await sql`select user_id::int, approved, role from doctors d join users u on u.id = user_id order by 1`,
    ).toEqual([
      { user_id: 1, approved: true, role: 'doctor' },
      { user_id: 2, approved: false, role: 'doctor' },
      { user_id: 3, approved: true, role: 'doctor' },
    ]);
  });

  test('goes over TCP where the server speaks it', async () => {
    const { out } = await importing(await dumpOf(clinic));
    expect(out).toContain(`staging over ${process.env.TEST_DATABASE_URL ? 'TCP' : 'HTTP'} 7 rows`);
  });
});

describe('nothing is written', () => {
  test('by a dry run, which needs no database', async () => {
    const { out, code } = await importing(await dumpOf(clinic), '--dry-run', 'postgres://nobody:x@127.0.0.1:1/nowhere');
    expect(code).toBe(0);
    expect(out).toMatch(/clinic\.patient +2 +→ .*patients/);
    expect(out).toContain('Nothing was written.');
  });

  test('where nobody agrees', async () => {
    const { error, code } = await importing(await dumpOf(clinic), '');
    expect([code, error]).toEqual([1, expect.stringContaining('There is no terminal to ask on: add --yes.')]);
    await isEmpty();
  });

  test.each([
    [
      'a field has no place',
      [...clinic.slice(0, 4), patient(1, { blood: 'A', created_by: 11 })],
      'clinic.patient.blood',
    ],
    [
      'a row is wrong',
      [...clinic.slice(0, 4), patient(1, { age: 200, created_by: 11 })],
      'line 5: clinic.patient 1 (age)',
    ],
    ['a foreign key leads to nothing', [...clinic.slice(0, 4), mapping(1, 70, 5)], 'the dump has no such patient'],
  ])('when %s', async (_why, rows, message) => {
    const { error, code } = await importing(await dumpOf(rows));
    expect([code, error]).toEqual([1, expect.stringContaining(message)]);
    expect(error).toContain('Nothing was written.');
    await isEmpty();
  });

  test('when the file is cut, or is none', async () => {
    const whole = await readFile(await dumpOf(clinic), 'utf8');
    const path = await fileOf(whole.slice(0, -30));
    const cut = await importing(path);
    expect([cut.code, cut.error]).toEqual([1, expect.stringContaining(`${path}, line 7: the row does not end`)]);
    const empty = await fileOf('');
    expect((await importing(empty)).error).toContain(`${empty}: The file is empty.`);
    expect((await importing('/nowhere/dump.jsonl')).error).toContain('There is no file /nowhere/dump.jsonl');
    await isEmpty();
  });

  test('when the database refuses in the middle of the move, and then the next run does it', async () => {
    await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'no mappings today'; end $$`;
    await sql`create trigger refuse before insert on mappings for each row execute function refuse()`;
    const path = await dumpOf(clinic);
    const { error, code } = await importing(path);
    expect([code, error]).toEqual([1, expect.stringContaining('The database refused: no mappings today.')]);
    await isEmpty();
    expect(await count(`pg_trigger where tgname = 't50_record' and tgenabled <> 'O'`)).toBe(0);
    await sql`drop function refuse cascade`;
    expect((await importing(path)).code).toBe(0);
    expect(await count('mappings')).toBe(1);
  });

  test('into a database that holds records', async () => {
    await importing(await dumpOf(clinic));
    const { error, code } = await importing(await dumpOf(clinic));
    expect(code).toBe(1);
    expect(error).toContain('This database holds records already: 3 users, 2 patients, 1 doctors, 1 mappings');
    expect([await count('users'), await count('audit')]).toEqual([3, 1]);
  });
});

describe('--into-existing', () => {
  test('says which ids and names would collide, and writes nothing', async () => {
    await importing(await dumpOf([user(1), patient(1), patient(2)]));
    const names = await importing(await dumpOf([user(1), patient(2), patient(3)]), '--yes --into-existing');
    expect(names.error).toContain('(username) is that of an account that is here already');
    const other = user(1, { username: 'other', email: 'other@x.example' });
    const ids = await importing(await dumpOf([other, patient(2), patient(3)]), '--yes --into-existing');
    expect(ids.code).toBe(1);
    expect(ids.error).toContain('users: 1 ids, 1\n  patients: 1 ids, 2\n');
    expect([await count('users'), await count('patients')]).toEqual([1, 2]);
    expect(await count(`pg_namespace where nspname = 'importing'`)).toBe(0);
  });

  test('adds what collides with nothing, and no id is given twice', async () => {
    await importing(await dumpOf([user(1), patient(50)]));
    await sql`delete from patients`;
    const { code } = await importing(await dumpOf([user(2), patient(7, { created_by: 2 })]), '--yes --into-existing');
    expect(code).toBe(0);
    const [made] = await sql`insert into patients (name) values ('x') returning id::int`;
    expect([made?.id, await count('users')]).toEqual([51, 2]);
  });
});

describe('a run', () => {
  const nothing = { users: 0, patients: 0, doctors: 0, mappings: 0, tokens: 0, blacklisted: 0 };
  const what = { checksum: 'x', counts: {}, hasTokens: false, intoExisting: false };
  const staged = async () => {
    const staging = await beginStaging(store);
    staging.add('users', { id: 1, name: 'x', username: 'x', role: 'user', disabled: false });
    await staging.flush(true);
    return staging;
  };

  test('begins anew behind one that was killed', async () => {
    await staged();
    expect((await importing(await dumpOf(clinic))).code).toBe(0);
    expect(await count('users')).toBe(3);
  });

  test('stops when another has begun', async () => {
    const first = await staged();
    await staged();
    first.add('users', { id: 2, name: 'y', username: 'y', role: 'user', disabled: false });
    await expect(first.flush(true)).rejects.toThrow('Another import has begun anew');
    await expect(move(store, { ...what, run: first.run, staged: { ...nothing, users: 1 } })).rejects.toThrow(
      'Another import has begun anew',
    );
    expect(await count('users')).toBe(0);
  });

  test('moves nothing when staged rows were lost, as in a crash', async () => {
    const { run } = await staged();
    await expect(move(store, { ...what, run, staged: { ...nothing, users: 2 } })).rejects.toThrow('not all there');
    expect(await count('users')).toBe(0);
    await move(store, { ...what, run, staged: { ...nothing, users: 1 } });
    expect(await count('users')).toBe(1);
  });

  test('moves nothing when somebody made records meanwhile', async () => {
    const { run } = await staged();
    await sql`insert into patients (name) values ('x')`;
    const moving = { ...what, run, staged: { ...nothing, users: 1 } };
    await expect(move(store, moving)).rejects.toThrow('somebody has made records meanwhile');
    await move(store, { ...moving, intoExisting: true });
    expect(await count('users')).toBe(1);
  });
});

test('a map is written, corrected and taken', async () => {
  const path = await dumpOf([user(1), user(2, { username: 'USER1' }), patient(1, { blood: 'A' })]);
  const map = await fileOf('', 'map.json');
  const written = await importing(path, `--write-map ${map}`);
  expect([written.code, written.out]).toEqual([0, expect.stringContaining(`Wrote ${map}. Nothing was imported.`)]);
  const refused = await importing(path, `--yes --map ${map}`);
  expect(refused.error).toContain('clinic.patient.blood');
  expect(refused.error).toContain('is that of auth.user 1 but for its case');
  await isEmpty();
  const corrected = JSON.parse(await readFile(map, 'utf8'));
  corrected.models['clinic.patient'].fields.blood = 'medical_history';
  corrected.rows['auth.user'] = { 2: { username: 'two' } };
  const { code } = await importing(path, `--yes --map ${await fileOf(JSON.stringify(corrected), 'map.json')}`);
  expect([code, (await row('patients', 1)).medical_history]).toEqual([0, 'Blood: A']);
});

test('a wrong flag is explained', async () => {
  const { error, code } = await importing('x', '--force');
  expect([code, error]).toEqual([2, expect.stringContaining('Usage: npm run import:django')]);
});
