// A POST that is sent again under its Idempotency-Key happens once, and is answered the same.
import { describe, expect, test } from 'vitest';
import {
  type Account,
  type Answer,
  boot,
  caller,
  cheapPasswords,
  type Json,
  password,
  secret,
} from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, admin } = w.people;

const newKey = () => unique('key');
const post = (who: Account, path: string, body: Json, key?: string, call = app.call) =>
  call('POST', path, { token: who.token, body, headers: key === undefined ? {} : { 'Idempotency-Key': key } });
const { rows, count, roundTripsOf } = app;
const keysKept = () => count('from idempotency_keys');
const replayed = (answer: Answer) => answer.headers.get('Idempotency-Replayed');
const { newDoctor } = w;

const whole = {
  name: 'Zoë “Ž” Doe',
  date_of_birth: '1990-02-28',
  gender: 'female',
  phone: '+1 555 0100',
  email: 'Zoe@Example.com',
  address: '1 Main Street\nSpringfield',
  medical_history: 'Asthma; {"a": [1, 2]} \\ "quoted"',
};
const routes: [string, string, Account, () => Json | Promise<Json>][] = [
  ['patients', '/api/patients/', owner, () => whole],
  [
    'doctors',
    '/api/doctors/',
    owner,
    () => ({ license_number: 'L-1', name: 'Dr. Smith', specialization: 'Surgery', contact_info: 'x@example.com' }),
  ],
  ['mappings', '/api/mappings/', owner, async () => ({ patient: w.ownPatient.id, doctor: await newDoctor() })],
  [
    'patients, by an admin',
    '/api/admin/assign-patient/',
    admin,
    async () => ({ patient_id: w.ownRecord, doctor_id: await newDoctor() }),
  ],
];

describe.each(routes)('a POST of %s', (_, path, who, make) => {
  const table = /patients/.test(path) ? 'patients' : /doctors/.test(path) ? 'doctors' : 'mappings';

  test('sent again gets the very same answer, and happens once', async () => {
    const [body, key] = [await make(), newKey()];
    const before = await count(`from ${table}`);
    const first = await post(who, path, body, key);
    const again = await post(who, path, body, key);
    expect(first.status, first.text).toBe(201);
    expect(replayed(first)).toBeNull();
    expect(again.status).toBe(201);
    expect(replayed(again)).toBe('true');
    expect(again.text).toBe(first.text);
    expect(again.headers.get('ETag')).toBe(first.headers.get('ETag'));
    expect(again.headers.get('Content-Type')).toBe(first.headers.get('Content-Type'));
    expect(await count(`from ${table}`)).toBe(before + 1);
    expect(await count(`from audit where request_id = $1`, [again.headers.get('X-Request-Id')])).toBe(0);
  });

  test('is the answer of one without a key', async () => {
    const [plain, keyed] = [await post(who, path, await make()), await post(who, path, await make(), newKey())];
    expect(Object.keys(keyed.body)).toEqual(Object.keys(plain.body));
    const { id, doctor, created_at, updated_at, ...rest } = plain.body;
    expect(keyed.body).toMatchObject(rest);
    expect(keyed.headers.get('ETag')).toBe(plain.headers.get('ETag'));
  });

  test('20 times at once makes one row and 20 equal answers', async () => {
    const [body, key] = [await make(), newKey()];
    const before = await count(`from ${table}`);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(who, path, body, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter((answer) => replayed(answer) === 'true')).toHaveLength(19);
    expect(await count(`from ${table}`)).toBe(before + 1);
  });

  test('takes one round trip, and two to be repeated', async () => {
    const [body, key] = [await make(), newKey()];
    expect(await roundTripsOf(() => post(who, path, body, key))).toBe(1);
    expect(await roundTripsOf(() => post(who, path, body, key))).toBe(2);
  });

  test('with another body under the same key is refused', async () => {
    const [body, key] = [await make(), newKey()];
    await post(who, path, body, key);
    const other = await post(who, path, { ...body, ...(body.name ? { name: 'Other' } : await make()) }, key);
    expect([other.status, other.body.code]).toEqual([422, 'key_reused']);
    expect(replayed(other)).toBeNull();
    // and the first one is still known
    expect(replayed(await post(who, path, body, key))).toBe('true');
  });
});

