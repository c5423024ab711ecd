// The only file that talks to Neon. One request is one batch: one HTTP POST and one transaction, in which PostgreSQL
// decides who may see and do what.
import { type FullQueryResults, type NeonQueryFunction, neon, neonConfig } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { addressOf } from '../address.ts';
import { type Config, config, type Env } from '../config.ts';
import { databaseProblem, isPassing, Problem } from '../errors.ts';
import { type Call, prepare } from './prepared.ts';

// A database on this machine is reached over plain HTTP, at its own port; any other where the driver knows Neon is.
const neonEndpoint = neonConfig.fetchEndpoint as (host: string, port: number | string) => string;
neonConfig.fetchEndpoint = (host, port) =>
  host === '127.0.0.1' || host === 'localhost' ? `http://${host}:${port}/sql` : neonEndpoint(host, port);

type Client = NeonQueryFunction<true, true>;
const clients = new Map<string, Client>();
const clientOf = ({ DATABASE_URL, DATABASE_TIMEOUT_MS }: Config): Client => {
  let client = clients.get(DATABASE_URL);
  if (!client) {
    // read by the driver at every request: the time begins to run then
    const fetchOptions = Object.defineProperty({}, 'signal', {
      enumerable: true,
      get: () => AbortSignal.timeout(DATABASE_TIMEOUT_MS),
    });
    client = neon(DATABASE_URL, { fetchOptions, arrayMode: true, fullResults: true });
    clients.set(DATABASE_URL, client);
  }
  return client;
};

/** A first statement, and what is answered to those of the call. Drizzle's own driver would build everything anew. */
const send = async (client: Client, first: [string, unknown[]], { statements, values }: Call<unknown>) => {
  const results = await client.transaction([
    client.query(...first),
    ...statements.map(({ text, parameters }) => client.query(text, parameters(values))),
  ]);
  if (results.length !== statements.length + 1) throw new Error('the database answered something else');
  return results.slice(1) as FullQueryResults<true>[];
};
const read = <Answers>({ statements }: Call<Answers>, results: FullQueryResults<true>[]) =>
  statements.map(({ rows }, at) => rows(results[at]?.rows ?? [])) as Answers;

/** The versions that If-Match allows, for app.begin(); '' when it allows any. */
const ifMatch = (c: Context<Env>): string => {
  const header = c.req.header('If-Match')?.trim();
  if (!header || header === '*') return '';
  // Cloudflare makes tags weak when it compresses, so a W/ is no reason to refuse; what is no tag of ours matches nothing
  const versions = header.split(',').map((tag) => /^\s*(?:W\/)?"(\d+)(?:-\d+)?"\s*$/.exec(tag)?.[1] ?? 'none');
  return versions.join(',');
};

type DatabaseRole = 'app_api' | 'app_auth';
const anonymously = (request: string, address: string | null): [string, unknown[]] => [
  `select app.begin_anonymous($1, $2), set_config('role', 'app_auth', true)`,
  [request, address],
];
const begin = (c: Context<Env>, role: DatabaseRole): [string, unknown[]] => {
  const actor = c.get('actor');
  if (!actor) return anonymously(c.get('requestId'), addressOf(c));
  const roles = c.get('roles');
  if (!roles) throw new Problem('internal_error');
  return [
    `select app.begin($1, $2, $3, $4, $5, $6, $7), set_config('role', $8, true)`,
    [actor.session, actor.id, actor.rotation, c.get('requestId'), addressOf(c), `{${roles}}`, ifMatch(c), role],
  ];
};

/** A read, and a write whose key keeps it from happening twice, may be sent again when the connection failed. */
const isRepeatable = (c: Context<Env>) => c.req.method === 'GET' || c.get('keyed') === true;

const sent = async (c: Context<Env>, role: DatabaseRole, call: Call<unknown>) => {
  const client = clientOf(config(c));
  const first = begin(c, role);
  const started = performance.now();
  try {
    return await send(client, first, call).catch((error) => {
      if (!isRepeatable(c) || !isPassing(error)) throw error;
      return send(client, first, call);
    });
  } catch (error) {
    throw databaseProblem(error);
  } finally {
    c.set('databaseMs', (c.get('databaseMs') ?? 0) + performance.now() - started);
  }
};

// what cannot be read is no failure of the connection, and would be the same again
const run = async <Answers>(c: Context<Env>, role: DatabaseRole, call: Call<Answers>) =>
  read(call, await sent(c, role, call));

/** Runs queries as the signed-in actor, under the policies: one round trip, one transaction. */
export const ask = <Answers>(c: Context<Env>, call: Call<Answers>): Promise<Answers> => {
  // a route that forgot to say who may use it reaches nothing
  if (!c.get('actor')) throw new Problem('unauthenticated');
  return run(c, 'app_api', call);
};

/** The same on accounts, credentials and sessions: before sign-in on all, afterwards on the actor's own. */
export const askAuth = <Answers>(c: Context<Env>, call: Call<Answers>): Promise<Answers> => run(c, 'app_auth', call);

const sweeping = prepare((db) => [db.select({ swept: sql`row_to_json(swept)` }).from(sql`app.sweep() as swept`)]);

/** Removes expired sessions, keys and counts, and says how many. For the scheduled handler: no request, no actor. */
export const sweep = async (settings: Config) => {
  const call = sweeping({});
  const [[row]] = read(call, await send(clientOf(settings), anonymously('sweep', null), call));
  return row?.swept as Record<string, number>;
};
