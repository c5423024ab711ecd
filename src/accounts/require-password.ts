// Who asks, where that is asked on the way: proof that whoever is signed in knows the account's password, because some
// things need more than a session; and who is signed in where nobody need be.
import { eq } from 'drizzle-orm';
import type { Context } from 'hono';
import { type Actor, config, type Env } from '../config.ts';
import { Problem } from '../errors.ts';
import { actorOf, enforceLimit } from '../http/auth.ts';
import { readAccessToken } from '../http/tokens.ts';
import { checkPassword, type ProvenAccount, passwordAttempt } from './guesses.ts';
import { users } from './table.ts';

export const wrongPassword = (field: string) =>
  new Problem('invalid_input', { errors: { [field]: ['is not your password'] } });

const attemptById = passwordAttempt((id) => eq(users.id, id));
/** Proof that the actor knows the password, given in `field`. */
export const requirePassword = async (c: Context<Env>, field: string, password: string): Promise<ProvenAccount> => {
  const { id } = actorOf(c);
  // the right one is no guess, but costs as much time to compute
  await enforceLimit(c, 'LOGIN_LIMIT', `account:${id}`);
  const proven = await checkPassword(c, attemptById, id, password);
  if (!proven) throw wrongPassword(field);
  return proven;
};

/** Who asks, where one need not be signed in; null as well for a token that no longer counts. */
export const optionalActor = async (c: Context<Env>): Promise<Actor | null> => {
  const [, token] = /^Bearer +([\w.-]+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
  return token === undefined ? null : readAccessToken(config(c), token);
};
