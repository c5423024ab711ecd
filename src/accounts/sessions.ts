// Sessions as PostgreSQL opens and renews them, and the tokens that go with each.
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { config, type Env, networkOf } from '../config.ts';
import { askAuth } from '../db/client.ts';
import type { Call, Database, Given } from '../db/prepared.ts';
import { found, Problem, type ProblemCode } from '../errors.ts';
import { withoutUnseen } from '../http/fields.ts';
import { type accountRoles, users } from '../records/user.ts';
import { type RefreshSecret, refreshToken, signAccess } from './tokens.ts';

/** A row of the type app.signed_in. */
const signedIn = {
  refused: sql<ProblemCode | null>`refused`,
  session: sql<number>`session_id`.mapWith(Number),
  rotation: sql<number>`rotation`,
  successor: sql<number>`successor`,
  mailed: sql<boolean>`mailed`,
  id: sql<number>`id`.mapWith(users.id),
  name: sql<string>`name`,
  username: sql<string>`username`,
  email: sql<string | null>`email`,
  role: sql<(typeof accountRoles)[number]>`role`,
  created_at: sql<string>`created_at`.mapWith(users.created_at),
  email_verified: sql<boolean>`email_verified`,
  pending_email: sql<string | null>`pending_email`,
};

/** A call of one of the functions that open or renew a session. */
export const signedInBy = (db: Database, call: SQL) => db.select(signedIn).from(call);
type SignedIn = Call<readonly [Awaited<ReturnType<typeof signedInBy>>, ...unknown[]]>;

/** What every session begins or goes on with: whose token, on what, from where, and how long it lives unused. */
export type Opening = Given<'hash' | 'device' | 'network' | 'idle'>;
export const openingOf = (c: Context<Env>, { hash }: { hash: string }) => ({
  hash,
  device: device(c),
  network: networkOf(c),
  idle: config(c).REFRESH_TOKEN_TTL,
});
/** In the order in which those functions take them. */
export const opening = ({ hash, device, network, idle }: Opening) => sql`${hash}, ${device}, ${network}, ${idle}`;

const device = (c: Context<Env>) =>
  withoutUnseen(c.req.header('User-Agent') ?? '')
    .slice(0, 300)
    .replace(/[\ud800-\udbff]$/, '') || null;

/** Asks for a session, and makes the tokens for what is answered: one of the secrets is that of the refresh token. */
export const signIn = async (
  c: Context<Env>,
  call: SignedIn,
  secrets: RefreshSecret[],
  problem: (refused: ProblemCode) => Problem = (refused) => new Problem(refused),
) => {
  const [rows] = await askAuth(c, call);
  const { refused, session, rotation, successor, mailed, ...user } = found(rows);
  if (mailed) c.set('mailed', true);
  if (refused) throw problem(refused);
  const settings = config(c);
  const secret = secrets[successor - 1];
  if (!secret) throw new Problem('internal_error');
  const [access, refresh] = await Promise.all([
    signAccess(settings, { id: user.id, session, rotation }),
    refreshToken(settings, session, secret),
  ]);
  return { access, refresh, token_type: 'Bearer' as const, expires_in: settings.ACCESS_TOKEN_TTL, user };
};
