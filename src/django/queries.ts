// The database's part in Django's tokens: to exchange a refresh token that a Django gave out, and for simplejwt's
// routes to say whether a token counts and to end it.
import { type SQL, sql } from 'drizzle-orm';
import { deviceArguments, type RefreshParams, selectSignedIn } from '../accounts/sessions.ts';
import { type Database, type Params, prepare } from '../db/prepare.ts';

type DjangoTokenParams = RefreshParams & Params<'jti' | 'account' | 'expires'>;
const tokenArguments = ({ jti, account, expires, hash }: DjangoTokenParams) =>
  sql`${jti}, ${account}, ${expires}, ${hash}`;

export const rotateDjangoToken = prepare((db, given: DjangoTokenParams) => [
  selectSignedIn(db, sql`app.refresh_django(${tokenArguments(given)}, ${given.successors}, ${deviceArguments(given)})`),
]);
export const renewDjangoAccess = prepare((db, given: DjangoTokenParams) => [
  selectSignedIn(db, sql`app.refresh_access_django(${tokenArguments(given)}, ${deviceArguments(given)})`),
]);

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
