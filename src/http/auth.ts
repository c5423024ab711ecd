// Who is asking, and which roles a route is for. The database decides whether they still hold: app.begin() finds the
// session alive and reads the live role, in the request's one round trip.
import type { MiddlewareHandler } from 'hono';
import { some } from 'hono/combine';
import { createMiddleware } from 'hono/factory';
import { jwt } from 'hono/jwt';
import { keysOf, verification } from '../accounts/tokens.ts';
import { type Config, config, type Env, type Role } from '../config.ts';
import { Problem } from '../errors.ts';
import { noted } from '../openapi/describe.ts';
import { withinLimit } from './limits.ts';

const checks = new WeakMap<Config, Promise<MiddlewareHandler>>();
/** Hono's check of a token's signature and claims, made once for a key; while a secret is being replaced for both. */
const checkOf = (settings: Config): Promise<MiddlewareHandler> => {
  let check = checks.get(settings);
  if (!check) {
    check = keysOf(settings).then((keys) => some(...keys.map((secret) => jwt({ secret, ...verification }))));
    checks.set(settings, check);
  }
  return check;
};
export const validToken = createMiddleware<Env>(async function validToken(c, next) {
  const check = await checkOf(config(c));
  return check(c, next);
});

/** As PostgreSQL can count them. */
const isRotation = (rot: number) => Number.isInteger(rot) && rot >= 1 && rot < 2 ** 31;

/** The account and session that the token names. A token without them is not one of ours, whoever signed it. */
export const actor = createMiddleware<Env>(async function actor(c, next) {
  const { sub, sid, rot, exp } = c.get('jwtPayload');
  const id = typeof sub === 'string' && /^[1-9]\d{0,15}$/.test(sub) ? Number(sub) : null;
  const isNamed = typeof sid === 'number' && Number.isSafeInteger(sid) && typeof rot === 'number' && isRotation(rot);
  if (!id || !isNamed || !exp) throw new Problem('unauthenticated');
  c.set('actor', { id, session: sid, rotation: rot });
  await withinLimit(c, 'USER_LIMIT', String(id));
  await next();
});

/** Names the roles of a route, for app.begin() to hold against the live one. */
export const allow = (...roles: Role[]) => {
  const codes = ['unauthenticated', 'session_ended', 'too_many_requests'] as const;
  const isForAll = roles.length === 5;
  const refusesWaiting = roles.includes('doctor') && !roles.includes('pending_doctor');
  const note = {
    roles,
    codes: [
      ...codes,
      ...(isForAll ? [] : (['wrong_role'] as const)),
      ...(refusesWaiting ? (['doctor_not_approved'] as const) : []),
    ],
  };
  return noted(note, function allow(c, next) {
    c.set('roles', roles);
    return next();
  });
};

export const everyone = allow('user', 'patient', 'doctor', 'pending_doctor', 'admin');
export const readers = allow('user', 'patient', 'doctor', 'admin');
export const owners = allow('user', 'admin');
export const admins = allow('admin');
