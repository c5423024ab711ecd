// What the links in mails do.
import { sql } from 'drizzle-orm';
import { type Params, prepare } from '../db/prepare.ts';
import { type SessionParams, selectSignedIn, sessionArguments } from './sessions.ts';

export const requestReset = prepare((db, { email, keys, network }: Params<'email' | 'keys' | 'network'>) => [
  db.select({ wait: sql<number>`wait` }).from(sql`app.ask_for_reset_from(${email}, ${keys}, ${network}) as wait`),
]);

export const selectLink = prepare((db, { token, purpose }: Params<'token' | 'purpose'>) => [
  db.select({ own: sql<(string | null)[]>`to_json(own)` }).from(sql`app.look_at_link(${token}, ${purpose})`),
]);

export const resetPassword = prepare((db, { token, chosen, network }: Params<'token' | 'chosen' | 'network'>) => [
  db.execute(sql`select app.choose_password(${token}, ${chosen}, ${network})`),
]);

export const confirmEmail = prepare((db, { token, session, actor }: Params<'token' | 'session' | 'actor'>) => [
  db.execute(sql`select app.confirm_address(${token}, ${session}, ${actor})`),
]);

export const undoEmailChange = prepare((db, { token }: Params<'token'>) => [
  db.execute(sql`select app.undo_email(${token})`),
]);

export const registerInvited = prepare((db, given: SessionParams & Params<'token' | 'account' | 'password_hash'>) => {
  const { token, account, password_hash } = given;
  return [
    selectSignedIn(
      db,
      sql`app.register_invited(${token}, ${account}::jsonb, ${password_hash}, ${sessionArguments(given)})`,
    ),
  ];
});
