// What tests read in an answer, beside its body.
import { expect } from 'vitest';
import type { Answer } from './app.ts';

export const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

export const tagOf = ({ headers }: Answer) => headers.get('ETag') ?? '';

export const requestIdOf = ({ headers }: Answer) => headers.get('X-Request-Id') ?? '';

/** The path of the next page, where there is one. A `Link` of any other form fails the test. */
export const nextOf = ({ headers }: Pick<Answer, 'headers'>): string | undefined => {
  const link = headers.get('Link');
  const [, path] = /^<http:\/\/wardbook\.test(\/[^<>]+)>; rel="next"$/.exec(link ?? '') ?? [];
  expect(link === null || path !== undefined, `Link: ${link}`).toBe(true);
  return path;
};
