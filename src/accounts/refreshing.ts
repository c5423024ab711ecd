// What a refresh token is exchanged for: ours, and those that a Django gave out whose data moved here.
import { sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { config, type Env } from '../config.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { Problem, type ProblemCode } from '../errors.ts';
import { type Opening, openingOf, signedInBy, signIn } from './sessions.ts';
import { readDjangoToken, readRefreshToken } from './tokens.ts';

type Ours = Opening & Given<'session'>;
type Theirs = Opening & Given<'jti' | 'account' | 'expires'>;
const django = ({ jti, account, expires, hash }: Theirs) => sql`${jti}, ${account}, ${expires}, ${hash}`;
const where = ({ device, network, idle }: Opening) => sql`${device}, ${network}, ${idle}`;

const rotating = prepare((db, given: Ours & Given<'successors'>) => [
  signedInBy(db, sql`app.refresh(${given.session}, ${given.hash}, ${given.successors}, ${where(given)})`),
]);
const rotatingDjango = prepare((db, given: Theirs & Given<'successors'>) => [
  signedInBy(db, sql`app.refresh_django(${django(given)}, ${given.successors}, ${where(given)})`),
]);
const keeping = prepare((db, given: Ours) => [
  signedInBy(db, sql`app.refresh_access(${given.session}, ${given.hash}, ${where(given)})`),
]);
const keepingDjango = prepare((db, given: Theirs) => [
  signedInBy(db, sql`app.refresh_access_django(${django(given)}, ${where(given)})`),
]);

/** A new pair; the token that was given is spent. */
export const rotate = async (c: Context<Env>, text: string) => {
  const ours = await readRefreshToken(config(c), text);
  const theirs = ours ? null : await readDjangoToken(config(c), text);
  const token = ours ?? theirs;
  if (!token) throw new Problem('refresh_invalid');
  const given = { ...openingOf(c, token), successors: `{${token.successors.map(({ hash }) => hash)}}` };
  if (ours) return signIn(c, rotating({ ...given, session: ours.session }), token.successors);
  const { jti, account, expires } = theirs as NonNullable<typeof theirs>;
  return signIn(c, rotatingDjango({ ...given, jti, account, expires }), token.successors);
};

const notValid = (_: ProblemCode) => new Problem('token_not_valid');
/** A new access token; the refresh token stays. */
export const renewAccess = async (c: Context<Env>, text: string): Promise<string> => {
  const ours = await readRefreshToken(config(c), text);
  const theirs = ours ? null : await readDjangoToken(config(c), text);
  const token = ours ?? theirs;
  if (!token) throw new Problem('token_not_valid');
  const given = openingOf(c, token);
  const secrets = token.successors;
  if (ours) return (await signIn(c, keeping({ ...given, session: ours.session }), secrets, notValid)).access;
  const { jti, account, expires } = theirs as NonNullable<typeof theirs>;
  return (await signIn(c, keepingDjango({ ...given, jti, account, expires }), secrets, notValid)).access;
};
