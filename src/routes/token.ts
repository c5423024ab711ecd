// /api/token: the routes of Django's simplejwt, for apps that were written for them. A refresh here keeps the refresh
// token, as simplejwt does by default; SIMPLEJWT_ROUTES takes these routes away.
import { type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { logIn, loginBody } from '../accounts/logging-in.ts';
import { renewAccess } from '../accounts/refreshing.ts';
import { readAccessToken, readDjangoToken, readRefreshToken } from '../accounts/tokens.ts';
import { config, type Env } from '../config.ts';
import { askAuth } from '../db/client.ts';
import { type Database, type Given, prepare } from '../db/prepared.ts';
import { found, Problem } from '../errors.ts';
import { limitAddress } from '../http/auth.ts';
import { json } from '../http/validate.ts';
import { describe, noted } from '../openapi/describe.ts';
import { refreshBody, tokenPair } from '../records/session.ts';

const pair = z
  .object(tokenPair)
  .meta({ id: 'TokenPair', examples: [{ access: 'eyJhbGci.eyJzdWIi.c2lnbmVk', refresh: '21.c2VjcmV0.bWFj' }] });
const access = z
  .object({ access: tokenPair.access })
  .meta({ id: 'AccessToken', examples: [{ access: 'eyJhbGci.eyJzdWIi.c2lnbmVk' }] });
const nothing = z.object({}).meta({ id: 'Done', examples: [{}] });
const verifyBody = z
  .strictObject({ token: z.string().max(4000, 'at most 4000 characters').describe('an access or a refresh token') })
  .meta({ id: 'TokenToVerify', examples: [{ token: 'eyJhbGci.eyJzdWIi.c2lnbmVk' }] });

const obtains = describe(
  "Obtain a pair of tokens. As simplejwt's route of this name does; an email in `username` works too.",
  { 200: pair },
  'no_active_account',
  'too_many_attempts',
);
const refreshes = describe(
  "Obtain an access token. As simplejwt's route of this name: the refresh token stays the same. It takes the first token of a " +
    'session whose tokens were never replaced by `/api/auth/refresh/`.',
  { 200: access },
  'token_not_valid',
);
const verifies = describe(
  'Verify a token. Whether an access or a refresh token still counts.',
  { 200: nothing },
  'token_not_valid',
);
const blacklists = describe('Blacklist a token. Its session ends.', { 200: nothing }, 'token_not_valid');

const countsBy = (db: Database, call: SQL) => db.select({ counts: sql<boolean>`counts` }).from(sql`${call} as counts`);
const verifyOurs = prepare((db, { session, account, hash }: Given<'session' | 'account' | 'hash'>) => [
  countsBy(db, sql`app.token_counts(${session}, ${account}, ${hash})`),
]);
const verifyTheirs = prepare((db, { jti, account }: Given<'jti' | 'account'>) => [
  countsBy(db, sql`app.django_token_counts(${jti}, ${account})`),
]);
const blacklistOurs = prepare((db, { session }: Given<'session'>) => [countsBy(db, sql`app.blacklist(${session})`)]);
const blacklistTheirs = prepare((db, { jti, account, expires }: Given<'jti' | 'account' | 'expires'>) => [
  countsBy(db, sql`app.blacklist_django(${jti}, ${account}, ${expires})`),
]);

/** `{}`, or that the token does not count. */
const answer = async (c: Context<Env>, call: ReturnType<typeof verifyOurs> | null) => {
  const [rows] = call ? await askAuth(c, call) : [[{ counts: false }]];
  if (!found(rows).counts) throw new Problem('token_not_valid');
  return c.json({});
};

const offered = noted({ codes: ['not_found'] }, function offered(c, next) {
  if (config(c).SIMPLEJWT_ROUTES) return next();
  throw new Problem('not_found');
});

export const tokenRoutes = new Hono<Env>({ strict: false })
  .post('/', obtains, offered, limitAddress('LOGIN_LIMIT'), json(loginBody), async (c) => {
    const { access, refresh } = await logIn(c, c.req.valid('json')).catch((problem) => {
      const isRefused = problem instanceof Problem && /^(invalid_credentials|account_disabled)$/.test(problem.code);
      throw isRefused ? new Problem('no_active_account') : problem;
    });
    return c.json({ access, refresh });
  })
  .post('/refresh', refreshes, offered, limitAddress('REFRESH_LIMIT'), json(refreshBody), async (c) =>
    c.json({ access: await renewAccess(c, c.req.valid('json').refresh) }),
  )
  .post('/verify', verifies, offered, limitAddress('REFRESH_LIMIT'), json(verifyBody), async (c) => {
    const { token } = c.req.valid('json');
    const settings = config(c);
    const access = await readAccessToken(settings, token);
    if (access) return answer(c, verifyOurs({ session: access.session, account: access.id, hash: null }));
    const refresh = await readRefreshToken(settings, token);
    if (refresh) return answer(c, verifyOurs({ session: refresh.session, account: null, hash: refresh.hash }));
    const django = await readDjangoToken(settings, token);
    return answer(c, django && verifyTheirs({ jti: django.jti, account: django.account }));
  })
  .post('/blacklist', blacklists, offered, limitAddress('REFRESH_LIMIT'), json(refreshBody), async (c) => {
    const { refresh } = c.req.valid('json');
    const ours = await readRefreshToken(config(c), refresh);
    if (ours) return answer(c, blacklistOurs({ session: ours.session }));
    const django = await readDjangoToken(config(c), refresh);
    if (!django) throw new Problem('token_not_valid');
    const { jti, account, expires } = django;
    return answer(c, blacklistTheirs({ jti, account, expires }));
  });
