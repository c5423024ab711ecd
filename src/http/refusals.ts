// Who tried to reach a patient and was refused. A refusal aborts the transaction that it happens in, so that it is noted
// in one of its own: after the answer, because its time must not tell whether the patient exists.
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { Problem, type ProblemCode } from '../errors.ts';
import { audit } from '../schema.ts';
import { anyRole } from './auth.ts';

const note = prepare((db, { id, ids }: Given<'id' | 'ids'>) => [
  db.insert(audit).values({ action: 'refused', resource: 'patient', resource_id: id, patient_ids: ids }),
]);
const refusals: ProblemCode[] = ['not_found', 'not_owner', 'wrong_role', 'doctor_not_approved'];

/** Does what a request wants of a patient; when that is refused, the trail will have it, whether there is such a one or not. */
export const onPatient = async <Answer>(c: Context<Env>, id: number, act: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Problem && refusals.includes(error.code)) c.executionCtx.waitUntil(noted(c, id));
    throw error;
  }
};

const noted = async (c: Context<Env>, id: number) => {
  const request_id = c.get('requestId');
  c.set('roles', anyRole);
  await ask(c, note({ id, ids: `{${id}}` })).catch(() => {
    // the answer has gone; whoever keeps the trail whole finds the request by its line in the log
    console.error(JSON.stringify({ request_id, job: 'refusal', failed: true }));
  });
};
