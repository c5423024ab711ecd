// The client for an app: every route typed end to end, its refusals too, and tokens, retries and pages taken care of.
//
//   import { all, answer, Refused, wardbook } from 'wardbook/client';
//
//   const { api } = wardbook('https://wardbook.example', {
//     store: { load: readFromKeychain, save: writeToKeychain, clear: deleteFromKeychain },
//     onSignedOut: (problem) => showLogin(problem.detail),
//   });
//   await answer(api.auth.login.$post({ json: { email, password } })); // whoever signs in is signed in from here on
//   try {
//     const { id } = await answer(api.patients.$post({ json: { name: 'Jane Doe', date_of_birth: '1990-12-31' } }));
//     for await (const doctor of all(api.doctors.$get, { query: { search: 'cardio' } })) offer(doctor.name, id);
//   } catch (error) {
//     if (error instanceof Refused && error.problem.code === 'invalid_input') mark(error.problem.errors);
//     else throw error; // no connection
//   }
import type { Hono } from 'hono';
import { type ClientResponse, hc } from 'hono/client';
import type { BlankEnv } from 'hono/types';
import type { Problem, RefusedStatus, Routes } from './api.ts';
import { isProblem, type Options, signing } from './signing.ts';

export type { Problem } from './api.ts';
export type { Options, Store, Tokens } from './signing.ts';

/** The app as `hc` knows it. */
export type Api = Hono<BlankEnv, Refusable<Routes>, '/'>;
type Refusable<All> = { [Path in keyof All]: { [Method in keyof All[Path]]: OrRefused<All[Path][Method]> } };
type OrRefused<Route> = Route extends { input: infer Input }
  ? Route | { input: Input; output: Problem; outputFormat: 'json'; status: RefusedStatus }
  : never;

/** Hono's client, as whoever is signed in. Where an app wants it without the rest there is `hc<Api>()`. */
export const wardbook = (baseUrl: string, options: Options): ReturnType<typeof hc<Api>> =>
  hc<Api>(baseUrl, { fetch: signing(baseUrl, options) });

export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'Refused';
    this.problem = problem;
  }
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
export const answer = async <R extends ClientResponse<unknown>>(asked: R | Promise<R>): Promise<Body<R>> => {
  const response = await asked;
  if (response.ok) {
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as Body<R>;
  }
  if (isProblem(response)) throw new Refused((await response.json()) as Problem);
  throw new Error(`The answer is a ${response.status}, but no problem of Wardbook's`);
};

type List<Args, Row> = (args: Args) => Promise<ClientResponse<Row[], 200, 'json'> | Refusal>;

type Given<Args> = undefined extends Args ? [args?: Args] : [args: Args];

/** A list, page by page. */
export async function* pages<Args extends { query?: object } | undefined, Row>(
  route: List<Args, Row>,
  ...[args]: Given<Args>
): AsyncGenerator<Row[], void, undefined> {
  for (let asked = args as Args; ; ) {
    const response = await route(asked);
    yield (await answer(response)) as Row[];
    const [, next] = /<([^>]+)>; *rel="next"/.exec(response.headers.get('Link') ?? '') ?? [];
    if (!next) return;
    asked = { ...args, query: Object.fromEntries(new URL(next).searchParams) } as Args;
  }
}

/** A list, row by row. */
export async function* all<Args extends { query?: object } | undefined, Row>(
  route: List<Args, Row>,
  ...given: Given<Args>
): AsyncGenerator<Row, void, undefined> {
  for await (const page of pages(route, ...given)) yield* page;
}
