// Hostile requests to every route, made up by fast-check: never a 5xx, one shape of refusal, nothing of what was sent in
// it, and nothing in an answer that does not belong there. A failure prints its request and the seed:
// FUZZ_SEED=<seed> npm run fuzz -- -t '<route>' does it again.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../src/errors.ts';
import { namesIn } from '../routes/fields.ts';
import { table } from '../routes/table.ts';
import { boot } from '../support/app.ts';
import { routes } from '../support/routes.ts';
import { hostile } from './hostile.ts';
import { canaryPrefix } from './nasty.ts';
import { inHaste, readLog, requests, seed } from './people.ts';
import { type Answer, type Stage, send, stage, strike } from './stage.ts';

/** The closed list, and the status of each. */
const statuses: Record<ProblemCode, number> = {
  ...{ invalid_input: 400, malformed_json: 400, link_invalid: 400, password_required: 400 },
  ...{ no_active_account: 401, token_not_valid: 401 },
  ...{ code_required: 400, otp_required: 401, otp_invalid: 401, otp_token_invalid: 401 },
  ...{ own_factor: 403, mfa_required: 403, mfa_set_up: 409, mfa_not_set_up: 409, mfa_unavailable: 409 },
  ...{ unauthenticated: 401, session_ended: 401, invalid_credentials: 401, refresh_invalid: 401, refresh_reused: 401 },
  ...{ no_active_account: 401, token_not_valid: 401 },
  ...{ wrong_role: 403, not_owner: 403, doctor_not_approved: 403, account_disabled: 403 },
  ...{
    email_unverified: 403,
    registration_closed: 403,
    step_up_required: 403,
    own_account: 403,
    wrong_account: 403,
    already_linked: 409,
  },
  ...{ not_found: 404, no_record: 404, sync_reset: 410 },
  ...{ leaves_record: 409, own_record: 409, has_account: 409, invitation_open: 409, others_assigned: 409 },
  ...{ limit_reached: 409, already_accessible: 409 },
  ...{ duplicate: 409, answered_before: 409, last_admin: 409, no_linked_record: 409, no_linked_account: 409 },
  ...{ stale_version: 412, body_too_large: 413, unsupported_media_type: 415, key_reused: 422 },
  ...{ precondition_required: 428, too_many_attempts: 429, too_many_requests: 429 },
  ...{ internal_error: 500, database_unavailable: 503, misconfigured: 503 },
};

const expectProblem = ({ status, text, headers }: Answer, method: string) => {
  if (status === 401) expect(headers.get('WWW-Authenticate')).toBe('Bearer');
  if (status === 429) expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(headers.get('Content-Type')).toBe('application/problem+json');
  expect(`${text}\n${[...headers].join('\n')}`.toLowerCase()).not.toContain(canaryPrefix.toLowerCase());
  if (method === 'HEAD') {
    expect(text).toBe('');
    return;
  }
  const { errors = {}, ...problem } = JSON.parse(text);
  expect(problem).toEqual({
    type: `urn:wardbook:problem:${problem.code}`,
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/./),
    code: expect.toBeOneOf(Object.keys(statuses)),
    request_id: headers.get('X-Request-Id'),
  });
  expect(statuses[problem.code as ProblemCode]).toBe(status);
  for (const messages of Object.values(errors)) {
    expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(/./)]));
  }
};

const expectOnly = (allowed: string[], { status, text }: Answer, method: string) => {
  const isEmpty = status === 202 || status === 204 || status === 304 || method === 'HEAD';
  if (isEmpty) expect(text).toBe('');
  const surprising = new Set(isEmpty ? [] : namesIn(JSON.parse(text))).difference(new Set(allowed));
  expect([...surprising]).toEqual([]);
};

inHaste();
const app = await boot();
const counts: Record<number, number> = {};
/** The last lines of the app's log; those of concurrent requests are among them. */
const logged: string[] = [];
readLog((line) => {
  logged.unshift(line);
  logged.length = Math.min(logged.length, 2000);
});

/** The row of what answered, which the log names by its pattern. */
const rowOfLog = (method: string, pattern: string) => {
  const name = `${method === 'HEAD' ? 'GET' : method} ${pattern.replace(/(.)\/$/, '$1')}`;
  return table.find(({ route }) => route === name);
};

test('every route is described for the fuzzer, and nothing else is', () => {
  expect(table.map(({ route }) => route).sort()).toEqual([...routes].sort());
});

describe.concurrent(`${requests} hostile requests, seed ${seed}`, () => {
  test.each(table.map((row) => [row.route, row] as const))('%s', async (_, row) => {
    let at: Stage | undefined;
    let left = 0;
    const property = fc.asyncProperty(hostile(row), async (sent) => {
      if (left-- <= 0) {
        if (at) await strike(app, at);
        at = await stage(app, row);
        left = 40;
      }
      const answer = await send(app, row, at as Stage, sent);
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
      const line = logged.find((one) => one.includes(answer.headers.get('X-Request-Id') ?? 'none')) ?? '{}';
      expect(answer.status, line).toBeLessThan(500);
      expect(line).not.toContain(canaryPrefix);
      // what answered, which odd paths and methods make another route than the one that was meant
      const { method, route: pattern, status } = JSON.parse(line);
      expect(status).toBe(answer.status);
      const { answer: allowed } = rowOfLog(method, pattern) ?? {};
      if (status >= 400) expectProblem(answer, method);
      else if (allowed) expectOnly(allowed, answer, method);
    });
    await fc.assert(property, { numRuns: requests, seed });
  });
});

test('they got past the door, and found the usual refusals behind it', () => {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  // not with a few runs, nor with one route
  if (total < 100 * routes.length) return;
  const found = Object.keys(counts).map(Number);
  expect(found).toEqual(expect.arrayContaining([200, 201, 202, 204, 400, 401, 403, 404, 415]));
});
