// A client that follows the links of a list gets every row once and in order, whatever comes and goes meanwhile.
import { describe, expect, test } from 'vitest';
import { cheapPasswords } from '../support/app.ts';
import { unique } from '../support/unique.ts';
import { manyRows, names, times } from './lists.ts';

cheapPasswords();
const { app, w, everyList, directions, listed, expected, follow } = await manyRows();
const { owner, stranger } = w.people;

describe('following the links', () => {
  test.each(directions.filter(([name]) => name !== 'the trail'))(
    'of %s by %s gives every row once, in order',
    async (name, sort) => {
      const list = listed(name);
      expect(await follow(list, `?sort=${sort}&limit=17`)).toEqual(await expected(list.rows, sort));
    },
  );

  test.each(everyList)('of %s without a sort goes by id; a trail and sessions newest first', async (name, list) => {
    const sort = name === 'my sessions' ? '-last_used_at' : name.startsWith('the ') ? '-id' : 'id';
    // before, because reading the trail is an entry in it
    const before = await expected(list.rows, sort);
    expect((await follow(list, '?limit=40')).slice(0, before.length)).toEqual(before);
  });

  test('of the trail upwards comes to an end, although every page adds an entry', async () => {
    const list = listed('the trail');
    const before = await expected(list.rows, 'id');
    const ids = await follow(list, '?sort=id&limit=30');
    expect(ids.slice(0, before.length)).toEqual(before);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('by small pages cuts groups of equals anywhere', async () => {
    const list = { ...listed('doctors'), path: '/api/doctors' };
    for (const sort of ['specialization', '-name'])
      expect(await follow(list, `?sort=${sort}&limit=5`)).toEqual(await expected('doctors as t', sort));
  });
});

describe('while rows come and go between pages', () => {
  // rows that sort before, among and behind those that were read, and rows that no other test counts on
  const seven = 'from generate_series(1, 7) n';
  const life: Record<string, { insert: () => string; spare: string }> = {
    patients: {
      insert: () =>
        `insert into patients (created_by, name, gender, created_at)
        select ${owner.id}, ${names}, 'female', ${times} ${seven}`,
      spare: `created_by = ${owner.id} and id <> ${w.ownPatient.id}`,
    },
    doctors: {
      insert: () => `insert into doctors (created_by, name, specialization, created_at)
        select ${stranger.id}, ${names}, 'Oncology', ${times} ${seven}`,
      spare: `created_by = ${stranger.id}`,
    },
    users: {
      insert: () => {
        const name = unique('more');
        return `insert into users (name, username, email, created_at)
          select ${names}, '${name}_' || n, '${name}_' || n || '@example.com', ${times} ${seven}`;
      },
      spare: `username ~ '^(extra\\d\\d|more)'`,
    },
    mappings: {
      insert: () => `insert into mappings (patient_id, doctor_id, created_at)
        select ${w.ownPatient.id}, id, ${times} from (
          select id, id as n from doctors where id not in (
            select doctor_id from mappings where patient_id = ${w.ownPatient.id}) order by random() limit 7) d`,
      spare: `id not in (${w.mapping.id}, ${w.ownMapping.id})`,
    },
  };
  const lived = [
    // first, because with every patient who goes below goes a mapping
    ['mappings of a user', 'mappings'],
    ['mappings of a doctor', 'mappings'],
    ['patients of a user', 'patients'],
    ['all patients', 'patients'],
    ['doctors', 'doctors'],
    ['users', 'users'],
  ] as const;
  const cases = lived.flatMap(([name, table]) =>
    listed(name)
      .sorts.flatMap((sort) => [sort, `-${sort}`])
      .map((sort) => [name, sort, table] as const),
  );

  test.each(cases)('%s by %s neither skip nor repeat one that stays', async (name, sort, table) => {
    const list = listed(name);
    const { insert, spare } = life[table] as (typeof life)[string];
    const before = await expected(list.rows, sort);
    const ids = await follow(list, `?sort=${sort}&limit=17`, async (page) => {
      await app.asOwner(insert());
      // the very row where the page was cut, and some that were read or are to come
      await app.asOwner(`delete from ${table} where ${spare} and (id = ${page.at(-1).id}
        or id in (select id from ${table} where ${spare} order by random() limit 3))`);
    });
    const after = await expected(list.rows, sort);
    const [there, seen] = [new Set(after), new Set(ids)];
    const stayed = before.filter((id) => there.has(id));
    expect(stayed.length).toBeLessThan(before.length);
    expect(stayed.filter((id) => !seen.has(id))).toEqual([]);
    // each once and in order, with those among them that came meanwhile
    expect(ids.filter((id) => there.has(id))).toEqual(after.filter((id) => seen.has(id)));
    expect(seen.size).toBe(ids.length);
  });
});
