// What the client knows of the server: its routes, as AppType has them, and how it refuses. Types only. An app gets them
// as dist/api.d.ts, written out by `npm run client`, and needs neither the server's code nor its packages.
import type { ExtractSchema } from 'hono/types';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { FieldErrors, ProblemCode } from '../../src/errors.ts';
import type { AppType } from '../../src/index.ts';

export type { ProblemCode } from '../../src/errors.ts';

/** A refusal, RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: RefusedStatus;
  detail: string;
  /** From a closed list: what a program decides by. */
  code: ProblemCode;
  request_id: string;
  /** By field, what is wrong with it. */
  errors?: FieldErrors;
}
export type RefusedStatus = 400 | 401 | 403 | 404 | 409 | 410 | 412 | 413 | 415 | 422 | 429 | 500 | 503;

/** By path and method, what a route takes and what it answers when it does not refuse. */
export type Routes = { [Path in keyof Schema]: { [Method in keyof Schema[Path]]: Route<Schema[Path][Method]> } };

/** Without what is for people, and for tools that read the document: its type is longer than all the rest. */
type Schema = Omit<ExtractSchema<AppType>, '/docs' | '/openapi.json'>;
type Route<R> = R extends { input: infer I; output: infer Output; outputFormat: infer Format; status: infer Status }
  ? { input: Input<I>; output: Output; outputFormat: Format; status: Answered<Status> }
  : never;
/** c.json() without a status is a 200, which its type does not tell. */
type Answered<Status> = ContentfulStatusCode extends Status ? 200 : Status;
/** A query of which nothing is required may be left out. */
type Input<I> = Plain<I extends { query: infer Q } ? (object extends Q ? Omit<I, 'query'> & { query?: Q } : I) : I>;
type Plain<T> = { [Name in keyof T]: T[Name] };
