// The only file that talks to Neon. One request is one batch: one HTTP POST and one transaction, in which PostgreSQL
// decides who may see and do what.
import { neon, neonConfig } from '@neondatabase/serverless';
import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Context } from 'hono';
import { type Config, config, type Env, type Role } from './context.ts';
import { databaseProblem, isPassing, Problem } from './errors.ts';
import { ifMatch } from './etag.ts';
import { audit } from './schema.ts';

export type Database = NeonHttpDatabase;
type Queries = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]];

// A database on this machine is reached over plain HTTP, at its own port; any other where the driver knows Neon is.
const neonEndpoint = neonConfig.fetchEndpoint as (host: string, port: number | string) => string;
neonConfig.fetchEndpoint = (host, port) =>
  host === '127.0.0.1' || host === 'localhost' ? `http://${host}:${port}/sql` : neonEndpoint(host, port);

const handles = new Map<string, Database>();
const database = ({ DATABASE_URL, DATABASE_TIMEOUT_MS }: Config): Database => {
  let handle = handles.get(DATABASE_URL);
  if (!handle) {
    // read by the driver at every request: the time begins to run then
    const deadline = Object.defineProperty({}, 'signal', {
      enumerable: true,
      get: () => AbortSignal.timeout(DATABASE_TIMEOUT_MS),
    });
    handle = drizzle({ client: neon(DATABASE_URL, { fetchOptions: deadline }) });
    handles.set(DATABASE_URL, handle);
  }
  return handle;
};

const begin = (c: Context<Env>, role: 'app_api' | 'app_auth'): SQL => {
  const { actor, roles, requestId } = c.var;
  if (!actor) return sql`select app.begin_anonymous(${requestId}), set_config('role', ${role}, true)`;
  if (!roles) throw new Problem('internal_error');
  return sql`select app.begin(${actor.session}, ${actor.id}, ${requestId}, ${`{${roles}}`}, ${ifMatch(c)}), set_config('role', ${role}, true)`;
};

/** A read, and a write whose key keeps it from happening twice, may be sent again when the connection failed. */
const isRepeatable = (c: Context<Env>) => c.req.method === 'GET' || c.var.keyed === true;

const run = async <T extends Queries>(c: Context<Env>, role: 'app_api' | 'app_auth', build: (db: Database) => T) => {
  const db = database(config(c));
  const started = performance.now();
  const batch = async () => {
    const queries = build(db);
    const [, ...answers] = await db.batch([db.execute(begin(c, role)), ...queries]);
    if (answers.length !== queries.length) throw new Error('the database answered something else');
    return answers as BatchResponse<T>;
  };
  try {
    return await batch().catch((error) => {
      if (!isRepeatable(c) || !isPassing(error)) throw error;
      return batch();
    });
  } catch (error) {
    throw error instanceof Problem ? error : databaseProblem(error);
  } finally {
    c.set('databaseMs', (c.var.databaseMs ?? 0) + performance.now() - started);
  }
};

/** Runs queries as the signed-in actor, under the policies: one round trip, one transaction. */
export const ask = <T extends Queries>(c: Context<Env>, build: (db: Database) => T) => {
  // a route that forgot to say who may use it reaches nothing
  if (!c.var.actor) throw new Problem('unauthenticated');
  return run(c, 'app_api', build);
};

/** The same on accounts, credentials and sessions: before sign-in on all, afterwards on the actor's own. */
export const askAuth = <T extends Queries>(c: Context<Env>, build: (db: Database) => T) => run(c, 'app_auth', build);

/** Removes expired sessions, keys and counts, and says how many. For the scheduled handler: no request, no actor. */
export const sweep = async (settings: Config) => {
  const db = database(settings);
  const [, swept] = await db.batch([
    db.execute(sql`select app.begin_anonymous('sweep'), set_config('role', 'app_auth', true)`),
    db.execute(sql`select * from app.sweep()`),
  ]);
  return swept.rows[0];
};

/** The actor and its live role, as PostgreSQL knows them for this transaction. */
export const me = sql<number>`(select app.user_id())`;
export const iAm = (role: Role): SQL => sql`(select app.role()) = ${role}`;

/** The ids that a witnessed query returns in this column, for its audit row. */
export const idsIn = (column: 'id' | 'patient'): SQL =>
  sql`(select coalesce(array_agg(distinct ${sql.identifier(column)}), '{}') from found)`;

/**
 * A read of patient data and its audit row, as one statement, because two would see two snapshots. An empty result is
 * recorded as well.
 */
export const witnessed = <S extends ColumnsSelection, R>(
  db: Database,
  resource: 'patient' | 'mapping' | 'audit',
  patientIds: SQL,
  query: TypedQueryBuilder<S, R>,
): RunnableQuery<R, 'pg'> => {
  const found = db.$with('found').as(query);
  const trail = db.$with('trail').as(db.insert(audit).values({ action: 'read', resource, patient_ids: patientIds }));
  // Drizzle cannot carry a generic selection through a CTE; the rows are those of the query
  return db
    .with(found, trail)
    .select()
    .from(found as never) as unknown as RunnableQuery<R, 'pg'>;
};
