// /api/patient-profile: a patient's own record, by the account that it is linked to, and who looked at it.
import { and, eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audit, audited, idsIn, me } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow } from '../http/auth.ts';
import { changing } from '../http/changes.ts';
import { tagged, taggedRead } from '../http/etag.ts';
import { answerPage, listQuery, pages, total } from '../http/pages.ts';
import { refusalsByAccountNoted } from '../http/refusals.ts';
import { aboutPut, json, params } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { accessColumns, accessEntry } from '../records/audit-entry.ts';
import { patient, patientColumns, patientPut, patients } from '../records/patient.ts';

const patientsOnly = allow('patient');

const read = prepare((db) => [
  audited(db, 'patient', idsIn('id'), db.select(patientColumns).from(patients).where(eq(patients.user_id, me))),
]);
const change = changing(patients, patientColumns, 'user_id');

const sorts = { id: audit.id };
const log = sql`app.access_log() as audit`;
const accessLog = pages(sorts, (db, _given: Given<never>, page) => {
  const rows = db
    .select({ ...accessColumns, ...page.key })
    .from(log)
    .where(and(page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows, totals: [total(db, log, undefined)] };
});

const reads = describe(
  'Read my patient record. The record that belongs to the account that asks.',
  { 200: patient },
  'not_found',
  taggedRead,
  patientsOnly,
);
const replaces = describe(`Replace my patient record. ${aboutPut}`, { 200: patient }, change, patientsOnly);
const readsLog = describe(
  'Read my access log. Who looked at or changed my record.',
  { 200: z.array(accessEntry) },
  patientsOnly,
);

export const patientProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', reads, async (c) => {
    const [rows] = await ask(c, read({}));
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', replaces, params('user_id'), refusalsByAccountNoted, json(patientPut), (c) =>
    change(c, c.req.valid('param').user_id, c.req.valid('json')),
  )
  .get('/access-log', readsLog, listQuery(sorts, {}, '-id'), (c) => answerPage(c, accessLog, c.req.valid('query')));
