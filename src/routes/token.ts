// /api/token: the routes of Django's simplejwt, for apps that were written for them. A refresh here keeps the refresh
// token, as simplejwt does by default; SIMPLEJWT_ROUTES takes these routes away.
import { type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { logIn, loginBody } from '../accounts/logging-in.ts';
import { readPresented, readPresentedAccess } from '../accounts/presented.ts';
import { renewAccess } from '../accounts/refreshing.ts';
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
  'too_many_requests',
);
const verifies = describe(
  'Verify a token. Whether an access or a refresh token still counts.',
  { 200: nothing },
  'token_not_valid',
  'too_many_requests',
);
const blacklists = describe(
  'Blacklist a token. Its session ends.',
  { 200: nothing },
  'token_not_valid',
  'too_many_requests',
);

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
  .post('/refresh', refreshes, offered, json(refreshBody), async (c) =>
    c.json({ access: await renewAccess(c, c.req.valid('json').refresh) }),
  )
  .post('/verify', verifies, offered, json(verifyBody), async (c) => {
    const { token } = c.req.valid('json');
    const access = await readPresentedAccess(c, token);
    if (access) return answer(c, verifyOurs({ session: access.session, account: access.id, hash: null }));
    const { ours, theirs } = await readPresented(c, token);
    if (ours) return answer(c, verifyOurs({ session: ours.session, account: null, hash: ours.hash }));
    return answer(c, theirs ? verifyTheirs({ jti: theirs.jti, account: theirs.account }) : null);
  })
  .post('/blacklist', blacklists, offered, json(refreshBody), async (c) => {
    const { ours, theirs } = await readPresented(c, c.req.valid('json').refresh);
    if (ours) return answer(c, blacklistOurs({ session: ours.session }));
    if (!theirs) throw new Problem('token_not_valid');
    const { jti, account, expires } = theirs;
    return answer(c, blacklistTheirs({ jti, account, expires }));
  });
