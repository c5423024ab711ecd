// Versions as strong entity tags, "<version>" or "<version>-<age>": an age that is derived changes without a write.
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import type { Note } from '../openapi/describe.ts';

interface Versioned {
  version: number;
  age?: number | null;
}

// for describe(): an answer with a tag, a read that may be a 304, and a write that may be a 412
export const tag: Note = { headers: ['ETag'] };
export const taggedRead: Note = { ...tag, asks: ['If-None-Match'], mayBeUnchanged: true };
export const taggedWrite: Note = { ...tag, asks: ['If-Match'], codes: ['stale_version'] };

/** Moves the version of a row into the ETag header. */
export const tagged = <T extends Versioned>(c: Context<Env>, record: T): Omit<T, 'version'> => {
  const { version, age } = record;
  c.header('ETag', age == null ? `"${version}"` : `"${version}-${age}"`);
  untagged([record]);
  return record;
};

/** Rows of a list carry no version: a tag belongs to a single record. In JSON, what is undefined is not there. */
export const untagged = <T extends Versioned>(rows: T[]): Omit<T, 'version'>[] => {
  for (const row of rows as Partial<Versioned>[]) row.version = undefined;
  return rows;
};

/** Whether If-None-Match names the tag, which says that the client has this already. */
export const isCurrent = (header: string, tag: string | null): boolean => {
  const plain = (text: string) => text.trim().replace(/^W\//, '');
  return tag !== null && (header === '*' || header.split(',').some((one) => plain(one) === tag));
};
