import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { type FullQueryResults, NeonDbError, type NeonQueryFunction, neon } from '@neondatabase/serverless';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../scripts/cli/connect.ts';
import { type Neon, pgliteBackend, postgresBackend, startNeon } from '../../scripts/dev/neon/bridge.ts';
import type { Backend } from '../../scripts/dev/neon/session.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { bootPglite } from '../support/empty-pglite.ts';

type Sql = NeonQueryFunction<false, false>;
type Place = {
  bridge: Neon;
  backend: Backend;
  database: string;
  user: string;
  password: string;
  drop(): Promise<void>;
};

const server = process.env.TEST_DATABASE_URL;
const id = randomUUID().slice(0, 8);
const [login, api, stranger] = [`bridge_${id}`, `bridge_api_${id}`, `bridge_other_${id}`];

const places: [string, () => Promise<Place>][] = [['PGlite', onPglite]];
if (server) {
  places.push(['PostgreSQL', () => onPostgres(server)]);
}

async function onPglite(): Promise<Place> {
  const pglite = await bootPglite();
  const backend = pgliteBackend(new Map<string, PGlite>([['first', pglite]]));
  const bridge = await startNeon({ backend });
  const drop = async () => {
    await bridge.close();
    await pglite.close();
  };
  return { bridge, backend, database: 'first', user: 'postgres', password: '', drop };
}

async function onPostgres(url: string): Promise<Place> {
  const admin = new Client(url);
  await admin.connect();
  const database = `bridge_${id}`;
  await admin.query(`create database ${database}`);
  const backend = postgresBackend(url);
  const bridge = await startNeon({ backend });
  const drop = async () => {
    await bridge.close();
    await admin.query(`drop database ${database} with (force)`);
    await admin.query(`drop role ${login}, ${api}, ${stranger}`);
    await admin.end();
  };
  const { username, password } = new URL(url);
  const owner = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { bridge, backend, database, ...owner, drop };
}

/** The error of a query that must fail. */
async function failure(query: PromiseLike<unknown>): Promise<NeonDbError> {
  try {
    await query;
  } catch (error) {
    if (error instanceof NeonDbError) return error;
    throw error;
  }
  throw new Error('the query succeeded');
}

