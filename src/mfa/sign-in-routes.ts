// /api/auth/login/otp: the second step of a login, for an account that has a second factor.
import { Hono } from 'hono';
import { signedInShape } from '../accounts/session-table.ts';
import { openSession, sessionParams } from '../accounts/sessions.ts';
import { config, type Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { limitByAddress } from '../http/auth.ts';
import { newRefreshSecret, readOtpToken } from '../http/tokens.ts';
import { json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { openSessionWithCode, selectFactorOfLogin } from './queries.ts';
import { otpBody } from './shapes.ts';
import { compareCode } from './verify.ts';

export const otpRoutes = new Hono<Env>({ strict: false }).post(
  '/login/otp',
  route({
    summary: 'Log in with a code',
    detail:
      'The second step, with the `otp_token` that the first one answered. It is good for five minutes and for one ' +
      'session, also after a wrong code.',
    answers: { 200: signedInShape },
    problems: ['otp_invalid', 'otp_token_invalid', 'invalid_credentials', 'account_disabled', 'too_many_attempts'],
  }),
  limitByAddress('LOGIN_LIMIT'),
  json(otpBody),
  async (c) => {
    const { otp_token, ...sent } = c.req.valid('json');
    const [token, secret] = await Promise.all([readOtpToken(config(c), otp_token), newRefreshSecret()]);
    if (!token) throw new Problem('otp_token_invalid');
    const { account, keys, id, expires } = token;
    const [[found]] = await queryAsAuth(c, selectFactorOfLogin({ account }));
    // another password since, or a factor that was taken away: both begin anew
    if (!found?.encrypted || !(await token.isFor(found.hash))) throw new Problem('otp_token_invalid');
    const { given } = await compareCode(c, account, found.encrypted, sent);
    const firstStep = { account, proven: found.hash, keys, token: id, expires };
    const call = openSessionWithCode({ ...sessionParams(c, secret), ...firstStep, ...given });
    // a recovery code that was used is told by mail
    c.set('mailed', true);
    return c.json(
      await openSession(c, call, [secret], (code, wait) => new Problem(code, { retryAfter: wait ?? undefined })),
    );
  },
);
