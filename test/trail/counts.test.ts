// A count tells of those who are counted: it is in the trail whom a filtered count was about.
import { expect, test } from 'vitest';
import { boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, assignedDoctor, admin } = w.people;
const { as, trailOf } = app;
const ages = [71, 71, 72, 73];
const ids: number[] = [];
for (const age of ages) ids.push(await w.newPatient({ age, gender: 'other' }));

test.each([
  ['an administrator', admin, '/api/patients/'],
  ['a doctor', assignedDoctor, '/api/doctors/all-patients/'],
])('%s who counts by a filter has read those who were counted', async (_, who, path) => {
  const answer = await as(who, 'GET', `${path}?gender=other&max_age=72&min_age=70&limit=1&count=exact`);
  expect([answer.body.length, answer.headers.get('X-Total-Count')]).toEqual([1, '3']);
  const trail = await trailOf(answer);
  expect(new Set(trail.flatMap(({ patient_ids }: Json) => patient_ids))).toEqual(new Set(ids.slice(0, 3)));
});

test('a count of all tells of nobody, and leaves the entry of its page', async () => {
  const answer = await as(admin, 'GET', '/api/patients/?limit=1&count=exact');
  expect(Number(answer.headers.get('X-Total-Count'))).toBeGreaterThan(ages.length);
  expect((await trailOf(answer)).map(({ patient_ids }: Json) => patient_ids)).toEqual([[answer.body[0].id]]);
});

test('of more than a page may have, how many is not said; to their owner it is', async () => {
  await app.asOwner(
    `insert into patients (created_by, name, age) select ${owner.id}, 'Many', 99 from generate_series(1, 1001)`,
  );
  const all = await as(admin, 'GET', '/api/patients/?min_age=99&limit=1&count=exact');
  expect([all.status, all.body.length, all.headers.get('X-Total-Count')]).toEqual([200, 1, null]);
  for (const { patient_ids } of await trailOf(all)) expect(patient_ids.length).toBeLessThanOrEqual(1);
  const own = await as(owner, 'GET', '/api/patients/?min_age=99&limit=1&count=exact');
  expect(own.headers.get('X-Total-Count')).toBe('1001');
});
