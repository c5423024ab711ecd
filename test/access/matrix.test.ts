// Every route, as everybody: who gets which status, the number of round trips, the fields of an answer, and the shape of
// each refusal. What is promised is in test/routes/.
import { describe, expect, test } from 'vitest';
import { namesIn } from '../routes/fields.ts';
import type { Case } from '../routes/route.ts';
import { askers } from '../routes/statuses.ts';
import { table } from '../routes/table.ts';
import { boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { everyRoute } from '../support/every-route.ts';
import { routes } from '../support/routes.ts';

cheapPasswords();
const world = await boot();
const w = await assemble(world);
const { prepareRequest } = everyRoute(world, w);

test('every route of the app has a row, and every row is a route', () => {
  expect(table.map(({ route }) => route).sort()).toEqual([...routes].sort());
});

test('every row says who gets which status', () => {
  for (const { route, answers, cases = [] } of table) expect(answers ?? cases[0], route).toBeDefined();
});

const forged = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.aW52YWxpZA';

const cases = table.flatMap((row) => {
  const { about, answers, request, cases = [] } = row;
  const usual: Case[] = answers ? [{ about, answers, request }] : [];
  return [...usual, ...cases].map((one) => ({
    ...row,
    ...one,
    title: [row.route, one.about].filter(Boolean).join(' '),
  }));
});

describe.each(cases.map((one) => [one.title, one] as const))(
  '%s',
  (_, { route, answers, request, roundTrips = 1, refusalIsNoted, answer: fields }) => {
    test.each(askers.map((asker) => [asker, answers[asker]] as const))('%s: %i', async (asker, status) => {
      const me = asker === 'nobody' || asker === 'forged' ? undefined : w.people[asker];
      const { method, path, body, headers, settings } = await prepareRequest(route, (setting) => request(setting, me));
      const before = await world.database.roundTrips();
      const answer = await world.call(method, path, {
        token: asker === 'forged' ? forged : me?.token,
        body,
        headers,
        settings,
      });
      const spent = (await world.database.roundTrips()) - before;

      expect(answer.status, answer.text).toBe(status);
      // a new password ended the session that the other rows use
      if (me && route === 'POST /api/auth/password') Object.assign(me, { token: answer.body.access });
      expect(answer.headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/);
      if (path.startsWith('/api/')) expect(answer.headers.get('Cache-Control')).toBe('no-store');
      if (status === 401) {
        expect(spent).toBe(0);
        expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
      }
      if (status < 300) {
        expect([roundTrips].flat()).toContain(spent);
        if (fields) expect(fields).toEqual(expect.arrayContaining(namesIn(answer.body ?? null)));
      }
      if (status === 204) expect(answer.text).toBe('');
      if (status >= 400) {
        expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
        expect(answer.body).toMatchObject({
          status,
          code: expect.any(String),
          request_id: answer.headers.get('X-Request-Id'),
        });
        // one way for a refusal too, or its timing tells whose record it is
        if (status === 403 || status === 404) expect(spent).toBe(refusalIsNoted ? 2 : 1);
      }
    });
  },
);
