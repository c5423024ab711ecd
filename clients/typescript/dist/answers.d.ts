// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Problem } from './api.js';
import type { Answered, Refusal, Success } from './calls.js';
export declare class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem);
}
/** The body of what a route answered; a refusal is thrown. */
export declare const answer: <Body, Status extends number>(
  asked: Answered<Body, Status> | Promise<Answered<Body, Status>>,
) => Promise<Body>;
type List<Args, Row> = (args: Args) => Promise<Success<Row[], 200> | Refusal>;
type Given<Args> = undefined extends Args ? [args?: Args] : [args: Args];
/** A list, page by page. */
export declare function pages<
  Args extends
    | {
        query?: object;
      }
    | undefined,
  Row,
>(route: List<Args, Row>, ...[args]: Given<Args>): AsyncGenerator<Row[], void, undefined>;
/** A list, row by row. */
export declare function all<
  Args extends
    | {
        query?: object;
      }
    | undefined,
  Row,
>(route: List<Args, Row>, ...given: Given<Args>): AsyncGenerator<Row, void, undefined>;
