// Logging in with a password, however the account is named; the answer is what the caller's routes make of the tokens.
import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { askAuth } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { Problem } from '../errors.ts';
import { text } from '../http/fields.ts';
import { showing } from '../http/validate.ts';
import { sameLooking, users } from '../records/user.ts';
import { attemptAt, credentials, forgiven, tryPassword } from './guesses.ts';
import { givenPassword, hashPassword, needsRehash } from './passwords.ts';
import { type Opening, opening, openingOf, signedInBy, signIn } from './sessions.ts';
import { newRefreshSecret } from './tokens.ts';

const name = text(254);
const password = givenPassword;
const accepted = z
  .strictObject({ email: name.optional(), username: name.overwrite(sameLooking).optional(), password })
  .refine((sent) => sent.email || sent.username, { path: ['email'], error: 'send an email or a username' });
/** One of the two is enough; shown as two bodies, so that a compiler asks for one. */
const byUsername = z
  .strictObject({ username: name.describe('or the email'), password })
  .meta({ id: 'LoginByUsername', examples: [{ username: 'john_doe', password: 'four unrelated words here' }] });
const byEmail = z
  .strictObject({ email: name, password })
  .meta({ id: 'LoginByEmail', examples: [{ email: 'john@example.com', password: 'four unrelated words here' }] });
export const loginBody = showing(
  z.xor([byUsername, byEmail]).meta({
    id: 'Credentials',
    examples: [{ username: 'john_doe', password: 'four unrelated words here' }],
  }),
  accepted,
);

/** What somebody typed at Django to sign in may be neither the email nor the username that the account has here. */
const byLoginName = (typed: SQL) => eq(users.login_name, sql`lower(${typed})`);
const attemptByEmail = attemptAt((email) => or(eq(users.email, sql`lower(${email})`), byLoginName(email)));
const attemptByUsername = attemptAt((name) => or(eq(users.username_key, sql`lower(${name})`), byLoginName(name)));

const loggingIn = prepare((db, given: Opening & Given<'id' | 'proven' | 'keys'>) => [
  signedInBy(db, sql`app.open_session(${given.id}, ${given.proven}, ${opening(given)})`),
  forgiven(db, given),
]);

export const logIn = async (c: Context<Env>, { email, username, password }: z.output<typeof loginBody>) => {
  const identifier = email || username || '';
  const attempt = identifier.includes('@') ? attemptByEmail : attemptByUsername;
  const [account, secret] = await Promise.all([tryPassword(c, attempt, identifier, password), newRefreshSecret()]);
  if (!account) throw new Problem('invalid_credentials');
  const { id, hash, keys } = account;
  const answer = await signIn(c, loggingIn({ ...openingOf(c, secret), id, proven: hash, keys }), [secret]);
  // the login stands if this fails; the next one tries again
  if (needsRehash(account.hash)) c.executionCtx.waitUntil(renewHash(c, account, password).catch(() => {}));
  return answer;
};

const renewing = prepare((db, { id, proven, renewed }: Given<'id' | 'proven' | 'renewed'>) => [
  db
    .update(credentials)
    .set({ password_hash: renewed })
    .where(and(eq(credentials.user_id, id), eq(credentials.password_hash, proven))),
]);
const renewHash = async (c: Context<Env>, { id, hash }: { id: number; hash: string }, password: string) =>
  askAuth(c, renewing({ id, proven: hash, renewed: await hashPassword(password) }));
