// The way to a database for the tools: the one that the environment names, or else this machine's.
import { NeonDbError } from '@neondatabase/serverless';
import { openLocal } from '../dev/local-data.ts';
import { Fatal } from '../support/terminal.ts';
import { connect, type Database } from './connect.ts';

export function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(url).hostname);
}

/** The database that the environment names for the tools. The DATABASE_URL in .dev.vars is another one, the Worker's. */
export function ownerUrl(): string | undefined {
  return process.env.DATABASE_URL || process.env.LOCAL_DATABASE_URL || undefined;
}

/** Runs a tool on that database, as its owner, or else on this machine's. */
export async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  const url = ownerUrl();
  const database = await (url ? openUrl(url) : openLocal());
  try {
    await work(database);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await database.close();
  }
}

export async function openUrl(url: string): Promise<Database> {
  const { sql, close } = await connect(url);
  const { pathname, host, username } = new URL(url);
  const name = `${decodeURIComponent(pathname.slice(1))} on ${host}, as ${decodeURIComponent(username)}`;
  return { sql, url, name, close };
}

/** What went wrong with a database, for whoever typed the command. */
export function databaseError(error: unknown, doing?: string): unknown {
  if (!(error instanceof NeonDbError)) {
    return error;
  }
  const { code, message, sourceError } = error;
  const prefix = doing ? `${doing}: ` : '';
  // none, or Neon's empty one when its connection to PostgreSQL broke
  if (!code) {
    const cause = sourceError?.cause instanceof Error ? sourceError.cause.message : message;
    return new Fatal(`${prefix}The database stopped answering (${cause}).`);
  }
  return new Fatal([`${prefix}${message}.`, hints[code]].filter(Boolean).join('\n'));
}

const hints: Record<string, string> = {
  '42501':
    'This URL signs in as a role that may not do this. app_login is for the Worker only: use the URL of the owner of the database.',
  '42P01': 'The database is not migrated, or not to this version. Run: npm run migrate',
  '42703': 'The database is not migrated to this version. Run: npm run migrate',
};
