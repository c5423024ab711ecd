// What is made of an answer: its body, a refusal that is thrown, or the pages of a list.
import type { Answered, Refusal, Success } from './calls.ts';
import { isProblem, Offline, Refused } from './errors.ts';

/** The body of what a route answered; a refusal is thrown. */
export const answer = async <Body, Status extends number>(
  asked: Answered<Body, Status> | Promise<Answered<Body, Status>>,
): Promise<Body> => {
  const response = await asked;
  if (!response.ok && isProblem(response)) throw new Refused(await response.json());
  const text = await response.text();
  try {
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Body;
  } catch {
    // the page of some network that wants one to agree to something first
  }
  throw new Offline(`The answer is a ${response.status}, but not one of Wardbook's`);
};

type List<Args, Row> = (args: Args) => Promise<Success<Row[], 200> | Refusal>;
type Given<Args> = undefined extends Args ? [args?: Args] : [args: Args];
interface Asked {
  query?: { cursor?: string | undefined; count?: 'exact' | undefined };
}

export interface Listed<Row> {
  rows: Row[];
  /** Where the next page begins: its `query.cursor`. Undefined on the last page. */
  next: string | undefined;
  /** How many there are in all, where the query had `count: 'exact'`: the server says it beside the first page only. */
  total: number | undefined;
}

const pageOf = async <Args extends object | undefined, Row>(
  route: List<Args, Row>,
  args: Args,
): Promise<Listed<Row>> => {
  const { query }: Asked = args ?? {};
  const response = await route(query?.cursor ? { ...args, query: { ...query, count: undefined } } : args);
  const rows = await answer(response);
  const { headers } = response;
  const [, next] = /[?&]cursor=([\w-]+)[^>]*>; *rel="next"/.exec(headers.get('Link') ?? '') ?? [];
  const total = headers.get('X-Total-Count');
  return { rows, next, total: total === null ? undefined : Number(total) };
};

/** One page of a list, and where the next one begins: `page(route, { query: { ...query, cursor: next } })`. */
export const page = <Args extends { query?: object } | undefined, Row>(
  route: List<Args, Row>,
  ...[args]: Given<Args>
): Promise<Listed<Row>> => pageOf(route, args as Args);

/** A list, page by page. */
export async function* pages<Args extends { query?: object } | undefined, Row>(
  route: List<Args, Row>,
  ...[args]: Given<Args>
): AsyncGenerator<Row[], void, undefined> {
  for (let asked = args as Args; ; ) {
    const { rows, next } = await pageOf(route, asked);
    yield rows;
    if (!next) return;
    asked = { ...asked, query: { ...asked?.query, cursor: next } } as Args;
  }
}

/** A list, row by row. */
export async function* all<Args extends { query?: object } | undefined, Row>(
  route: List<Args, Row>,
  ...given: Given<Args>
): AsyncGenerator<Row, void, undefined> {
  for await (const page of pages(route, ...given)) yield* page;
}
