// Every hour what has expired goes, and nothing else.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import worker from '../../src/index.ts';
import { boot, cheapPasswords, type Json } from '../support/app.ts';
import { faultyConnection } from '../support/database.ts';

cheapPasswords();
const app = await boot();
const owner = await app.register('owner');
const connection = await faultyConnection(app.database.appUrl);

const { rows } = app;
const run = (env = app.env) => worker.scheduled({ cron: '17 * * * *', scheduledTime: Date.now() }, env);
const names = async (query: string) => (await rows(query)).map(({ name }) => name);
const nothing = {
  sessions: 0,
  keys: 0,
  guesses: 0,
  django_tokens: 0,
  lookups: 0,
  otp_tokens: 0,
  mails: 0,
  names: 0,
  failed: [],
  left: [],
};
const elsewhere = () => app.sumsOf(['users', 'credentials', 'patients', 'doctors', 'mappings', 'audit']);

const { info } = console;
let said: Json[] = [];
beforeAll(() => {
  console.info = (line: string) => said.push(JSON.parse(line));
});
afterAll(() => {
  console.info = info;
});
beforeEach(() => {
  said = [];
});
afterEach(() => connection.heal());

const fill = async () => {
  const session = (name: string, idle: string, absolute: string) =>
    app.asOwner(
      `insert into sessions (user_id, refresh_hash, user_agent, idle_until, expires_at)
      values ($1, $2, $2, now() + $3::interval, now() + $4::interval)`,
      [owner.id, name, idle, absolute],
    );
  await session('idle too long', '-1 second', '1 day');
  await session('too old', '1 day', '-1 second');
  await session('both', '-1 day', '-1 day');
  await session('still good', '1 minute', '1 minute');
  for (const [key, age] of [
    ['of yesterday', '24 hours 1 second'],
    ['of today', '23 hours 59 minutes'],
  ])
    await app.asOwner(
      `insert into idempotency_keys (actor_id, key, route, body_hash, created_at) values ($1, $2, '', '', now() - $3::interval)`,
      [owner.id, key, age],
    );
  for (const [recipient, age, sent] of [
    ['sent long ago', '3 days', true],
    ['sent today', '1 hour', true],
    ['never sent', '31 days', false],
    ['waiting', '2 days', false],
  ] as const)
    await app.asOwner(
      `insert into mails (purpose, recipient, user_id, asked_at, sent_at)
      values ('verify', $1, $2, now() - $3::interval, case when $4 then now() - $3::interval end)`,
      [recipient, owner.id, age, sent],
    );
  // nobody has looked whose this is
  await app.asOwner(
    `insert into mails (purpose, recipient, asked_at) values ('reset', 'of nobody', now() - interval '25 hours')`,
  );
  for (const [hash, left] of [
    ['over', '-1 second'],
    ['open', '1 minute'],
  ])
    await app.asOwner(
      `insert into app.links (hash, purpose, user_id, expires_at) values ($1, 'verify', $2, now() + $3::interval)`,
      [hash, owner.id, left],
    );
  await app.asOwner(
    `insert into app.devices (user_id, agent_hash, last_used_at)
    values ($1, 'old', now() - interval '181 days'), ($1, 'used', now() - interval '179 days')`,
    [owner.id],
  );
  for (const [jti, left] of [
    ['expired', '-1 second'],
    ['lives', '1 minute'],
  ])
    await app.asOwner(`insert into django_tokens (jti, user_id, expires_at) values ($1, $2, now() + $3::interval)`, [
      jti,
      owner.id,
      left,
    ]);
  for (const [id, left] of [
    ['over', '-1 second'],
    ['counts', '1 minute'],
  ])
    await app.asOwner('insert into app.used_otp_tokens (id, expires_at) values ($1, now() + $2::interval)', [id, left]);
  for (const [key, forget] of [
    ['forgotten', '-1 second'],
    ['remembered', '1 minute'],
  ])
    await app.asOwner(
      `insert into guesses (key, failures, forget_at) values ($1, array[now()], now() + $2::interval)`,
      [key, forget],
    );
};

test('removes sessions, keys and guesses that have expired, and says how many', async () => {
  await fill();
  const before = await elsewhere();
  await run();
  expect(await names(`select user_agent as name from sessions where user_agent <> '' order by 1`)).toEqual([
    'still good',
  ]);
  expect(await names('select key as name from idempotency_keys')).toEqual(['of today']);
  expect(await names('select key as name from guesses')).toEqual(['remembered']);
  expect(await names(`select recipient as name from mails where recipient not like '%@%' order by 1`)).toEqual([
    'sent today',
    'waiting',
  ]);
  expect(await names('select hash as name from app.links')).toEqual(['open']);
  expect(await names(`select agent_hash as name from app.devices where agent_hash in ('old', 'used')`)).toEqual([
    'used',
  ]);
  expect(await names('select jti as name from django_tokens')).toEqual(['lives']);
  expect(await names('select id as name from app.used_otp_tokens')).toEqual(['counts']);
  expect(await elsewhere()).toEqual(before);
  const [{ job, ...removed }, ...more] = said;
  expect([job, more]).toEqual(['sweep', []]);
  expect(removed).toEqual({ ...nothing, sessions: 3, keys: 1, guesses: 1, django_tokens: 1, otp_tokens: 1, mails: 3 });
});

