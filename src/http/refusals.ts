// Records in the trail who tried to reach a patient and was refused. The refusal rolls its transaction back, so the
// entry has one of its own. It is written after the answer, because its time must not tell whether the patient exists.
import { sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Env } from '../config.ts';
import { queryAfterResponse } from '../db/client.ts';
import { type Batch, type Params, prepare } from '../db/prepare.ts';

const auditRefusal = prepare((db, { actor, patient }: Params<'actor' | 'patient'>) => [
  db.execute(sql`select app.note_refusal(${actor}, ${patient})`),
]);
const auditRefusalByAccount = prepare((db, { actor, account }: Params<'actor' | 'account'>) => [
  db.execute(sql`select app.note_refusal_of(${actor}, ${account})`),
]);
const auditedProblems = ['not_found', 'not_owner', 'wrong_role', 'doctor_not_approved'];

/** For routes about one patient, by its id. The entry is made whether the patient exists or not. */
export const auditRefusals = createMiddleware<Env>(async function auditRefusals(c, next) {
  await next();
  const patient = c.get('patientAsked') ?? Number(c.req.param('id'));
  auditIfRefused(c, auditRefusal({ actor: c.get('actor')?.id ?? null, patient }));
});
/** For routes about one patient, by the id of its account. */
export const auditRefusalsByAccount = createMiddleware<Env>(async function auditRefusalsByAccount(c, next) {
  await next();
  auditIfRefused(
    c,
    auditRefusalByAccount({ actor: c.get('actor')?.id ?? null, account: Number(c.req.param('user_id')) }),
  );
});

const auditIfRefused = (c: Context<Env>, call: Batch<unknown>) => {
  if (auditedProblems.includes(c.get('problem') ?? '')) c.executionCtx.waitUntil(runAfterResponse(c, call));
};

const runAfterResponse = async (c: Context<Env>, call: Batch<unknown>) => {
  const request_id = c.get('requestId');
  await queryAfterResponse(c, call).catch(() => {
    // the answer is gone already; with this line in the log somebody can complete the trail by hand
    console.error(JSON.stringify({ request_id, job: 'refusal', failed: true }));
  });
};
