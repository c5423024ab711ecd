// Who tried to reach a patient and was refused. A refusal aborts the transaction that it happens in, so that it is noted
// in one of its own: after the answer, because its time must not tell whether the patient exists.
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Env } from '../config.ts';
import { audit } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { anyRole } from './auth.ts';

const note = prepare((db, { id, ids }: Given<'id' | 'ids'>) => [
  db.insert(audit).values({ action: 'refused', resource: 'patient', resource_id: id, patient_ids: ids }),
]);
const refusals = ['not_found', 'not_owner', 'wrong_role', 'doctor_not_approved'];

/** For routes about one patient: a refusal will be in the trail, whether there is such a patient or not. */
export const refusalsNoted = createMiddleware<Env>(async function refusalsNoted(c, next) {
  await next();
  const id = c.get('patientAsked') ?? Number(c.req.param('id'));
  if (refusals.includes(c.get('problem') ?? '')) c.executionCtx.waitUntil(noted(c, id));
});

const noted = async (c: Context<Env>, id: number) => {
  const request_id = c.get('requestId');
  c.set('roles', anyRole);
  await ask(c, note({ id, ids: `{${id}}` })).catch(() => {
    // the answer has gone; whoever keeps the trail whole finds the request by its line in the log
    console.error(JSON.stringify({ request_id, job: 'refusal', failed: true }));
  });
};
