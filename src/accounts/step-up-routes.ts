// /api/auth/step-up: the password once more, or a code where the account has a second factor, before what is hardest to
// undo. A phone that is left unlocked is signed in, but whoever picks it up does not know the password. Which requests
// need it, PostgreSQL says: app.needs_step_up().
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import type { Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { actorOf, everyone } from '../http/auth.ts';
import { json } from '../http/validate.ts';
import { selectFactor, stepUpWithCode } from '../mfa/queries.ts';
import { stepUpBody } from '../mfa/shapes.ts';
import { compareOwnCode, requireAccepted } from '../mfa/verify.ts';
import { route } from '../openapi/route.ts';
import { returnAttemptQuery, withProvenPassword } from './guesses.ts';
import { requirePassword } from './require-password.ts';

const markSteppedUp = prepare((db, { proven, keys }: Params<'proven' | 'keys'>) => [
  db.execute(sql`select app.step_up(${proven})`),
  returnAttemptQuery(db, { keys }),
]);

export const stepUpRoutes = new Hono<Env>({ strict: false }).post(
  '/step-up',
  route({
    summary: 'Give my password once more',
    detail:
      'For ten minutes this session may do what is hardest to undo, and answers 403 ' +
      '`step_up_required` without it. An account that has a second factor gives a code instead.',
    roles: everyone,
    answers: { 204: null },
    problems: ['password_required', 'code_required', 'mfa_not_set_up', 'too_many_attempts'],
  }),
  json(stepUpBody),
  async (c) => {
    const { password, code } = c.req.valid('json');
    if (password === undefined || code !== undefined) {
      const [rows] = await queryAsAuth(c, selectFactor({ account: actorOf(c).id, pending: false }));
      const { encrypted, step } = (await compareOwnCode(c, rows[0]?.encrypted, { code })).given;
      const [outcome] = await queryAsAuth(c, stepUpWithCode({ encrypted, step }));
      requireAccepted(outcome);
      return c.body(null, 204);
    }
    const { hash, keys } = await requirePassword(c, 'password', password);
    await withProvenPassword(c, { keys }, () => queryAsAuth(c, markSteppedUp({ proven: hash, keys })));
    return c.body(null, 204);
  },
);
