// Anybody may ask whether the database is reached, as often as they like: it is asked once in a while.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { boot, caller } from '../support/app.ts';
import { faultyConnection } from '../support/database.ts';

const app = await boot();
const connection = await faultyConnection(app.database.appUrl);
// the Worker keeps one client for a URL, and its deadline with it
const slow = await faultyConnection(app.database.appUrl);
/** As a new isolate: nothing is known yet. */
const isolate = (settings: object = {}) => {
  const call = caller({ ...app.env, DATABASE_URL: connection.url, ...settings });
  return async () => (await call('GET', '/readyz')).status;
};
const spent = async (act: () => Promise<unknown>) => {
  const before = await app.database.roundTrips();
  await act();
  return (await app.database.roundTrips()) - before;
};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await connection.heal();
});
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

test('fifty at once and fifty one by one are one question', async () => {
  const ask = isolate();
  const trips = await spent(async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    for (let n = 0; n < 50; n++) answers.push(await ask());
    expect(new Set(answers)).toEqual(new Set([200]));
  });
  expect(trips).toBe(1);
});

test('an answer counts for five seconds, a good one and a bad one', async () => {
  const ask = isolate();
  expect(await ask()).toBe(200);
  await connection.fail('html with 502');
  expect(await ask()).toBe(200);
  pass(6);
  expect(await ask()).toBe(503);
  await connection.heal();
  expect(await ask()).toBe(503);
  pass(6);
  expect(await ask()).toBe(200);
});

test('whoever waits for an answer that never comes gets a 503', async () => {
  vi.useRealTimers();
  const ask = isolate({ DATABASE_URL: slow.url, DATABASE_TIMEOUT_MS: '300' });
  await slow.fail('silence');
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([503, 503, 503]);
  await slow.heal();
});
