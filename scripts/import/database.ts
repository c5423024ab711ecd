// How does an import reach its database? Over TCP where that gets through, because a transaction of minutes outlives the
// patience of HTTP; and its errors name the row that PostgreSQL would not take.
import { NeonDbError } from '@neondatabase/serverless';
import { connectOverTcp, type Database, isBridge, isNeon } from '../cli/connect.ts';
import { databaseError } from '../cli/database.ts';
import { Fatal } from '../support/terminal.ts';

export type Statement = { text: string; values?: unknown[] };
export type Answer = Record<string, unknown>[];
export type Store = {
  /** How it is reached. */
  over: 'TCP' | 'HTTP';
  /** One transaction: all of it or nothing. */
  transaction(statements: Statement[]): Promise<Answer[]>;
  /** One statement that may be none of a transaction, as VACUUM. */
  alone(text: string): Promise<void>;
  close(): Promise<void>;
};

export async function openStore({ sql: given, url }: Database): Promise<Store> {
  // behind some firewalls only HTTP gets through
  const tcp = isNeon(url) ? await connectOverTcp(url).catch(() => undefined) : undefined;
  const { query, transaction } = tcp?.sql ?? given;
  const isHttp = tcp === undefined && (isNeon(url) || (await isBridge(url)));
  return {
    over: isHttp ? 'HTTP' : 'TCP',
    transaction: (statements) => transaction(statements.map(({ text, values }) => query(text, values))).catch(explain),
    alone: async (text) => {
      await query(text).catch(explain);
    },
    close: async () => tcp?.close(),
  };
}

function explain(error: unknown): never {
  if (!(error instanceof NeonDbError)) throw error;
  const { code = '', message, detail } = error;
  const isKnown = code === '' || code === '42P01' || code === '42703' || code === '42501';
  if (isKnown) throw databaseError(error);
  throw new Fatal([`The database refused: ${message}.`, detail].filter(Boolean).join('\n'));
}
