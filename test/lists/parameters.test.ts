// limit, sort, count and cursor: what they may be, and how each list refuses what they may not.
import { describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/http/pages.ts';
import { nextOf } from '../support/answers.ts';
import { cheapPasswords } from '../support/app.ts';
import { decoded } from '../support/tokens.ts';
import { idsOf, type List, manyRows } from './lists.ts';

cheapPasswords();
const { app, w, lists, everyList, listed, get, expected } = await manyRows();
const { stranger } = w.people;

describe('count=exact', () => {
  test.each(everyList)('says of %s how many rows there are, whatever the page holds', async (_, list) => {
    const before = (await expected(list.rows, 'id')).length;
    const answer = await get(list, '?count=exact&limit=2');
    const counted = Number(answer.headers.get('X-Total-Count'));
    // a trail has grown by the reading itself
    expect([before, before + 1]).toContain(counted);
    if (!list.path.includes('audit') && !list.path.includes('log')) expect(counted).toBe(before);
    const next = nextOf(answer) as string;
    const second = await app.call('GET', next, { token: list.who.token });
    expect([second.status, second.headers.get('X-Total-Count')]).toEqual([200, null]);
  });

  test.each(everyList)('of %s is only for its first page: past the end nobody would see who asked', async (_, list) => {
    const next = nextOf(await get(list, '?limit=2')) as string;
    const answer = await app.call('GET', `${next}&count=exact`, { token: list.who.token });
    expect([answer.status, answer.headers.get('X-Total-Count')]).toEqual([400, null]);
    expect(Object.keys(answer.body.errors)).toEqual(['count']);
  });

  test('is zero where nothing fits', async () => {
    const answer = await get(listed('users'), '?count=exact&role=patient&disabled=true');
    expect([answer.body, answer.headers.get('X-Total-Count')]).toEqual([[], '0']);
  });
});

describe('a cursor', () => {
  const cursorOf = async (list: List, query: string) =>
    new URL(`http://wardbook.test${nextOf(await get(list, query))}`).searchParams.get('cursor') as string;
  const patients = listed('patients of an admin');

  test('goes on with another limit, and with or without the slash', async () => {
    const cursor = await cursorOf(patients, '?sort=name&limit=5');
    const rest = (await expected(patients.rows, 'name')).slice(5);
    for (const query of ['', '&limit=7', '&sort=name'])
      expect(
        idsOf(
          (await get(patients, `${query.includes('sort') ? '?' : '?sort=name&'}${query.slice(1)}&cursor=${cursor}`))
            .body,
        ),
        query,
      ).toEqual(rest.slice(0, query === '&limit=7' ? 7 : 1000));
    expect((await get(patients, `/?sort=name&cursor=${cursor}`)).status).toBe(200);
  });

  test.each([
    ['another sort', '?sort=created_at'],
    ['the other direction', '?sort=-name'],
    ['the default sort', '?'],
    ['another filter', '?sort=name&gender=male'],
    ['one filter less', '?sort=name'],
    ['another search', '?sort=name&gender=female&search=zoe'],
  ])('is refused with %s', async (_, query) => {
    const cursor = await cursorOf(patients, '?sort=name&gender=female&limit=5');
    const answer = await get(patients, `${query}&cursor=${cursor}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual({ cursor: ['is of another list, sort or filter'] });
  });

  test('may be long, as values and filters may', async () => {
    const [name, specialization] = ['⒇'.repeat(200), '"'.repeat(200)];
    const made = { name, specialization };
    for (let doctor = 0; doctor < 2; doctor++)
      await app.call('POST', '/api/doctors/', { token: stranger.token, body: made });
    const query = `?sort=name&limit=1&specialization=${encodeURIComponent(specialization)}`;
    const cursor = await cursorOf({ path: '/api/doctors', who: stranger } as List, query);
    expect(cursor.length).toBeGreaterThan(2000);
    expect((await get({ path: '/api/doctors', who: stranger }, `${query}&cursor=${cursor}`)).body).toMatchObject([
      made,
    ]);
  });

  test('is refused by another list', async () => {
    const cursor = await cursorOf(patients, '?limit=5');
    for (const name of [
      'all patients',
      'doctors',
      'users',
      'mappings of a user',
      'doctors of one patient',
      'the trail',
    ]) {
      const answer = await get(listed(name), `?cursor=${cursor}`);
      expect([answer.status, answer.body.errors?.cursor], name).toEqual([400, ['is of another list, sort or filter']]);
    }
  });

  test('that somebody else got opens nothing', async () => {
    const cursor = await cursorOf(patients, '?limit=1');
    const { body } = await get({ path: '/api/patients', who: stranger }, `?cursor=${cursor}`);
    expect(body).toEqual([]);
  });

  test.each(everyList)('of %s that cannot be read is refused, and not repeated', async (_, { path, who }) => {
    const unreadable = [
      '',
      'zzz',
      '%00',
      '!!!',
      'é',
      'bnVsbA',
      'e30',
      'WzFd',
      'x'.repeat(2001),
      encodeCursor(['', '1', '1']),
      encodeCursor([]),
    ];
    for (const cursor of unreadable) {
      const answer = await app.call('GET', `${path}?cursor=${encodeURIComponent(cursor)}`, { token: who.token });
      expect([answer.status, Object.keys(answer.body.errors ?? {})], cursor).toEqual([400, ['cursor']]);
      if (cursor.length > 3) expect(answer.text).not.toContain(cursor);
    }
  });

  test('with a key that its column cannot hold is refused', async () => {
    const [scope] = decoded(await cursorOf(patients, '?sort=created_at&limit=1'));
    for (const key of ['yesterday or so', '99999-99-99', '\0'])
      expect((await get(patients, `?sort=created_at&cursor=${encodeCursor([scope, key, 1])}`)).status, key).toBe(400);
  });
});

describe('a parameter', () => {
  const secret = 'qWxYz-not-to-be-repeated';

  test.each(everyList)('that %s does not know is refused with those it knows', async (_, list) => {
    for (const query of [`?${secret}=1`, `?page=${secret}`, `?Limit=1&${secret}`]) {
      const answer = await get(list, query);
      expect(answer.status, query).toBe(400);
      expect(answer.body.code).toBe('invalid_input');
      const [message] = answer.body.errors.non_field_errors;
      for (const name of ['limit', 'cursor', 'sort', 'count']) expect(message).toContain(name);
      expect(answer.text).not.toContain(secret);
    }
  });

  test.each(everyList)('of %s is given once', async (_, list) => {
    for (const query of ['?limit=1&limit=2', '?sort=id&sort=-id', '?count=exact&count=exact', '?cursor=a&cursor=b']) {
      const answer = await get(list, query);
      const name = /^\?(\w+)/.exec(query)?.[1] as string;
      expect([answer.status, answer.body.errors], query).toEqual([400, { [name]: ['must be given once'] }]);
    }
  });

  test.each(everyList)('sort of %s is one of its own', async (_, list) => {
    const allowed = list.sorts.flatMap((name) => [name, `-${name}`]);
    for (const sort of [
      secret,
      '',
      '--id',
      'ID',
      '-',
      'medical_history',
      'name_key',
      'id,name',
      'email',
      'constructor',
      '__proto__',
    ]) {
      const answer = await get(list, `?sort=${sort}`);
      expect(answer.status, sort).toBe(400);
      expect(answer.body.errors).toEqual({ sort: [`must be one of ${allowed.join(', ')}`] });
    }
    for (const sort of allowed) expect((await get(list, `?limit=1&sort=${sort}`)).status, sort).toBe(200);
  });

  test.each(everyList)('limit of %s is a positive number', async (_, list) => {
    for (const limit of ['0', '-1', '', 'ten', '1.5', '1e3', '0x10', ' 1', 'NaN', 'Infinity', '٣']) {
      const answer = await get(list, `?limit=${encodeURIComponent(limit)}`);
      expect([answer.status, Object.keys(answer.body.errors ?? {})], limit).toEqual([400, ['limit']]);
    }
  });

  test('limit may be as large as one likes, and is 1,000 then', async () => {
    for (const limit of ['1001', '9007199254740993', '9'.repeat(400)])
      expect((await get(lists.users as List, `?limit=${limit}`)).status, limit).toBe(200);
  });

  test.each(everyList)('count of %s is exact or not given', async (_, list) => {
    for (const count of ['true', '', 'EXACT', secret]) {
      const answer = await get(list, `?count=${count}`);
      expect([answer.status, Object.keys(answer.body.errors)]).toEqual([400, ['count']]);
      expect(answer.text).not.toContain(secret);
    }
  });
});
