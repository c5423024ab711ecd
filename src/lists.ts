// Pages of long lists: an opaque cursor says where the last page ended, a Link header where the next one begins. Pages
// are cut by the last row's own values, so that rows which come and go meanwhile neither repeat nor hide one.
import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Context } from 'hono';
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import * as z from 'zod';
import { Problem } from './errors.ts';
import { numberText, query, storable } from './validate.ts';

/** What a list may be sorted by: columns that are never null. `id` decides between equals. */
export type Sorts = { id: PgColumn } & Record<string, PgColumn>;

/** By default and at most 1,000 rows, so that "retrieve all" is not cut short for ordinary users. */
const mostRows = 1000;

export const pageFields = {
  limit: numberText(1, Number.MAX_SAFE_INTEGER)
    .transform((limit) => Math.min(limit, mostRows))
    .pipe(z.int().min(1).max(mostRows))
    .default(mostRows),
  cursor: z.string().max(2000, 'is not a cursor that this route gave').optional(),
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

interface Asked {
  sort: string;
  limit: number;
  cursor?: string | undefined;
  count?: 'exact' | undefined;
}

export interface Page {
  limit: number;
  count: boolean;
  /** The value that the page is sorted by, to be selected with every row. */
  key: SQL.Aliased<string>;
  after: SQL | undefined;
  order: SQL[];
  scope: string;
}

export const pageOf = (c: Context, sorts: Sorts, { limit, cursor, count, ...asked }: Asked): Page => {
  const column = sorts[asked.sort.replace('-', '')] ?? sorts.id;
  const descending = asked.sort.startsWith('-');
  const scope = JSON.stringify([c.req.path.replace(/\/$/, ''), asked]);
  const last = readCursor(scope, cursor);
  const beyond = descending ? sql`<` : sql`>`;
  const direction = descending ? sql`desc` : sql`asc`;
  return {
    limit,
    count: count === 'exact',
    key: sql<string>`${column}`.as('sort_key'),
    after: last && sql`(${column}, ${sorts.id}) ${beyond} (${last[0]}, ${last[1]})`,
    order: [sql`sort_key ${direction}`, sql`id ${direction}`],
    scope,
  };
};

const position = z.tuple([z.string(), z.string().refine(storable), z.int()]);

/** Where to go on. A cursor is bound to its list, sort and filters: with others it would skip rows in silence. */
const readCursor = (scope: string, cursor: string | undefined): [key: string, id: number] | undefined => {
  if (cursor === undefined) return undefined;
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

interface Row {
  id: number;
  sort_key: string;
}

/** Sets the headers of a page, and takes out of its rows what only the page needed. */
export const turned = <T extends Row>(c: Context, page: Page, rows: T[], counts: { count: number }[][] = []) => {
  const last = rows.at(-1);
  if (last && rows.length === page.limit) {
    const next = new URL(c.req.url);
    next.searchParams.set('cursor', seal([page.scope, last.sort_key, last.id]));
    c.header('Link', `<${next}>; rel="next"`);
  }
  if (page.count) c.header('X-Total-Count', String(counts.reduce((sum, [row]) => sum + (row?.count ?? 0), 0)));
  return rows.map(({ sort_key, ...row }): Omit<T, 'sort_key'> => row);
};
