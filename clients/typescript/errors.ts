// The two ways in which a call fails: the server refused it, or nobody answered.
import type { CodeNeeded, Problem } from './api.ts';

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

/**
 * Whether a login was refused only because the account has a second factor. Then `problem.otp_token` goes with a code to
 * `api.auth.login.otp`, within five minutes.
 */
export const needsCode = (problem: Problem): problem is CodeNeeded =>
  problem.code === 'otp_required' && 'otp_token' in problem;
