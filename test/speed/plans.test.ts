// What PostgreSQL does for the statements that the Worker sends, in a table of any size: read what is asked for, by index.
import { beforeAll, describe, expect, test } from 'vitest';
import { nextOf } from '../support/answers.ts';
import { type Account, boot, type Json } from '../support/app.ts';

const app = await boot();
const { owner: sql } = app.database;
const [server] = await sql.query('select version()');
// PGlite would take a minute for as many as a server takes in seconds
const onServer = !/wasm|emscripten/.test(server?.version);
const owners = onServer ? 200 : 10;
const each = 500;

const oneOf = (list: string[], seed: string) =>
  `(array['${list.join(`','`)}'])[1 + abs(hashint8(n * 7 + ${seed})) % ${list.length}]`;
const first = 'Amina Beatriz Chiara Danjela Eleni Fatou Grace Hana Inés Jyoti Keiko Leila Mei Nadia Olga Priya'.split(
  ' ',
);
const family = 'Abara Andersson Baptiste Becker Castillo Chen Diallo Dubois García Haddad Kowalski López Nguyen'.split(
  ' ',
);
const marks = `case when n % 1000 = 7 then ' Featherstone' else '' end`;

/**
 * Owners with 500 patients each, who lie together in the table: then the pages that are read say what a plan reads, not
 * how the rows are scattered. A doctor for each owner, to whom every fifth of the patients is assigned.
 */
const grow = async (from: number, to: number) => {
  const bulk = ['patients', 'mappings', 'doctors', 'users'];
  const n = `generate_series(${from}, ${to}) n`;
  await sql.transaction(
    [
      `select set_config('app.role', 'cli', true)`,
      ...bulk.map((table) => `alter table ${table} disable trigger t50_record`),
      `insert into users (name, username, email, role) select 'o' || n, 'o' || n, 'o' || n || '@example.com', 'user' from ${n}`,
      `insert into users (name, username, email, role) select 'd' || n, 'd' || n, 'd' || n || '@example.com', 'doctor' from ${n}`,
      `insert into doctors (user_id, created_by, name, specialization, approved)
        select id, null, ${oneOf(family, '1')}, 'Surgery', true from ${n} join users on username = 'd' || n`,
      `insert into doctors (created_by, name, specialization, created_at)
        select null, ${oneOf(family, '2')}, ${oneOf(['Oncology', 'Surgery', 'Neurology'], '3')}, now() - n * interval '1 second'
        from generate_series(${from * 10}, ${to * 10}) n`,
      `insert into patients (created_by, name, age, phone, email, address, created_at)
        select u.id, ${oneOf(first, '4')} || ' ' || ${oneOf(family, '5')} || ${marks}, n % 100,
          '+1 555 ' || lpad(n::text, 7, '0'), 'patient' || n || '@gmail.example', n % 300 || ' Elm Street',
          now() - abs(hashint8(n)) * interval '1 microsecond'
        from generate_series(${(from - 1) * each + 1}, ${to * each}) n join users u on u.username = 'o' || (1 + (n - 1) / ${each})
        order by n`,
      `insert into mappings (patient_id, doctor_id, created_at)
        select p.id, d.id, p.created_at from patients p join users o on o.id = p.created_by
          join users u on u.username = 'd' || substr(o.username, 2) join doctors d on d.user_id = u.id
        where o.username in (select 'o' || n from ${n}) and p.id % 5 = 0 order by p.id`,
      `insert into audit (actor_id, action, resource, resource_id, patient_ids, at)
        select p.created_by, 'read', 'patient', p.id, array[p.id], now() - interval '1 day' from patients p
        where p.created_by in (select id from users where username in (select 'o' || n from ${n}))`,
      ...bulk.map((table) => `alter table ${table} enable trigger t50_record`),
    ].map((statement) => sql.query(statement)),
  );
};
/** In short transactions: one that runs for long keeps the syncs of other files on the same server waiting. */
const growTo = async (from: number, to: number) => {
  for (let next = from; next <= to; next += 10) await grow(next, Math.min(to, next + 9));
  await sql.query('vacuum analyze');
};

const signIn = async (username: string): Promise<Account> => {
  const [user] = await sql.query('select id::int from users where username = $1', [username]);
  return app.device({ id: user?.id, token: '', refresh: '', user: null });
};

