// What a signed-in account reads and changes of itself: its data, its password, its devices.
import { and, eq, gt, ne, type SQL, sql } from 'drizzle-orm';
import { actorId, audit } from '../db/audit.ts';
import { type Database, type Params, prepare } from '../db/prepare.ts';
import { countRows, listParams, prepareList } from '../http/pages.ts';
import { returnAttemptQuery } from './guesses.ts';
import { sessionColumns, sessions } from './session-table.ts';
import { type SessionParams, selectSignedIn, sessionArguments } from './sessions.ts';
import { userColumns, type userFields, users } from './table.ts';

export const selectOwnAccount = prepare((db) => [db.select(userColumns).from(users).where(eq(users.id, actorId))]);

type AccountChanges = Params<never, keyof typeof userFields | 'proven' | 'keys'>;

/** A new email is kept beside the one that counts, until somebody uses the link that is sent to it. */
export const updateOwnAccount = prepare((db, { email, username, proven, keys, ...changes }: AccountChanges) => [
  db
    .update(users)
    .set({
      ...changes,
      username: username && sql`app.chosen_username(${username}, ${proven ?? null})`,
      pending_email: email && sql`app.proposed_email(${email}, ${proven ?? null})`,
      updated_at: sql`now()`,
    })
    .where(eq(users.id, actorId))
    .returning(userColumns),
  ...(keys ? [returnAttemptQuery(db, { keys })] : []),
]);

export const resendVerification = prepare((db) => [
  db.select({ wait: sql<number>`wait` }).from(sql`app.resend_verification() as wait`),
]);

export const acceptInvitation = prepare((db, { token, leave }: Params<'token' | 'leave'>) => [
  db.execute(sql`select set_config('app.leave_record', ${leave}, true)`),
  db.execute(sql`select app.accept_invitation(${token})`),
  db.select(userColumns).from(users).where(eq(users.id, actorId)),
]);

export const eraseOwnAccount = prepare((db, given: Params<'keys'>) => [
  returnAttemptQuery(db, given),
  db.execute(sql`select app.erase_account()`),
]);

export const changePassword = prepare((db, given: SessionParams & Params<'keys' | 'proven' | 'chosen'>) => [
  selectSignedIn(db, sql`app.change_password(${given.proven}, ${given.chosen}, ${sessionArguments(given)})`),
  returnAttemptQuery(db, given),
]);

export const logOut = prepare((db, { id, session }: Params<'id' | 'session'>) => [
  db.delete(sessions).where(eq(sessions.id, session)),
  db.insert(audit).values({ action: 'logout', resource: 'session', resource_id: session, actor_id: id }),
]);

type SessionOfActor = Params<'actor' | 'session'>;

const sorts = { id: sessions.id, created_at: sessions.created_at, last_used_at: sessions.last_used_at };

export const sessionListParams = listParams(sorts, {}, '-last_used_at');

const isLive = gt(sql`least(${sessions.idle_until}, ${sessions.expires_at})`, sql`now()`);

export const listSessions = prepareList(sorts, (db, { actor, session }: SessionOfActor, page) => {
  const mine = and(eq(sessions.user_id, actor), isLive);
  const current = sql<boolean>`${sessions.id} = ${session}`.as('current');
  const rows = db
    .select({ ...sessionColumns, current, ...page.key })
    .from(sessions)
    .where(and(mine, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows, totals: [countRows(db, sessions, mine)] };
});

/** Ends sessions, with an entry in the trail for each. */
const deleteSessions = (db: Database, which: SQL | undefined) => {
  const ended = db.$with('ended').as(db.delete(sessions).where(which).returning({ id: sessions.id }));
  const entries = sql`insert into ${audit} (action, resource, resource_id)
    select 'session_ended', 'session', id from ended`;
  const trail = db.$with('trail', { id: sql`id`.as('id') }).as(entries);
  return db.with(ended, trail).select().from(ended);
};

export const endOtherSessions = prepare((db, { actor, session }: SessionOfActor) => [
  db.execute(sql`select app.end_django_tokens(${actor})`),
  deleteSessions(db, and(eq(sessions.user_id, actor), ne(sessions.id, session))),
]);

export const endSession = prepare((db, { actor, session }: SessionOfActor) => [
  deleteSessions(db, and(eq(sessions.user_id, actor), eq(sessions.id, session))),
]);
