// Who is asking, how often they may, and which roles a route is for. The database decides whether the roles still hold:
// app.begin_request() finds the session alive and reads the live role, in the request's one round trip.
import type { Context, MiddlewareHandler } from 'hono';
import { some } from 'hono/combine';
import { createMiddleware } from 'hono/factory';
import { jwt } from 'hono/jwt';
import { type Actor, type Config, config, type Env, type Limiter, networksOf, type Role, roles } from '../config.ts';
import { Problem } from '../errors.ts';
import { documentedMiddleware } from '../openapi/route.ts';
import { accessTokenRules, actorFromClaims, keysOf } from './tokens.ts';

const jwtMiddlewares = new WeakMap<Config, Promise<MiddlewareHandler>>();
/** Hono's check of a token's signature and claims, made once for a key; while a secret is being replaced for both. */
const jwtMiddlewareFor = (settings: Config): Promise<MiddlewareHandler> => {
  let check = jwtMiddlewares.get(settings);
  if (!check) {
    check = keysOf(settings).then(([current, previous]) => {
      const withCurrent = jwt({ secret: current, ...accessTokenRules });
      return previous ? some(withCurrent, jwt({ secret: previous, ...accessTokenRules })) : withCurrent;
    });
    jwtMiddlewares.set(settings, check);
  }
  return check;
};

/** For a group of routes: each of them needs a valid access token. */
export const requireAccessToken = createMiddleware<Env>(async function requireAccessToken(c, next) {
  const check = await jwtMiddlewareFor(config(c));
  await check(c, async () => {
    const actor = actorFromClaims(c.get('jwtPayload'));
    if (!actor) throw new Problem('unauthenticated');
    c.set('actor', actor);
    await enforceLimit(c, 'USER_LIMIT', String(actor.id));
    await next();
  });
});

/** For a group of routes, where a deployment asks for it: only for accounts whose email is confirmed. */
export const requireVerifiedEmail = createMiddleware<Env>(function requireVerifiedEmail(c, next) {
  c.set('verifiedOnly', config(c).REQUIRE_VERIFIED_EMAIL);
  return next();
});

/** For a group of routes: sessions of some roles have to have come with a second factor, where a deployment asks for it. */
export const requireFactor = createMiddleware<Env>(function requireFactor(c, next) {
  c.set('factorFor', config(c).MFA_REQUIRED_FOR);
  return next();
});

/** Who asks, for the routes of a group that needs a token. */
export const actorOf = (c: Context<Env>): Actor => {
  const actor = c.get('actor');
  if (!actor) throw new Problem('unauthenticated');
  return actor;
};

// Whom routes are for: app.begin_request() holds these against the live role of the account.
export const everyone: readonly Role[] = roles;
export const allButPendingDoctors: readonly Role[] = roles.filter((role) => role !== 'pending_doctor');
export const recordKeepers: readonly Role[] = ['user', 'admin'];
export const admins: readonly Role[] = ['admin'];

/**
 * What counts where a limiter is missing: a deployment may have a list of bindings of its own, from before there was
 * this one.
 */
const fallbackLimiters: { [Name in Limiter]?: Limiter } = { LINK_LIMIT: 'LOGIN_LIMIT' };

/** Counts a request against Workers' limiter, where there is one. */
export const enforceLimit = async (c: Context<Env>, name: Limiter, ...keys: string[]): Promise<void> => {
  const other = fallbackLimiters[name];
  const limiter = c.env[name] ?? (other && c.env[other]);
  // all of them, or one that is used up would keep the others from being counted
  const answers = await Promise.all(keys.map((key) => limiter?.limit({ key: other ? `${name}:${key}` : key })));
  if (answers.some((answer) => answer?.success === false)) throw new Problem('too_many_requests', { retryAfter: 60 });
};

/** A request that does the work of many counts as many. Workers' limiter takes one at a time. */
export const enforceBatchLimit = async (c: Context<Env>, requests: number): Promise<void> => {
  const limiter = c.env.USER_LIMIT;
  const key = String(actorOf(c).id);
  const answers = await Promise.all(Array.from({ length: limiter ? requests - 1 : 0 }, () => limiter?.limit({ key })));
  if (answers.some((answer) => answer?.success === false)) throw new Problem('too_many_requests', { retryAfter: 60 });
};

export const limitByAddress = (name: Limiter) =>
  documentedMiddleware({ problems: ['too_many_requests'] }, async function limitByAddress(c, next) {
    await enforceLimit(c, name, ...networksOf(c));
    await next();
  });
