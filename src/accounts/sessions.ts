// Opens and renews sessions, by functions of the database, and makes the tokens of each.
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { config, type Env, networkOf } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import type { Batch, Database, Params } from '../db/prepare.ts';
import { Problem, type ProblemCode, requireRow } from '../errors.ts';
import { stripInvisible } from '../http/fields.ts';
import { formatRefreshToken, type RefreshSecret, signAccessToken } from '../http/tokens.ts';
import { type accountRoles, users } from './table.ts';

/** The columns of the type app.signed_in. */
const signedInColumns = {
  refused: sql<ProblemCode | null>`refused`,
  session: sql<number>`session_id`.mapWith(Number),
  rotation: sql<number>`rotation`,
  successor: sql<number>`successor`,
  mailed: sql<boolean>`mailed`,
  wait: sql<number | null>`wait`,
  id: sql<number>`id`.mapWith(users.id),
  name: sql<string>`name`,
  username: sql<string>`username`,
  email: sql<string | null>`email`,
  role: sql<(typeof accountRoles)[number]>`role`,
  created_at: sql<string>`created_at`.mapWith(users.created_at),
  email_verified: sql<boolean>`email_verified`,
  pending_email: sql<string | null>`pending_email`,
};

/** Calls one of the functions that open or renew a session. */
export const selectSignedIn = (db: Database, call: SQL) => db.select(signedInColumns).from(call);
type SignInBatch = Batch<readonly [Awaited<ReturnType<typeof selectSignedIn>>, ...unknown[]]>;

/**
 * What those functions take: the hash of the refresh token, the device, the network, and the lifetime of an idle
 * session.
 */
export type SessionParams = Params<'hash' | 'device' | 'network' | 'idle'>;
export const sessionParams = (c: Context<Env>, { hash }: { hash: string }) => ({
  hash,
  device: userAgent(c),
  network: networkOf(c),
  idle: config(c).REFRESH_TOKEN_TTL,
});
/** The arguments in their order. */
export const sessionArguments = ({ hash, device, network, idle }: SessionParams) =>
  sql`${hash}, ${device}, ${network}, ${idle}`;

/** Renewing also takes the hashes of the possible next refresh tokens, and picks one. */
export type RefreshParams = SessionParams & Params<'successors'>;
export const deviceArguments = ({ device, network, idle }: SessionParams) => sql`${device}, ${network}, ${idle}`;

const userAgent = (c: Context<Env>) =>
  stripInvisible(c.req.header('User-Agent') ?? '')
    .slice(0, 300)
    .replace(/[\ud800-\udbff]$/, '') || null;

/**
 * Opens or renews a session and makes its tokens. The answer says which of the secrets is that of the refresh token.
 */
export const openSession = async (
  c: Context<Env>,
  call: SignInBatch,
  secrets: RefreshSecret[],
  problem: (refused: ProblemCode, wait: number | null) => Problem = (refused) => new Problem(refused),
) => {
  const [rows] = await queryAsAuth(c, call);
  const { refused, session, rotation, successor, mailed, wait, ...user } = requireRow(rows);
  if (mailed) c.set('mailed', true);
  if (refused) throw problem(refused, wait);
  const settings = config(c);
  const secret = secrets[successor - 1];
  if (!secret) throw new Problem('internal_error');
  const [access, refresh] = await Promise.all([
    signAccessToken(settings, { id: user.id, session, rotation }),
    formatRefreshToken(settings, session, secret),
  ]);
  return { access, refresh, token_type: 'Bearer' as const, expires_in: settings.ACCESS_TOKEN_TTL, user };
};
