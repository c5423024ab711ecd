// Against guessing: wrong passwords are counted in the database, and each is counted before its hash is computed.
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { config, type Env } from './context.ts';
import { askAuth } from './db.ts';
import { Problem } from './errors.ts';
import { addressOf } from './limits.ts';
import { verifyPassword } from './passwords.ts';
import { credentials, users } from './schema.ts';
import { keyedHashes } from './tokens.ts';

export interface Proven {
  id: number;
  hash: string;
  /** What a new password must not be. */
  own: (string | null)[];
  /** Takes the guess off the count again; belongs in the batch that acts on the proof. */
  forgive: SQL;
}

/**
 * The account of `whose`, if the password is its own; null if not, after the same work whether it exists or not. Allowed
 * are 5 wrong ones for an account from one address, 50 for an account, 100 from an address (a clinic shares one, and a
 * stranger must not lock a doctor out).
 */
export const tryPassword = async (c: Context<Env>, identifier: string, whose: SQL, password: string) => {
  const address = addressOf(c);
  const counted = [`both:${identifier}|${address}`, `account:${identifier}`, `address:${address}`];
  const keys = await Promise.all(counted.map(async (name) => (await keyedHashes(config(c), 'guess', name))[0]));
  const [[taken], [account]] = await askAuth(c, (db) => [
    db.select({ wait: sql<number>`wait` }).from(sql`app.take_attempt(${`{${keys}}`}, '{5,50,100}') as wait`),
    db
      .select({
        id: users.id,
        hash: credentials.password_hash,
        own: { email: users.email, name: users.name, username: users.username },
      })
      .from(users)
      .innerJoin(credentials, eq(credentials.user_id, users.id))
      .where(whose),
  ]);
  if (taken && taken.wait > 0) throw new Problem('too_many_attempts', { retryAfter: taken.wait });
  const right = await verifyPassword(password, account?.hash);
  if (account && right) {
    const forgive = sql`select app.return_attempt(${`{${keys}}`})`;
    return { ...account, own: Object.values(account.own), forgive } satisfies Proven;
  }
  await askAuth(c, (db) => [db.execute(sql`select app.note_failure(${`{${keys}}`}, ${account?.id ?? null})`)]);
  return null;
};