describe.each(places)('Neon bridge in front of %s', (_name, open) => {
  let place: Place;
  let owner: Sql;
  let user: Sql;

  beforeAll(async () => {
    place = await open();
    owner = neon(place.bridge.url(place.user, place.password, place.database));
    user = neon(place.bridge.url(login, 'a pass:word', place.database));
    await owner.query(`create role ${login} login noinherit password 'a pass:word'`);
    await owner.query(`create role ${api}`);
    await owner.query(`create role ${stranger}`);
    await owner.query(`grant ${api} to ${login}`);
    await owner`create table notes (id int primary key, body text not null check (body <> ''))`;
    await owner.query(`grant select, insert on notes to ${login}`);
  }, 60_000);

  afterAll(() => place.drop());

  describe('values', () => {
    const value = async (type: string, parameter: unknown): Promise<unknown> => {
      const [row] = await owner.query(`select $1::${type} as value`, [parameter]);
      return row?.value;
    };

    it.each([
      ['int', 42, 42],
      ['int8', '9223372036854775807', '9223372036854775807'],
      ['numeric', '12345678901234567890.123456789', '12345678901234567890.123456789'],
      ['float8', 0.1, 0.1],
      ['float8', 'Infinity', Number.POSITIVE_INFINITY],
      ['bool', true, true],
      ['bool', false, false],
      ['text', '', ''],
      ['text', `'single' "double" \\back\\slash $1 \n\t`, `'single' "double" \\back\\slash $1 \n\t`],
      ['text', 'ünï 日本 👩‍⚕️ \u0001', 'ünï 日本 👩‍⚕️ \u0001'],
      ['text', null, null],
      ['uuid', '0E2A9E2C-7E1B-4B5E-9F5B-1F2E3D4C5B6A', '0e2a9e2c-7e1b-4b5e-9f5b-1f2e3d4c5b6a'],
      ['timestamptz', '2026-03-04 05:06:07.891+02', new Date('2026-03-04T03:06:07.891Z')],
      ['json', { b: [1, null, 'x"'], a: {} }, { b: [1, null, 'x"'], a: {} }],
      ['jsonb', { ключ: '"\\' }, { ключ: '"\\' }],
      ['int[]', [1, null, 3], [1, null, 3]],
      [
        'text[]',
        ['a "quote"', 'back\\slash', 'comma, {brace}', null, 'NULL', ''],
        ['a "quote"', 'back\\slash', 'comma, {brace}', null, 'NULL', ''],
      ],
      [
        'text[]',
        [
          ['a', 'b'],
          ['"', null],
        ],
        [
          ['a', 'b'],
          ['"', null],
        ],
      ],
      ['text[]', [], []],
      ['bytea', Buffer.from([0, 1, 92, 255]), Buffer.from([0, 1, 92, 255])],
    ])('takes and gives %s %j', async (type, parameter, expected) => {
      expect(await value(type, parameter)).toEqual(expected);
    });

    it('takes and gives a date', async () => {
      const [row] = await owner`select ${'2026-02-28'}::date as day, ${'2026-02-28'}::date + 1 = '2026-03-01' as next`;
      expect(row).toEqual({ day: new Date(2026, 1, 28), next: true });
    });

    it('takes JSON numbers, arrays and objects from clients that do not prepare values', async () => {
      const { body } = await post({
        query: 'select $1::int, $2::bool, $3::text[], $4::jsonb, $5::jsonb[]',
        params: [7, true, ['a"b', null, 'c'], { k: [1] }, [{ a: '"' }]],
      });
      expect(JSON.parse(body).rows).toEqual([
        ['7', 't', '{"a\\"b",NULL,c}', '{"k": [1]}', '{"{\\"a\\": \\"\\\\\\"\\"}"}'],
      ]);
    });

    it('gives every value as the text PostgreSQL wrote, or null', async () => {
      const { body } = await post({ query: `select 1 as a, true as b, null as c, array[1,2] as d`, params: [] });
      expect(JSON.parse(body).rows).toEqual([['1', 't', null, '{1,2}']]);
    });

    it('gives a large answer whole', async () => {
      const rows = await owner`select i, repeat('é', 100) as text from generate_series(1, 20000) i`;
      expect(rows).toHaveLength(20_000);
      expect(rows.at(-1)).toEqual({ i: 20_000, text: 'é'.repeat(100) });
    });
  });

  describe('results', () => {
    const full = (text: string, params: unknown[] = []) =>
      owner.query(text, params, { fullResults: true }) as Promise<FullQueryResults<false>>;

    it('describes each column', async () => {
      const first = await full('select id, body, id::numeric(10,2) as amount from notes');
      const again = await full('select id, body, id::numeric(10,2) as amount from notes');
      const [{ oid }] = (await owner`select 'notes'::regclass::oid::int as oid`) as [{ oid: number }];
      expect(first.fields).toEqual([
        {
          name: 'id',
          dataTypeID: 23,
          tableID: oid,
          columnID: 1,
          dataTypeSize: 4,
          dataTypeModifier: -1,
          format: 'text',
        },
        {
          name: 'body',
          dataTypeID: 25,
          tableID: oid,
          columnID: 2,
          dataTypeSize: -1,
          dataTypeModifier: -1,
          format: 'text',
        },
        {
          name: 'amount',
          dataTypeID: 1700,
          tableID: 0,
          columnID: 0,
          dataTypeSize: -1,
          dataTypeModifier: 655_366,
          format: 'text',
        },
      ]);
      expect(again.fields).toEqual(first.fields);
      expect(again.rows).toEqual([]);
    });

    it('counts rows by command', async () => {
      const results = [
        await full(`insert into notes values (1, 'a'), (2, 'b') returning id`),
        await full(`update notes set body = 'c' where id > $1`, [0]),
        await full(`delete from notes where id = 1`),
        await full(`select * from notes`),
        await full(`delete from notes`),
        await full(`create temporary table counted ()`),
        await full(''),
      ];
      expect(results.map(({ command, rowCount, rows }) => [command, rowCount, rows.length])).toEqual([
        ['INSERT', 2, 2],
        ['UPDATE', 2, 0],
        ['DELETE', 1, 0],
        ['SELECT', 1, 1],
        ['DELETE', 1, 0],
        ['CREATE', null, 0],
        ['', null, 0],
      ]);
    });

    it('keeps columns of the same name apart in array mode', async () => {
      expect(await owner.query('select 1 as x, 2 as x', [], { arrayMode: true })).toEqual([[1, 2]]);
    });
  });

  describe('transactions', () => {
    it('runs a batch in order, in one transaction', async () => {
      const [first, rows, last] = await owner.transaction([
        owner`select txid_current() as tx`,
        owner`insert into notes values (10, 'x') returning id`,
        owner`select txid_current() as tx, (select count(*)::int from notes where id = 10) as count`,
      ]);
      await owner`delete from notes`;
      expect(rows).toEqual([{ id: 10 }]);
      expect(last).toEqual([{ tx: first?.[0]?.tx, count: 1 }]);
    });

    it('answers an empty batch', async () => {
      expect(await owner.transaction([])).toEqual([]);
    });

    it('keeps nothing of a batch that fails, wherever it fails', async () => {
      const insert = owner`insert into notes values (20, 'kept?')`;
      const broken = [
        owner`select 1/0`,
        owner`not sql`,
        owner`select ${'x'}::int`,
        owner`insert into notes values (20, 'again')`,
      ];
      for (const query of broken) {
        await failure(owner.transaction([insert, query, owner`select 1`]));
      }
      expect(await owner`select * from notes`).toEqual([]);
    });

    it('keeps nothing when the commit fails', async () => {
      await owner`create table linked (note int references notes deferrable initially deferred)`;
      const error = await failure(owner.transaction([owner`insert into linked values (99)`]));
      expect(error.code).toBe('23503');
      expect(await owner`select * from linked`).toEqual([]);
    });

    it.each([
      ['ReadUncommitted', 'read uncommitted'],
      ['ReadCommitted', 'read committed'],
      ['RepeatableRead', 'repeatable read'],
      ['Serializable', 'serializable'],
    ] as const)('runs a batch %s', async (isolationLevel, expected) => {
      const [[row]] = (await owner.transaction([owner`show transaction_isolation`], { isolationLevel })) as [[unknown]];
      expect(row).toEqual({ transaction_isolation: expected });
    });

    it('runs a batch read only and deferrable, and the next one not', async () => {
      const ask = `select current_setting('transaction_read_only') as ro, current_setting('transaction_deferrable') as d`;
      const options = { isolationLevel: 'Serializable', readOnly: true, deferrable: true } as const;
      expect(await owner.transaction([owner.query(ask)], options)).toEqual([[{ ro: 'on', d: 'on' }]]);
      expect(await owner.transaction([owner.query(ask)])).toEqual([[{ ro: 'off', d: 'off' }]]);
      const error = await failure(owner.transaction([owner`delete from notes`], { readOnly: true }));
      expect(error.code).toBe('25006');
    });

    it('keeps nothing of a batch whose client went away', async () => {
      const client = new AbortController();
      const insert = { query: `insert into notes values (40, 'nobody waits')`, params: [] };
      const asOwner = { user: place.user, password: place.password, database: place.database, applicationName: 'neon' };
      const answer = place.backend.run(asOwner, [insert], 'begin', client.signal);
      client.abort();
      await expect(answer).rejects.toThrow('Query cancelled');
      expect(await owner`select * from notes`).toEqual([]);
    });

    it('keeps nothing of a batch whose answer is too large', async () => {
      const error = await failure(
        owner.transaction([
          owner`insert into notes values (50, 'too much')`,
          owner`select repeat('x', 6 * 1024 * 1024)`,
          owner`select repeat('x', 6 * 1024 * 1024)`,
        ]),
      );
      expect(error.message).toContain('HTTP status 507');
      expect(await owner`select * from notes`).toEqual([]);
    });

    it('refuses an isolation level that does not exist', async () => {
      const answer = await post({ queries: [{ query: 'select 1' }] }, { 'neon-batch-isolation-level': 'Chaos' });
      expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('invalid isolation level') });
    });

    it('runs what cannot run in a transaction, alone', async () => {
      await owner`vacuum notes`;
      expect((await failure(owner.transaction([owner`vacuum notes`]))).code).toBe('25001');
    });

    it('leaves a transaction that a single query opened', async () => {
      await owner`begin`;
      await owner`insert into notes values (30, 'not in a transaction')`;
      await owner`rollback`;
      expect(await owner`delete from notes returning id`).toEqual([{ id: 30 }]);
    });

    it('answers 50 batches at once, each its own rows', async () => {
      const batches = Array.from({ length: 50 }, (_, i) =>
        user.transaction([
          user`select set_config('test.i', ${String(i)}, true)`,
          user`insert into notes values (${1000 + i}, ${`note ${i}`})`,
          user`select current_setting('test.i') as i, body from notes where id = ${1000 + i}`,
        ]),
      );
      const answers = await Promise.all(batches);
      expect(answers.map((answer) => answer[2])).toEqual(
        Array.from({ length: 50 }, (_, i) => [{ i: String(i), body: `note ${i}` }]),
      );
      expect(await owner`delete from notes where id >= 1000 returning 1`).toHaveLength(50);
    });
  });

  describe('errors', () => {
    it('have every field', async () => {
      await owner`insert into notes values (1, 'a')`;
      const unique = await failure(owner`insert into notes values (1, 'b')`);
      await owner`delete from notes`;
      expect(unique).toMatchObject({
        message: 'duplicate key value violates unique constraint "notes_pkey"',
        severity: 'ERROR',
        code: '23505',
        detail: 'Key (id)=(1) already exists.',
        schema: 'public',
        table: 'notes',
        constraint: 'notes_pkey',
        file: expect.stringMatching(/\.c$/),
        line: expect.stringMatching(/^\d+$/),
        routine: '_bt_check_unique',
      });
      expect(await failure(owner`insert into notes (id) values (2)`)).toMatchObject({ code: '23502', column: 'body' });
      expect(await failure(owner`select * from notez`)).toMatchObject({ code: '42P01', position: '15' });
      expect(await failure(owner`select bodi from notes`)).toMatchObject({
        hint: expect.stringContaining('notes.body'),
      });
      await owner`create domain short as text check (length(value) < 3)`;
      expect(await failure(owner`select 'long'::short`)).toMatchObject({
        dataType: 'short',
        constraint: 'short_check',
      });
      const inner = await failure(owner`do $$ begin perform 1 from nowhere; end $$`);
      expect(inner).toMatchObject({
        internalQuery: expect.stringContaining('1 from nowhere'),
        internalPosition: expect.stringMatching(/^\d+$/),
        where: expect.stringContaining('PL/pgSQL function'),
      });
    });

    it('answer absent fields as null', async () => {
      const { status, body } = await post({ query: 'select 1/0', params: [] });
      expect(status).toBe(400);
      expect(Object.keys(JSON.parse(body)).sort()).toEqual(
        'code column constraint dataType detail file hint internalPosition internalQuery line message position routine schema severity table where'.split(
          ' ',
        ),
      );
      expect(JSON.parse(body)).toMatchObject({ code: '22012', detail: null, table: null });
    });

    it('are an exception of SQL with its own code', async () => {
      const error = await failure(
        owner`do $$ begin raise exception using errcode = 'WB123', message = 'own', hint = 'h'; end $$`,
      );
      expect(error).toMatchObject({ code: 'WB123', message: 'own', hint: 'h' });
    });

    it('answer what Neon refuses: two statements in one, a wrong parameter count, NUL', async () => {
      expect((await failure(owner.query('select 1; select 2'))).code).toBe('42601');
      expect((await failure(owner.query('select $1::int, $2::int', [1]))).code).toBe('08P01');
      expect((await failure(owner.query('select $1::text', ['a\0b']))).code).toBe('22021');
      expect((await failure(owner.query('select 1\0'))).code).toBe('22021');
      expect(await owner`select 1 as fine`).toEqual([{ fine: 1 }]);
    });

    it('answer COPY FROM STDIN, and the next request is well', async () => {
      for (const query of ['copy notes from stdin', '-- no\n /* really */ COPY notes FROM STDIN']) {
        expect(await failure(owner.query(query))).toBeInstanceOf(NeonDbError);
        expect((await failure(owner.transaction([owner.query(query)]))).message).not.toBe('');
        expect(await owner`select 1 as fine`).toEqual([{ fine: 1 }]);
      }
    });
  });

  describe('users', () => {
    const who = 'select current_user::text as current, session_user::text as session';

    it('are the connection string’s', async () => {
      const asUser = [{ current: login, session: login }];
      const asOwner = [{ current: place.user, session: place.user }];
      expect(await user.query(who)).toEqual(asUser);
      expect(await owner.query(who)).toEqual(asOwner);
      expect(await user.transaction([user.query(who)])).toEqual([asUser]);
      expect(await owner.transaction([owner.query(who)])).toEqual([asOwner]);
    });

    it('may do only what they were granted', async () => {
      expect((await failure(user`delete from notes`)).code).toBe('42501');
      expect((await failure(user`create role impostor`)).code).toBe('42501');
      expect((await failure(user.query(`set role ${stranger}`))).code).toBe('42501');
      expect((await failure(user.query(`select set_config('role', '${place.user}', true)`))).code).toBe('42501');
    });

    it('switch role for their own transaction only', async () => {
      const become = user.query(`select set_config('role', '${api}', true)`);
      const [, inside] = await user.transaction([become, user.query(who)]);
      expect(inside).toEqual([{ current: api, session: login }]);
      expect(await user.query(who)).toEqual([{ current: login, session: login }]);
      await failure(user.transaction([become, user`select 1/0`]));
      const after = await Promise.all(Array.from({ length: 20 }, () => user.query(who)));
      expect(new Set(after.map(([row]) => row?.current))).toEqual(new Set([login]));
      expect(await owner.query(who)).toEqual([{ current: place.user, session: place.user }]);
    });

    it.each([
      ['set role', `set role ${api}`],
      ['set_config', `select set_config('role', '${api}', false)`],
      ['set_config by parameter', `select set_config('role', $1, $2)`],
    ])('do not leave a role behind with %s', async (_what, text) => {
      const params = text.includes('$2') ? [api, false] : [];
      await user.query(text, params);
      const after = await Promise.all(Array.from({ length: 20 }, () => user.query(who)));
      expect(new Set(after.map(([row]) => row?.current))).toEqual(new Set([login]));
    });

    it('do not stay somebody else', async () => {
      // PostgreSQL refuses it; PGlite's only session is a superuser's underneath
      await user.query(`set session authorization ${place.user}`).catch(() => {});
      expect(await user.query(who)).toEqual([{ current: login, session: login }]);
    });

    it('do not get mixed up', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 ? user : owner).transaction([owner.query(who)])),
      );
      expect(answers.map(([rows]) => rows?.[0]?.session)).toEqual(
        Array.from({ length: 40 }, (_, i) => (i % 2 ? login : place.user)),
      );
    });

    it('do not leave settings behind', async () => {
      await user`set statement_timeout = 12345`;
      await user.transaction([user`set local statement_timeout = 54321`]);
      const after = await Promise.all(Array.from({ length: 20 }, () => user`show statement_timeout`));
      expect(new Set(after.map(([row]) => row?.statement_timeout))).toEqual(new Set(['0']));
    });

    it('do not leave anything of a session behind, however it came about', async () => {
      // inside of a function nothing shows from outside: neither in the text nor in the command's tag
      await owner`create function litter() returns int language plpgsql as $$
        begin
          perform set_config('statement_timeout', '12345', false), set_config('test.left', 'here', false);
          perform pg_advisory_lock(4711);
          create temporary table litter (a int);
          return pg_backend_pid();
        end $$`;
      await owner`select litter()`;
      const look = `select current_setting('statement_timeout') as timeout, current_setting('test.left', true) as left,
        to_regclass('pg_temp.litter')::text as litter,
        (select count(*)::int from pg_locks where locktype = 'advisory' and objid = 4711 and pid = pg_backend_pid()) as locks`;
      const after = await Promise.all(Array.from({ length: 20 }, () => owner.query(look)));
      for (const [row] of after) expect(row).toMatchObject({ timeout: '0', litter: null, locks: 0 });
      expect(after.map(([row]) => row?.left || null)).toEqual(Array(20).fill(null));
    });

    it('do not escape by ending the transaction', async () => {
      await user.transaction([user`commit`, user.query(who)]).then(
        ([, rows]) => expect(rows).toEqual([{ current: login, session: login }]),
        (error) => expect(error).toBeInstanceOf(NeonDbError),
      );
      expect(await user.query(who)).toEqual([{ current: login, session: login }]);
    });

    it('need to exist, to be allowed to log in, and their password', async () => {
      const as = (name: string, password: string, database = place.database) =>
        failure(neon(place.bridge.url(name, password, database))`select 1`);
      const refused = (name: string) => ({
        code: '',
        severity: '',
        message: `password authentication failed for user '${name}'`,
      });
      expect(await as('nobody', 'x')).toMatchObject(refused('nobody'));
      expect(await as(login, 'wrong')).toMatchObject(refused(login));
      expect(await as(login, '')).toMatchObject(refused(login));
      expect(await as(stranger, 'x')).toMatchObject(refused(stranger));
      const { message } = await as(login, 'a pass:word', 'nowhere');
      expect(message).toContain('HTTP status 500');
      expect(message).toContain('"message":"database \\"nowhere\\" does not exist","severity":"FATAL","code":"3D000"');
      expect(await user`select 1 as fine`).toEqual([{ fine: 1 }]);
    });
  });

  describe('prepared statements', () => {
    it('survive a change of the table by another connection', async () => {
      await owner`create table changing (a int)`;
      await owner`insert into changing values (1)`;
      const read = async () => (await Promise.all(Array.from({ length: 20 }, () => owner`select * from changing`)))[19];
      expect(await read()).toEqual([{ a: 1 }]);
      await owner`alter table changing add column b text default 'x'`;
      expect(await read()).toEqual([{ a: 1, b: 'x' }]);
      await owner.transaction([owner`alter table changing alter column a type text`, owner`select 1`]);
      expect(await read()).toEqual([{ a: '1', b: 'x' }]);
    });

    it('survive a change that the bridge does not see', async () => {
      await owner`create table hidden (a int)`;
      await owner`insert into hidden values (1)`;
      await owner`create function widen() returns void language sql as 'alter table hidden add column b int default 2'`;
      expect(await owner`select * from hidden`).toEqual([{ a: 1 }]);
      await owner`select widen()`;
      expect(await owner`select * from hidden`).toEqual([{ a: 1, b: 2 }]);
      expect(await owner.transaction([owner`insert into hidden values (3)`, owner`select * from hidden`])).toEqual([
        [],
        [
          { a: 1, b: 2 },
          { a: 3, b: 2 },
        ],
      ]);
    });

    it('describe a table anew that was made again', async () => {
      const tableId = async () => {
        const { fields } = (await owner.query('select a from again', [], {
          fullResults: true,
        })) as FullQueryResults<false>;
        return fields[0]?.tableID;
      };
      await owner`create table again (a int)`;
      const before = await tableId();
      await owner.transaction([owner`drop table again`, owner`create table again (a int)`]);
      const [row] = await owner`select 'again'::regclass::oid::int as oid`;
      expect(await tableId()).toBe(row?.oid);
      expect(row?.oid).not.toBe(before);
    });

    it('survive deallocation', async () => {
      expect(await owner`select 5 as five`).toEqual([{ five: 5 }]);
      await owner`select 1`;
      await owner`deallocate all`;
      expect(await owner`select 5 as five`).toEqual([{ five: 5 }]);
    });

    it('serve the same text twice in a batch', async () => {
      const text = `select $1::int + ${Math.random()} > 0 as same`;
      expect(await owner.transaction([owner.query(text, [1]), owner.query(text, [-5])])).toEqual([
        [{ same: true }],
        [{ same: false }],
      ]);
    });

    it('do not remember a text that did not parse', async () => {
      const text = 'select later from appears_later';
      expect((await failure(owner.query(text))).code).toBe('42P01');
      await owner`create table appears_later (later int)`;
      expect(await owner.query(text)).toEqual([]);
    });

    it('are bounded', async () => {
      const texts = Array.from({ length: 600 }, (_, i) => owner.query(`select ${i} as i`));
      const answers = await owner.transaction(texts);
      expect(answers[599]).toEqual([{ i: 599 }]);
      expect(await owner.query('select 0 as i')).toEqual([{ i: 0 }]);
      const [[row]] = (await owner.transaction([owner`select count(*)::int as n from pg_prepared_statements`])) as [
        [{ n: number }],
      ];
      expect(row.n).toBeLessThan(270);
    });

    it('stay as long as they are used', async () => {
      const hot = owner.query('select name from pg_prepared_statements where statement like $1', ['%like $1']);
      const [before] = await owner.transaction([hot]);
      for (let round = 0; round < 4; round++) {
        const others = Array.from({ length: 100 }, (_, i) => owner.query(`select ${round}, ${i}`));
        expect((await owner.transaction([hot, ...others]))[0]).toEqual(before);
      }
    });

    it('take a statement of any length, but do not keep it', async () => {
      const long = `select '${'x'.repeat(50_000)}' as long, 1 as a`;
      const kept = owner`select 1 from pg_prepared_statements where length(statement) > 50000`;
      expect(await owner.transaction([owner.query(long), owner`select 2 as b`, owner.query(long), kept])).toEqual([
        [{ long: 'x'.repeat(50_000), a: 1 }],
        [{ b: 2 }],
        [{ long: 'x'.repeat(50_000), a: 1 }],
        [],
      ]);
    });
  });

  describe('HTTP', () => {
    it('counts one round trip for a query, a batch and a failure', async () => {
      const before = [place.bridge.roundTrips(place.database), place.bridge.roundTrips()] as const;
      await owner`select 1`;
      await owner.transaction([owner`select 1`, owner`select 2`, owner`select 3`]);
      await failure(owner`select 1/0`);
      expect(place.bridge.roundTrips(place.database)).toBe(before[0] + 3);
      expect(place.bridge.roundTrips()).toBe(before[1] + 3);
      expect(place.bridge.roundTrips('unheard of')).toBe(0);
    });

    it.each<[string, unknown, Record<string, string | undefined>?]>([
      ['no JSON', 'select 1'],
      ['a JSON string', '"select 1"'],
      ['null', 'null'],
      ['no query', '{}'],
      ['a query that is no text', { query: 1 }],
      ['params that are no array', { query: 'select 1', params: {} }],
      ['queries that are no array', { queries: 'select 1' }],
      ['a query of a batch that is null', { queries: [null] }],
      ['no connection string', { query: 'select 1' }, { 'neon-connection-string': undefined }],
      ['a broken connection string', { query: 'select 1' }, { 'neon-connection-string': 'postgres://' }],
      ['another kind of URL', { query: 'select 1' }, { 'neon-connection-string': 'http://a:b@c/d' }],
      ['rows as objects', { query: 'select 1' }, { 'neon-array-mode': 'false' }],
      ['parsed values', { query: 'select 1' }, { 'neon-raw-text-output': undefined }],
    ])('answers 400 to %s', async (_what, body, headers) => {
      const answer = await post(body, headers);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body).message).toMatch(/\w+ \w+/);
    });

    it('takes no more than Neon, or than the protocol can count', async () => {
      const answer = await post({ query: 'select $1::int', params: Array(65_537).fill(1) });
      expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('too many parameters') });
      expect((await post({ query: 'select $1', params: ['x'.repeat(11 * 1024 * 1024)] })).status).toBe(413);
      expect((await post({ query: `select repeat('x', 11 * 1024 * 1024)`, params: [] })).status).toBe(507);
      // bytes, not characters
      expect((await post({ query: `select repeat('é', 6 * 1024 * 1024)`, params: [] })).status).toBe(507);
      expect((await post({ query: `select repeat('é', 4 * 1024 * 1024)`, params: [] })).status).toBe(200);
    });

    it('refuses web pages', async () => {
      const body = { query: 'select 1', params: [] };
      expect((await post(body, { host: 'rebound.example' })).status).toBe(403);
      expect((await post(body, { origin: 'https://evil.example' })).status).toBe(403);
      const answer = await post(body);
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });

    it('knows no other path, and no control unless told', async () => {
      expect((await post({}, {}, '/')).status).toBe(404);
      expect((await post({}, {}, '/databases')).status).toBe(404);
    });
  });

  describe('connect()', () => {
    it('uses a running bridge', async () => {
      const before = place.bridge.roundTrips();
      const { sql, close } = await connect(place.bridge.url(login, 'a pass:word', place.database));
      expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
      expect(place.bridge.roundTrips()).toBe(before + 2);
      await close();
    });

    it('says what is wrong', async () => {
      await expect(connect(place.bridge.url(login, 'wrong', place.database))).rejects.toThrow(
        /^The database at 127.0.0.1:\d+ does not let bridge_\w+ in: password authentication failed/,
      );
      await expect(connect(place.bridge.url(login, 'a pass:word', 'nowhere'))).rejects.toThrow(
        /^There is no database nowhere at 127.0.0.1/,
      );
    });
  });

  /** A request without the driver. */
  function post(
    body: unknown,
    headers: Record<string, string | undefined> = {},
    path = '/sql',
  ): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
    const { port } = place.bridge;
    const all = {
      'neon-connection-string': place.bridge.url(place.user, place.password, place.database),
      'neon-raw-text-output': 'true',
      'neon-array-mode': 'true',
      ...headers,
    };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return new Promise((resolve, reject) => {
      const sent = request({ port, path, method: 'POST', headers: given, host: '127.0.0.1' }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            headers: answer.headers,
          }),
        );
      });
      sent.on('error', reject);
      sent.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }
});

