// What `npm start` makes of the Worker's log on a terminal.
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { forPeople } from '../../scripts/dev/request-log.ts';

const said = (line: object | string) =>
  stripVTControlCharacters(forPeople(typeof line === 'string' ? line : JSON.stringify(line)));
const request = { request_id: 'an-id', method: 'GET', route: '/api/patients/:id', status: 200, ms: 12, database_ms: 9 };

test('a request is a line that is read at a glance', () => {
  expect(said(request)).toBe('  200  GET    /api/patients/:id  12 ms');
  expect(said({ ...request, status: 404, code: 'not_found' })).toBe(
    '  404  GET    /api/patients/:id  12 ms  not_found',
  );
});

test('of what is our fault it says all that there is', () => {
  const line = said({ ...request, status: 503, code: 'database_unavailable', trace: { sqlstate: '53100' } });
  expect(line).toBe('  503  GET    /api/patients/:id  12 ms  database_unavailable  {"sqlstate":"53100"}  an-id');
});

test('anything else stays as it is', () => {
  for (const line of ['{"job":"sweep","sessions":2}', 'no JSON', '"text"', '42', 'null', '{'])
    expect(said(line)).toBe(line);
});