describe('a key', () => {
  const send = (key: string | undefined, body: Json = { name: 'Jane' }, who = owner, call = app.call) =>
    post(who, '/api/patients/', body, key, call);

  test('belongs to one route', async () => {
    const key = newKey();
    const body = { name: 'Dr. Who', specialization: 'Surgery' };
    expect((await post(owner, '/api/doctors/', body, key)).status).toBe(201);
    const other = await post(owner, '/api/patients/', { name: 'Dr. Who' }, key);
    expect([other.status, other.body.code]).toEqual([422, 'key_reused']);
    const mapping = { patient: w.ownPatient.id, doctor: await newDoctor() };
    const second = newKey();
    expect((await post(admin, '/api/mappings/', mapping, second)).status).toBe(201);
    expect((await post(admin, '/api/admin/assign-patient/', mapping, second)).body.code).toBe('key_reused');
  });

  test('belongs to one route, written with or without its last slash', async () => {
    const key = newKey();
    const first = await post(owner, '/api/patients', { name: 'Jane' }, key);
    expect((await post(owner, '/api/patients/', { name: 'Jane' }, key)).text).toBe(first.text);
  });

  test('belongs to one account', async () => {
    const key = newKey();
    const [one, other] = [await send(key), await send(key, { name: 'Jane' }, stranger)];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(replayed(other)).toBeNull();
    expect(other.body).toMatchObject({ created_by: stranger.id });
    expect(other.body.id).not.toBe(one.body.id);
  });

  test('used for two bodies at once makes one row', async () => {
    const key = newKey();
    const answers = await Promise.all(['One', 'Two', 'Three'].map((name) => send(key, { name })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
  });

  test('does not remember what failed', async () => {
    const key = newKey();
    const doctor = await newDoctor();
    const assign = (body: Json) => post(owner, '/api/mappings/', body, key);
    await w.send(owner, 'POST', '/api/mappings/', { patient: w.ownPatient.id, doctor });
    const before = await keysKept();
    const failed = [
      await assign({ patient: w.ownPatient.id }),
      await assign({ patient: 999_999, doctor }),
      await assign({ patient: w.ownPatient.id, doctor: 999_999 }),
      await assign({ patient: w.ownRecord, doctor }),
      await assign({ patient: w.ownPatient.id, doctor }),
      await post(patient, '/api/mappings/', { patient: w.ownPatient.id, doctor }, key),
    ];
    expect(failed.map(({ status }) => status)).toEqual([400, 404, 404, 404, 409, 403]);
    expect(await keysKept()).toBe(before);
    const corrected = await assign({ patient: w.ownPatient.id, doctor: await newDoctor() });
    expect([corrected.status, replayed(corrected)]).toEqual([201, null]);
  });

  test('answers as it did then, until the record is gone', async () => {
    const key = newKey();
    const first = await send(key);
    await w.send(owner, 'PATCH', `/api/patients/${first.body.id}/`, { name: 'Renamed' });
    expect((await send(key)).text).toBe(first.text);
    await w.send(owner, 'DELETE', `/api/patients/${first.body.id}/`);
    // a deleted record is in no answer any more, nor is it made a second time
    const before = await count('from patients');
    const gone = await send(key);
    expect([gone.status, gone.body.code, replayed(gone)]).toEqual([404, 'not_found', null]);
    expect(await count('from patients')).toBe(before);
  });

  test('opens nothing to who may not ask any more', async () => {
    const key = newKey();
    const someone = await app.register('leaving');
    expect((await send(key, { name: 'Jane' }, someone)).status).toBe(201);
    await app.call('POST', '/api/auth/logout/', { token: someone.token });
    expect((await send(key, { name: 'Jane' }, someone)).status).toBe(401);
  });

  test('is free again after 24 hours, and not before', async () => {
    const key = newKey();
    const first = await send(key);
    const age = (interval: string) =>
      app.asOwner('update idempotency_keys set created_at = now() - $1::interval where key = $2', [interval, key]);
    await age('23 hours 59 minutes');
    expect(replayed(await send(key))).toBe('true');
    await age('24 hours 1 minute');
    const later = await send(key, { name: 'Another Jane' });
    expect([later.status, replayed(later)]).toEqual([201, null]);
    expect(later.body.id).not.toBe(first.body.id);
    expect(replayed(await send(key, { name: 'Another Jane' }))).toBe('true');
  });

  test.each([
    ['empty', ''],
    ['of blanks', '   '],
    ['longer than 255 characters', 'k'.repeat(256)],
    ['with a control character', 'a\tb'],
    ['with a letter outside of ASCII', 'clé'],
  ])('%s is a 400, before the database', async (_, key) => {
    let answer: Answer | undefined;
    expect(
      await roundTripsOf(async () => {
        answer = await send(key);
      }),
    ).toBe(0);
    expect(answer?.status).toBe(400);
    expect(Object.keys(answer?.body.errors)).toEqual(['Idempotency-Key']);
  });

  test.each([
    ['of 255 characters', 'k'.repeat(255)],
    ['in quotes', '"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ["with anything a keyboard has, ');--", `');-- drop table patients; {}\\ %00`],
  ])('%s is a key', async (_, key) => {
    const first = await send(key);
    expect(first.status).toBe(201);
    expect((await send(key)).text).toBe(first.text);
  });

  test('is kept with a keyed hash of the body, not with the body', async () => {
    const key = newKey();
    const body = JSON.stringify({ name: 'Jane', phone: '555 0199' });
    await send(key, body);
    const [kept] = await rows('select body_hash, route, actor_id::int from idempotency_keys where key = $1', [key]);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)));
    const plain = btoa(String.fromCharCode(...digest))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    expect(kept).toEqual({
      body_hash: expect.stringMatching(/^[\w-]{43}$/),
      route: expect.any(String),
      actor_id: owner.id,
    });
    expect(kept.body_hash).not.toBe(plain);
  });

  test('outlives a change of the secret', async () => {
    const rotated = { ...app.env, JWT_SECRET: 'the next secret, which is long enough too' };
    const during = caller({ ...rotated, JWT_SECRET_PREVIOUS: secret });
    const key = newKey();
    const first = await send(key);
    const again = await send(key, { name: 'Jane' }, owner, during);
    expect([again.text, replayed(again)]).toEqual([first.text, 'true']);
    expect((await send(key, { name: 'June' }, owner, during)).body.code).toBe('key_reused');
  });
});

