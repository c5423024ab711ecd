// What a refresh token is exchanged for: ours, and those that a Django gave out whose data moved here.
import { sql } from 'drizzle-orm';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { Problem, type ProblemCode } from '../errors.ts';
import { readPresented } from './presented.ts';
import { type Opening, openingOf, signedInBy, signIn } from './sessions.ts';
import type { RefreshSecret } from './tokens.ts';

type Common = Opening & Given<'successors'>;
type Ours = Common & Given<'session'>;
type Theirs = Common & Given<'jti' | 'account' | 'expires'>;
const django = ({ jti, account, expires, hash }: Theirs) => sql`${jti}, ${account}, ${expires}, ${hash}`;
const where = ({ device, network, idle }: Opening) => sql`${device}, ${network}, ${idle}`;

/** Both tokens are new: what ours, and what Django's, are exchanged by. */
const rotating = {
  ours: prepare((db, given: Ours) => [
    signedInBy(db, sql`app.refresh(${given.session}, ${given.hash}, ${given.successors}, ${where(given)})`),
  ]),
  theirs: prepare((db, given: Theirs) => [
    signedInBy(db, sql`app.refresh_django(${django(given)}, ${given.successors}, ${where(given)})`),
  ]),
};
/** The refresh token stays. */
const keeping = {
  ours: prepare((db, given: Ours) => [
    signedInBy(db, sql`app.refresh_access(${given.session}, ${given.hash}, ${where(given)})`),
  ]),
  theirs: prepare((db, given: Theirs) => [
    signedInBy(db, sql`app.refresh_access_django(${django(given)}, ${where(given)})`),
  ]),
};

type Refused = (code: ProblemCode) => Problem;
const exchange = async (c: Context<Env>, text: string, by: typeof rotating, refused: Refused) => {
  const common = (token: { hash: string; successors: RefreshSecret[] }) => ({
    ...openingOf(c, token),
    successors: `{${token.successors.map(({ hash }) => hash)}}`,
  });
  const { ours, theirs } = await readPresented(c, text);
  if (ours) {
    return signIn(c, by.ours({ ...common(ours), session: ours.session }), ours.successors, refused);
  }
  if (!theirs) throw refused('refresh_invalid');
  const { jti, account, expires } = theirs;
  return signIn(c, by.theirs({ ...common(theirs), jti, account, expires }), theirs.successors, refused);
};

/** A new pair; the token that was given is spent. */
export const rotate = (c: Context<Env>, text: string) => exchange(c, text, rotating, (code) => new Problem(code));

/** A new access token, with simplejwt's word for every refusal. */
export const renewAccess = async (c: Context<Env>, text: string): Promise<string> =>
  (await exchange(c, text, keeping, () => new Problem('token_not_valid'))).access;
