// A page: at most 1,000 rows, nothing in them that only the page needed, and a link where there is more.
import { beforeAll, describe, expect, test } from 'vitest';
import { nextOf } from '../support/answers.ts';
import { cheapPasswords } from '../support/app.ts';
import { type List, manyRows } from './lists.ts';

cheapPasswords();
const { app, w, grow, lists, everyList, get, follow } = await manyRows();
const { owner } = w.people;

describe('a page', () => {
  beforeAll(() => grow(1003));

  test.each(everyList)('of %s is an array of at most 1,000 rows, and says where the next begins', async (_, list) => {
    const answer = await get(list);
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(1000);
    expect(answer.headers.get('X-Total-Count')).toBe(null);
    expect(nextOf(answer)).toContain(`${list.path}?cursor=`);
    expect((await get(list, '?limit=5000')).body).toHaveLength(1000);
    expect((await get(list, '?limit=3')).body).toHaveLength(3);
  });

  test.each(everyList)('of %s holds no column that only the page needed', async (_, list) => {
    const [row] = (await get(list, '?limit=1')).body;
    for (const name of ['sort_key', 'name_key', 'search_key', 'specialization_key', 'changed_tx', 'tx', 'version'])
      expect(row).not.toHaveProperty(name);
  });

  test('keeps the filters and the limit in its link, and the slash of its path', async () => {
    const answer = await get(lists.users as List, '/?role=user&sort=-name&limit=2');
    const next = new URL(`http://wardbook.test${nextOf(answer)}`);
    expect(next.pathname).toBe('/api/admin/users/');
    expect(Object.fromEntries(next.searchParams)).toMatchObject({ role: 'user', sort: '-name', limit: '2' });
  });

  test('that is the last has no link, unless it is full', async () => {
    const list = { path: `/api/mappings/${w.ownPatient.id}`, who: owner, sorts: ['id'], rows: '' };
    await app.asOwner('delete from mappings where patient_id = $1 and id <> $2', [w.ownPatient.id, w.mapping.id]);
    expect(nextOf(await get(list, '?limit=2'))).toBeUndefined();
    // after the last row there is an empty page
    expect(await follow(list, '?limit=1')).toEqual([w.mapping.id]);
  });
});
