// Whether a token still counts, and ending it: ours, and those that a Django gave out.
import { type SQL, sql } from 'drizzle-orm';
import { type Database, type Params, prepare } from '../db/prepare.ts';

const selectIsValid = (db: Database, call: SQL) =>
  db.select({ counts: sql<boolean>`counts` }).from(sql`${call} as counts`);

export const verifyOwnToken = prepare((db, { session, account, hash }: Params<'session' | 'account' | 'hash'>) => [
  selectIsValid(db, sql`app.token_counts(${session}, ${account}, ${hash})`),
]);

export const verifyDjangoToken = prepare((db, { jti, account }: Params<'jti' | 'account'>) => [
  selectIsValid(db, sql`app.django_token_counts(${jti}, ${account})`),
]);

export const blacklistOwnToken = prepare((db, { session }: Params<'session'>) => [
  selectIsValid(db, sql`app.blacklist(${session})`),
]);

export const blacklistDjangoToken = prepare((db, { jti, account, expires }: Params<'jti' | 'account' | 'expires'>) => [
  selectIsValid(db, sql`app.blacklist_django(${jti}, ${account}, ${expires})`),
]);