interface Batch {
  url: string;
  init: RequestInit;
  queries: { query: string; params: unknown[] }[];
}
/** What the Worker sends to the database for a request. */
const captured = async (
  who: Account,
  path: string,
): Promise<{ batch: Batch; answer: Json; next: string | undefined }> => {
  const original = globalThis.fetch;
  const batches: Batch[] = [];
  globalThis.fetch = (url, init) => {
    batches.push({ url: String(url), init: init ?? {}, queries: JSON.parse(String(init?.body)).queries });
    return original(url as RequestInfo, init);
  };
  try {
    const answer = await app.call('GET', path, { token: who.token });
    expect(answer.status, `${path}: ${answer.text}`).toBe(200);
    expect(batches).toHaveLength(1);
    return { batch: batches[0] as Batch, answer: answer.body, next: nextOf(answer) };
  } finally {
    globalThis.fetch = original;
  }
};

const run = async ({ url, init }: Batch, queries: { query: string; params: unknown[] }[]): Promise<Json[]> => {
  const response = await fetch(url, { ...init, body: JSON.stringify({ queries }) });
  const body = (await response.json()) as Json;
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body.results;
};

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Node[];
}
const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

// a table of a dozen pages is read at once for good reason
const large = onServer ? ['patients', 'mappings', 'audit'] : ['patients'];
/** How often each was read from end to end, by functions as well: what they do is in no plan of their caller. */
const scans = {
  query: `select relname, seq_scan from pg_stat_xact_user_tables where relname in ('${large.join(`','`)}') order by 1`,
  params: [],
};

/** The same batch with every statement but the first explained: as the same role, under the same policies. */
const explain = async (batch: Batch) => {
  const [begin, ...statements] = batch.queries as [Batch['queries'][0], ...Batch['queries']];
  const explained = statements.map(({ query, params }) => ({
    query: `explain (analyze, buffers, format json) ${query}`,
    params,
  }));
  const results = await run(batch, [begin, scans, ...explained, scans]);
  const text = (value: Json) => (typeof value === 'string' ? JSON.parse(value) : value);
  const plans: Node[] = results.slice(2, -1).map(({ rows }: Json) => text(rows[0][0])[0].Plan);
  return {
    plans,
    buffers: plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0),
    sequential: [
      ...plans
        .flatMap(nodes)
        .flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : [])),
      ...results
        .at(-1)
        .rows.flatMap(([relation, count]: string[], place: number) =>
          count === results[1].rows[place]?.[1] ? [] : `${relation}, perhaps in a function`,
        ),
    ].filter((relation) => large.some((name) => relation.startsWith(name))),
  };
};

/** The least of some runs: the first ones of a session also read the catalog. */
const measure = async (batch: Batch) => {
  const runs = [await explain(batch), await explain(batch), await explain(batch)];
  const sequential = [...new Set(runs.flatMap((each) => each.sequential))];
  const least = runs.sort((a, b) => a.buffers - b.buffers)[0] as (typeof runs)[0];
  return { ...least, sequential };
};

type Who = 'owner' | 'doctor' | 'admin';
interface Read {
  who: Who;
  path: string;
  /** Rows to go by cursor first. */
  after?: number;
  /** Whose cost is not compared: it has to do with what else the asker has, or with how high an index is. */
  alone?: true;
}
const both = (names: string[]) => names.flatMap((name) => [name, `-${name}`]);
const sorts = both(['id', 'name', 'created_at']);
const reads: Record<string, Read> = {
  'get one, as its owner': { who: 'owner', path: '/api/patients/ONE/' },
  'get one, as a doctor': { who: 'doctor', path: '/api/patients/ONE/' },
  'get one, as an admin': { who: 'admin', path: '/api/patients/ONE/' },
  ...Object.fromEntries(
    sorts.flatMap(
      (sort) =>
        [
          [`an owner's first page by ${sort}`, { who: 'owner', path: `/api/patients/?limit=50&sort=${sort}` }],
          [
            `an owner's ninth page by ${sort}`,
            { who: 'owner', path: `/api/patients/?limit=50&sort=${sort}`, after: 400 },
          ],
          [`an admin's first page by ${sort}`, { who: 'admin', path: `/api/patients/?limit=50&sort=${sort}` }],
          [`an admin's page 500 by ${sort}`, { who: 'admin', path: `/api/patients/?limit=2&sort=${sort}`, after: 998 }],
          [`all patients by ${sort}`, { who: 'doctor', path: `/api/doctors/all-patients/?limit=50&sort=${sort}` }],
          [
            `page 500 of all by ${sort}`,
            { who: 'doctor', path: `/api/doctors/all-patients/?limit=2&sort=${sort}`, after: 998 },
          ],
          [`my patients by ${sort}`, { who: 'doctor', path: `/api/doctors/my-patients/?limit=50&sort=${sort}` }],
        ] as [string, Read][],
    ),
  ),
  "an owner's search": { who: 'owner', path: '/api/patients/?search=garica' },
  "a doctor's search of the assigned": { who: 'doctor', path: '/api/doctors/my-patients/?search=garica' },
  "an owner's mappings": { who: 'owner', path: '/api/mappings/?limit=50', alone: true },
  "an admin's mappings": { who: 'admin', path: '/api/mappings/?limit=50&sort=-created_at', alone: true },
  "a doctor's mappings": { who: 'doctor', path: '/api/mappings/?limit=50', alone: true },
  'the doctors of one patient': { who: 'owner', path: '/api/mappings/ONE/', alone: true },
  'patients of one doctor': { who: 'admin', path: '/api/patients/?doctor=DOCTOR&limit=50', alone: true },
  'the trail': { who: 'admin', path: '/api/admin/audit/?limit=50', alone: true },
  'the trail of one patient': { who: 'admin', path: '/api/admin/audit/?patient=ONE', alone: true },
  "an admin's patients, a thousand at once": { who: 'admin', path: '/api/patients/?sort=name', alone: true },
  "an admin's mappings, a thousand at once": { who: 'admin', path: '/api/mappings/', alone: true },
  'the trail, a thousand entries at once': { who: 'admin', path: '/api/admin/audit/', alone: true },
  'the sync of an owner': { who: 'owner', path: '/api/sync/?cursor=SYNC', alone: true },
  'the sync of a doctor': { who: 'doctor', path: '/api/sync/?cursor=SYNC', alone: true },
  'the sync of an admin': { who: 'admin', path: '/api/sync/?cursor=SYNC', alone: true },
};

