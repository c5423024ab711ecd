// How the command line asks a database: as Neon's driver is asked, whether over HTTP with that driver, or with pg over TCP.
import { NeonDbError, type NeonQueryFunction, NeonQueryPromise, type QueryRows } from '@neondatabase/serverless';
import { DatabaseError, Pool, type PoolClient } from 'pg';

type Rows = QueryRows<false>;
/** Runs when it is awaited, or as a part of a transaction. */
export type Query = ReturnType<NeonQueryFunction<false, false>>;
export interface Sql {
  (strings: TemplateStringsArray, ...values: unknown[]): Query;
  query(text: string, values?: unknown[]): Query;
  /** All of it or nothing. */
  transaction(queries: Query[]): Promise<Rows[]>;
}

/** Over TCP, with up to four connections that are opened when they are needed. */
export function sqlOverTcp(url: string): { sql: Sql; close(): Promise<void> } {
  const pool = new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000, keepAlive: true });
  // a connection that breaks while nobody asks: the next query gets another
  pool.on('error', () => {});

  async function using<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch(fail);
    let isBroken = false;
    try {
      return await work(client);
    } catch (error) {
      isBroken = !(error instanceof DatabaseError);
      return fail(error);
    } finally {
      client.release(isBroken);
    }
  }

  const run = async (client: PoolClient, { queryData }: Pick<Query, 'queryData'>): Promise<Rows> => {
    const { query, params } = 'query' in queryData ? queryData : queryData.toParameterizedQuery();
    return (await client.query(query, params)).rows;
  };
  const query = (text: string, values: unknown[] = []): Query => {
    const queryData = { query: text, params: values };
    return new NeonQueryPromise(() => using((client) => run(client, { queryData })), queryData);
  };
  const tagged = (strings: TemplateStringsArray, ...values: unknown[]): Query =>
    query(
      strings.reduce((text, part, place) => `${text}$${place}${part}`),
      values,
    );
  const transaction = (queries: Query[]): Promise<Rows[]> =>
    using(async (client) => {
      const answers: Rows[] = [];
      await client.query('begin');
      try {
        for (const one of queries) answers.push(await run(client, one));
        await client.query('commit');
        return answers;
      } catch (error) {
        await client.query('rollback').catch(() => {});
        throw error;
      }
    });
  return { sql: Object.assign(tagged, { query, transaction }), close: () => pool.end() };
}

/** As Neon's driver says it, so that nobody else has to know by which way a database was asked. */
function fail(error: unknown): never {
  if (error instanceof DatabaseError) throw Object.assign(new NeonDbError(error.message), error);
  const cause = error instanceof Error ? error : new Error(String(error));
  const reason = new Error('code' in cause ? String(cause.code) : cause.message);
  throw Object.assign(new NeonDbError(cause.message), { sourceError: new Error(reason.message, { cause: reason }) });
}
