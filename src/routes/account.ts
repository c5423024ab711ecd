// What a signed-in account may do with itself: its data, its password, its devices, its end.
import { and, desc, eq, gt, ne, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { session as oneSession, user } from '../answers.ts';
import { everyone } from '../auth.ts';
import type { Actor, Env } from '../context.ts';
import { ask, askAuth } from '../db.ts';
import { describe } from '../describe.ts';
import { found, Problem } from '../errors.ts';
import { tagged } from '../etag.ts';
import { type Proven, tryPassword } from '../guesses.ts';
import { hashPassword, weakness } from '../passwords.ts';
import { givenPassword, newPassword, userColumns, userFields } from '../records.ts';
import { audit, sessions, users } from '../schema.ts';
import { byId, json, partial } from '../validate.ts';

const profileBody = partial(userFields, ['id', 'role', 'created_at']).meta({ id: 'UserPatch' });
const passwords = z.strictObject({ current_password: givenPassword, new_password: newPassword });
const passwordBody = passwords.meta({ id: 'PasswordChange' });
const eraseBody = z.strictObject({ password: givenPassword }).meta({ id: 'Erasure' });
const changesPassword = describe('Change my password', { 204: null }, 'not_found', 'too_many_attempts');
const erases = describe('Erase my account', { 204: null }, 'last_admin', 'stale_version', 'too_many_attempts');

const actorOf = (c: Context<Env>): Actor => {
  if (!c.var.actor) throw new Problem('unauthenticated');
  return c.var.actor;
};

const notYours = (field: string) => new Problem('invalid_input', { errors: { [field]: ['is not your password'] } });

/** Proof that the actor knows the password, given in `field`. */
const provePassword = async (c: Context<Env>, field: string, password: string): Promise<Proven> => {
  const { id } = actorOf(c);
  const proven = await tryPassword(c, `#${id}`, eq(users.id, id), password);
  if (!proven) throw notYours(field);
  return proven;
};

const live = gt(sql`least(${sessions.idle_until}, ${sessions.expires_at})`, sql`now()`);

export const account = new Hono<Env>({ strict: false })
  .post('/logout', describe('Log out', { 204: null }), everyone, async (c) => {
    const { id, session } = actorOf(c);
    await askAuth(c, (db) => [
      db.delete(sessions).where(eq(sessions.id, session)),
      db.insert(audit).values({ action: 'logout', resource: 'session', resource_id: session, actor_id: id }),
    ]);
    return c.body(null, 204);
  })

  .get('/me', describe('Read my account', { 200: user }), everyone, async (c) => {
    const [rows] = await ask(c, (db) => [
      db
        .select(userColumns)
        .from(users)
        .where(eq(users.id, actorOf(c).id)),
    ]);
    return c.json(tagged(c, found(rows)));
  })
  .patch('/me', describe('Change my account', { 200: user }, 'duplicate'), everyone, json(profileBody), async (c) => {
    const changes = { ...c.req.valid('json'), updated_at: sql`now()` };
    const [rows] = await ask(c, (db) => [
      db
        .update(users)
        .set(changes)
        .where(eq(users.id, actorOf(c).id))
        .returning(userColumns),
    ]);
    return c.json(tagged(c, found(rows)));
  })
  .delete('/me', erases, everyone, json(eraseBody), async (c) => {
    const { forgive } = await provePassword(c, 'password', c.req.valid('json').password);
    await askAuth(c, (db) => [db.execute(forgive), db.execute(sql`select app.erase_account()`)]);
    return c.body(null, 204);
  })

  .post('/password', changesPassword, everyone, json(passwordBody), async (c) => {
    const { session } = actorOf(c);
    const { current_password, new_password } = c.req.valid('json');
    const proven = await provePassword(c, 'current_password', current_password);
    const weak = weakness(new_password, proven.own);
    if (weak) {
      await askAuth(c, (db) => [db.execute(proven.forgive)]);
      throw new Problem('invalid_input', { errors: { new_password: [weak] } });
    }
    const password_hash = await hashPassword(new_password);
    const [[answer]] = await askAuth(c, (db) => [
      db
        .select({ changed: sql<boolean>`changed` })
        .from(sql`app.change_password(${proven.hash}, ${password_hash}, ${session}) as changed`),
      db.execute(proven.forgive),
    ]);
    if (!answer?.changed) throw notYours('current_password');
    return c.body(null, 204);
  })

  .get('/sessions', describe('List my sessions', { 200: z.array(oneSession) }), everyone, async (c) => {
    const { id, session } = actorOf(c);
    const [rows] = await askAuth(c, (db) => [
      db
        .select({
          id: sessions.id,
          device: sessions.user_agent,
          created_at: sessions.created_at,
          last_used_at: sessions.last_used_at,
          current: sql<boolean>`${sessions.id} = ${session}`,
        })
        .from(sessions)
        .where(and(eq(sessions.user_id, id), live))
        .orderBy(desc(sessions.last_used_at), desc(sessions.id)),
    ]);
    return c.json(rows);
  })
  .delete('/sessions', describe('End all other sessions', { 204: null }), everyone, async (c) => {
    const { id, session } = actorOf(c);
    const others = and(eq(sessions.user_id, id), ne(sessions.id, session));
    await askAuth(c, (db) => [db.delete(sessions).where(others)]);
    return c.body(null, 204);
  })
  .delete('/sessions/:id', describe('End a session', { 204: null }), everyone, byId, async (c) => {
    const one = and(eq(sessions.user_id, actorOf(c).id), eq(sessions.id, c.req.valid('param').id));
    const [rows] = await askAuth(c, (db) => [db.delete(sessions).where(one).returning({ id: sessions.id })]);
    found(rows);
    return c.body(null, 204);
  });
