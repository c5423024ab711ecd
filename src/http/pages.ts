// Pages of long lists: an opaque cursor says where the last page ended, a Link header where the next one begins. Pages
// are cut by the last row's own values, so that rows which come and go meanwhile neither repeat nor hide one.
import { and, count, type SQL, sql } from 'drizzle-orm';
import { type PgColumn, type PgSelect, type PgTable, unionAll } from 'drizzle-orm/pg-core';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { Context } from 'hono';
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Database, type Given, prepare } from '../db/prepared.ts';
import { found, Problem } from '../errors.ts';
import { query, storable } from './validate.ts';

/** What a list may be sorted by: columns that are never null. `id` decides between equals. */
type Sorts = { id: PgColumn } & Record<string, PgColumn>;

/** By default and at most 1,000 rows, so that "retrieve all" is not cut short for ordinary users. */
const mostRows = 1000;

export const pageFields = {
  limit: z
    .string()
    .regex(/^0*[1-9]\d*$/, 'must be a whole number, 1 or more')
    .transform((limit) => Math.min(Number(limit), mostRows))
    // for the document: it is so by now
    .pipe(z.int().min(1).max(mostRows))
    .default(mostRows),
  cursor: z.string().max(16_000, 'is not a cursor that this route gave').optional(),
};

/** The query of a list: its own filters, and how it is sorted and cut. */
export const listQuery = <Filters extends z.ZodRawShape>(sorts: Sorts, filters: Filters, first = 'id') => {
  const names = Object.keys(sorts).flatMap((name) => [name, `-${name}`]);
  return query({
    ...filters,
    sort: z.enum(names, `must be one of ${names.join(', ')}`).default(first),
    ...pageFields,
    count: z.literal('exact', 'must be exact').optional(),
  });
};

type Total = RunnableQuery<{ count: number }[], 'pg'>;
type Where = SQL | undefined;

/** What makes a page of a list's query. */
export interface Page {
  /** The value that the page is sorted by, to be selected with every row. */
  key: { sort_key: SQL.Aliased<string> };
  /** Cuts the page out of what is selected. Two conditions must not overlap: each has a plan of its own. */
  rows<S>(select: () => S, ...wheres: Where[]): S;
  /** How many there are; nothing, unless the client asked. */
  totals(db: Database, from: PgTable | SQL, ...wheres: Where[]): Total[];
}
type Last = Given<never, 'last_key' | 'last_id'>;

const pageOf = (sorts: Sorts, { last_key, last_id }: Last, sort: string, counted?: string): Page => {
  const column = sorts[sort.replace('-', '')] ?? sorts.id;
  const [direction, beyond] = sort.startsWith('-') ? [sql`desc`, sql`<`] : [sql`asc`, sql`>`];
  const after = last_key && sql`(${column}, ${sorts.id}) ${beyond} (${last_key}, ${last_id})`;
  const cut = (rows: PgSelect) =>
    rows.orderBy(sql`sort_key ${direction}`, sql`id ${direction}`).limit(sql.placeholder('limit'));
  return {
    key: { sort_key: sql<string>`${column}`.as('sort_key') },
    rows: <S>(select: () => S, ...wheres: Where[]) => {
      const branch = (where: Where) => cut((select() as PgSelect).where(and(where, after)));
      const [first, second] = wheres.map(branch) as [PgSelect, PgSelect?];
      return (second ? cut(unionAll(first, second) as unknown as PgSelect) : first) as S;
    },
    totals: (db, from, ...wheres) =>
      counted ? wheres.map((where) => db.select({ count: count() }).from(from).where(where)) : [],
  };
};

interface Asked {
  sort: string;
  limit: number;
  cursor?: string | undefined;
  count?: 'exact' | undefined;
}
interface Row {
  id: number;
  sort_key: string;
  version?: number;
}

interface Options<Names> {
  send?: typeof ask;
  /** Finds nothing when there is no such list for the actor, which is a 404. */
  visible?: (db: Database, given: Names) => RunnableQuery<{ id: number }[], 'pg'>;
}

/** A list that is answered in pages. Its builder says what to select, and what to count; both see the same filters. */
export const listing = <Names extends object, T extends Row>(
  sorts: Sorts,
  build: (db: Database, given: Names, page: Page) => readonly [RunnableQuery<T[], 'pg'>, ...Total[]],
  { send = ask, visible }: Options<Names> = {},
) => {
  const queries = prepare((db, given: Names & Last, sort: string, counted?: string) => {
    const [rows, ...totals] = build(db, given, pageOf(sorts, given, sort, counted));
    return [rows, ...(visible ? [visible(db, given)] : []), ...totals] as const;
  });
  return async (c: Context<Env>, { limit, cursor, count, ...list }: Asked, own: object = {}) => {
    const { sort, ...filters } = list;
    const scope = JSON.stringify([c.req.path.replace(/\/$/, ''), list]);
    const [last_key, last_id] = cursor === undefined ? [] : readCursor(scope, cursor);
    const values = { ...filters, ...own, limit, last_key, last_id } as Parameters<typeof queries>[0];
    const [rows, ...others] = await send(c, queries(values, sort, count));
    const counts = (visible ? others.slice(1) : others) as { count: number }[][];
    if (visible) found<unknown>(others[0] ?? []);
    const last = rows.at(-1);
    if (last && rows.length === limit) {
      const next = new URL(c.req.url);
      next.searchParams.set('cursor', seal([scope, last.sort_key, last.id]));
      c.header('Link', `<${next}>; rel="next"`);
    }
    if (count) c.header('X-Total-Count', String(counts.reduce((sum, [row]) => sum + (row?.count ?? 0), 0)));
    // in JSON, what is undefined is not there
    for (const row of rows as Partial<Row>[]) row.sort_key = row.version = undefined;
    return c.json(rows as Omit<T, 'sort_key' | 'version'>[]);
  };
};

const position = z.tuple([z.string(), z.string().refine(storable), z.int()]);

/** Where to go on. A cursor is bound to its list, sort and filters: with others it would skip rows in silence. */
const readCursor = (scope: string, cursor: string): [key: string, id: number] => {
  const [of, key, id] = unseal(position, cursor);
  if (of !== scope) throw new Problem('invalid_input', { errors: { cursor: ['is of another list, sort or filter'] } });
  return [key, id];
};

/** Values as an opaque text that fits into a URL. Nothing in it is secret, and nothing in it is trusted. */
export const seal = (values: unknown): string =>
  encodeBase64Url(new TextEncoder().encode(JSON.stringify(values)).buffer).replaceAll('=', '');

export const unseal = <Values extends z.ZodType>(schema: Values, sealed: string): z.output<Values> => {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(decodeBase64Url(sealed))));
  } catch {
    // not base64, not JSON, or not these values
    throw new Problem('invalid_input', { errors: { cursor: ['is not a cursor that this route gave'] } });
  }
};
