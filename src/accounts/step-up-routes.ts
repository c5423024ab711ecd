// /api/auth/step-up: the password once more, before what is hardest to undo. A phone that is left unlocked is signed
// in, but whoever picks it up does not know the password. Which requests need it, PostgreSQL says: app.needs_step_up().
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import type { Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { everyone } from '../http/auth.ts';
import { json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { returnAttemptQuery, withProvenPassword } from './guesses.ts';
import { ownPassword } from './password-fields.ts';
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
      '`step_up_required` without it.',
    roles: everyone,
    answers: { 204: null },
    problems: ['password_required', 'too_many_attempts'],
  }),
  json(ownPassword),
  async (c) => {
    const { hash, keys } = await requirePassword(c, 'password', c.req.valid('json').password);
    await withProvenPassword(c, { keys }, () => queryAsAuth(c, markSteppedUp({ proven: hash, keys })));
    return c.body(null, 204);
  },
);
