// What a refresh token is exchanged for: ours, and those that a Django gave out whose data moved here.
import { sql } from 'drizzle-orm';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { Problem, type ProblemCode } from '../errors.ts';
import type { RefreshSecret } from '../http/tokens.ts';
import { identifyRefreshToken } from './presented-token.ts';
import { openSession, type SessionParams, selectSignedIn, sessionParams } from './sessions.ts';

type RefreshParams = SessionParams & Params<'successors'>;
type OwnTokenParams = RefreshParams & Params<'session'>;
type DjangoTokenParams = RefreshParams & Params<'jti' | 'account' | 'expires'>;
const djangoArguments = ({ jti, account, expires, hash }: DjangoTokenParams) =>
  sql`${jti}, ${account}, ${expires}, ${hash}`;
const deviceArguments = ({ device, network, idle }: SessionParams) => sql`${device}, ${network}, ${idle}`;

/** Both tokens are new: what ours, and what Django's, are exchanged by. */
const rotateQueries = {
  ours: prepare((db, given: OwnTokenParams) => [
    selectSignedIn(
      db,
      sql`app.refresh(${given.session}, ${given.hash}, ${given.successors}, ${deviceArguments(given)})`,
    ),
  ]),
  theirs: prepare((db, given: DjangoTokenParams) => [
    selectSignedIn(
      db,
      sql`app.refresh_django(${djangoArguments(given)}, ${given.successors}, ${deviceArguments(given)})`,
    ),
  ]),
};
/** The refresh token stays. */
const renewAccessQueries = {
  ours: prepare((db, given: OwnTokenParams) => [
    selectSignedIn(db, sql`app.refresh_access(${given.session}, ${given.hash}, ${deviceArguments(given)})`),
  ]),
  theirs: prepare((db, given: DjangoTokenParams) => [
    selectSignedIn(db, sql`app.refresh_access_django(${djangoArguments(given)}, ${deviceArguments(given)})`),
  ]),
};

type ProblemForCode = (code: ProblemCode) => Problem;
const exchangeToken = async (c: Context<Env>, text: string, by: typeof rotateQueries, refused: ProblemForCode) => {
  const common = (token: { hash: string; successors: RefreshSecret[] }) => ({
    ...sessionParams(c, token),
    successors: `{${token.successors.map(({ hash }) => hash)}}`,
  });
  const { ours, theirs } = await identifyRefreshToken(c, text);
  if (ours) {
    return openSession(c, by.ours({ ...common(ours), session: ours.session }), ours.successors, refused);
  }
  if (!theirs) throw refused('refresh_invalid');
  const { jti, account, expires } = theirs;
  return openSession(c, by.theirs({ ...common(theirs), jti, account, expires }), theirs.successors, refused);
};

/** A new pair; the token that was given is spent. */
export const rotateTokens = (c: Context<Env>, text: string) =>
  exchangeToken(c, text, rotateQueries, (code) => new Problem(code));

/** A new access token, with simplejwt's word for every refusal. */
export const renewAccessToken = async (c: Context<Env>, text: string): Promise<string> =>
  (await exchangeToken(c, text, renewAccessQueries, () => new Problem('token_not_valid'))).access;