describe.runIf(server)('Neon bridge on a server', () => {
  const url = new URL(server ?? 'postgres://x@y/z');

  it('connects to any PostgreSQL', async () => {
    const { sql, close } = await connect(url.href);
    expect(await sql`select current_user::text as u`).toEqual([{ u: decodeURIComponent(url.username) }]);
    await close();
    await expect(sql`select 1`).rejects.toThrow('after calling end');
  });

  it('says that the password is wrong', async () => {
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(connect(wrong.href)).rejects.toThrow(/does not let .* in: password authentication failed/);
  });

  it('answers a lost connection, and the next request is well', async () => {
    const bridge = await startNeon({ backend: postgresBackend(url.href) });
    const sql = neon(
      bridge.url(decodeURIComponent(url.username), decodeURIComponent(url.password), url.pathname.slice(1)),
    );
    expect((await failure(sql`select pg_terminate_backend(pg_backend_pid())`)).code).toBe('57P01');
    expect(await sql`select 1 as fine`).toEqual([{ fine: 1 }]);
    await bridge.close();
  });

  it('answers the same without prepared statements, in two exchanges a statement', async () => {
    const login = {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
      applicationName: 'neon',
    };
    const [prepared, unprepared] = [postgresBackend(url.href), postgresBackend(url.href, { unprepared: true })];
    const batch = ['select 1 as a, $1::text as b', 'create temporary table t (a int)', 'insert into t values (1), (2)'];
    const statements = batch.map((query, at) => ({ query, params: at === 0 ? ['x'] : [] }));
    expect(await unprepared.run(login, statements, 'begin')).toEqual(await prepared.run(login, statements, 'begin'));
    expect(unprepared.exchanges()).toBe(2 * 3 + 2);
    const broken = [{ query: 'select 1/0', params: [] }];
    await expect(unprepared.run(login, broken, 'begin')).rejects.toMatchObject({ code: '22012' });
    expect(await unprepared.run(login, [{ query: 'select 1 as fine', params: [] }])).toHaveLength(1);
    await Promise.all([prepared.close(), unprepared.close()]);
  });

  it('answers a connection that broke without a word as Neon does', async () => {
    const sockets = new Set<Socket>();
    const cable = createServer((socket) => {
      const toServer = connectSocket(Number(url.port || 5432), url.hostname);
      for (const end of [socket, toServer]) sockets.add(end.on('error', () => {}));
      socket.pipe(toServer).pipe(socket);
    });
    const port = await listening(cable);
    const bridge = await startNeon({ backend: postgresBackend(`postgres://127.0.0.1:${port}`) });
    const sql = neon(
      bridge.url(decodeURIComponent(url.username), decodeURIComponent(url.password), url.pathname.slice(1)),
    );
    await sql`select 1`;
    const broken = failure(sql`select pg_sleep(30)`);
    setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, 100);
    expect(await broken).toMatchObject({ message: 'connection closed', code: '', severity: '' });
    expect(await sql`select 1 as fine`).toEqual([{ fine: 1 }]);
    await bridge.close();
    cable.close();
  });

  it('cancels what a client that went away still had running', async () => {
    const bridge = await startNeon({ backend: postgresBackend(url.href) });
    const at = bridge.url(decodeURIComponent(url.username), decodeURIComponent(url.password), url.pathname.slice(1));
    const running = neon(`${at}?application_name=${id}gone`, { fetchOptions: { signal: AbortSignal.timeout(300) } });
    const sql = neon(at);
    await failure(running.transaction([running`select pg_sleep(30)`]));
    const left = async () =>
      (await sql`select count(*)::int as n from pg_stat_activity where application_name = ${`${id}gone`}`)[0]?.n;
    await expect.poll(left, { timeout: 5000 }).toBe(0);
    await bridge.close();
  });

  it('gives up a connection that waits for data to copy', async () => {
    const bridge = await startNeon({ backend: postgresBackend(url.href) });
    const sql = neon(
      bridge.url(decodeURIComponent(url.username), decodeURIComponent(url.password), url.pathname.slice(1)),
    );
    const copy = '/* /* unseen */ */ copy pg_temp.t from stdin';
    const error = await failure(sql.transaction([sql`create temporary table t (a int)`, sql.query(copy)]));
    expect(error.message).toMatch(/COPY/);
    expect(await sql`select 1 as fine`).toEqual([{ fine: 1 }]);
    await bridge.close();
  });

  it('opens no more connections than it may, over all logins', async () => {
    const bridge = await startNeon({ backend: postgresBackend(url.href, { perLogin: 2, total: 3 }) });
    const sqls = ['a', 'b', 'c', 'd'].map((name) =>
      neon(
        `${bridge.url(decodeURIComponent(url.username), decodeURIComponent(url.password), url.pathname.slice(1))}?application_name=${id}${name}`,
      ),
    );
    const count = `select count(*)::int as n, pg_sleep(0.01) from pg_stat_activity where application_name like '${id}%'`;
    const answers = await Promise.all([...sqls, ...sqls, ...sqls, ...sqls].map((sql) => sql.query(count)));
    await bridge.close();
    expect(answers).toHaveLength(16);
    expect(Math.max(...answers.map(([row]) => Number(row?.n)))).toBeLessThanOrEqual(3);
  });
});

