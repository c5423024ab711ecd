// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { CodeNeeded, Problem } from './api.js';
/** The server's answer is no. `problem.code` is for the program, `problem.detail` for the person. */
export declare class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem);
}
/** No answer: there is no connection, it took too long, or what answered is not Wardbook. `cause` says more. */
export declare class Offline extends Error {
  constructor(message: string, cause?: unknown);
}
export declare const isProblem: (response: { headers: Pick<Headers, 'get'> }) => boolean;
/**
 * Whether a login was refused only because the account has a second factor. Then `problem.otp_token` goes with a code to
 * `api.auth.login.otp`, within five minutes.
 */
export declare const needsCode: (problem: Problem) => problem is CodeNeeded;
