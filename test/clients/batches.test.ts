// Many patients by the client: in parts that fit, in their order, and once, however often it is begun.

import { createExecutionContext } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { createPatients, partsOf, Refused, wardbook } from '../../clients/typescript/index.ts';
import { app as worker } from '../../src/index.ts';
import { boot, cheapPasswords } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const rita = await app.register('rita');

/** As Rita, over a network that may lose the answer to a request. */
const clientOf = (loses: () => boolean = () => false) => {
  const tokens = { access: rita.token, refresh: rita.refresh, user: rita.user, renew_at: Number.POSITIVE_INFINITY };
  const { api } = wardbook('http://wardbook.test', {
    store: { load: () => tokens, save: () => {}, clear: () => {} },
    fetch: async (url, init) => {
      const answer = await worker.fetch(new Request(url, init), app.env, createExecutionContext());
      if (loses()) throw new TypeError('lost');
      return answer;
    },
  });
  return api;
};
const people = (most: number) => Array.from({ length: most }, (_, at) => ({ name: `Person ${at}` }));
const count = () => app.count('from patients');

describe('parts', () => {
  test('hold at most 500, and no more than a body may', () => {
    expect(partsOf(people(1201)).map(({ length }) => length)).toEqual([500, 500, 201]);
    const long = Array.from({ length: 60 }, () => ({ name: 'Zoë', medical_history: '😀'.repeat(5000) }));
    for (const part of partsOf(long)) {
      expect(new TextEncoder().encode(JSON.stringify({ patients: part })).length).toBeLessThanOrEqual(256 * 1024);
    }
    expect(partsOf(long).flat()).toEqual(long);
    expect(partsOf([])).toEqual([]);
  });
});

test('are all made, in their order, with progress', async () => {
  const seen: [number, number][] = [];
  const made = await createPatients(clientOf(), people(1001), { key: 'first', onProgress: (...at) => seen.push(at) });
  expect(made.map(({ name }) => name)).toEqual(people(1001).map(({ name }) => name));
  expect(seen).toEqual([
    [500, 1001],
    [1000, 1001],
    [1001, 1001],
  ]);
});

test('are there once when an answer got lost, or it is begun again', async () => {
  const before = await count();
  let lost = 0;
  await createPatients(
    clientOf(() => lost++ < 1),
    people(600),
    { key: 'second' },
  );
  const again = await createPatients(clientOf(), people(600), { key: 'second' });
  expect(again).toHaveLength(600);
  expect(lost).toBeGreaterThan(1);
  expect(await count()).toBe(before + 600);
});

test('are refused by their place among all of them; the parts before are in', async () => {
  const before = await count();
  const patients = people(700).map((one, at) => (at === 650 ? { name: '' } : one));
  const refused = await createPatients(clientOf(), patients, { key: 'third' }).catch((error) => error);
  expect(refused).toBeInstanceOf(Refused);
  expect(Object.keys(refused.problem.errors)).toEqual(['patients.650.name']);
  expect(await count()).toBe(before + 500);
});
