// Whoever could run SQL of their own as the Worker's role would be everybody. So no text of a statement may come from a
// value: every route is sent two sets of marked values, and what reaches the database must be the same, letter by letter.
import { afterAll, beforeEach, expect, test } from 'vitest';
import { mayAskNothing, rowOf } from '../routes/table.ts';
import { boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { everyRoute, type Prepared, send } from '../support/every-route.ts';
import { routes } from '../support/routes.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);

/** Every statement that the Worker sends, as its driver does, with the values beside it. */
let sent: { query: string; params: unknown[] }[] = [];
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  if (String(input).endsWith('/sql')) {
    const { queries = [], ...one } = JSON.parse(String(init?.body));
    sent.push(...('query' in one ? [one] : queries));
  }
  return fetch(input, init);
};
afterAll(() => {
  globalThis.fetch = fetch;
});
beforeEach(() => {
  sent = [];
});

/** Both hold what would end a literal, a name, a comment and a statement. */
const marks = ['qzfirst\'"$1;--', 'qzother`\\/*$$:x'];
const [first, second] = marks.map((mark) => everyRoute(app, w, mark));
const hostile = (mark: string) => encodeURIComponent(mark);
/** What a list may be asked, in words of the mark where any will do and otherwise in numbers that nothing else has. */
const queryOf = (route: string, mark: string, number: number) => {
  const values: Record<string, string> = {
    ...{
      search: hostile(mark),
      specialization: hostile(mark),
      action: `read_${mark.slice(2, 7)}`,
      resource: 'patient',
    },
    ...{ limit: String(number), actor: String(number), patient: String(number), doctor: String(number) },
    ...{ min_age: String(number % 100), max_age: '150', date_of_birth: number % 2 ? '1990-12-31' : '1991-01-01' },
    ...{ from: `20${number % 10}0-01-01T00:00:00Z`, to: '2090-01-01T00:00:00Z', count: 'exact' },
    ...{
      state: route.includes('mails') ? 'waiting' : 'open',
      gender: 'female',
      approved: 'true',
      role: 'user',
      disabled: 'false',
      sort: '-id',
    },
  };
  const names = (rowOf(route).query ?? []).filter((name) => values[name] !== undefined);
  return names.length > 0 ? `?${names.map((name) => `${name}=${values[name]}`).join('&')}` : '';
};
const headersOf = (mark: string): Record<string, string> => ({
  'User-Agent': mark,
  'If-None-Match': `"${mark}"`,
  'Idempotency-Key': `${mark}${Math.random()}`,
  'CF-Connecting-IP': mark,
});
const statements = async (request: Prepared, mark: string, query: string) => {
  sent = [];
  const answer = await send(app.call, { ...request, path: request.path + query }, headersOf(mark));
  expect(answer.status, `${request.route} answered ${answer.text}`).toBeLessThan(300);
  return sent;
};

const asking = routes.filter((route) => !mayAskNothing(rowOf(route)));

test.each(asking)('%s: the text of a statement is ours alone', async (route) => {
  const [here, there] = [await first?.prepare(route), await second?.prepare(route)];
  if (!here || !there) throw new Error('unprepared');
  const one = await statements(here, marks[0] ?? '', queryOf(route, marks[0] ?? '', 3141));
  const other = await statements(there, marks[1] ?? '', queryOf(route, marks[1] ?? '', 2718));
  const texts = (list: typeof sent) => list.map(({ query }) => query);
  expect(texts(one).length).toBeGreaterThan(0);
  expect(texts(other)).toEqual(texts(one));
  for (const text of texts(one)) expect(text).not.toMatch(/qz|first|3141|2718|1990/);
});

test('the marks were on their way, beside the text', async () => {
  for (const route of ['POST /api/patients', 'PATCH /api/auth/me', 'POST /api/doctors']) {
    const request = await first?.prepare(route);
    if (!request) throw new Error('unprepared');
    const values = (await statements(request, marks[0] ?? '', '')).flatMap(({ params }) => params);
    expect(values.join(' '), route).toContain(marks[0]);
  }
});

test('a cursor is a value as well', async () => {
  const seal = (values: Json) => Buffer.from(JSON.stringify(values)).toString('base64url');
  const { owner } = w.people;
  const path = (key: string) => {
    const list = { sort: 'name' };
    return `/api/patients/?sort=name&cursor=${seal([JSON.stringify(['/api/patients', list]), key, 7])}`;
  };
  const texts = [];
  for (const mark of marks) {
    sent = [];
    expect((await app.call('GET', path(mark), { token: owner.token })).status).toBe(200);
    texts.push(sent.map(({ query }) => query));
    expect(sent.flatMap(({ params }) => params)).toContain(mark);
  }
  expect(texts[1]).toEqual(texts[0]);
});

test('nor is one made in the database, but of the names of our own tables and places', async () => {
  const dynamic = await app.database.owner.query(`
    select proname from pg_proc join pg_namespace n on n.oid = pronamespace
    where nspname = 'app' and prosrc ~* '\\mexecute\\M' order by 1`);
  expect(dynamic.map(({ proname }) => proname)).toEqual([
    'create_patients',
    'insert_record',
    'limit_records',
    'search',
    'search_own',
    'sees',
    'settle',
  ]);
  // where the words of a search would show, if they were in the text of what is executed; conditions() makes a part of it
  const searching = await app.database.owner.query(`
    select prosrc from pg_proc
    where proname in ('search', 'search_own', 'conditions') and pronamespace = 'app'::regnamespace`);
  expect(searching).toHaveLength(3);
  for (const { prosrc } of searching) expect(prosrc).not.toMatch(/%[LI]|quote_/);
  // the one name that is put into this text is that of the trigger's table
  const [{ prosrc } = { prosrc: '' }] = await app.database.owner.query(
    `select prosrc from pg_proc where proname = 'limit_records' and pronamespace = 'app'::regnamespace`,
  );
  expect(prosrc.match(/%.|quote_|\|\|/g)).toEqual(['%I']);
  expect(prosrc).toContain("offset $2)', tg_table_name)");
  // a value of type regclass is the name of a table that there is
  const [sees] = await app.database.owner.query(
    `select prosrc from pg_proc where oid = 'app.sees(regclass, bigint)'::regprocedure`,
  );
  expect(sees?.prosrc).toContain("format('select exists (select from %s where id = $1)', records)");
});
