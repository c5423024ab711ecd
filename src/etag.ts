// Versions as strong entity tags, "<version>" or "<version>-<age>": an age that is derived changes without a write.
import type { Context } from 'hono';
import type { Env } from './context.ts';

interface Versioned {
  version: number;
  age?: number | null;
}

/** Takes the version out of a row and puts it in the ETag header. */
export const tagged = <T extends Versioned>(c: Context<Env>, { version, ...record }: T): Omit<T, 'version'> => {
  c.header('ETag', record.age == null ? `"${version}"` : `"${version}-${record.age}"`);
  return record;
};

/** Rows of a list carry no version: a tag belongs to a single record. */
export const untagged = <T extends Versioned>(rows: T[]): Omit<T, 'version'>[] =>
  rows.map(({ version, ...record }) => record);

/** The versions that If-Match allows, for app.touch(); '' when it allows any. */
export const ifMatch = (c: Context<Env>): string => {
  const header = c.req.header('If-Match')?.trim();
  if (!header || header === '*') return '';
  // Cloudflare makes tags weak when it compresses, so a W/ is no reason to refuse; what is no tag of ours matches nothing
  const versions = header.split(',').map((tag) => /^\s*(?:W\/)?"(\d+)(?:-\d+)?"\s*$/.exec(tag)?.[1] ?? 'none');
  return versions.join(',');
};

/** Whether If-None-Match names the tag, which says that the client has this already. */
export const isCurrent = (header: string | undefined, tag: string | null): boolean => {
  const plain = (text: string) => text.trim().replace(/^W\//, '');
  return (
    tag !== null && header !== undefined && (header === '*' || header.split(',').some((one) => plain(one) === tag))
  );
};
