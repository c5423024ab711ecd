// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Hono } from 'hono';
import { type ClientResponse, hc } from 'hono/client';
import type { BlankEnv } from 'hono/types';
import type { Problem, RefusedStatus, Routes } from './api.js';
import { type Options } from './signing.js';

export type { Problem } from './api.js';
export type { Options, Store, Tokens } from './signing.js';
/** The app as `hc` knows it. */
export type Api = Hono<BlankEnv, Refusable<Routes>, '/'>;
type Refusable<All> = {
  [Path in keyof All]: {
    [Method in keyof All[Path]]: OrRefused<All[Path][Method]>;
  };
};
type OrRefused<Route> = Route extends {
  input: infer Input;
}
  ?
      | Route
      | {
          input: Input;
          output: Problem;
          outputFormat: 'json';
          status: RefusedStatus;
        }
  : never;
/** Hono's client, as whoever is signed in. Where an app wants it without the rest there is `hc<Api>()`. */
export declare const wardbook: (baseUrl: string, options: Options) => ReturnType<typeof hc<Api>>;
export declare class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem);
}
type Refusal = ClientResponse<Problem, RefusedStatus, 'json'>;
type Body<R> = R extends Refusal
  ? never
  : R extends ClientResponse<infer T, infer _, infer F>
    ? F extends 'json'
      ? T
      : undefined
    : never;
/** The body of what a route answered; a refusal is thrown. */
export declare const answer: <R extends ClientResponse<unknown>>(asked: R | Promise<R>) => Promise<Body<R>>;
type List<Args, Row> = (args: Args) => Promise<ClientResponse<Row[], 200, 'json'> | Refusal>;
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
