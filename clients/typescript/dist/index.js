// Written by `npm run client`; change what is in clients/typescript/ instead.
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

import { hc } from 'hono/client';

import { isProblem, signing } from './signing.js';

/** The app as `hc` knows it. */

/** Hono's client, as whoever is signed in. Where an app wants it without the rest there is `hc<Api>()`. */
export const wardbook = (baseUrl, options) => hc(baseUrl, { fetch: signing(baseUrl, options) });

export class Refused extends Error {
  problem;
  constructor(problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'Refused';
    this.problem = problem;
  }
}

/** The body of what a route answered; a refusal is thrown. */
export const answer = async (asked) => {
  const response = await asked;
  if (response.ok) {
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }
  if (isProblem(response)) throw new Refused(await response.json());
  throw new Error(`The answer is a ${response.status}, but no problem of Wardbook's`);
};

/** A list, page by page. */
export async function* pages(route, ...[args]) {
  for (let asked = args; ; ) {
    const response = await route(asked);
    yield await answer(response);
    const [, next] = /<([^>]+)>; *rel="next"/.exec(response.headers.get('Link') ?? '') ?? [];
    if (!next) return;
    asked = { ...args, query: Object.fromEntries(new URL(next).searchParams) };
  }
}

/** A list, row by row. */
export async function* all(route, ...given) {
  for await (const page of pages(route, ...given)) yield* page;
}
