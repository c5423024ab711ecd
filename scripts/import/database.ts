// The way to the database for an import: over TCP where the server speaks it, because a transaction of minutes outlives
// the patience of HTTP, and over Neon's HTTP otherwise. PGlite behind its bridge speaks nothing else.
import { NeonDbError } from '@neondatabase/serverless';
import { Client, DatabaseError } from 'pg';
import { type Database, isBridge } from '../cli/connect.ts';
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

export async function openStore(database: Database): Promise<Store> {
  const client = (await isBridge(database.url)) ? undefined : await overTcp(database.url);
  return client ? tcpStore(client) : httpStore(database);
}

/** Undefined where no TCP gets through, as behind some firewalls. */
async function overTcp(url: string): Promise<Client | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
  // what breaks later is said by the query that meets it
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch {
    return undefined;
  }
}

function tcpStore(client: Client): Store {
  const ask = async ({ text, values }: Statement): Promise<Answer> => (await client.query(text, values)).rows;
  return {
    over: 'TCP',
    async transaction(statements) {
      const answers: Answer[] = [];
      try {
        await client.query('begin');
        for (const statement of statements) answers.push(await ask(statement));
        await client.query('commit');
        return answers;
      } catch (error) {
        await client.query('rollback').catch(() => {});
        throw explain(error);
      }
    },
    async alone(text) {
      await client.query(text).catch((error) => {
        throw explain(error);
      });
    },
    close: () => client.end().catch(() => {}),
  };
}

function httpStore({ sql }: Database): Store {
  return {
    over: 'HTTP',
    async transaction(statements) {
      try {
        return await sql.transaction(statements.map(({ text, values = [] }) => sql.query(text, values)));
      } catch (error) {
        throw explain(error);
      }
    },
    async alone(text) {
      await sql.query(text).catch((error) => {
        throw explain(error);
      });
    },
    close: async () => {},
  };
}

/** A sentence, with the row that PostgreSQL would not take where it names one. */
function explain(error: unknown): unknown {
  if (error instanceof DatabaseError || (error instanceof NeonDbError && error.code)) {
    const { code, message, detail } = error;
    if (code === '42P01' || code === '42703' || code === '42501')
      return databaseError(error instanceof NeonDbError ? error : asNeon(error));
    return new Fatal([`The database refused: ${message}.`, detail].filter(Boolean).join('\n'));
  }
  if (error instanceof NeonDbError) return databaseError(error);
  return error instanceof Error ? new Fatal(`The database stopped answering (${error.message}).`) : error;
}

const asNeon = ({ message, code }: DatabaseError) => Object.assign(new NeonDbError(message), { code });
