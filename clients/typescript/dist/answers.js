// Written by `npm run client`; change what is in clients/typescript/ instead.
// What is made of an answer: its body, a refusal that is thrown, or the pages of a list.

import { isProblem, Offline, Refused } from './errors.js';

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
  throw new Offline(`The answer is a ${response.status}, but not one of Wardbook's`);
};

const pageOf = async (route, args) => {
  const { query } = args ?? {};
  const response = await route(query?.cursor ? { ...args, query: { ...query, count: undefined } } : args);
  const rows = await answer(response);
  const { headers } = response;
  const [, next] = /[?&]cursor=([\w-]+)[^>]*>; *rel="next"/.exec(headers.get('Link') ?? '') ?? [];
  const total = headers.get('X-Total-Count');
  return { rows, next, total: total === null ? undefined : Number(total) };
};

/** One page of a list, and where the next one begins: `page(route, { query: { ...query, cursor: next } })`. */
export const page = (route, ...[args]) => pageOf(route, args);

/** A list, page by page. */
export async function* pages(route, ...[args]) {
  for (let asked = args; ; ) {
    const { rows, next } = await pageOf(route, asked);
    yield rows;
    if (!next) return;
    asked = { ...asked, query: { ...asked?.query, cursor: next } };
  }
}

/** A list, row by row. */
export async function* all(route, ...given) {
  for await (const page of pages(route, ...given)) yield* page;
}
