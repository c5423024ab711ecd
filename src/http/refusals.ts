// Notes in the trail who tried to reach a patient and was refused. The refusal aborts its transaction, so the note has
// one of its own: after the answer, because the time that it takes must not tell whether the patient exists.
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

/** For routes about one patient: a refusal will be in the trail, whether there is such a patient or not. */
export const auditRefusals = createMiddleware<Env>(async function refusalsNoted(c, next) {
  await next();
  const patient = c.get('patientAsked') ?? Number(c.req.param('id'));
  auditIfRefused(c, auditRefusal({ actor: c.get('actor')?.id ?? null, patient }));
});
/** For routes that name a patient by the account. */
export const auditRefusalsByAccount = createMiddleware<Env>(async function refusalsByAccountNoted(c, next) {
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
    // the answer has gone; whoever keeps the trail whole finds the request by its line in the log
    console.error(JSON.stringify({ request_id, job: 'refusal', failed: true }));
  });
};
