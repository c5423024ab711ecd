// /api/auth, what a signed-in account may do with itself: its data, its password, its devices, its end.
import { and, eq, gt, ne, type SQL, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import { forgive, forgiven, onProof } from '../../accounts/guesses.ts';
import { givenPassword, hashPassword, newPassword, ownPassword, weakness } from '../../accounts/passwords.ts';
import { notYours, provePassword } from '../../accounts/proof.ts';
import { type Opening, opening, openingOf, signedInBy, signIn } from '../../accounts/sessions.ts';
import { newRefreshSecret, tokenHash } from '../../accounts/tokens.ts';
import type { Env } from '../../config.ts';
import { audit, me } from '../../db/audit.ts';
import { ask, askAuth } from '../../db/client.ts';
import { type Database, type Given, prepare } from '../../db/prepared.ts';
import { found, Problem, type ProblemCode } from '../../errors.ts';
import { actorOf, everyone } from '../../http/auth.ts';
import { tag, tagged, taggedRead, taggedWrite } from '../../http/etag.ts';
import { answerPage, listQuery, pages, total } from '../../http/pages.ts';
import { byId, json } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { acceptance } from '../../records/link.ts';
import { session as oneSession, sessionColumns, sessions, signedIn } from '../../records/session.ts';
import { user, userColumns, type userFields, userPatch, users } from '../../records/user.ts';

const passwords = z.strictObject({ current_password: givenPassword, new_password: newPassword });
const passwordBody = passwords.meta({
  id: 'PasswordChange',
  examples: [{ current_password: 'four unrelated words here', new_password: 'even more unrelated words' }],
});
const changesPassword = describe(
  'Change my password. Ends every session and token of the account, those that asked as well: go on with the new ones.',
  { 200: signedIn },
  'not_found',
  'account_disabled',
  'too_many_attempts',
  everyone,
);
const changesAccount = describe(
  'Change my account. A new email or username needs the password; an email counts once the link is used, signed in to ' +
    'this account, that is sent to it.',
  { 200: user },
  'duplicate',
  'password_required',
  'too_many_attempts',
  taggedWrite,
  everyone,
);
const resends = describe(
  'Send the link again that confirms my email. To the new one, where one is to replace it; nothing, where none is needed.',
  { 202: null },
  everyone,
);
const accepts = describe(
  'Accept an invitation with my account. For an account that has made no records: it gets the role, and the record, that ' +
    'the invitation is for. A patient whose record somebody else made leaves that record for it, with `leave`. A ' +
    'new role needs `/api/auth/step-up/` first.',
  { 200: user },
  'step_up_required',
  'link_invalid',
  'already_linked',
  'leaves_record',
  tag,
  everyone,
);
const erases = describe(
  'Erase my account. Its password, sessions and email are gone at once; the records that it made are kept.',
  { 204: null },
  'last_admin',
  'too_many_attempts',
  {
    asks: ['If-Match'],
    codes: ['stale_version'],
  },
  everyone,
);

const read = prepare((db) => [db.select(userColumns).from(users).where(eq(users.id, me))]);
type Changes = Given<never, keyof typeof userFields | 'proven' | 'keys'>;
/** A new email is kept beside the one that counts, until somebody uses the link that is sent to it. */
const update = prepare((db, { email, username, proven, keys, ...changes }: Changes) => [
  db
    .update(users)
    .set({
      ...changes,
      username: username && sql`app.chosen_username(${username}, ${proven ?? null})`,
      pending_email: email && sql`app.proposed_email(${email}, ${proven ?? null})`,
      updated_at: sql`now()`,
    })
    .where(eq(users.id, me))
    .returning(userColumns),
  ...(keys ? [forgiven(db, { keys })] : []),
]);
const resending = prepare((db) => [
  db.select({ wait: sql<number>`wait` }).from(sql`app.resend_verification() as wait`),
]);
const accepting = prepare((db, { token, leave }: Given<'token' | 'leave'>) => [
  db.execute(sql`select set_config('app.leave_record', ${leave}, true)`),
  db.execute(sql`select app.accept_invitation(${token})`),
  db.select(userColumns).from(users).where(eq(users.id, me)),
]);
const erase = prepare((db, given: Given<'keys'>) => [forgiven(db, given), db.execute(sql`select app.erase_account()`)]);
const changePassword = prepare((db, given: Opening & Given<'keys' | 'proven' | 'chosen'>) => [
  signedInBy(db, sql`app.change_password(${given.proven}, ${given.chosen}, ${opening(given)})`),
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
const listSessions = pages(sorts, (db, { actor, session }: Of, page) => {
  const mine = and(eq(sessions.user_id, actor), live);
  const current = sql<boolean>`${sessions.id} = ${session}`.as('current');
  const rows = db
    .select({ ...sessionColumns, current, ...page.key })
    .from(sessions)
    .where(and(mine, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows, totals: [total(db, sessions, mine)] };
});
/** Ends sessions, with an entry in the trail for each. */
const ending = (db: Database, which: SQL | undefined) => {
  const ended = db.$with('ended').as(db.delete(sessions).where(which).returning({ id: sessions.id }));
  const entries = sql`insert into ${audit} (action, resource, resource_id)
    select 'session_ended', 'session', id from ended`;
  const trail = db.$with('trail', { id: sql`id`.as('id') }).as(entries);
  return db.with(ended, trail).select().from(ended);
};
const endOthers = prepare((db, { actor, session }: Of) => [
  db.execute(sql`select app.end_django_tokens(${actor})`),
  ending(db, and(eq(sessions.user_id, actor), ne(sessions.id, session))),
]);
const endOne = prepare((db, { actor, session }: Of) => [
  ending(db, and(eq(sessions.user_id, actor), eq(sessions.id, session))),
]);

const logsOut = describe('Log out. Ends the session of this device, and its tokens.', { 204: null }, everyone);
const readsAccount = describe(
  'Read my account. Who is signed in, and with which role.',
  { 200: user },
  taggedRead,
  everyone,
);
const listsSessions = describe(
  'List my sessions. The devices on which the account is signed in, the one used last first.',
  { 200: z.array(oneSession) },
  everyone,
);
const endsOthers = describe(
  'End all other sessions. Signs the account out everywhere but here.',
  { 204: null },
  everyone,
);
const endsOne = describe('End a session. Signs one device out, say a phone that was lost.', { 204: null }, everyone);

export const ownAccountRoutes = new Hono<Env>({ strict: false })
  .post('/logout', logsOut, async (c) => {
    await askAuth(c, logOut({ ...actorOf(c) }));
    return c.body(null, 204);
  })

  .get('/me', readsAccount, async (c) => {
    const [rows] = await ask(c, read({}));
    return c.json(tagged(c, found(rows)));
  })
  .patch('/me', changesAccount, json(userPatch), async (c) => {
    const { password, ...changes } = c.req.valid('json');
    if (password === undefined || (changes.email === undefined && changes.username === undefined)) {
      const [rows] = await askAuth(c, update(changes));
      return c.json(tagged(c, found(rows)));
    }
    const { hash, keys } = await provePassword(c, 'password', password);
    const [rows] = await onProof(c, { keys }, () => askAuth(c, update({ ...changes, proven: hash, keys })));
    c.set('mailed', true);
    return c.json(tagged(c, found(rows)));
  })
  .post('/email/resend', resends, async (c) => {
    const [rows] = await askAuth(c, resending({}));
    const { wait } = found(rows);
    if (wait > 0) throw new Problem('too_many_requests', { retryAfter: wait });
    c.set('mailed', true);
    return c.body(null, 202);
  })
  .post('/invitations/accept', accepts, json(acceptance), async (c) => {
    const { token, leave } = c.req.valid('json');
    const [, , rows] = await askAuth(c, accepting({ token: await tokenHash(token), leave: String(leave ?? false) }));
    // the account is told, and administrators of a new one
    c.set('mailed', true);
    return c.json(tagged(c, found(rows)));
  })
  .delete('/me', erases, json(ownPassword), async (c) => {
    const { keys } = await provePassword(c, 'password', c.req.valid('json').password);
    await onProof(c, { keys }, () => askAuth(c, erase({ keys })));
    return c.body(null, 204);
  })

  .post('/password', changesPassword, json(passwordBody), async (c) => {
    const { current_password, new_password } = c.req.valid('json');
    const { hash, keys, own } = await provePassword(c, 'current_password', current_password);
    const weak = weakness(new_password, own);
    if (weak) {
      await askAuth(c, forgive({ keys }));
      throw new Problem('invalid_input', { errors: { new_password: [weak] } });
    }
    const [chosen, secret] = await Promise.all([hashPassword(new_password), newRefreshSecret()]);
    const call = changePassword({ ...openingOf(c, secret), proven: hash, chosen, keys });
    c.set('mailed', true);
    // somebody else changed it while the hashes were computed
    const problem = (code: ProblemCode) =>
      code === 'invalid_credentials' ? notYours('current_password') : new Problem(code);
    return c.json(await signIn(c, call, [secret], problem));
  })

  .get('/sessions', listsSessions, listed, (c) => {
    const { id, session } = actorOf(c);
    return answerPage(c, listSessions, c.req.valid('query'), { actor: id, session }, askAuth);
  })
  .delete('/sessions', endsOthers, async (c) => {
    const { id, session } = actorOf(c);
    await askAuth(c, endOthers({ actor: id, session }));
    return c.body(null, 204);
  })
  .delete('/sessions/:id', endsOne, byId, async (c) => {
    const [ended] = await askAuth(c, endOne({ actor: actorOf(c).id, session: c.req.valid('param').id }));
    found(ended);
    return c.body(null, 204);
  });