const castOf = async (number: number) => {
  const people = {
    owner: await signIn(`o${number}`),
    doctor: await signIn(`d${number}`),
    admin: await signIn('admin'),
  };
  const [one] = await sql.query(
    `select p.id::int, m.doctor_id::int from patients p join mappings m on m.patient_id = p.id
      where p.created_by = $1 order by p.id offset 20 limit 1`,
    [people.owner.id],
  );
  return { people, one: String(one?.id), doctor: String(one?.doctor_id) };
};

/** The whole of a sync, then a few changes: what a phone that was away for an hour asks for. */
const cursors = async ({ people }: Awaited<ReturnType<typeof castOf>>) => {
  const found: Record<string, string> = {};
  for (const who of ['owner', 'doctor', 'admin'] as const) {
    const [row] = await sql.query(`select pg_current_xact_id()::text as tx`);
    const role = who === 'owner' ? 'user' : who;
    const cursor = JSON.stringify([people[who].id, `${role}@0`, Number(row?.tx), null, -1, 0, 0]);
    found[who] = btoa(cursor).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
  }
  await app.asOwner(`update patients set phone = 'changed' where id in (
    select id from patients where created_by = ${people.owner.id} order by id offset 200 limit 5)`);
  await app.asOwner(`delete from mappings where id in (
    select m.id from mappings m join patients p on p.id = m.patient_id where p.created_by = ${people.owner.id} order by id limit 2)`);
  return found;
};

type Measured = Awaited<ReturnType<typeof measure>> & { rows: number };
const measureAs = async (number: number) => {
  const cast = await castOf(number);
  const sync = await cursors(cast);
  const found: Record<string, Measured> = {};
  for (const [name, { who, path, after }] of Object.entries(reads)) {
    let at = path
      .replace('ONE', cast.one)
      .replace('DOCTOR', cast.doctor)
      .replace('SYNC', sync[who] as string);
    const limit = /limit=\d+/.exec(at)?.[0] ?? '';
    if (after)
      at = ((await captured(cast.people[who], at.replace(limit, `limit=${after}`))).next as string).replace(
        `limit=${after}`,
        limit,
      );
    const { batch, answer } = await captured(cast.people[who], at);
    found[name] = { ...(await measure(batch)), rows: Array.isArray(answer) ? answer.length : 1 };
  }
  return found;
};

/** By two people from the middle, of whom the luckier counts: where somebody's rows begin within a page is chance. */
const measureAll = async (size: number) => {
  const middle = Math.ceil(size / 2);
  const [one, other] = [await measureAs(middle), await measureAs(middle + 1)];
  const better = (name: string) => {
    const [a, b] = [one[name] as Measured, other[name] as Measured];
    return { ...(a.buffers <= b.buffers ? a : b), sequential: [...new Set([...a.sequential, ...b.sequential])] };
  };
  return Object.fromEntries(Object.keys(one).map((name) => [name, better(name)]));
};

let few: Record<string, Measured>;
let many: Record<string, Measured>;
let admin: Account;

beforeAll(async () => {
  await app.asOwner(
    `insert into users (name, username, email, role) values ('admin', 'admin', 'admin@example.com', 'admin')`,
  );
  // who registered a patient is looked up in users, which is one page of them otherwise, and read in another way
  await sql.query(`insert into users (name, username, email, role)
    select 'other' || n, 'other' || n, 'other' || n || '@example.com', 'user' from generate_series(1, 1000) n`);
  admin = await signIn('admin');
  await growTo(1, 2);
  few = await measureAll(2);
  await growTo(3, owners);
  many = await measureAll(owners);
}, 300_000);

