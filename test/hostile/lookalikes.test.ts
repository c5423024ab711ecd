// Names that look like somebody else's, and searches that would tell what only some may know.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, password } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const register = (username: string) =>
  app.call('POST', '/api/auth/register/', {
    body: { username, email: `${crypto.randomUUID()}@example.com`, name: 'Somebody', password },
  });
const login = (username: string) => app.call('POST', '/api/auth/login/', { body: { username, password } });

describe('usernames that look alike are one', () => {
  test.each([
    ['composed and decomposed', 'Jos\u00e9', 'jose\u0301'],
    ['fullwidth', 'wide_name', '\uff57ide_name'],
    ['a ligature', 'office', 'o\ufb03ce'],
  ])('%s', async (_, first, second) => {
    const made = await register(first);
    expect(made.status, made.text).toBe(201);
    const again = await register(second);
    expect(again.status).toBe(409);
    expect(again.body.errors).toEqual({ username: ['is taken'] });
    // and whoever writes it the other way is let in all the same
    expect((await login(second)).body.user.id).toBe(made.body.user.id);
  });

  test.each([
    ['Cyrillic and Latin', '\u0440\u0430\u0443', 'pay'],
    ['Latin and Greek', 'ava_7', '\u03b1\u03bd\u03b1_7'],
    ['a zero and an o', 'bob_one', 'b0b_one'],
    ['a one and an l', 'paul_d', 'pau1_d'],
    ['a capital i and an l', 'will_d', 'wi1I_d'],
    ['rn and m', 'mark_d', 'rnark_d'],
    ['Armenian and Latin', '\u0570\u0578\u0578\u0578', 'hnnn'],
  ])('to the eye: %s', async (_, first, second) => {
    expect((await register(first)).status).toBe(201);
    const again = await register(second);
    expect([again.status, again.body.errors]).toEqual([409, { username: ['is taken'] }]);
    // but they are two names: nobody is signed in by the other's
    expect((await login(second)).status).toBe(401);
  });

  test('of 20 who come at once there is one', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => register(n % 2 ? 'fool_q' : 'f00l_q')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => ![201, 409].includes(status))).toEqual([]);
  });

  test('and an account whose name we derive has another one', async () => {
    expect((await register('olga_d')).status).toBe(201);
    const body = { email: '01ga_d@example.com', password };
    const made = await app.call('POST', '/api/auth/register/', { body });
    expect([made.status, made.body.user.username]).toEqual([201, expect.stringMatching(/^01ga_d\d+$/)]);
  });

  test('earlier accounts go on as they are, and change in all else', async () => {
    const { user, access } = (await register('emil_d')).body;
    // as they were made before, and as a Django brings them
    await app.asOwner(
      `insert into users (name, username, email, imported_at) values ('x', 'emi1_d', 'e@example.com', now())`,
    );
    const change = (changes: object) =>
      app.call('PATCH', '/api/auth/me/', { token: access, body: { ...changes, password } });
    expect((await change({ name: 'Emil', username: 'emil_d' })).status).toBe(200);
    expect((await change({ username: 'EMIL_D' })).status).toBe(200);
    expect((await change({ username: 'ernil_d' })).status).toBe(409);
    expect((await change({ username: 'emil_e' })).body).toMatchObject({ id: user.id, username: 'emil_e' });
  });

  test('also where the API was not asked', async () => {
    await register('caf\u00e9');
    const insert = app.asOwner(`insert into users (name, username, email) values ('x', $1, 'x@example.com')`, [
      'cafe\u0301',
    ]);
    await expect(insert).rejects.toMatchObject({ constraint: 'users_username' });
  });

  test('a fullwidth @ is an @', async () => {
    expect((await register('somebody\uff20example.com')).status).toBe(400);
  });
});

test.each([
  ['Latin and Cyrillic', 'p\u0430ul'],
  ['Latin and Greek', '\u03bfscar'],
  ['Greek and Cyrillic', '\u03bf\u0430'],
  ['Latin and Armenian', 'pa\u0585lo'],
  ['Latin and Cherokee', '\u13aanna'],
  ['Latin and Coptic', '\u2c9fscar'],
  ['a second dot on an i', 'i\u0307stan'],
  ['a second dot below another mark', 'i\u0323\u0307stan'],
  ['a second dot on a j', 'j\u0307ohn'],
  ['a letter that is not drawn', 'paul\u3164'],
  ['a variation selector', 'paul\ufe0f'],
])('a username of %s is refused', async (_, username) => {
  const answer = await register(username);
  expect(answer.status).toBe(400);
  expect(Object.keys(answer.body.errors)).toEqual(['username']);
});

test.each([
  '\u0430\u043b\u0435\u043a\u0441\u0435\u0439',
  '\u03bd\u03af\u03ba\u03bf\u03c2_7',
  '\u738b\u5c0f\u660e',
  'zo\u00eb.x',
  '\u0561\u0580\u0561\u0574',
  'maria_\u738b',
])('a username of one alphabet is not: %s', async (username) => {
  expect((await register(username)).status).toBe(201);
});

test('a device is shown without what would turn its text', async () => {
  const me = await app.register('traveller');
  const sent = { body: { username: 'traveller', password }, headers: { 'User-Agent': 'Phone\t1' } };
  await app.call('POST', '/api/auth/login/', sent);
  const { body } = await app.call('GET', '/api/auth/sessions/', { token: me.token });
  expect(body.map(({ device }: { device: string }) => device)).toContain('Phone1');
});

describe('a name that nobody sees is nobody', () => {
  const unseen = [
    '\u200b',
    '\u3164',
    '\u115f\u1160',
    '\uffa0',
    '\u2800',
    '\u{13441}',
    '\u200e\u00ad',
    '. -',
    '\u2060\u0301',
  ];
  test.each(unseen)('%j is refused of an account, a patient and a doctor', async (name) => {
    const { token } = await app.register(`unseen_${crypto.randomUUID().slice(0, 8)}`);
    const refusals = await Promise.all([
      app.call('POST', '/api/auth/register/', { body: { email: 'unseen@example.com', password, name } }),
      app.call('PATCH', '/api/auth/me/', { token, body: { name } }),
      app.call('POST', '/api/patients/', { token, body: { name } }),
      app.call('POST', '/api/doctors/', { token, body: { name, specialization: 'Surgery' } }),
    ]);
    for (const { status, body } of refusals) expect([status, Object.keys(body.errors)]).toEqual([400, ['name']]);
  });

  test.each(['7', 'Ö', '\u738b', '\ud55c\u200d', '\u0632\u200c'])('%j is a name', async (name) => {
    const { token } = await app.register(`seen_${crypto.randomUUID().slice(0, 8)}`);
    expect((await app.call('PATCH', '/api/auth/me/', { token, body: { name } })).status).toBe(200);
  });
});
