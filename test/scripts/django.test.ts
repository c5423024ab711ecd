// What `npm run test:django` finds when Django and Wardbook answer differently. It needs Django; this does not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Json, Recorded, Recording } from '../../scripts/django/client.ts';
import { differences } from '../../scripts/django/compare.ts';
import { judge, knownTable } from '../../scripts/django/known.ts';

const started = Date.parse('2026-11-20T10:00:00Z');
const recording = (body: Json, { status = 200, path = '/api/patients/', step = 'a step' } = {}): Recording => {
  const answer: Recorded = { step, path, status, body, id: 0, access: '', refresh: '' };
  return { started, answers: [answer] };
};
const fields = (django: Recording, wardbook: Recording) => differences(django, wardbook).map(({ field }) => field);
const compared = (django: Json, wardbook: Json) => fields(recording(django), recording(wardbook));
const refused = (django: Json, wardbook: Json, more: { status?: number; path?: string } = {}) =>
  fields(recording(django, { status: 400, ...more }), recording(wardbook, { status: 400, ...more }));

test('every field that Django answers is compared, and more is no difference', () => {
  expect(compared({ id: 1, name: 'Ann' }, { id: 1, name: 'Ann', more: 2 })).toEqual([]);
  expect(compared({ id: 1, name: 'Ann' }, { id: 1 })).toEqual(['name']);
  expect(compared({ user: { id: 1, role: 'user' } }, { user: { id: 2, role: 'user' } })).toEqual(['user.id']);
  expect(compared({ age: '' }, { age: null })).toEqual(['age']);
  expect(compared([{ id: 1 }, { id: 2 }], [{ id: 1 }, { id: 3 }])).toEqual(['[].id']);
  expect(compared([{ id: 1 }], [])).toContain('[]');
  expect(compared([], { results: [] })).toEqual(['']);
});

test('another status is the difference, whatever the body', () => {
  expect(fields(recording({ a: 1 }), recording({ a: 2 }, { status: 201 }))).toEqual(['status']);
});

test('steps that are not the same ones are a mistake', () => {
  expect(() => differences(recording({}), recording({}, { step: 'another' }))).toThrow('one side only');
});

test('tokens have to be there, and each side signs its own', () => {
  expect(compared({ access: 'a', refresh: 'b' }, { access: 'c', refresh: 'd' })).toEqual([]);
  expect(compared({ access: 'a', refresh: 'b' }, { access: 'c', refresh: '' })).toEqual(['refresh']);
});

test('earlier times are the same to the millisecond, those of the steps come later than their beginning', () => {
  const time = (there: string, here: string) => compared({ created_at: there }, { created_at: here });
  expect(time('2026-11-01T10:00:00.123999Z', '2026-11-01T10:00:00.124Z')).toEqual([]);
  expect(time('2026-11-01T10:00:00.123999Z', '2026-11-01T10:00:00.130Z')).toEqual(['created_at']);
  expect(time('2026-11-20T10:00:01.123999Z', '2026-11-20T10:00:09.000Z')).toEqual([]);
  expect(time('2026-11-20T10:00:01.123999Z', '2026-11-20T09:59:59.000Z')).toEqual(['created_at']);
  expect(time('2026-11-01T10:00:00Z', '2026-11-01 10:00:00')).toEqual(['created_at']);
});

test('what Django finds wrong with a field stands under errors, in other words', () => {
  const there = { email: ['Enter a valid email address.'] };
  expect(refused(there, { detail: 'x', errors: { email: ['not an email address'] } })).toEqual([]);
  expect(refused(there, { detail: 'x', errors: { name: ['must not be empty'] } })).toEqual(['email']);
  expect(refused({ detail: 'JSON parse error' }, { detail: 'Malformed' })).toEqual([]);
  expect(refused({ detail: 'JSON parse error' }, {})).toEqual(['detail']);
});

test("simplejwt's own routes refuse in its own words", () => {
  const at = { status: 401, path: '/api/token/refresh/' };
  const there = { detail: 'Token is blacklisted', code: 'token_not_valid' };
  expect(refused(there, there, at)).toEqual([]);
  expect(refused(there, { ...there, code: 'unauthenticated' }, at)).toEqual(['code']);
  expect(refused(there, { ...there, detail: 'Gone' }, at)).toEqual(['detail']);
});

test('a known difference is one in that step and field, and one that does not occur is stale', () => {
  const at = { step: 'log in as an inactive user', field: 'status', django: 401, wardbook: 403 };
  expect(judge('owned', [at])).toMatchObject({ unknown: [], met: 1 });
  expect(judge('owned', [{ ...at, step: 'log in' }]).unknown).toHaveLength(1);
  expect(judge('owned', [{ ...at, field: 'detail' }]).unknown).toHaveLength(1);
  expect(judge('owned', []).stale).toContainEqual({ step: at.step, field: 'status' });
  expect(judge('owned', [at]).stale).not.toContainEqual({ step: at.step, field: 'status' });
  expect(judge('roles', []).stale).not.toContainEqual({ step: 'log in with other capitals', field: 'status' });
});

test('the table has a row for each, and no cell breaks it', () => {
  const rows = knownTable().split('\n');
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) expect(row.match(/\|/g), row).toHaveLength(4);
});

test('docs/from-django.md has each row of the table', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/from-django.md'), 'utf8').split('\n');
  expect(
    knownTable()
      .split('\n')
      .filter((row) => !page.includes(row)),
  ).toEqual([]);
});
