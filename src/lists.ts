// Pages of long lists: an opaque cursor says where the last page ended, and a Link header where the next one begins.
import type { Context } from 'hono';
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import * as z from 'zod';
import { Problem } from './errors.ts';
import { numberText } from './validate.ts';

/** 1,000 by default and at most, so that "retrieve all" is not cut short in silence for ordinary users. */
export const mostRows = 1000;
export const pageFields = {
  limit: numberText(1, Number.MAX_SAFE_INTEGER)
    .transform((limit) => Math.min(limit, mostRows))
    .default(mostRows),
  cursor: z.string().max(2000).optional(),
};

const position = z.array(z.union([z.string(), z.number(), z.null()]));
export type Position = z.output<typeof position>;

const encode = (value: unknown) =>
  encodeBase64Url(new TextEncoder().encode(JSON.stringify(value)).buffer).replaceAll('=', '');

/** Where a cursor says to go on. It is bound to its list, sort and filters: elsewhere it would skip rows in silence. */
export const readCursor = (scope: string, cursor: string | undefined): Position | undefined => {
  if (cursor === undefined) return undefined;
  try {
    const [of, ...values] = position.parse(JSON.parse(new TextDecoder().decode(decodeBase64Url(cursor))));
    if (of === scope && values.length > 0) return values;
  } catch {
    // not base64, not JSON, not a list: not ours
  }
  throw new Problem('invalid_input', { errors: { cursor: ['is not a cursor of this list, sort and filters'] } });
};

/** Names the next page, when this one was full. */
export const linkNext = (c: Context, scope: string, rows: number, limit: number, last: Position): void => {
  if (rows < limit) return;
  const next = new URL(c.req.url);
  next.searchParams.set('cursor', encode([scope, ...last]));
  c.header('Link', `<${next}>; rel="next"`);
};