describe('without a key, or where none counts', () => {
  test('a POST happens as often as it is sent', async () => {
    const before = await keysKept();
    const [one, other] = [await post(owner, '/api/patients/', whole), await post(owner, '/api/patients/', whole)];
    expect(one.body.id).not.toBe(other.body.id);
    expect(await keysKept()).toBe(before);
  });

  test('accounts and tokens are never answered twice', async () => {
    const key = newKey();
    const before = await keysKept();
    const send = (path: string, body: Json, who?: Account) =>
      app.call('POST', path, { token: who?.token, body, headers: { 'Idempotency-Key': key } });
    const account = { email: 'once@example.com', password };
    const [first, second] = [await send('/api/auth/register/', account), await send('/api/auth/register/', account)];
    expect([first.status, second.status]).toEqual([201, 409]);
    const [one, other] = [await send('/api/auth/login/', account), await send('/api/auth/login/', account)];
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(one.body.refresh).not.toBe(other.body.refresh);
    const renewed = await send('/api/auth/refresh/', { refresh: one.body.refresh });
    expect(renewed.body.refresh).not.toBe(one.body.refresh);
    for (const answer of [first, one, other, renewed]) expect(replayed(answer)).toBeNull();
    expect(await keysKept()).toBe(before);
    // what would be no key elsewhere is none here either
    const odd = { 'Idempotency-Key': 'k'.repeat(300) };
    expect((await app.call('POST', '/api/auth/login/', { body: account, headers: odd })).status).toBe(200);
  });

  test('a PUT, a PATCH, a DELETE and a GET mind no key', async () => {
    const before = await keysKept();
    const { id } = (await post(owner, '/api/patients/', whole)).body;
    const send = (method: string, body?: Json) =>
      app.call(method, `/api/patients/${id}/`, { token: owner.token, body, headers: { 'Idempotency-Key': 'same' } });
    const statuses = [];
    for (const [method, body] of [
      ['PUT', { name: 'One' }],
      ['PATCH', { name: 'Two' }],
      ['GET'],
      ['DELETE'],
      ['DELETE'],
    ] as const)
      statuses.push((await send(method, body)).status);
    expect(statuses).toEqual([200, 200, 200, 204, 404]);
    expect(await keysKept()).toBe(before);
  });
});
