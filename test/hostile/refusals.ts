// What every refusal must be, however hostile the request was.
import { expect, test } from 'vitest';
import type { Answer, App } from '../support/app.ts';
import type { assemble } from '../support/cast.ts';

/** Planted in every hostile value: an answer that repeats it would repeat anything. */
export const canary = 'kAnArY7f3a';
const codes = [
  ...['invalid_input', 'malformed_json', 'unauthenticated', 'session_ended', 'invalid_credentials', 'refresh_invalid'],
  ...['link_invalid', 'token_not_valid', 'password_required', 'email_unverified', 'wrong_role', 'not_found'],
  ...['duplicate', 'body_too_large', 'unsupported_media_type'],
];

export const expectNoEcho = ({ status, text, headers }: Answer) => {
  const everything = `${text}\n${[...headers].join('\n')}`;
  expect(status, text).toBeLessThan(500);
  expect(everything.toLowerCase()).not.toContain(canary.toLowerCase());
};

export const expectProblem = (answer: Answer, status: number | number[], code?: string) => {
  expectNoEcho(answer);
  expect([status].flat(), answer.text).toContain(answer.status);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  const { errors, ...problem } = answer.body;
  expect(problem).toEqual({
    type: `urn:wardbook:problem:${problem.code}`,
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    code: code ?? expect.toBeOneOf(codes),
    request_id: answer.headers.get('X-Request-Id'),
  });
  if (code === 'invalid_input') expect(Object.keys(errors ?? {}).length, answer.text).toBeGreaterThan(0);
  for (const messages of Object.values(errors ?? {})) expect(messages).toContainEqual(expect.any(String));
  // no SQL, no stack, no driver
  expect(answer.text).not.toMatch(/select |insert |relation|\.ts|neon|drizzle|zod|SyntaxError|position \d/i);
};

/** Last in a file: after all that it sent, nobody has become an administrator or an approved doctor. */
export const nothingChanged = (app: App, w: Awaited<ReturnType<typeof assemble>>) =>
  test('nothing of all this changed who is who', async () => {
    const rows = await app.database.owner.query('select role, count(*)::int from users group by role order by role');
    expect(rows.find(({ role }) => role === 'admin')?.count).toBe(1);
    const doctors = await app.database.owner.query('select approved from doctors where id = $1', [w.doctorIds.pending]);
    expect(doctors).toEqual([{ approved: false }]);
  });
