// Pages of long lists: an opaque cursor says where the last page ended, a Link header where the next one begins. Pages
// are cut by the last row's own values, so that rows which come and go meanwhile neither repeat nor hide one.
//
// A list is made in this order: listParams() validates the query string, the feature's own file builds the queries from
// a Page, prepareList() keeps them, and respondWithPage() runs them and answers.
import { count, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Context } from 'hono';
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { type Database, type Params, prepare, wrapQuery } from '../db/prepare.ts';
import { Problem, requireRow } from '../errors.ts';
import { isStorable } from './fields.ts';
import { query } from './validate.ts';

/** The columns that a list may be sorted by. They are never null, and `id` decides between equal values. */
type Sorts = { id: PgColumn } & Record<string, PgColumn>;
type SortOf<By extends Sorts> = `${'' | '-'}${Extract<keyof By, string>}`;

/** By default and at most 1,000 rows, so that "retrieve all" is not cut short for ordinary users. */
export const maxRows = 1000;

export const pageParams = {
  limit: z
    .string()
    .regex(/^0*[1-9]\d*$/, 'must be a whole number, 1 or more')
    .transform((limit) => Math.min(Number(limit), maxRows))
    // for the document
    .pipe(z.int().min(1).max(maxRows))
    .default(maxRows),
  cursor: z.string().max(16_000, 'is not a cursor that this route gave').optional(),
};

/** The query string of a list: its filters, its order, and the page. */
export const listParams = <By extends Sorts, Filters extends z.ZodRawShape>(
  sorts: By,
  filters: Filters,
  first: SortOf<By> | 'id' = 'id',
) => {
  const names = Object.keys(sorts).flatMap((name) => [name, `-${name}`]);
  const sort = z.enum(names, `must be one of ${names.join(', ')}`).default(first);
  const shape = {
    ...filters,
    // typed, so that a client knows the orders
    sort: sort as z.ZodDefault<z.ZodType<SortOf<By>, SortOf<By>>>,
    ...pageParams,
    count: z.literal('exact', 'must be exact').optional(),
  };
  return query(shape, { responseHeaders: ['Link', 'X-Total-Count'] });
};

type Where = SQL | undefined;

/** What turns the query of a list into the query of one page. */
export interface Page {
  /** Selected with each row: the value that the list is sorted by. */
  key: { sort_key: SQL.Aliased<string> };
  /** The condition that only rows after the previous page meet. */
  after: Where;
  order: [SQL, SQL];
  limit: Placeholder;
}

/**
 * A page ends before its records pass 2 MiB, by the sizes that were stored when they were written. The difference to 2
 * MiB is for the brackets, and for ages, which are derived.
 */
export const maxPageBytes = 2_000_000;
/** Selected with each row of a list whose size is limited. */
export const sizeColumn = (bytes: PgColumn) => ({ bytes: sql<number>`${bytes}`.as('bytes') });

/** Keeps the rows of a page that fit into an answer, at least one. `fetched` is how many there were before. */
export const limitSize = <S extends ColumnsSelection, Rows>({ order }: Page, rows: TypedQueryBuilder<S, Rows>) =>
  wrapQuery(
    rows,
    (page) => sql`select * from (
      select *, sum(bytes) over (order by ${order[0]}, ${order[1]}) as total, count(*) over () as fetched
      from (${page}) page) weighed
      where total <= ${maxPageBytes} or total = bytes`,
    { fetched: sql<number>`fetched`.mapWith(Number).as('fetched') },
  );

type LastRow = Params<never, 'last_key' | 'last_id'>;

const pageOf = (sorts: Sorts, { last_key, last_id }: LastRow, sort: string): Page => {
  const column = sorts[sort.replace('-', '')] ?? sorts.id;
  const [direction, beyond] = sort.startsWith('-') ? [sql`desc`, sql`<`] : [sql`asc`, sql`>`];
  return {
    key: { sort_key: sql<string>`${column}`.as('sort_key') },
    after: last_key && sql`(${column}, ${sorts.id}) ${beyond} (${last_key}, ${last_id})`,
    order: [sql`sort_key ${direction}`, sql`id ${direction}`],
    limit: sql.placeholder('limit'),
  };
};

interface Row {
  id: number;
  sort_key: string;
  version?: number;
  bytes?: number;
  fetched?: number;
}
/** null where there are more than the answer may tell. */
type CountQuery = RunnableQuery<{ count: number | null }[], 'pg'>;
export const countRows = (db: Database, from: PgTable | SQL, where: Where): CountQuery =>
  db.select({ count: count() }).from(from).where(where);

