// The app as a client sees it: requests through the Worker, against a database of this file's own.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { afterAll } from 'vitest';
import { type Bindings, configOf } from '../../src/config.ts';
import { formatRefreshToken, newRefreshSecret, signAccessToken } from '../../src/http/tokens.ts';
import { app } from '../../src/index.ts';
import { requestIdOf } from './answers.ts';
import { conforms } from './conforms.ts';
import { freshDatabase } from './database.ts';
import { sessionOf } from './tokens.ts';

export const secret = 'a secret for tests that is long enough to pass';
export const password = 'correct horse battery';
export const mfaKey = 'a key for the second factors of tests, long enough';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON came back
export type Json = any;

export interface Answer {
  status: number;
  body: Json;
  text: string;
  headers: Headers;
}

export interface Sent {
  token?: string;
  body?: unknown;
  headers?: Record<string, string> | [string, string][];
  /** Settings of the deployment, for this request alone. */
  settings?: Partial<Bindings>;
}

/** For a file that is not about passwords: they take no time to hash, until its end. */
export const cheapPasswords = () => {
  const { subtle } = crypto;
  const original = subtle.deriveBits;
  subtle.deriveBits = (algorithm, key, length) =>
    original.call(subtle, { ...(algorithm as Pbkdf2Params), iterations: 1 }, key, length);
  afterAll(() => {
    subtle.deriveBits = original;
  });
};

/** Sends requests through the Worker. For the same database in other circumstances, `env` may be changed in a copy. */
export const caller =
  (env: Bindings) =>
  async (method: string, path: string, { token, body, headers, settings }: Sent = {}): Promise<Answer> => {
    const init = new Headers(headers);
    if (token !== undefined) init.set('Authorization', `Bearer ${token}`);
    const bytes = body instanceof Uint8Array || body instanceof ReadableStream;
    const raw = typeof body === 'string' || bytes;
    if (body !== undefined && !init.has('Content-Type') && !bytes) init.set('Content-Type', 'application/json');
    const context = createExecutionContext();
    const request = new Request(`http://wardbook.test${path}`, {
      method,
      headers: init,
      body: body === undefined ? undefined : raw ? (body as BodyInit) : JSON.stringify(body),
    });
    const response = await app.fetch(request, settings ? { ...env, ...settings } : env, context);
    const text = await response.text();
    await waitOnExecutionContext(context);
    const isJson = response.headers.get('Content-Type')?.includes('json');
    return conforms(method, path, {
      status: response.status,
      body: isJson && text ? JSON.parse(text) : undefined,
      text,
      headers: response.headers,
    });
  };

/** The account that a registration or a login answers with. */
export const accountOf = ({ user, access, refresh }: Json): Account => ({ id: user.id, token: access, refresh, user });