test('leaves who is signed in alone, and finds nothing the second time', async () => {
  await run();
  await run();
  expect((await app.call('GET', '/api/auth/me/', { token: owner.token })).status).toBe(200);
  const { job, ...removed } = said.findLast(({ job }) => job);
  expect(removed).toEqual(nothing);
});

test('takes one round trip a part', async () => {
  expect(await app.roundTripsOf(() => run())).toBe(8);
});

const expire = (keys: number) =>
  app.asOwner(
    `insert into idempotency_keys (actor_id, key, route, body_hash, created_at)
    select $1, 'bulk ' || n, '', '', now() - interval '2 days' from generate_series(1, $2::int) n`,
    [owner.id, keys],
  );
/** From now on, what is deleted from this table does this first. */
const onDelete = async (table: string, what: string) => {
  await app.asOwner(`create function app.in_the_way() returns trigger language plpgsql as $$
    begin ${what}; return old; end $$`);
  await app.asOwner(
    `create trigger in_the_way before delete on ${table} for each row execute function app.in_the_way()`,
  );
};
const clear = () => app.asOwner('drop function app.in_the_way() cascade');

test('goes on until nothing is left, in pieces', async () => {
  await expire(12_000);
  await run();
  expect(said.findLast(({ job }) => job)).toMatchObject({ keys: 12_000, left: [] });
});

test.each([
  ['fails', `raise exception 'broken'`],
  // PGlite cannot stop a statement: what comes next has the seconds after it
  ['takes too long', `if old.key like 'bulk%' then perform pg_sleep(5); end if`],
])('one part that %s keeps none of the others, and the log says which it was', async (_, what) => {
  await fill().catch(() => {});
  await expire(1);
  await app.asOwner(
    `insert into guesses (key, failures, forget_at) values ('late', array[now()], now() - interval '1 s')`,
  );
  await onDelete('idempotency_keys', what);
  // a URL of its own, because an isolate keeps what it knows of a database by that
  const DATABASE_URL = `${app.env.DATABASE_URL}?application_name=hasty`;
  await expect(run({ ...app.env, DATABASE_URL, DATABASE_TIMEOUT_MS: '4000' })).rejects.toThrow(
    'The sweep failed at: keys.',
  );
  await clear();
  expect(said.findLast(({ job }) => job)).toMatchObject({ guesses: 1, keys: 0, failed: ['keys'] });
  await run();
  expect(said.findLast(({ job }) => job)).toMatchObject({ failed: [] });
  expect(await app.count(`from idempotency_keys where key like 'bulk%'`)).toBe(0);
});

test('twelve erased accounts that were busy are swept at once, and keep no mail waiting', async () => {
  const busy = await Promise.all(Array.from({ length: 12 }, (_, n) => app.register(`busy_${n}`)));
  const ids = `{${busy.map(({ id }) => id)}}`;
  await app.database.owner.query(
    `insert into audit (actor_id, action, resource) select id, 'read', 'patient'
    from unnest($1::bigint[]) id, generate_series(1, 1500)`,
    [ids],
  );
  await app.asOwner(
    `update users set name = 'Erased account', username = null, email = null, disabled_at = now(),
    erased_at = now() where id = any ($1)`,
    [ids],
  );
  // as if each had left more than is taken out at once
  await app.asOwner(`update audit set actor_name = 'busy' where actor_id = any ($1)`, [ids]);
  await run();
  expect(said.findLast(({ job }) => job)).toMatchObject({ failed: [], left: [] });
  expect(await app.count(`from audit where actor_id = any ($1) and actor_name <> 'Erased account'`, [ids])).toBe(0);
  expect(await app.count('from app.erased_names')).toBe(0);
});

test('the previous Worker sweeps as it did', async () => {
  await expire(3);
  const [swept] = await rows('select keys::int from app.sweep()');
  expect(swept).toEqual({ keys: 3 });
});

test('fails where the schedule sees it when the database does not answer, and works the next time', async () => {
  await fill().catch(() => {});
  const env = { ...app.env, DATABASE_URL: connection.url };
  await connection.fail('html with 502');
  await expect(run(env)).rejects.toThrow('sessions, keys, guesses, django_tokens, otp_tokens, lookups, mails, names');
  await connection.heal();
  await run(env);
  expect(await names(`select user_agent as name from sessions where idle_until < now()`)).toEqual([]);
});
