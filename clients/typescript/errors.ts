// The two ways in which a call fails: the server refused it, or nobody answered.
import type { Problem } from './api.ts';

/** The server's answer is no. `problem.code` is for the program, `problem.detail` for the person. */
export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'Refused';
    this.problem = problem;
  }
}

/** No answer: there is no connection, it took too long, or what answered is not Wardbook. `cause` says more. */
export class Offline extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Offline';
  }
}

export const isProblem = (response: { headers: Pick<Headers, 'get'> }): boolean =>
  response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
