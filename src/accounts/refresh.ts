// Exchanges refresh tokens: ours, and those of a Django whose data moved here.
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

/** By who signed the token. The answer has two new tokens. */
const rotateQueries = {
  own: prepare((db, given: OwnTokenParams) => [
    selectSignedIn(
      db,
      sql`app.refresh(${given.session}, ${given.hash}, ${given.successors}, ${deviceArguments(given)})`,
    ),
  ]),
  django: rotateDjangoToken,
};
/** The answer has a new access token; the refresh token stays as it is. */
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

/** Answers a new pair; the token that was sent is used up. */
export const rotateTokens = (c: Context<Env>, text: string) =>
  exchangeToken(c, text, rotateQueries, (code) => new Problem(code));

/** Answers a new access token. Every refusal has simplejwt's code. */
export const renewAccessToken = async (c: Context<Env>, text: string): Promise<string> =>
  (await exchangeToken(c, text, renewAccessQueries, () => new Problem('token_not_valid'))).access;
