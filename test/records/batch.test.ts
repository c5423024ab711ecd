// Many patients in one request: all of them or none, in their order, and under a key once.
import { env } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { Bindings } from '../../src/config.ts';
import { type Account, boot, caller, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, admin } = w.people;
const { count, roundTripsOf } = app;

const path = '/api/patients/batch/';
const post = (who: Account, body: Json, key?: string, call = app.call) =>
  call('POST', path, { token: who.token, body, headers: key === undefined ? {} : { 'Idempotency-Key': key } });
const people = (most: number) =>
  Array.from({ length: most }, (_, at) => ({ name: `Person ${most - at}`, age: at % 100 }));
const all = () => count('from patients');

describe('a batch of patients', () => {
  test('is answered in its order, each record as a POST of one would make it, in one round trip', async () => {
    const sent = [
      { name: 'Zoë', date_of_birth: '1990-02-28', gender: 'Female', phone: '+1 555 0100' },
      { name: 'Adam', age: 3, medical_history: 'Asthma; {"a": [1]} \\ "quoted"' },
      { name: 'Adam' },
    ];
    let answer: Json;
    expect(await roundTripsOf(async () => (answer = await post(owner, { patients: sent })))).toBe(1);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body.map(({ name }: Json) => name)).toEqual(['Zoë', 'Adam', 'Adam']);
    for (const [at, made] of answer.body.entries()) {
      const single = await app.as(owner, 'POST', '/api/patients/', sent[at]);
      const { id: _a, created_at: _b, updated_at: _c, ...expected } = single.body;
      expect(made).toMatchObject(expected);
      expect(Object.keys(made)).toEqual(Object.keys(single.body));
      const { body } = await app.as(owner, 'GET', `/api/patients/${made.id}/`);
      expect(body).toEqual(made);
    }
  });

  test('leaves an entry in the trail for each record', async () => {
    const answer = await post(owner, { patients: people(3) });
    const entries = await app.trailOf(answer);
    expect(entries.map(({ action, resource_id }) => [action, resource_id])).toEqual(
      answer.body.map(({ id }: Json) => ['create', id]),
    );
  });

  test('belongs to whoever sent it', async () => {
    const { body } = await post(stranger, { patients: people(2) });
    expect((await app.as(owner, 'GET', `/api/patients/${body[0].id}/`)).status).toBe(404);
    expect((await app.as(stranger, 'GET', `/api/patients/${body[0].id}/`)).status).toBe(200);
    expect((await post(admin, { patients: people(1) })).body[0].created_by).toBe(admin.id);
  });

  test('takes 500, and keeps their order', async () => {
    const { status, body } = await post(owner, { patients: people(500) });
    expect(status).toBe(201);
    expect(body.map(({ name }: Json) => name)).toEqual(people(500).map(({ name }) => name));
  });

  test.each<[string, Json, object]>([
    ['none', { patients: [] }, { patients: ['must hold one patient or more'] }],
    ['more than 500', { patients: people(501) }, { patients: ['at most 500 patients'] }],
    ['no list', { patients: { name: 'Adam' } }, { patients: ['must be an array'] }],
    ['no field', {}, { patients: ['is required'] }],
    ['what is no record', { patients: [{ name: 'Eve' }, 'Adam'] }, { 'patients.1': ['must be an object'] }],
    [
      'records with mistakes',
      { patients: [{ name: 'Eve' }, { name: '', age: 200 }, {}] },
      {
        'patients.1.name': [expect.any(String)],
        'patients.1.age': ['must be 150 or less'],
        'patients.2.name': ['is required'],
      },
    ],
    [
      'a field that there is not',
      { patients: [{ name: 'Eve', created_by: 1 }] },
      { 'patients.0': [expect.stringMatching(/^unknown field; allowed are name, age, /)] },
    ],
  ])('of %s is refused, by its place, and nothing is kept', async (_, body, errors) => {
    const before = await all();
    const answer = await post(owner, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual(errors);
    expect(await all()).toBe(before);
  });

  test('is none where PostgreSQL refuses one of them', async () => {
    const before = await all();
    await app.asOwner(`create function app.refuse_late() returns trigger language plpgsql as $$
      begin if new.name = 'The last' then raise check_violation; end if; return new; end $$`);
    await app.asOwner(
      'create trigger refuse_late before insert on patients for each row execute function app.refuse_late()',
    );
    try {
      expect((await post(owner, { patients: [...people(20), { name: 'The last' }] })).status).toBe(400);
    } finally {
      await app.asOwner('drop trigger refuse_late on patients');
    }
    expect(await all()).toBe(before);
  });

  test('counts as a request for each record', async () => {
    const { USER_LIMIT } = env as unknown as Required<Bindings>;
    const limited = caller({ ...app.env, USER_LIMIT });
    const before = await all();
    const send = () => post(admin, { patients: people(500) }, undefined, limited);
    let [made, answer] = [0, await send()];
    for (; answer.status === 201; answer = await send()) made++;
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '60']);
    // two a minute, and the minute may have changed between them
    expect([2, 3, 4]).toContain(made);
    expect(await all()).toBe(before + made * 500);
  });
});

describe('under a key', () => {
  test('a batch happens once, also when twenty come at once, and is answered the same', async () => {
    const [key, before] = [unique('key'), await all()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(owner, { patients: people(4) }, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.has('Idempotency-Replayed'))).toHaveLength(19);
    expect(await all()).toBe(before + 4);
  });

  test('a batch of one is a list too when it is answered again', async () => {
    const key = unique('key');
    const first = await post(owner, { patients: people(1) }, key);
    expect((await post(owner, { patients: people(1) }, key)).text).toBe(first.text);
    expect(first.body).toHaveLength(1);
  });

  test('a batch of which one was deleted since is gone', async () => {
    const key = unique('key');
    const { body } = await post(owner, { patients: people(3) }, key);
    await app.as(owner, 'DELETE', `/api/patients/${body[1].id}/`);
    const before = await all();
    expect((await post(owner, { patients: people(3) }, key)).status).toBe(404);
    expect(await all()).toBe(before);
  });

  test('another batch is refused', async () => {
    const key = unique('key');
    await post(owner, { patients: people(3) }, key);
    expect((await post(owner, { patients: people(2) }, key)).body.code).toBe('key_reused');
  });
});