describe('Neon bridge without a database', () => {
  it('says that it cannot reach the server', async () => {
    const port = await freePort();
    const bridge = await startNeon({ backend: postgresBackend(`postgres://127.0.0.1:${port}`) });
    const error = await failure(neon(bridge.url('u', 'p', 'd'))`select 1`);
    await bridge.close();
    expect(error.message).toContain('HTTP status 500');
    expect(error.message).toContain(`Could not connect to PostgreSQL at 127.0.0.1:${port}: ECONNREFUSED`);
  });

  it('makes connect() say so', async () => {
    const port = await freePort();
    await expect(connect(`postgres://u:secret@127.0.0.1:${port}/d`)).rejects.toThrow(
      `The database at 127.0.0.1:${port} cannot be reached (ECONNREFUSED). Is it running (npm start)?`,
    );
    await expect(connect('mysql://u:secret@127.0.0.1/d')).rejects.toThrow(
      'A database URL looks like postgres://user:password@host:port/database.',
    );
  });

  it.each([
    [400, { message: "password authentication failed for user 'u'", code: '' }, 'does not let u in: password authenti'],
    [
      400,
      {
        message:
          'This IP address 192.0.2.1 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console.',
        code: '',
      },
      'does not let this machine in: This IP address 192.0.2.1 is not allowed',
    ],
    [
      400,
      { message: 'The requested endpoint could not be found, or you don’t have access to it.', code: '' },
      'cannot be used: The requested endpoint could not be found, or you don’t have access to it.',
    ],
    [500, { message: 'database "d" does not exist', code: '3D000' }, 'There is no database d at 127.0.0.1'],
    [
      500,
      { message: "Couldn't connect to compute node", code: '' },
      "cannot be reached (Couldn't connect to compute node)",
    ],
  ])('and what Neon says without a SQLSTATE: %i %j', async (status, said, sentence) => {
    const gateway = createHttpServer((asked, answer) => {
      asked.resume();
      answer.writeHead(asked.url === '/sql' ? status : 200, { 'content-type': 'application/json' });
      answer.end(asked.url === '/sql' ? JSON.stringify(said) : '{"bridge":"neon"}');
    });
    const port = await listening(gateway);
    await expect(connect(`postgres://u:secret@127.0.0.1:${port}/d`)).rejects.toThrow(sentence);
    gateway.close();
  });

  it('says that its port is taken', async () => {
    const backend = pgliteBackend(new Map());
    const first = await startNeon({ backend });
    await expect(startNeon({ backend, port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.close();
    await (await startNeon({ backend, port: first.port })).close();
  });

  it('closes at once, with connections open and requests under way', async () => {
    let reached: (socket: Socket) => void = () => {};
    const atServer = new Promise<Socket>((resolve) => {
      reached = resolve;
    });
    const silent = createServer(reached);
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as AddressInfo).port));
    });
    const bridge = await startNeon({ backend: postgresBackend(`postgres://127.0.0.1:${port}`) });
    const pending = failure(neon(bridge.url('u', 'p', 'd'))`select 1`);
    await fetch(`http://127.0.0.1:${bridge.port}/neon-bridge`).then((answer) => answer.text());
    const socket = (await atServer).resume();
    const left = new Promise((resolve) => socket.on('close', resolve));
    const started = performance.now();
    await bridge.close();
    expect(performance.now() - started).toBeLessThan(500);
    await pending;
    await left;
    silent.close();
  });

  it('makes and drops databases when it has control', async () => {
    const dropped: string[] = [];
    const control = {
      create: async () => ({ name: 'n', ownerUrl: 'o', appUrl: 'a' }),
      drop: async (name: string) => void dropped.push(name),
    };
    const bridge = await startNeon({ backend: pgliteBackend(new Map()), control });
    const at = (path: string, method: string) => fetch(`http://127.0.0.1:${bridge.port}${path}`, { method });
    expect(await (await at('/databases', 'POST')).json()).toEqual({ name: 'n', ownerUrl: 'o', appUrl: 'a' });
    expect((await at('/databases/n', 'DELETE')).status).toBe(204);
    expect(await (await at('/databases/n/round-trips', 'GET')).json()).toEqual({ count: 0 });
    expect(dropped).toEqual(['n']);
    await bridge.close();
  });
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
