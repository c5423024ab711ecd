// The only file that talks to Neon. One request is one batch: one HTTP POST and one transaction, in which PostgreSQL
// decides who may see and do what.
import { neon, neonConfig } from '@neondatabase/serverless';
import { type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import type { Context } from 'hono';
import { addressOf, type Config, config, type Env } from '../config.ts';
import { databaseProblem, isRolledBack, isTransient, Problem } from '../errors.ts';
import { type Batch, type Database, type Params, prepare } from './prepare.ts';

// A database on this machine is reached over plain HTTP at its own port. For any other the driver knows the address.
const neonEndpoint = neonConfig.fetchEndpoint as (host: string, port: number | string) => string;
neonConfig.fetchEndpoint = (host, port) =>
  host === '127.0.0.1' || host === 'localhost' ? `http://${host}:${port}/sql` : neonEndpoint(host, port);

const databases = new Map<string, Database>();
const databaseOf = ({ DATABASE_URL, DATABASE_TIMEOUT_MS }: Config): Database => {
  let database = databases.get(DATABASE_URL);
  if (!database) {
    // the driver reads this at every request, and the time runs from then on
    const fetchOptions = Object.defineProperty({}, 'signal', {
      enumerable: true,
      get: () => AbortSignal.timeout(DATABASE_TIMEOUT_MS),
    });
    database = drizzle(neon(DATABASE_URL, { fetchOptions }));
    databases.set(DATABASE_URL, database);
  }
  return database;
};

/** The versions that If-Match allows, for app.begin_request(); '' when it allows any. */
const ifMatch = (c: Context<Env>): string => {
  const header = c.req.header('If-Match')?.trim();
  if (!header || header === '*') return '';
  // Cloudflare marks tags as weak (W/) when it compresses: those count as well. What is no tag of ours matches no
  // version
  const versions = header.split(',').map((tag) => /^\s*(?:W\/)?"(\d+)(?:-\d+)?"\s*$/.exec(tag)?.[1] ?? 'none');
  return versions.join(',');
};

/** How many records and keys an account may have. Only requests that make some send these. */
type AccountLimit = 'records' | 'keys';
type RequestParam =
  | 'session'
  | 'actor'
  | 'rotation'
  | 'request'
  | 'address'
  | 'roles'
  | 'if_match'
  | 'verified'
  | 'doctor_access'
  | 'factor_for'
  | 'become';
/** How many sessions an account may have: the functions that open one read this setting. */
const setSessionLimit = (sessions: SQL) => sql`set_config('app.sessions_per_account', ${sessions}, true)`;
/** Begins a transaction as the actor. After this the policies of the role that it sets decide. */
const begin = prepare((db, given: Params<RequestParam, AccountLimit | 'sessions'>) => {
  const { session, actor, rotation, request, address, become, ...others } = given;
  const { roles, if_match, verified, doctor_access, factor_for, ...limits } = others;
  const who = sql`${session}, ${actor}, ${rotation}, ${request}, ${address}`;
  const set = [
    sql`app.begin_request(${who}, ${roles}, ${if_match}, ${verified}, ${doctor_access}, ${factor_for})`,
    sql`set_config('role', ${become}, true)`,
    ...(limits.sessions ? [setSessionLimit(limits.sessions)] : []),
    ...(limits.records ? [sql`set_config('app.records_per_account', ${limits.records}, true)`] : []),
    ...(limits.keys ? [sql`set_config('app.keys_per_account', ${limits.keys}, true)`] : []),
  ];
  return [db.execute(sql`select ${sql.join(set, sql`, `)}`)];
});
const beginAnonymous = prepare((db, { request, address, sessions }: Params<'request' | 'address' | 'sessions'>) => [
  db.execute(
    sql`select app.begin_anonymous(${request}, ${address}), set_config('role', 'app_auth', true), ${setSessionLimit(sessions)}`,
  ),
]);

const sessionLimit = ({ SESSIONS_PER_ACCOUNT }: Config) => ({ sessions: String(SESSIONS_PER_ACCOUNT) });
const beginFor = (c: Context<Env>, become: 'app_api' | 'app_auth') => {
  // not c.var, which copies all variables into an object
  const actor = c.get('actor');
  const roles = c.get('roles');
  const [request, address] = [c.get('requestId'), addressOf(c)];
  const sessions = sessionLimit(config(c));
  if (!actor) return beginAnonymous({ request, address, ...sessions });
  if (!roles) throw new Problem('internal_error');
  const { id, session, rotation } = actor;
  const verified = c.get('verifiedOnly') ?? false;
  const who = { session, actor: id, rotation, request, address };
  const doctor_access = config(c).DOCTOR_ACCESS;
  const factor_for = `{${c.get('factorFor') ?? ''}}`;
  const asked = { ...who, roles: `{${roles}}`, if_match: ifMatch(c), verified, doctor_access, factor_for, become };
  if (become === 'app_auth') return begin({ ...asked, ...sessions });
  if (c.req.method !== 'POST') return begin(asked);
  const { RECORDS_PER_ACCOUNT, KEYS_PER_ACCOUNT } = config(c);
  return begin({ ...asked, records: String(RECORDS_PER_ACCOUNT), keys: String(KEYS_PER_ACCOUNT) });
};

/** Runs one transaction: first who is asking, then the queries. Returns the results of the queries. */
const runBatch = async <Answers>(db: Database, first: Batch<unknown>, call: Batch<Answers>): Promise<Answers> => {
  const items = call.on(db);
  const all = [...first.on(db), ...items];
  const answers = (await db.batch(all as [ReturnType<typeof call.on>[number]])) as unknown[];
  // a batch without queries only checks that the first statement was not refused
  if (answers.length !== all.length) throw new Error('the database answered something else');
  return answers.slice(1) as Answers;
};

/** A database that restarts, or a pool that is full, needs some time before the second attempt. */
const pauseBeforeRetry = () => new Promise((done) => setTimeout(done, 50 + Math.random() * 100));

/** After a failed connection a read may be sent again, and so may a write under an Idempotency-Key. */
const isRepeatable = (c: Context<Env>) => c.req.method === 'GET' || c.get('keyed') === true;

const runWithRetry = async <Answers>(c: Context<Env>, first: Batch<unknown>, call: Batch<Answers>) => {
  const db = databaseOf(config(c));
  const started = performance.now();
  try {
    return await runBatch(db, first, call).catch((error) => {
      if (!isRolledBack(error) && !(isRepeatable(c) && isTransient(error))) throw error;
      return pauseBeforeRetry().then(() => runBatch(db, first, call));
    });
  } catch (error) {
    throw databaseProblem(error);
  } finally {
    c.set('databaseMs', (c.get('databaseMs') ?? 0) + performance.now() - started);
  }
};

/** Runs queries as the signed-in actor, under the policies: one round trip, one transaction. */
export const queryAsApi = async <Answers>(c: Context<Env>, call: Batch<Answers>): Promise<Answers> => {
  // a route that is not behind requireAccessToken reaches no record
  if (!c.get('actor')) throw new Problem('unauthenticated');
  return runWithRetry(c, beginFor(c, 'app_api'), call);
};

/**
 * The same on accounts, credentials and sessions, as app_auth: on all before sign-in, on the actor's own afterwards.
 */
export const queryAsAuth = async <Answers>(c: Context<Env>, call: Batch<Answers>): Promise<Answers> =>
  runWithRetry(c, beginFor(c, 'app_auth'), call);

/** Runs queries after the answer, as nobody: the session of the request may have ended meanwhile. */
export const queryAfterResponse = <Answers>(c: Context<Env>, call: Batch<Answers>): Promise<Answers> =>
  runWithRetry(
    c,
    beginAnonymous({ request: c.get('requestId'), address: addressOf(c), ...sessionLimit(config(c)) }),
    call,
  );

/** Runs queries for a job that belongs to no request. */
export const queryForJob = async <Answers>(settings: Config, job: string, call: Batch<Answers>): Promise<Answers> => {
  const first = beginAnonymous({ request: job, address: null, ...sessionLimit(settings) });
  const attempt = () => runBatch(databaseOf(settings), first, call);
  return attempt().catch((error) => {
    if (!isRolledBack(error)) throw error;
    return pauseBeforeRetry().then(attempt);
  });
};
