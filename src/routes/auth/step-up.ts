// /api/auth/step-up: the password once more, before what is hardest to undo. A phone that is left unlocked is signed in,
// but whoever picks it up does not know the password. Which requests need it, PostgreSQL says: app.needs_step_up().
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { forgiven, onProof } from '../../accounts/guesses.ts';
import { ownPassword } from '../../accounts/passwords.ts';
import { provePassword } from '../../accounts/proof.ts';
import type { Env } from '../../config.ts';
import { askAuth } from '../../db/client.ts';
import { type Given, prepare } from '../../db/prepared.ts';
import { everyone } from '../../http/auth.ts';
import { json } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';

const stepsUp = describe(
  'Give my password once more. For ten minutes this session may do what is hardest to undo, and answers 403 ' +
    '`step_up_required` without it.',
  { 204: null },
  'password_required',
  'too_many_attempts',
  everyone,
);

const steppingUp = prepare((db, { proven, keys }: Given<'proven' | 'keys'>) => [
  db.execute(sql`select app.step_up(${proven})`),
  forgiven(db, { keys }),
]);

export const stepUpRoutes = new Hono<Env>({ strict: false }).post('/step-up', stepsUp, json(ownPassword), async (c) => {
  const { hash, keys } = await provePassword(c, 'password', c.req.valid('json').password);
  await onProof(c, { keys }, () => askAuth(c, steppingUp({ proven: hash, keys })));
  return c.body(null, 204);
});
