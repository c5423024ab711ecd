// What PostgreSQL says of a migration that failed: whether to try again, and where in which file the mistake is.
import type { NeonDbError } from '@neondatabase/serverless';
import { Fatal } from '../support/terminal.ts';
import { databaseError } from './database.ts';
import type { SqlFile } from './migration-files.ts';

/** Roles belong to the server and the lock to one database, so migrators of two databases may meet at a role. */
export function isRace({ code, message, constraint }: NeonDbError): boolean {
  return (
    /^tuple concurrently (updated|deleted)/.test(message) ||
    (code === '42710' && /^role .* already exists/.test(message)) ||
    // a catalog that was read before the lock was had: "if not exists" believed it
    (code === '23505' && /^pg_(auth|namespace|class|type)/.test(constraint ?? '')) ||
    code === '40P01' ||
    code === '40001'
  );
}

export function migrationError(error: NeonDbError, files: SqlFile[]): unknown {
  const { where = '', internalQuery } = error;
  // PostgreSQL names what it ran: the file as a whole, or a part of it
  const file =
    files.find(({ text }) => text === internalQuery || where.includes(`SQL statement "${text}"`)) ??
    files.find(({ text }) => internalQuery && text.includes(internalQuery));
  if (!error.code || error.code === '42501') {
    return databaseError(error, file?.name);
  }
  const line = file && errorLine(error, file.text);
  const place = [file?.name, line && `line ${line}`].filter(Boolean).join(', ');
  const more = [error.detail, error.hint, line === undefined && innermost(where)].filter(Boolean);
  return new Fatal([`${place && `${place}: `}${error.message}`, ...more, 'Nothing was changed.'].join('\n  '));
}

/** The query that PostgreSQL names is the file, the body of a function in it, or a statement of such a body. */
function errorLine({ internalQuery, internalPosition }: NeonDbError, text: string): number | undefined {
  const start = internalQuery ? text.indexOf(internalQuery) : -1;
  if (start < 0 || !internalPosition) {
    return undefined;
  }
  // PostgreSQL counts characters from 1, where JavaScript counts the halves of an emoji
  const before = Array.from(text.slice(start)).slice(0, Number(internalPosition) - 1);
  return (text.slice(0, start) + before.join('')).split('\n').length;
}

/** Which line of which function or block failed. The last line of the context is always our own EXECUTE. */
function innermost(where = ''): string | undefined {
  return where
    .split('\n')
    .slice(0, -1)
    .find((line) => line.startsWith('PL/pgSQL function'));
}
