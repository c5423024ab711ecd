// Written by `npm run client`; change what is in clients/typescript/ instead.
// What is made of an answer: its body, a refusal that is thrown, or the pages of a list.

import { isProblem } from './signing.js';

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
  if (!response.ok && isProblem(response)) throw new Refused(await response.json());
  const text = await response.text();
  try {
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
  } catch {
    // the page of some network that wants one to agree to something first
  }
  throw new Error(`The answer is a ${response.status}, but not one of Wardbook's`);
};

/** A list, page by page. */
export async function* pages(route, ...[args]) {
  for (let asked = args; ; ) {
    const response = await route(asked);
    yield await answer(response);
    const [, cursor] = /[?&]cursor=([\w-]+)[^>]*>; *rel="next"/.exec(response.headers.get('Link') ?? '') ?? [];
    if (!cursor) return;
    // how many there are is only said beside the first page
    asked = { ...args, query: { ...args?.query, count: undefined, cursor } };
  }
}

/** A list, row by row. */
export async function* all(route, ...given) {
  for await (const page of pages(route, ...given)) yield* page;
}
