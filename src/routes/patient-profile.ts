// /api/patient-profile: a patient's own record, by the account that it is linked to, and who looked at it.
import { and, eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audit, audited, idsIn, me } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { Problem } from '../errors.ts';
import { allow } from '../http/auth.ts';
import { changing } from '../http/changes.ts';
import { tagged, taggedRead } from '../http/etag.ts';
import { answerPage, listQuery, pages, total } from '../http/pages.ts';
import { refusalsByAccountNoted } from '../http/refusals.ts';
import { aboutPut, json, params } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { accessColumns, accessEntry } from '../records/audit-entry.ts';
import {
  asTold,
  patient,
  patientColumns,
  patientPut,
  patients,
  registeredPatient,
  withMaker,
} from '../records/patient.ts';

const patientsOnly = allow('patient');

const read = prepare((db) => [
  audited(db, 'patient', idsIn('id'), db.select(withMaker).from(patients).where(eq(patients.user_id, me))),
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

const leaving = prepare((db) => [db.execute(sql`select app.leave_record()`)]);

const reads = describe(
  'Read my patient record. The record that belongs to the account that asks, and who registered it.',
  { 200: registeredPatient },
  'no_record',
  taggedRead,
  patientsOnly,
);
const replaces = describe(`Replace my patient record. ${aboutPut}`, { 200: patient }, change, patientsOnly);
const leaves = describe(
  'Leave my patient record. Whoever made it keeps it without the account, which may accept another invitation. Not one ' +
    'that the patient registered.',
  { 204: null },
  'no_record',
  'own_record',
  { asks: ['If-Match'], codes: ['stale_version'] },
  patientsOnly,
);
const readsLog = describe(
  'Read my access log. Who looked at or changed my record, until I left it or it was deleted.',
  { 200: z.array(accessEntry) },
  patientsOnly,
);

export const patientProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', reads, async (c) => {
    const [[own]] = await ask(c, read({}));
    if (!own) throw new Problem('no_record');
    return c.json(tagged(c, asTold(own)));
  })
  .delete('/', leaves, async (c) => {
    await ask(c, leaving({}));
    return c.body(null, 204);
  })
  .put('/:user_id', replaces, params('user_id'), refusalsByAccountNoted, json(patientPut), (c) =>
    change(c, c.req.valid('param').user_id, c.req.valid('json')),
  )
  .get('/access-log', readsLog, listQuery(sorts, {}, '-id'), (c) => answerPage(c, accessLog, c.req.valid('query')));
