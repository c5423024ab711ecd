// What a refresh token is exchanged for: ours, and those that a Django gave out whose data moved here.
import { sql } from 'drizzle-orm';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { renewDjangoAccess, rotateDjangoToken } from '../django/queries.ts';
import { Problem, type ProblemCode } from '../errors.ts';
import type { RefreshSecret } from '../http/tokens.ts';
import { identifyRefreshToken } from './presented-token.ts';
import { deviceArguments, openSession, type RefreshParams, selectSignedIn, sessionParams } from './sessions.ts';

type OwnTokenParams = RefreshParams & Params<'session'>;

/** What a refresh token is exchanged for, by whose token it is. Both tokens are new. */
const rotateQueries = {
  own: prepare((db, given: OwnTokenParams) => [
    selectSignedIn(
      db,
      sql`app.refresh(${given.session}, ${given.hash}, ${given.successors}, ${deviceArguments(given)})`,
    ),
  ]),
  django: rotateDjangoToken,
};
/** Only the access token is new. */
const renewAccessQueries = {
  own: prepare((db, given: OwnTokenParams) => [
    selectSignedIn(db, sql`app.refresh_access(${given.session}, ${given.hash}, ${deviceArguments(given)})`),
  ]),
  django: renewDjangoAccess,
};

type ProblemForCode = (code: ProblemCode) => Problem;
const exchangeToken = async (c: Context<Env>, text: string, by: typeof rotateQueries, refused: ProblemForCode) => {
  const common = (token: { hash: string; successors: RefreshSecret[] }) => ({
    ...sessionParams(c, token),
    successors: `{${token.successors.map(({ hash }) => hash)}}`,
  });
  const { own, django } = await identifyRefreshToken(c, text);
  if (own) return openSession(c, by.own({ ...common(own), session: own.session }), own.successors, refused);
  if (!django) throw refused('refresh_invalid');
  const { jti, account, expires } = django;
  return openSession(c, by.django({ ...common(django), jti, account, expires }), django.successors, refused);
};

/** A new pair; the token that was given is spent. */
export const rotateTokens = (c: Context<Env>, text: string) =>
  exchangeToken(c, text, rotateQueries, (code) => new Problem(code));

/** A new access token, with simplejwt's word for every refusal. */
export const renewAccessToken = async (c: Context<Env>, text: string): Promise<string> =>
  (await exchangeToken(c, text, renewAccessQueries, () => new Problem('token_not_valid'))).access;
