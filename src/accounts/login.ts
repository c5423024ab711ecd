// Log in with a password and an email or username. Each route that does so makes its own answer of the tokens.
import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import * as z from 'zod';
import { config, type Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { Problem } from '../errors.ts';
import { text } from '../http/fields.ts';
import { newRefreshSecret, signOtpToken } from '../http/tokens.ts';
import { documentedAs } from '../http/validate.ts';
import { checkPassword, credentials, passwordAttempt, returnAttemptQuery } from './guesses.ts';
import { submittedPassword } from './password-fields.ts';
import { hashPassword, needsRehash } from './passwords.ts';
import { openSession, type SessionParams, selectSignedIn, sessionArguments, sessionParams } from './sessions.ts';
import { normalizeUsername, users } from './table.ts';

const name = text(254);
const password = submittedPassword;
const acceptedLogin = z
  .strictObject({ email: name.optional(), username: name.overwrite(normalizeUsername).optional(), password })
  .refine((sent) => sent.email || sent.username, { path: ['email'], error: 'send an email or a username' });
/** One of the two is enough; shown as two bodies, so that a compiler asks for one. */
const loginByUsername = z
  .strictObject({ username: name.describe('or the email'), password })
  .meta({ id: 'LoginByUsername', examples: [{ username: 'john_doe', password: 'four unrelated words here' }] });
const loginByEmail = z
  .strictObject({ email: name, password })
  .meta({ id: 'LoginByEmail', examples: [{ email: 'john@example.com', password: 'four unrelated words here' }] });
export const loginBody = documentedAs(
  z.xor([loginByUsername, loginByEmail]).meta({
    id: 'Credentials',
    examples: [{ username: 'john_doe', password: 'four unrelated words here' }],
  }),
  acceptedLogin,
);

/** Accounts from Django: what somebody signed in with there may be neither the email nor the username here. */
const matchesLoginName = (typed: SQL) => eq(users.login_name, sql`lower(${typed})`);
const attemptByEmail = passwordAttempt((email) => or(eq(users.email, sql`lower(${email})`), matchesLoginName(email)));
const attemptByUsername = passwordAttempt((name) =>
  or(eq(users.username_key, sql`lower(${name})`), matchesLoginName(name)),
);

const openLoginSession = prepare((db, given: SessionParams & Params<'id' | 'proven' | 'keys'>) => [
  selectSignedIn(db, sql`app.open_session(${given.id}, ${given.proven}, ${sessionArguments(given)})`),
  returnAttemptQuery(db, given),
]);

export const logIn = async (c: Context<Env>, { email, username, password }: z.output<typeof loginBody>) => {
  const identifier = email || username || '';
  const attempt = identifier.includes('@') ? attemptByEmail : attemptByUsername;
  const [account, secret] = await Promise.all([checkPassword(c, attempt, identifier, password), newRefreshSecret()]);
  if (!account) throw new Problem('invalid_credentials');
  const { id, hash, keys } = account;
  const call = openLoginSession({ ...sessionParams(c, secret), id, proven: hash, keys });
  const answer = await openSession(c, call, [secret]).catch(async (problem) => {
    // its batch was rolled back, so that the attempt goes on counting until a code was right
    if (!(problem instanceof Problem) || problem.code !== 'otp_required') throw problem;
    // first, because the token is for the hash as it is
    const proven = needsRehash(hash) ? await rehashPassword(c, account, password) : hash;
    throw new Problem('otp_required', { otpToken: await signOtpToken(config(c), { id, hash: proven, keys }) });
  });
  // the login stands if this fails; the next one tries again
  if (needsRehash(account.hash)) c.executionCtx.waitUntil(rehashPassword(c, account, password).catch(() => {}));
  return answer;
};

const updatePasswordHash = prepare((db, { id, proven, renewed }: Params<'id' | 'proven' | 'renewed'>) => [
  db
    .update(credentials)
    .set({ password_hash: renewed })
    .where(and(eq(credentials.user_id, id), eq(credentials.password_hash, proven))),
]);
const rehashPassword = async (c: Context<Env>, { id, hash }: { id: number; hash: string }, password: string) => {
  const renewed = await hashPassword(password);
  await queryAsAuth(c, updatePasswordHash({ id, proven: hash, renewed }));
  return renewed;
};
