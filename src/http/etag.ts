// Versions as strong entity tags, "<version>" or "<version>-<age>": an age that is derived changes without a write.
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import type { RouteDocs } from '../openapi/route.ts';

interface Versioned {
  version: number;
  age?: number | null;
}

// for `uses` of a route: an answer with an ETag, a read that may be a 304, a write that may be a 412
export const etagHeader: RouteDocs = { responseHeaders: ['ETag'] };
export const conditionalRead: RouteDocs = { ...etagHeader, requestHeaders: ['If-None-Match'], notModified: true };
export const conditionalWrite: RouteDocs = { ...etagHeader, requestHeaders: ['If-Match'], problems: ['stale_version'] };

/** Moves the version of a row into the ETag header. */
export const withEtag = <T extends Versioned>(c: Context<Env>, record: T): Omit<T, 'version'> => {
  const { version, age } = record;
  c.header('ETag', age == null ? `"${version}"` : `"${version}-${age}"`);
  withoutVersions([record]);
  return record;
};

/** Rows of a list have no version, because an ETag belongs to a single record. JSON leaves out what is undefined. */
export const withoutVersions = <T extends Versioned>(rows: T[]): Omit<T, 'version'>[] => {
  for (const row of rows as Partial<Versioned>[]) row.version = undefined;
  return rows;
};

/** Whether If-None-Match contains the tag: then the client has this answer already. */
export const matchesEtag = (header: string, tag: string | null): boolean => {
  const plain = (text: string) => text.trim().replace(/^W\//, '');
  return tag !== null && (header === '*' || header.split(',').some((one) => plain(one) === tag));
};
