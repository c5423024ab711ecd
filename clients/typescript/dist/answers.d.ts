// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Answered, Refusal, Success } from './calls.js';
/** The body of what a route answered; a refusal is thrown. */
export declare const answer: <Body, Status extends number>(
  asked: Answered<Body, Status> | Promise<Answered<Body, Status>>,
) => Promise<Body>;
type List<Args, Row> = (args: Args) => Promise<Success<Row[], 200> | Refusal>;
type Given<Args> = undefined extends Args ? [args?: Args] : [args: Args];
export interface Listed<Row> {
  rows: Row[];
  /** Where the next page begins: its `query.cursor`. Undefined on the last page. */
  next: string | undefined;
  /** How many there are in all, where the query had `count: 'exact'`: the server says it beside the first page only. */
  total: number | undefined;
}
/** One page of a list, and where the next one begins: `page(route, { query: { ...query, cursor: next } })`. */
export declare const page: <
  Args extends
    | {
        query?: object;
      }
    | undefined,
  Row,
>(
  route: List<Args, Row>,
  ...[args]: Given<Args>
) => Promise<Listed<Row>>;
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
