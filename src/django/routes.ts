// /api/token: the routes of Django's simplejwt, for apps that were written for them. A refresh here keeps the refresh
// token, as simplejwt does by default; SIMPLEJWT_ROUTES takes these routes away.
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { logIn, loginBody } from '../accounts/login.ts';
import { identifyAccessToken, identifyRefreshToken } from '../accounts/presented-token.ts';
import { renewAccessToken } from '../accounts/refresh.ts';
import { refreshBody, tokenPair } from '../accounts/session-table.ts';
import { config, type Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { Problem, requireRow } from '../errors.ts';
import { limitByAddress } from '../http/auth.ts';
import { json } from '../http/validate.ts';
import { documentedMiddleware, route } from '../openapi/route.ts';
import { blacklistDjangoToken, blacklistOwnToken, verifyDjangoToken, verifyOwnToken } from './queries.ts';

const tokenPairShape = z
  .object(tokenPair)
  .meta({ id: 'TokenPair', examples: [{ access: 'eyJhbGci.eyJzdWIi.c2lnbmVk', refresh: '21.c2VjcmV0.bWFj' }] });
const accessShape = z
  .object({ access: tokenPair.access })
  .meta({ id: 'AccessToken', examples: [{ access: 'eyJhbGci.eyJzdWIi.c2lnbmVk' }] });
const emptyShape = z.object({}).meta({ id: 'Done', examples: [{}] });
const verifyBody = z
  .strictObject({ token: z.string().max(4000, 'at most 4000 characters').describe('an access or a refresh token') })
  .meta({ id: 'TokenToVerify', examples: [{ token: 'eyJhbGci.eyJzdWIi.c2lnbmVk' }] });
/** Answers `{}`, or refuses a token that does not count. */
const requireValid = async (c: Context<Env>, call: ReturnType<typeof verifyOwnToken> | null) => {
  const [rows] = call ? await queryAsAuth(c, call) : [[{ counts: false }]];
  if (!requireRow(rows).counts) throw new Problem('token_not_valid');
  return c.json({});
};

const requireEnabled = documentedMiddleware({ problems: ['not_found'] }, function requireEnabled(c, next) {
  if (config(c).SIMPLEJWT_ROUTES) return next();
  throw new Problem('not_found');
});

export const tokenRoutes = new Hono<Env>({ strict: false })
  .post(
    '/',
    route({
      summary: 'Obtain a pair of tokens',
      detail: "As simplejwt's route of this name does; an email in `username` works too.",
      answers: { 200: tokenPairShape },
      problems: ['no_active_account', 'otp_required', 'too_many_attempts'],
    }),
    requireEnabled,
    limitByAddress('LOGIN_LIMIT'),
    json(loginBody),
    async (c) => {
      const { access, refresh } = await logIn(c, c.req.valid('json')).catch((problem) => {
        const isRefused = problem instanceof Problem && /^(invalid_credentials|account_disabled)$/.test(problem.code);
        throw isRefused ? new Problem('no_active_account') : problem;
      });
      return c.json({ access, refresh });
    },
  )
  .post(
    '/refresh',
    route({
      summary: 'Obtain an access token',
      detail:
        "As simplejwt's route of this name: the refresh token stays the same. It takes the first token of a " +
        'session whose tokens were never replaced by `/api/auth/refresh/`.',
      answers: { 200: accessShape },
      problems: ['token_not_valid', 'too_many_requests'],
    }),
    requireEnabled,
    json(refreshBody),
    async (c) => c.json({ access: await renewAccessToken(c, c.req.valid('json').refresh) }),
  )
  .post(
    '/verify',
    route({
      summary: 'Verify a token',
      detail: 'Whether an access or a refresh token still counts.',
      answers: { 200: emptyShape },
      problems: ['token_not_valid', 'too_many_requests'],
    }),
    requireEnabled,
    json(verifyBody),
    async (c) => {
      const { token } = c.req.valid('json');
      const access = await identifyAccessToken(c, token);
      if (access) return requireValid(c, verifyOwnToken({ session: access.session, account: access.id, hash: null }));
      const { own, django } = await identifyRefreshToken(c, token);
      if (own) return requireValid(c, verifyOwnToken({ session: own.session, account: null, hash: own.hash }));
      return requireValid(c, django ? verifyDjangoToken({ jti: django.jti, account: django.account }) : null);
    },
  )
  .post(
    '/blacklist',
    route({
      summary: 'Blacklist a token',
      detail: 'Its session ends.',
      answers: { 200: emptyShape },
      problems: ['token_not_valid', 'too_many_requests'],
    }),
    requireEnabled,
    json(refreshBody),
    async (c) => {
      const { own, django } = await identifyRefreshToken(c, c.req.valid('json').refresh);
      if (own) return requireValid(c, blacklistOwnToken({ session: own.session }));
      if (!django) throw new Problem('token_not_valid');
      const { jti, account, expires } = django;
      return requireValid(c, blacklistDjangoToken({ jti, account, expires }));
    },
  );
