// Two questions about the caller: does somebody who is signed in know the account's password, which some routes
// require, and is anybody signed in, on a route that works without.
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
/** Refuses unless the password, which was sent in `field`, is that of the actor's account. */
export const requirePassword = async (c: Context<Env>, field: string, password: string): Promise<ProvenAccount> => {
  const { id } = actorOf(c);
  // the right password is no guess, but it takes as much CPU to verify
  await enforceLimit(c, 'LOGIN_LIMIT', `account:${id}`);
  const proven = await checkPassword(c, attemptById, id, password);
  if (!proven) throw wrongPassword(field);
  return proven;
};

/** The actor on a route that needs no token; null without a valid one. */
export const optionalActor = async (c: Context<Env>): Promise<Actor | null> => {
  const [, token] = /^Bearer +([\w.-]+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
  return token === undefined ? null : readAccessToken(config(c), token);
};
