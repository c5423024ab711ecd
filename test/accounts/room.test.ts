// How much one account may keep: anybody may be a user, and nobody may fill the database.
import { expect, test } from 'vitest';
import { boot, caller, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { admin } = w.people;
const narrow = caller({ ...app.env, RECORDS_PER_ACCOUNT: 2, KEYS_PER_ACCOUNT: 2 });
const me = await app.register('collector');
const make = (path: string, body: Json, { token } = me) => narrow('POST', path, { token, body });

test.each([['patients', { name: 'Jane' }]])(
  'of %s a user makes so many and no more, until one is deleted',
  async (kind, body) => {
    const path = `/api/${kind}/`;
    const made = [await make(path, body), await make(path, body)];
    expect(made.map(({ status }) => status)).toEqual([201, 201]);
    const refused = await make(path, body);
    expect([refused.status, refused.body.code]).toEqual([409, 'limit_reached']);
    // nor without the setting's way in: every other route has what it says by default
    expect((await narrow('DELETE', `${path}${made[0]?.body.id}/`, { token: me.token })).status).toBe(204);
    expect((await make(path, body)).status).toBe(201);
    expect((await make(path, body)).status).toBe(409);
  },
);

test('and of assignments', async () => {
  const ids = async (table: string) =>
    (await app.rows(`select id::int from ${table} where created_by = ${me.id}`)).map(({ id }) => id);
  const [patients, doctors] = [
    await ids('patients'),
    (await app.rows('select id::int from doctors')).map(({ id }) => id),
  ];
  const pairs = patients.flatMap((patient) => doctors.map((doctor) => ({ patient, doctor })));
  const answers = [];
  for (const pair of pairs.slice(0, 3)) answers.push(await make('/api/mappings/', pair));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 409]);
});

test('an administrator is not limited', async () => {
  for (let n = 0; n < 4; n++) expect((await make('/api/patients/', { name: 'Jane' }, admin)).status).toBe(201);
});

test('so many keys a day, of which those of yesterday do not count', async () => {
  const other = await app.register('keyed');
  const keyed = (key: string) =>
    narrow('POST', '/api/doctors/', {
      token: other.token,
      body: { name: 'Dr. Smith', specialization: key },
      headers: { 'Idempotency-Key': key },
    });
  const wide = async (key: string) => {
    await app.asOwner(`insert into idempotency_keys (actor_id, key, route, body_hash, created_at)
      values (${other.id}, '${key}', '', '', now() - interval '25 hours')`);
  };
  await wide('old');
  expect((await keyed('one')).status).toBe(201);
  expect((await keyed('two')).status).toBe(201);
  const refused = await keyed('three');
  expect([refused.status, refused.body.code, refused.headers.get('Retry-After')]).toEqual([
    429,
    'too_many_requests',
    '5',
  ]);
});
