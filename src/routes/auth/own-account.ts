// What a signed-in account may do with itself: its data, its password, its devices, its end.
import { and, eq, gt, ne, type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { attemptAt, forgive, forgiven, type Proven, tryPassword } from '../../accounts/guesses.ts';
import { hashPassword, weakness } from '../../accounts/passwords.ts';
import { session as oneSession, user } from '../../answers.ts';
import type { Actor, Env } from '../../config.ts';
import { ask, askAuth } from '../../db/client.ts';
import { type Database, type Given, me, prepare } from '../../db/prepared.ts';
import { found, Problem } from '../../errors.ts';
import { everyone } from '../../http/auth.ts';
import { tagged } from '../../http/etag.ts';
import { listing, listQuery } from '../../http/pages.ts';
import { byId, json, partial } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { givenPassword, newPassword, userColumns, userFields } from '../../records.ts';
import { audit, sessions, users } from '../../schema.ts';

const profileBody = partial(userFields).meta({ id: 'UserPatch' });
const passwords = z.strictObject({ current_password: givenPassword, new_password: newPassword });
const passwordBody = passwords.meta({ id: 'PasswordChange' });
const eraseBody = z.strictObject({ password: givenPassword }).meta({ id: 'Erasure' });
const changesPassword = describe('Change my password', { 204: null }, 'not_found', 'too_many_attempts');
const erases = describe('Erase my account', { 204: null }, 'last_admin', 'stale_version', 'too_many_attempts');

const actorOf = (c: Context<Env>): Actor => {
  const actor = c.get('actor');
  if (!actor) throw new Problem('unauthenticated');
  return actor;
};

const notYours = (field: string) => new Problem('invalid_input', { errors: { [field]: ['is not your password'] } });

const attempt = attemptAt((id) => eq(users.id, id));
/** Proof that the actor knows the password, given in `field`. */
const provePassword = async (c: Context<Env>, field: string, password: string): Promise<Proven> => {
  const { id } = actorOf(c);
  const proven = await tryPassword(c, attempt, id, password);
  if (!proven) throw notYours(field);
  return proven;
};

const read = prepare((db) => [db.select(userColumns).from(users).where(eq(users.id, me))]);
const update = prepare((db, changes: Given<never, keyof typeof userFields>) => [
  db
    .update(users)
    .set({ ...changes, updated_at: sql`now()` })
    .where(eq(users.id, me))
    .returning(userColumns),
]);
const erase = prepare((db, given: Given<'keys'>) => [forgiven(db, given), db.execute(sql`select app.erase_account()`)]);
const changePassword = prepare((db, given: Given<'keys' | 'proven' | 'chosen' | 'session'>) => [
  db
    .select({ changed: sql<boolean>`changed` })
    .from(sql`app.change_password(${given.proven}, ${given.chosen}, ${given.session}) as changed`),
  forgiven(db, given),
]);
const logOut = prepare((db, { id, session }: Given<'id' | 'session'>) => [
  db.delete(sessions).where(eq(sessions.id, session)),
  db.insert(audit).values({ action: 'logout', resource: 'session', resource_id: session, actor_id: id }),
]);

type Of = Given<'actor' | 'session'>;
const sorts = { id: sessions.id, created_at: sessions.created_at, last_used_at: sessions.last_used_at };
const listed = listQuery(sorts, {}, '-last_used_at');
const live = gt(sql`least(${sessions.idle_until}, ${sessions.expires_at})`, sql`now()`);
const deviceColumns = {
  id: sessions.id,
  device: sql<string | null>`${sessions.user_agent}`.as('device'),
  created_at: sessions.created_at,
  last_used_at: sessions.last_used_at,
};
const listSessions = listing(
  sorts,
  (db, { actor, session }: Of, page) => {
    const mine = and(eq(sessions.user_id, actor), live);
    const current = sql<boolean>`${sessions.id} = ${session}`.as('current');
    const rows = page.rows(() => db.select({ ...deviceColumns, current, ...page.key }).from(sessions), mine);
    return [rows, ...page.totals(db, sessions, mine)];
  },
  { send: askAuth },
);
/** Ends sessions, with an entry in the trail for each. */
const ending = (db: Database, which: SQL | undefined) => {
  const ended = db.$with('ended').as(db.delete(sessions).where(which).returning({ id: sessions.id }));
  const entries = sql`insert into ${audit} (action, resource, resource_id) select 'session_ended', 'session', id from ended`;
  const trail = db.$with('trail', { id: sql`id`.as('id') }).as(entries);
  return db.with(ended, trail).select().from(ended);
};
const endOthers = prepare((db, { actor, session }: Of) => [
  ending(db, and(eq(sessions.user_id, actor), ne(sessions.id, session))),
]);
const endOne = prepare((db, { actor, session }: Of) => [
  ending(db, and(eq(sessions.user_id, actor), eq(sessions.id, session))),
]);

export const account = new Hono<Env>({ strict: false })
  .post('/logout', describe('Log out', { 204: null }), everyone, async (c) => {
    await askAuth(c, logOut({ ...actorOf(c) }));
    return c.body(null, 204);
  })

  .get('/me', describe('Read my account', { 200: user }), everyone, async (c) => {
    const [rows] = await ask(c, read({}));
    return c.json(tagged(c, found(rows)));
  })
  .patch('/me', describe('Change my account', { 200: user }, 'duplicate'), everyone, json(profileBody), async (c) => {
    const [rows] = await ask(c, update(c.req.valid('json')));
    return c.json(tagged(c, found(rows)));
  })
  .delete('/me', erases, everyone, json(eraseBody), async (c) => {
    const { keys } = await provePassword(c, 'password', c.req.valid('json').password);
    await askAuth(c, erase({ keys }));
    return c.body(null, 204);
  })

  .post('/password', changesPassword, everyone, json(passwordBody), async (c) => {
    const { session } = actorOf(c);
    const { current_password, new_password } = c.req.valid('json');
    const { hash, keys, own } = await provePassword(c, 'current_password', current_password);
    const weak = weakness(new_password, own);
    if (weak) {
      await askAuth(c, forgive({ keys }));
      throw new Problem('invalid_input', { errors: { new_password: [weak] } });
    }
    const chosen = await hashPassword(new_password);
    const [[answer]] = await askAuth(c, changePassword({ proven: hash, chosen, session, keys }));
    if (!answer?.changed) throw notYours('current_password');
    return c.body(null, 204);
  })

  .get('/sessions', describe('List my sessions', { 200: z.array(oneSession) }), everyone, listed, (c) => {
    const { id, session } = actorOf(c);
    return listSessions(c, c.req.valid('query'), { actor: id, session });
  })
  .delete('/sessions', describe('End all other sessions', { 204: null }), everyone, async (c) => {
    const { id, session } = actorOf(c);
    await askAuth(c, endOthers({ actor: id, session }));
    return c.body(null, 204);
  })
  .delete('/sessions/:id', describe('End a session', { 204: null }), everyone, byId, async (c) => {
    const [ended] = await askAuth(c, endOne({ actor: actorOf(c).id, session: c.req.valid('param').id }));
    found(ended);
    return c.body(null, 204);
  });
