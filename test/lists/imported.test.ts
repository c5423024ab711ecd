// A record that is longer than a page, as only an import by SQL can bring it: no list ends before it in silence.
import { expect, test } from 'vitest';
import { nextOf } from '../support/answers.ts';
import { boot, cheapPasswords, type Json } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const owner = await app.register('owner');
const { as } = app;

await app.asOwner(
  `insert into patients (created_by, name, medical_history)
  select $1, 'Imported', case n when 2 then repeat('a', 2100000) else 'short' end from generate_series(1, 3) n`,
  [owner.id],
);
const all = (await app.rows('select id::int from patients order by id')).map(({ id }: Json) => id);

test('a list goes on behind it', async () => {
  const seen: number[] = [];
  for (let at: string | undefined = '/api/patients/'; at; ) {
    const answer = await as(owner, 'GET', at);
    seen.push(...answer.body.map(({ id }: Json) => id));
    at = nextOf(answer);
  }
  expect(seen).toEqual(all);
});

test('and so does syncing', async () => {
  await app.settled();
  const held: number[] = [];
  let cursor = '';
  for (let more = true; more; ) {
    const answer = await as(owner, 'GET', `/api/sync/${cursor && `?cursor=${cursor}`}`);
    held.push(...answer.body.patients.map(({ id }: Json) => id));
    ({ cursor, more } = answer.body);
  }
  expect(held).toEqual(all);
});