describe(`in a table of ${(owners * each).toLocaleString('en')} patients`, () => {
  test.each(Object.keys(reads))('%s reads no table from end to end', (name) => {
    expect(many[name]?.sequential).toEqual([]);
  });

  // a table of few pages is read in other ways than a large one, so that only a large one can be compared
  test.skipIf(!onServer).each(Object.keys(reads).filter((name) => !reads[name]?.alone))(
    '%s touches as many pages as in a table of 1,000',
    (name) => {
      const [before, after] = [few[name] as Measured, many[name] as Measured];
      const searched = reads[name]?.path.includes('search');
      if (!searched) expect(after.rows).toBe(before.rows);
      // what a search found is looked up by its id, in an index that is one level higher where there are 100,000
      const higher = searched ? after.rows : 0;
      expect(after.buffers, `for ${after.rows} rows, and before for ${before.rows}`).toBeLessThanOrEqual(
        Math.max(before.buffers * 1.3, before.buffers + 2) + higher,
      );
    },
  );

  test("an owner's mappings are found by the owner's patients, however many others have", () => {
    expect(many["an owner's mappings"]?.buffers).toBeLessThan(3 * each);
  });

  const rare = Math.floor((owners * each) / 1000);
  test.each([
    ['featherstone', rare],
    ['fethersotne', 0],
    ['feathersotne', rare],
    ['Featherstone 555', rare],
    [`patient${owners * each}@gmail.example`, 1],
    [`+1 555 ${String(each).padStart(7, '0')}`, 1],
    ['garcia featherstone', undefined],
    ['garica featherstone', undefined],
    ['zzyzx', 0],
  ])('a search over all for %s goes by index to what it finds', async (term, matches) => {
    const { batch, answer } = await captured(admin, `/api/patients/?${new URLSearchParams({ search: term })}`);
    if (matches !== undefined) expect(answer).toHaveLength(matches);
    const { sequential, buffers } = await measure(batch);
    expect(sequential).toEqual([]);
    // what the index has of the terms, and then what was found; the table itself has thousands of pages
    expect(buffers).toBeLessThan(500 + 10 * answer.length);
  });
});

const own = onServer ? 20_000 : 2_000;

describe(`among ${own.toLocaleString('en')} patients of one's own`, () => {
  let owner: Account;
  const share = own / 1000;

  beforeAll(async () => {
    await app.asOwner(
      `insert into users (name, username, email, role) values ('many', 'many', 'many@example.com', 'user')`,
    );
    owner = await signIn('many');
    await sql.transaction(
      [
        `select set_config('app.role', 'cli', true)`,
        'alter table patients disable trigger t50_record',
        `insert into patients (created_by, name, phone, email)
          select ${owner.id}, ${oneOf(first, '4')} || ' ' || ${oneOf(family, '5')} || ${marks}, '+1 666 ' || lpad(n::text, 7, '0'),
            'own' || lpad(n::text, 5, '0') || '@gmail.example'
          from generate_series(1, ${own}) n`,
        'alter table patients enable trigger t50_record',
      ].map((statement) => sql.query(statement)),
    );
    await sql.query('vacuum analyze');
  });

  /** How many rows of the table were read, by functions as well. */
  const rowsRead = {
    query: `select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'patients'`,
    params: [],
  };

  test.each([
    ['featherstone', share],
    ['feathersotne', share],
    ['Featherstone 666', share],
    ['own00777@gmail.example', 1],
    ['+1 666 0000500', 1],
    // somebody else's
    ['patient777@gmail.example', 0],
    ['zzyzx', 0],
  ])('a search for %s reads what it finds, and not all of them', async (term, matches) => {
    const { batch, answer } = await captured(owner, `/api/patients/?${new URLSearchParams({ search: term })}`);
    expect(answer).toHaveLength(matches);
    expect(batch.queries.filter(({ query }) => query.includes('app.search_own('))).toHaveLength(1);

    const { sequential } = await measure(batch);
    expect(sequential).toEqual([]);

    const [begin, ...statements] = batch.queries as [Batch['queries'][0], ...Batch['queries']];
    const results = await run(batch, [begin, rowsRead, ...statements, rowsRead]);
    const [before, after] = [results[1], results.at(-1)].map(({ rows }) => Number(rows[0][0]));
    // app.search_own() looks at a thousand to learn that there are many, and then at what the index found
    expect(Number(after) - Number(before)).toBeLessThan(1001 + own / 20);
  });
});
