// Who is asking, and which roles a route is for. The database decides whether they still hold.

import { verifyAccess } from '../accounts/tokens.ts';
import { config, type Role } from '../config.ts';
import { Problem } from '../errors.ts';
import { noted } from '../openapi/describe.ts';
import { withinLimit } from './limits.ts';

/** Requires a valid access token. app.begin() checks the live role against `roles`, in the request's one round trip. */
export const allow = (...roles: Role[]) =>
  noted({ roles }, async function allow(c, next) {
    const [, token] = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
    const actor = token ? await verifyAccess(config(c), token) : null;
    if (!actor) throw new Problem('unauthenticated');
    c.set('actor', actor);
    c.set('roles', roles);
    await withinLimit(c, 'USER_LIMIT', String(actor.id));
    await next();
  });

export const anyRole: Role[] = ['user', 'patient', 'doctor', 'pending_doctor', 'admin'];
export const everyone = allow(...anyRole);
export const readers = allow('user', 'patient', 'doctor', 'admin');
export const owners = allow('user', 'admin');
export const admins = allow('admin');
