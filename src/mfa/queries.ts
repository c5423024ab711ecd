// The database's part in the second factor. It keeps what is encrypted, and decides whether a code counts.
import { eq, type SQL, sql } from 'drizzle-orm';
import { credentials, returnAttemptQuery } from '../accounts/guesses.ts';
import { type SessionParams, selectSignedIn, sessionArguments } from '../accounts/sessions.ts';
import { isoTime } from '../db/columns.ts';
import { type Database, type Params, prepare } from '../db/prepare.ts';

export const startFactor = prepare((db, given: Params<'proven' | 'encrypted' | 'key' | 'needs_address' | 'keys'>) => [
  db.execute(sql`select app.start_factor(${given.proven}, ${given.encrypted}, ${given.key}, ${given.needs_address})`),
  returnAttemptQuery(db, given),
]);

/** The encrypted secret of the actor's own factor: of one that waits to be confirmed, or of one that counts. */
export const selectFactor = prepare((db, { account, pending }: Params<'account' | 'pending'>) => [
  db.select({ encrypted: sql<string | null>`encrypted` }).from(sql`app.factor_of(${account}, ${pending}) as encrypted`),
]);
/** The same for the second step of a login, with the hash of the password as it is now. */
export const selectFactorOfLogin = prepare((db, { account }: Params<'account'>) => [
  db
    .select({ hash: credentials.password_hash, encrypted: sql<string | null>`app.factor_of(${credentials.user_id})` })
    .from(credentials)
    .where(eq(credentials.user_id, account)),
]);

/** What became of a code. */
const selectOutcome = (db: Database, call: SQL) =>
  db.select({ refused: sql<'otp_invalid' | 'too_many_attempts' | null>`refused`, wait: sql<number>`wait` }).from(call);

export const confirmFactor = prepare((db, { encrypted, step, hashes }: Params<'encrypted' | 'step' | 'hashes'>) => [
  selectOutcome(db, sql`app.confirm_factor(${encrypted}, ${step}, ${hashes})`),
]);
export const renewRecoveryCodes = prepare(
  (db, { proven, keys, encrypted, step, hashes }: Params<'proven' | 'keys' | 'encrypted' | 'step' | 'hashes'>) => [
    selectOutcome(db, sql`app.renew_recovery_codes(${proven}, ${keys}, ${encrypted}, ${step}, ${hashes})`),
  ],
);
export const removeFactor = prepare(
  (db, { proven, keys, encrypted, step, recovery }: Params<'proven' | 'keys' | 'encrypted' | 'step' | 'recovery'>) => [
    selectOutcome(db, sql`app.remove_factor(${proven}, ${keys}, ${encrypted}, ${step}, ${recovery})`),
  ],
);
export const stepUpWithCode = prepare((db, { encrypted, step }: Params<'encrypted' | 'step'>) => [
  selectOutcome(db, sql`app.step_up_with_code(${encrypted}, ${step})`),
]);

export const selectOwnFactor = prepare((db) => [
  db
    .select({
      confirmed_at: sql<string | null>`confirmed_at`.mapWith(isoTime),
      recovery_codes: sql<number>`recovery_codes`.mapWith(Number),
      role: sql<string>`live_role`,
    })
    .from(sql`app.own_factor()`),
]);

type SecondStep = Params<'account' | 'proven' | 'keys' | 'token' | 'expires' | 'encrypted' | 'step' | 'recovery'>;
export const openSessionWithCode = prepare((db, given: SessionParams & SecondStep) => {
  const { account, proven, keys, token, expires, encrypted, step, recovery } = given;
  const firstStep = sql`${account}, ${proven}, ${keys}, ${token}, ${expires}`;
  const code = sql`${encrypted}, ${step}, ${recovery}`;
  return [selectSignedIn(db, sql`app.open_session_with_code(${firstStep}, ${code}, ${sessionArguments(given)})`)];
});

export const selectFactorsOfOtherKeys = prepare((db, { key, most, beyond }: Params<'key' | 'most' | 'beyond'>) => [
  db
    .select({ account: sql<number>`user_id`.mapWith(Number), encrypted: sql<string>`secret` })
    .from(sql`app.factors_of_other_keys(${key}, ${most}, ${beyond})`),
]);
export const updateEncryption = prepare((db, given: Params<'account' | 'encrypted' | 'anew' | 'key'>) => [
  db.execute(sql`select app.reencrypt_factor(${given.account}, ${given.encrypted}, ${given.anew}, ${given.key})`),
]);
