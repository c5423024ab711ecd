// What is made of an answer: its body, a refusal that is thrown, or the pages of a list.
import type { Problem } from './api.ts';
import type { Answered, Refusal, Success } from './calls.ts';
import { isProblem } from './signing.ts';

export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'Refused';
    this.problem = problem;
  }
}

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
  throw new Error(`The answer is a ${response.status}, but not one of Wardbook's`);
};

type List<Args, Row> = (args: Args) => Promise<Success<Row[], 200> | Refusal>;
type Given<Args> = undefined extends Args ? [args?: Args] : [args: Args];

/** A list, page by page. */
export async function* pages<Args extends { query?: object } | undefined, Row>(
  route: List<Args, Row>,
  ...[args]: Given<Args>
): AsyncGenerator<Row[], void, undefined> {
  for (let asked = args as Args; ; ) {
    const response = await route(asked);
    yield await answer(response);
    const [, cursor] = /[?&]cursor=([\w-]+)[^>]*>; *rel="next"/.exec(response.headers.get('Link') ?? '') ?? [];
    if (!cursor) return;
    // how many there are is only said beside the first page
    asked = { ...args, query: { ...args?.query, count: undefined, cursor } } as Args;
  }
}

/** A list, row by row. */
export async function* all<Args extends { query?: object } | undefined, Row>(
  route: List<Args, Row>,
  ...given: Given<Args>
): AsyncGenerator<Row, void, undefined> {
  for await (const page of pages(route, ...given)) yield* page;
}
