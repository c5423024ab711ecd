// /api/mappings: who treats whom. The owner of a patient assigns doctors to it, and an admin may do so for any.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited, idsIn } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { type Database, type Given, prepare } from '../db/prepared.ts';
import { written } from '../errors.ts';
import { allow, owners, readers } from '../http/auth.ts';
import { idText } from '../http/fields.ts';
import { answerPage, fitting, listQuery, type Page, pages, total, weight } from '../http/pages.ts';
import { refusalsNoted } from '../http/refusals.ts';
import { byId, json } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { assign } from '../records/assigning.ts';
import { doctors } from '../records/doctor.ts';
import {
  assignedDoctor,
  assignedDoctorColumns,
  assignment,
  mapping,
  mappingColumns,
  mappings,
} from '../records/mapping.ts';
import { patients } from '../records/patient.ts';

const sorts = { id: mappings.id, created_at: mappings.created_at };
const filters = { patient: idText.optional(), doctor: idText.optional() };
const listed = listQuery(sorts, filters);

const pageWhere = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...mappingColumns, ...page.key })
    .from(mappings)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);

const list = pages(sorts, (db, { patient, doctor }: Given<never, keyof typeof filters>, page) => {
  const filtered = and(patient && eq(mappings.patient_id, patient), doctor && eq(mappings.doctor_id, doctor));
  // as for patients one of the two is empty, so that an owner's are found by index
  const own = and(sql`${mappings.patient_id} = any (array(select app.own_patients()))`, filtered);
  const all = and(sql`(select app.role()) in ('doctor', 'admin')`, filtered);
  const either = unionAll(pageWhere(db, page, own), pageWhere(db, page, all));
  const rows = either.orderBy(...page.order).limit(page.limit);
  return {
    rows: audited(db, 'mapping', idsIn('patient'), rows),
    totals: [total(db, mappings, own), total(db, mappings, all)],
  };
});

const ofPatientSorts = { id: mappings.id };
const listedOfPatient = listQuery(ofPatientSorts, {});
const patientOf = (db: Database, { id }: Given<'id'>) =>
  db.select({ id: patients.id }).from(patients).where(eq(patients.id, id));

/** The doctors of one patient: 404 unless the actor may see the patient, [] when it has none. */
const listOfPatient = pages(
  ofPatientSorts,
  (db, given: Given<'id'>, page) => {
    const ofPatient = eq(mappings.patient_id, given.id);
    const rows = db
      .select({ ...assignedDoctorColumns, ...page.key, ...weight(doctors.bytes) })
      .from(mappings)
      .innerJoin(doctors, eq(doctors.id, mappings.doctor_id))
      .where(and(ofPatient, page.after))
      .orderBy(...page.order)
      .limit(page.limit);
    return {
      rows: audited(db, 'mapping', sql`array(${patientOf(db, given)})`, fitting(page, rows)),
      totals: [total(db, mappings, ofPatient)],
    };
  },
  patientOf,
);

const remove = prepare((db, { id }: Given<'id'>) => [
  db.delete(mappings).where(eq(mappings.id, id)).returning({ id: mappings.id }),
  db.select({ id: mappings.id }).from(mappings).where(eq(mappings.id, id)),
]);

const assigns = describe(
  'Assign a doctor to a patient. The patient finds the doctor in `my-doctors`, the doctor the patient in `my-patients`.',
  { 201: mapping },
  assign,
  owners,
);
const listsDoctors = describe(
  'List the doctors of a patient. The mappings of one patient, each with the record of its doctor.',
  { 200: z.array(assignedDoctor) },
  readers,
);
const listsThemToo = describe(
  'List doctors by patient. The same under a shorter path, whose `id` is the patient and no mapping.',
  { 200: z.array(assignedDoctor) },
  readers,
);

const lists = describe(
  'List mappings. Who treats whom, of all patients that the caller may see.',
  { 200: z.array(mapping) },
  readers,
);
const removes = describe(
  'Remove a mapping. The doctor no longer treats the patient; both records stay. A doctor declines a patient so.',
  { 204: null },
  'not_owner',
  allow('user', 'doctor', 'admin'),
);

export const mappingRoutes = new Hono<Env>({ strict: false })
  .post('/', assigns, json(assignment), refusalsNoted, (c) => assign(c, c.req.valid('json')))
  .get('/', lists, listed, (c) => answerPage(c, list, c.req.valid('query')))
  .get('/patient/:id', listsDoctors, byId, refusalsNoted, listedOfPatient, (c) =>
    answerPage(c, listOfPatient, c.req.valid('query'), c.req.valid('param')),
  )
  .get('/:id', listsThemToo, byId, refusalsNoted, listedOfPatient, (c) =>
    answerPage(c, listOfPatient, c.req.valid('query'), c.req.valid('param')),
  )
  .delete('/:id', removes, byId, async (c) => {
    const [gone, others] = await ask(c, remove(c.req.valid('param')));
    written(gone, others);
    return c.body(null, 204);
  });