interface Queries<T extends Row> {
  rows: RunnableQuery<T[], 'pg'>;
  /** Their sum is X-Total-Count. Run only when the client asks for it. */
  totals: CountQuery[];
}
/** Selects a row if the actor may see this list at all; without one the answer is a 404. */
type Visible<Names> = (db: Database, given: Names) => RunnableQuery<{ id: number }[], 'pg'>;

/** Prepares the queries of a list, once for each order and each set of filters. */
export const prepareList = <Names extends object, T extends Row>(
  sorts: Sorts,
  build: (db: Database, given: Names, page: Page) => Queries<T>,
  visible?: Visible<Names>,
) => {
  const queries = prepare((db, given: Names & LastRow, sort: string, counted?: string) => {
    const { rows, totals } = build(db, given, pageOf(sorts, given, sort));
    return [rows, ...(visible ? [visible(db, given)] : []), ...(counted ? totals : [])] as const;
  });
  return { queries, mayBeMissing: visible !== undefined };
};

interface ListRequest {
  sort: string;
  limit: number;
  cursor?: string | undefined;
  count?: 'exact' | undefined;
}

/** Runs the queries of a list and answers with the page. `own` are values that do not come from the query string. */
export const respondWithPage = async <Names extends object, T extends Row>(
  c: Context<Env>,
  { queries, mayBeMissing }: ReturnType<typeof prepareList<Names, T>>,
  { limit, cursor, count, ...list }: ListRequest,
  own: object = {},
  send = queryAsApi,
) => {
  // a count tells something of the records, and the trail shows it by the page beside it, which must not be an empty
  // one
  if (count && cursor !== undefined) {
    throw new Problem('invalid_input', { errors: { count: ['is only for the first page, without a cursor'] } });
  }
  const { sort, ...filters } = list;
  const scope = JSON.stringify([c.req.path.replace(/\/$/, ''), list]);
  const [last_key, last_id] = cursor === undefined ? [] : readCursor(scope, cursor);
  const values = { ...filters, ...own, limit, last_key, last_id } as Parameters<typeof queries>[0];
  const [rows, ...others] = await send(c, queries(values, sort, count));
  if (mayBeMissing) requireRow<unknown>(others.shift() ?? []);
  const last = rows.at(-1);
  // the page was cut by the limit or by its size
  if (last && (rows.length === limit || rows.length < (last.fetched ?? 0))) {
    const next = new URL(c.req.url);
    next.searchParams.delete('count');
    next.searchParams.set('cursor', encodeCursor([scope, last.sort_key, last.id]));
    c.header('Link', `<${next}>; rel="next"`);
  }
  const totals = (others as { count: number | null }[][]).map(([row]) => (row ? row.count : 0));
  if (count && !totals.includes(null)) {
    c.header('X-Total-Count', String(totals.reduce((sum: number, one) => sum + (one ?? 0), 0)));
  }
  // JSON leaves out what is undefined
  for (const row of rows as Partial<Row>[]) row.sort_key = row.version = row.bytes = row.fetched = undefined;
  return c.json(rows as Omit<T, 'sort_key' | 'version' | 'bytes' | 'fetched'>[]);
};

const position = z.tuple([z.string(), z.string().refine(isStorable), z.int()]);

/**
 * Where the previous page ended. A cursor belongs to its list, order and filters: with others it would skip rows
 * silently.
 */
const readCursor = (scope: string, cursor: string): [key: string, id: number] => {
  const [of, key, id] = decodeCursor(position, cursor);
  if (of !== scope) throw new Problem('invalid_input', { errors: { cursor: ['is of another list, sort or filter'] } });
  return [key, id];
};

/** Values as an opaque text that fits into a URL. Nothing in it is secret, and nothing in it is trusted. */
export const encodeCursor = (values: unknown): string =>
  encodeBase64Url(new TextEncoder().encode(JSON.stringify(values)).buffer).replaceAll('=', '');

export const decodeCursor = <Values extends z.ZodType>(schema: Values, cursor: string): z.output<Values> => {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(decodeBase64Url(cursor))));
  } catch {
    // not base64, not JSON, or not these values
    throw new Problem('invalid_input', { errors: { cursor: ['is not a cursor that this route gave'] } });
  }
};