export const boot = async (settings: Partial<Bindings> = {}) => {
  const database = await freshDatabase();
  const env = {
    DATABASE_URL: database.appUrl,
    JWT_SECRET: secret,
    MFA_KEY: mfaKey,
    CORS_ORIGINS: 'https://portal.example',
    REGISTRATION: 'user patient doctor',
    ...settings,
  };

  const call = caller(env);

  /** What one person is answered; nobody is `undefined`. */
  const as = (
    who: { token: string } | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Sent['headers'],
  ) => call(method, path, { token: who?.token, body, headers });

  /** Waits until no transaction runs that is as old as the last change: one may, for another file on the same server. */
  const settled = async () => {
    const [now] = await database.owner.query('select pg_current_xact_id()::text as tx');
    const passed = `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > ${now?.tx} as passed, pg_sleep(0.02)`;
    for (const until = Date.now() + 50_000; Date.now() < until; )
      if ((await database.owner.query(passed))[0]?.passed) return;
    throw new Error('a transaction has been running on this server for most of a minute');
  };

  const login = (body: object, headers?: Sent['headers']) => call('POST', '/api/auth/login/', { body, headers });

  /** What is there, past every policy. */
  const rows = (query: string, params: unknown[] = []): Promise<Json[]> => database.owner.query(query, params);
  const rowOf = async (table: string, id: number): Promise<Json> =>
    (await rows(`select to_jsonb(t) as row from ${table} t where id = $1`, [id]))[0]?.row;
  const count = async (from: string, params: unknown[] = []): Promise<number> =>
    (await rows(`select count(*)::int ${from}`, params))[0].count;
  /** A sum of each table: the same as before, if nothing in it changed. */
  const sumsOf = async (tables: string[]): Promise<Json[]> => {
    const sums = tables.map(
      (table) => `(select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from ${table} t)`,
    );
    return (await rows(`select array[${sums}] as sums`))[0].sums;
  };
  /** What the trail has of one request. */
  const trailOf = (answer: Answer): Promise<Json[]> =>
    rows(
      `select actor_id::int, actor_role, action, resource, resource_id::int, patient_ids::int[], before,
        at > now() - interval '1 minute' as just_now
      from audit where request_id = $1 order by audit.id`,
      [requestIdOf(answer)],
    );
  /** How many requests the database answers meanwhile. */
  const roundTripsOf = async (act: () => Promise<unknown>): Promise<number> => {
    const before = await database.roundTrips();
    await act();
    return (await database.roundTrips()) - before;
  };

  /** Signed-in account of a role, as its client would have it. */
  const register = async (name: string, as: '' | 'patient/' | 'doctor/' = '', extra: object = {}) => {
    const body = { username: name, email: `${name}@example.com`, password, ...extra };
    if (as === 'doctor/') Object.assign(body, { specialization: 'Cardiology', ...extra });
    const answer = await call('POST', `/api/auth/register/${as}`, { body });
    if (answer.status !== 201) throw new Error(`registering ${name} answered ${answer.status}: ${answer.text}`);
    return accountOf(answer.body);
  };

  /** Another device of somebody, as a login makes it, without the tenth of a second that a password costs. */
  const device = async ({ id, user }: Account): Promise<Account> => {
    const fresh = await newRefreshSecret();
    const [opened] = await database.owner.query(
      `insert into sessions (user_id, refresh_hash, idle_until, expires_at)
      values ($1, $2, now() + interval '7 days', now() + interval '28 days') returning id::int`,
      [id, fresh.hash],
    );
    const [settings, session] = [configOf(env), opened?.id as number];
    const [token, refresh] = await Promise.all([
      signAccessToken(settings, { id, session, rotation: 1 }),
      formatRefreshToken(settings, session, fresh),
    ]);
    return { id, user, token, refresh };
  };

  /** Changes an account as the command line would: no request can make an admin. */
  const asOwner = (statement: string, params: unknown[] = []) =>
    database.owner.transaction([
      database.owner.query(`select set_config('app.role', 'cli', true)`),
      database.owner.query(statement, params),
    ]);
  const makeAdmin = (id: number) =>
    asOwner(`update users set role = 'admin', email_verified_at = now() where id = $1`, [id]);
  /** What an administrator does who has looked at the doctor. */
  const approve = async (who: { token: string }, id: number): Promise<Answer> => {
    const { headers } = await as(who, 'GET', `/api/doctors/${id}/`);
    const tag = { 'If-Match': headers.get('ETag') ?? '' };
    return as(who, 'POST', `/api/admin/doctors/${id}/approve/`, undefined, tag);
  };
  /** As if the password had just been given once more in this session. */
  const stepUp = (who: { token: string }) =>
    rows('update sessions set stepped_up_at = now() where id = $1', [sessionOf(who)]);
  /** As if the account had used the link in its mail. */
  const verify = (id: number) => asOwner('update users set email_verified_at = now() where id = $1', [id]);

  /** A link of a mail that never was: its token, as the mail would carry it. */
  const link = async (purpose: string, about: { user?: number; email?: string; mail?: number }): Promise<string> => {
    const { secret: token, hash } = await newRefreshSecret();
    await rows(
      `insert into app.links (hash, purpose, user_id, email, mail_id, expires_at)
      values ($1, $2, $3, $4, $5, now() + interval '1 hour')`,
      [hash, purpose, about.user ?? null, about.email ?? null, about.mail ?? null],
    );
    return token;
  };

  return {
    link,
    call,
    as,
    login,
    register,
    device,
    rows,
    rowOf,
    count,
    sumsOf,
    trailOf,
    roundTripsOf,
    settled,
    asOwner,
    makeAdmin,
    approve,
    stepUp,
    verify,
    database,
    env,
  };
};

export interface Account {
  id: number;
  token: string;
  refresh: string;
  user: Json;
}

export type App = Awaited<ReturnType<typeof boot>>;
