// The floor that Wardbook is compared with: what a Worker must do at least. It verifies the token, sends the very SQL that
// Wardbook sends by the raw driver, and answers with the rows. No framework, no validation, no query builder, no log, and
// every error is a 500.
import { type FullQueryResults, neon } from '@neondatabase/serverless';
import { verifyPassword } from '../../../src/accounts/passwords.ts';
import type { Config } from '../../../src/config.ts';
import {
  formatRefreshToken,
  keyedHashes,
  newRefreshSecret,
  readRefreshToken,
  signAccessToken,
} from '../../../src/http/tokens.ts';
import '../../dev/neon/endpoint.ts';
import type { Parameter, Templates } from '../record.ts';

interface Bindings {
  DATABASE_URL: string;
  JWT_SECRET: string;
  TEMPLATES: string;
}
type Values = Record<string, unknown>;
type Row = Record<string, unknown>;

const options = { arrayMode: true, fullResults: true } as const;

const start = ({ DATABASE_URL, JWT_SECRET, TEMPLATES }: Bindings) => ({
  sql: neon(DATABASE_URL, options),
  templates: JSON.parse(TEMPLATES) as Templates,
  key: crypto.subtle.importKey('raw', new TextEncoder().encode(JWT_SECRET), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]),
  config: { JWT_SECRET, ACCESS_TOKEN_TTL: 600 } as Config,
});
let started: ReturnType<typeof start> | undefined;

const bytes = (base64url: string) => {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  const array = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) array[at] = text.charCodeAt(at);
  return array;
};
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const actorOf = async (request: Request, key: CryptoKey): Promise<Values> => {
  const [header = '', payload = '', signature = ''] = (request.headers.get('Authorization') ?? '').slice(7).split('.');
  const valid = await crypto.subtle.verify('HMAC', key, bytes(signature), encoder.encode(`${header}.${payload}`));
  const { sub, sid, exp } = JSON.parse(decoder.decode(bytes(payload)));
  if (!valid || exp * 1000 < Date.now()) throw new Error('not signed in');
  return { actor: sub, session: sid };
};

const rowsOf = (result: FullQueryResults<true> | undefined): Row[] =>
  (result?.rows ?? []).map((values) => {
    const row: Row = {};
    result?.fields.forEach(({ name }, at) => {
      row[name] = values[at];
    });
    return row;
  });

/** Runs a recorded batch with this request's values, and answers the rows of each statement but the first. */
const run = async (name: keyof Templates, values: Values) => {
  const { sql, templates } = started as ReturnType<typeof start>;
  const fill = (parameter: Parameter) =>
    parameter !== null && typeof parameter === 'object' ? values[parameter.is] : parameter;
  const queries = templates[name].map(({ query, params }) => sql.query(query, params.map(fill)));
  const results = await sql.transaction(queries);
  return results.length > 1 ? results.slice(1) : results;
};

const tokens = async (config: Config, row: Row | undefined, secret: { secret: string; hash: string } | undefined) => {
  const { id, session_id, rotation } = row as { id: string; session_id: string; rotation: number };
  if (!secret) throw new Error('no refresh token');
  const [access, refresh] = await Promise.all([
    signAccessToken(config, { id: Number(id), session: Number(session_id), rotation: Number(rotation) }),
    formatRefreshToken(config, Number(session_id), secret),
  ]);
  return Response.json({ access, refresh, token_type: 'Bearer', expires_in: 600, user: row });
};

const login = async (request: Request, config: Config, values: Values) => {
  const { email, password } = (await request.json()) as { email: string; password: string };
  const address = request.headers.get('CF-Connecting-IP');
  const names = [`account:${email}`, `address:${address}`];
  const typed = `{${await Promise.all(names.map(async (name) => (await keyedHashes(config, 'guess', name))[0]))}}`;
  const [counted, account] = await run('login', { ...values, email, typed });
  const { keys } = rowsOf(counted)[0] ?? {};
  const [row] = rowsOf(account);
  // the columns may be called anything
  const hash = Object.values(row ?? {}).find((value) => String(value).startsWith('$pbkdf2'));
  if (!(await verifyPassword(password, String(hash)))) throw new Error('wrong password');
  const secret = await newRefreshSecret();
  const [opened] = await run('session', { ...values, keys, id: row?.id, proven: hash, hash: secret.hash });
  return tokens(config, rowsOf(opened)[0], secret);
};

const refresh = async (request: Request, config: Config, values: Values) => {
  const token = await readRefreshToken(config, ((await request.json()) as { refresh: string }).refresh);
  const [successor] = token?.successors ?? [];
  const sent = { ...values, session: token?.session, hash: token?.hash, successors: `{${successor?.hash}}` };
  const [result] = await run('refresh', sent);
  return tokens(config, rowsOf(result)[0], successor);
};

const answer = async (request: Request, bindings: Bindings): Promise<Response> => {
  started ??= start(bindings);
  const { config, key } = started;
  const { pathname } = new URL(request.url);
  const values: Values = { request: crypto.randomUUID() };
  if (pathname === '/api/auth/login/') return login(request, config, values);
  if (pathname === '/api/auth/refresh/') return refresh(request, config, values);
  const [, , resource, id] = pathname.split('/');
  Object.assign(values, await actorOf(request, await key), { id });
  if (request.method === 'POST' || request.method === 'PUT') {
    const body = (await request.json()) as Values;
    for (const name in body) values[`body.${name}`] = body[name];
  }
  if (resource === 'mappings') {
    const [assigned] = await run(id ? 'unassign' : 'assign', values);
    return id ? new Response(null, { status: 204 }) : Response.json(rowsOf(assigned)[0], { status: 201 });
  }
  const isList = request.method === 'GET' && !id;
  const item = { GET: isList ? 'list' : 'get', POST: 'create', PUT: 'update' }[request.method] as keyof Templates;
  const rows = rowsOf((await run(item, values))[0]);
  if (rows.length === 0) return new Response(null, { status: 404 });
  return Response.json(isList ? rows : rows[0], { status: item === 'create' ? 201 : 200 });
};

export default { fetch: answer };
