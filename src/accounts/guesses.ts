// Against guessing: wrong passwords are counted in the database, and each is counted before its hash is computed.
import { eq, type SQL, sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Context } from 'hono';
import { config, type Env, Misconfigured, networkOf, siteOf } from '../config.ts';
import { queryAfterResponse, queryAsAuth } from '../db/client.ts';
import { foreignId, timestamp, versionColumns } from '../db/columns.ts';
import { type Database, type Params, prepare } from '../db/prepare.ts';
import { Problem, requireRow } from '../errors.ts';
import { keyedHashes } from '../http/tokens.ts';
import { verifyPassword } from './passwords.ts';
import { users } from './table.ts';

export const credentials = pgTable('credentials', {
  user_id: foreignId().primaryKey(),
  password_hash: text().notNull(),
  updated_at: versionColumns.updated_at,
});
export const guesses = pgTable('guesses', {
  key: text().primaryKey(),
  failures: timestamp().array().notNull().default([]),
  blocked_until: timestamp(),
  forget_at: timestamp().notNull(),
  user_id: foreignId(),
});

type GuessKeys = Params<'keys'>;

/** Counts an attempt, and selects the account that the condition `whose` matches by an `identifier`. */
export const passwordAttempt = (whose: (identifier: SQL) => SQL | undefined) =>
  prepare((db, { typed, network, identifier }: Params<'typed' | 'network' | 'identifier'>) => [
    db
      .select({ wait: sql<number>`wait`, keys: sql<string>`keys::text`, decoy: sql<string | null>`app.decoy(keys[2])` })
      .from(
        sql`app.guess_keys_from((select ${users.id} from ${users} where ${whose(identifier)}), ${typed}, ${network}) as keys,
        app.take_attempt(keys, '{5,50,100,400}') as wait`,
      ),
    db
      .select({
        id: users.id,
        hash: credentials.password_hash,
        factor: sql<string | null>`app.factor_of(${users.id})`,
        own: { email: users.email, name: users.name, username: users.username },
      })
      .from(users)
      .innerJoin(credentials, eq(credentials.user_id, users.id))
      .where(whose(identifier)),
  ]);
const recordFailure = prepare((db, { keys, id }: Params<'keys' | 'id'>) => [
  db.execute(sql`select app.note_failure(${keys}, ${id})`),
]);
/** Takes the attempt off the count again. It belongs in the batch that needed the password. */
export const returnAttemptQuery = (db: Database, { keys }: GuessKeys) =>
  db.execute(sql`select app.return_attempt(${keys})`);
export const returnAttempt = prepare((db, given: GuessKeys) => [returnAttemptQuery(db, given)]);

/**
 * Runs what needed the password. If that is refused, its batch was rolled back and with it the return of the attempt:
 * then the attempt is returned by itself, or the right password would count as a guess.
 */
export const withProvenPassword = async <Done>(
  c: Context<Env>,
  { keys }: { keys: string },
  act: () => Promise<Done>,
): Promise<Done> => {
  try {
    return await act();
  } catch (problem) {
    const isRefused =
      problem instanceof Misconfigured || (problem instanceof Problem && problem.code !== 'database_unavailable');
    // not as the actor, because the session may have ended. The answer is the refusal, also if this fails.
    if (isRefused) await queryAfterResponse(c, returnAttempt({ keys })).catch(() => {});
    throw problem;
  }
};

export interface ProvenAccount {
  id: number;
  hash: string;
  /** The encrypted secret of its second factor, if it has one. */
  factor: string | null;
  /** The email, name and username: what a new password must not be. */
  own: (string | null)[];
  /** The keys under which the attempt was counted. */
  keys: string;
}

/**
 * The account, if the password is its own; null if not, after the same work whether it exists or not. Five wrong ones
 * are allowed for what was typed as a name from one address, 50 for an account from everywhere, 100 from one address
 * for all accounts, and 400 from a /56: a whole clinic may share an address, and a stranger must not lock a doctor out.
 * Nor do the 50 count where the account signed in before.
 */
export const checkPassword = async (
  c: Context<Env>,
  attempt: ReturnType<typeof passwordAttempt>,
  identifier: string | number,
  password: string,
): Promise<ProvenAccount | null> => {
  const [network, site] = [networkOf(c), siteOf(c)];
  const names = [
    `account:${String(identifier).toLowerCase()}`,
    `address:${network}`,
    ...(site ? [`site:${site}`] : []),
  ];
  const hashes = await Promise.all(names.map(async (name) => (await keyedHashes(config(c), 'guess', name))[0]));
  const [counted, [account]] = await queryAsAuth(c, attempt({ typed: `{${hashes}}`, network, identifier }));
  const { wait, keys, decoy } = requireRow(counted);
  if (wait > 0) throw new Problem('too_many_attempts', { retryAfter: wait });
  const right = await verifyPassword(password, account?.hash, decoy);
  if (account && right) return { ...account, own: Object.values(account.own), keys };
  await queryAsAuth(c, recordFailure({ keys, id: account?.id ?? null }));
  return null;
};
