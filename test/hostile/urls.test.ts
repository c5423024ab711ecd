// Ids in paths and parameters in queries that mean nothing, or mean harm.
import { describe, expect, test } from 'vitest';
import { rowOf } from '../routes/table.ts';
import { nextOf } from '../support/answers.ts';
import { type Answer, boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { routes } from '../support/routes.ts';
import { decoded } from '../support/tokens.ts';
import { canary, expectProblem, nothingChanged } from './refusals.ts';
import { mostPowerful, targetsOf } from './targets.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { people } = w;
const targets = targetsOf(w);
const tokenFor = (route: string) => people[mostPowerful(rowOf(route))].token;

describe('ids in paths', () => {
  const hostileIds = [
    ...['0', '-1', '-0', '+1', '01', '1e3', '0x1', '1.0', '1.5', '99999999999999999999', '9007199254740992', 'NaN'],
    ...['9007199254740993', '9223372036854775807', '9223372036854775808', 'abc', canary, '%00', '1%00', '%', '%zz'],
    ...['1%2f2', '1%2F..', '%ff', '%C0%AF', '%F0%9F%92%A9', '١', '1;drop', "1'--", '1%20', '%201', '1%0a'],
    ...['null', 'undefined', '__proto__', 'constructor', '[object%20Object]', '1,2', '1'.repeat(5_000)],
  ];
  const parameter = /:\w+(\{.*\})?/;
  const withId = routes.filter((route) => route.includes('/:') && !route.startsWith('GET /portal/'));

  test.each(withId)('%s', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const sent = { token: tokenFor(route), body: targets.find((target) => target.route === route)?.body };
    for (const id of hostileIds) {
      const answer = await app.call(method, `${path.replace(parameter, id)}/`, sent);
      expect(answer.status, `${id}: ${answer.text}`).toBe(404);
      expectProblem(answer, 404, 'not_found');
    }
    const missing = await app.call(method, path.replace(parameter, String(Number.MAX_SAFE_INTEGER)), sent);
    // doctors of a missing patient, a missing record, somebody else's session: one answer
    expectProblem(missing, 404, 'not_found');
  });

  test('every route with an id was asked', () => expect(withId.length).toBeGreaterThanOrEqual(15));
});

describe('queries', () => {
  const gets = routes.filter((route) => /^GET [^:]*$/.test(route)).map((route) => route.slice(4));
  const expectHarmless = (answer: Answer) => {
    expect(answer.status, answer.text).toBeLessThan(500);
    if (answer.status >= 400) expectProblem(answer, 400, 'invalid_input');
  };

  test.each(gets)('that mean nothing do not break %s', async (path) => {
    for (const query of [
      '?',
      '?&&&',
      '?=',
      `?id=1&id=2&id[]=3&${canary}=1`,
      '?__proto__[a]=1&constructor=1',
      '?%00=%ff&%=%zz',
    ])
      expectHarmless(await app.call('GET', `${path}${query}`, { token: tokenFor(`GET ${path}`) }));
  });

  const encoded = (value: unknown) => btoa(JSON.stringify(value));
  const values = [
    ...[
      canary,
      '',
      '%00',
      `${canary}%00`,
      '0',
      '-1',
      '1.5',
      '1e400',
      '99999999999999999999',
      '9007199254740993',
      '%ff',
    ],
    ...[
      '%',
      '%25',
      "'",
      '(',
      '%F0%9F%92%A9',
      '0000-01-01',
      '9999-99-99',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    ],
    ...[
      'infinity',
      'e30',
      encoded([]),
      encoded(['x', 'y', 1]),
      encoded([1, null, 0, null, -1, 0, 0]),
      'x'.repeat(3_000),
    ],
  ];

  test.each(gets)('with hostile values do not break %s', async (path) => {
    const token = tokenFor(`GET ${path}`);
    // a list names the parameters that it knows; a route that takes none ignores them
    const { body } = await app.call('GET', `${path}?${canary}=1`, { token });
    const [, names = ''] = /allowed are (.*)/.exec(body?.errors?.non_field_errors?.[0] ?? '') ?? [];
    const unexplained: string[] = [];
    for (const name of names.split(', ').filter(Boolean))
      for (const value of values) {
        const answer = await app.call('GET', `${path}?${name}=${value}`, { token });
        expect(answer.status, `${name}=${value}: ${answer.text}`).toBeOneOf([200, 400]);
        if (answer.status === 400) expectProblem(answer, 400);
        if (answer.status === 400 && !answer.body.errors) unexplained.push(`${name}=${value}`);
      }
    // every refusal says what to correct
    expect(unexplained).toEqual([]);
  });

  test.each(['/api/patients', '/api/doctors', '/api/admin/users'])(
    'with a forged cursor do not break %s',
    async (path) => {
      const { token } = people.admin;
      const unexplained: string[] = [];
      for (const sort of ['id', 'name', '-created_at']) {
        const first = await app.call('GET', `${path}?sort=${sort}&limit=1`, { token });
        const [scope] = decoded(new URL(nextOf(first) ?? '', 'http://wardbook.test').searchParams.get('cursor') ?? '');
        for (const key of ['', '\0', '\ud800', canary, '0', '99999999999999999999', 'infinity', "'"]) {
          const forged = encodeURIComponent(btoa(JSON.stringify([scope, key, 1])));
          const answer = await app.call('GET', `${path}?sort=${sort}&limit=1&cursor=${forged}`, { token });
          expect(answer.status, `${sort} ${JSON.stringify(key)}: ${answer.text}`).toBeOneOf([200, 400]);
          if (answer.status === 400) expectProblem(answer, 400);
          if (answer.status === 400 && !answer.body.errors) unexplained.push(`${sort} ${JSON.stringify(key)}`);
        }
      }
      expect(unexplained).toEqual([]);
    },
  );
});

nothingChanged(app, w);
