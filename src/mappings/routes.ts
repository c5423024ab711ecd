// /api/mappings: who treats whom. The owner of a patient assigns doctors to it, and an admin may do so for any.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited, idsFromColumn } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import { type Database, type Params, prepare } from '../db/prepare.ts';
import { requireChanged } from '../errors.ts';
import { allButPendingDoctors, recordKeepers } from '../http/auth.ts';
import { idText } from '../http/fields.ts';
import {
  countRows,
  limitSize,
  listParams,
  type Page,
  prepareList,
  respondWithPage,
  sizeColumn,
} from '../http/pages.ts';
import { auditRefusals } from '../http/refusals.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { assignDoctor } from './assign.ts';
import { doctors } from '../doctors/table.ts';
import {
  assignedDoctor,
  assignedDoctorColumns,
  assignment,
  mapping,
  mappingColumns,
  mappings,
} from './table.ts';
import { patients } from '../patients/table.ts';

const sorts = { id: mappings.id, created_at: mappings.created_at };
const filters = { patient: idText.optional(), doctor: idText.optional() };
const mappingListParams = listParams(sorts, filters);

const selectPage = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...mappingColumns, ...page.key })
    .from(mappings)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);

const listMappings = prepareList(sorts, (db, { patient, doctor }: Params<never, keyof typeof filters>, page) => {
  const filtered = and(patient && eq(mappings.patient_id, patient), doctor && eq(mappings.doctor_id, doctor));
  // as for patients one of the two is empty, so that an owner's are found by index
  const own = and(sql`${mappings.patient_id} = any (array(select app.own_patients()))`, filtered);
  const all = and(sql`(select app.role()) in ('doctor', 'admin')`, filtered);
  const either = unionAll(selectPage(db, page, own), selectPage(db, page, all));
  const rows = either.orderBy(...page.order).limit(page.limit);
  return {
    rows: audited(db, 'mapping', idsFromColumn('patient'), rows),
    totals: [countRows(db, mappings, own), countRows(db, mappings, all)],
  };
});

const ofPatientSorts = { id: mappings.id };
const doctorsOfPatientParams = listParams(ofPatientSorts, {});
const selectPatientId = (db: Database, { id }: Params<'id'>) =>
  db.select({ id: patients.id }).from(patients).where(eq(patients.id, id));

/** The doctors of one patient: 404 unless the actor may see the patient, [] when it has none. */
const listDoctorsOfPatient = prepareList(
  ofPatientSorts,
  (db, given: Params<'id'>, page) => {
    const ofPatient = eq(mappings.patient_id, given.id);
    const rows = db
      .select({ ...assignedDoctorColumns, ...page.key, ...sizeColumn(doctors.bytes) })
      .from(mappings)
      .innerJoin(doctors, eq(doctors.id, mappings.doctor_id))
      .where(and(ofPatient, page.after))
      .orderBy(...page.order)
      .limit(page.limit);
    return {
      rows: audited(db, 'mapping', sql`array(${selectPatientId(db, given)})`, limitSize(page, rows)),
      totals: [countRows(db, mappings, ofPatient)],
    };
  },
  selectPatientId,
);

const deleteMapping = prepare((db, { id }: Params<'id'>) => [
  db.delete(mappings).where(eq(mappings.id, id)).returning({ id: mappings.id }),
  db.select({ id: mappings.id }).from(mappings).where(eq(mappings.id, id)),
]);
export const mappingRoutes = new Hono<Env>({ strict: false })
  .post(
    '/',
    route({
      summary: 'Assign a doctor to a patient',
      detail: 'The patient finds the doctor in `my-doctors`, the doctor the patient in `my-patients`.',
      roles: recordKeepers,
      answers: { 201: mapping },
      uses: [assignDoctor],
    }),
    json(assignment),
    auditRefusals,
    (c) => assignDoctor(c, c.req.valid('json')),
  )
  .get(
    '/',
    route({
      summary: 'List mappings',
      detail: 'Who treats whom, of all patients that the caller may see.',
      roles: allButPendingDoctors,
      answers: { 200: z.array(mapping) },
    }),
    mappingListParams,
    (c) => respondWithPage(c, listMappings, c.req.valid('query')),
  )
  .get(
    '/patient/:id',
    route({
      summary: 'List the doctors of a patient',
      detail: 'The mappings of one patient, each with the record of its doctor.',
      roles: allButPendingDoctors,
      answers: { 200: z.array(assignedDoctor) },
    }),
    byId,
    auditRefusals,
    doctorsOfPatientParams,
    (c) => respondWithPage(c, listDoctorsOfPatient, c.req.valid('query'), c.req.valid('param')),
  )
  .get(
    '/:id',
    route({
      summary: 'List doctors by patient',
      detail: 'The same under a shorter path, whose `id` is the patient and no mapping.',
      roles: allButPendingDoctors,
      answers: { 200: z.array(assignedDoctor) },
    }),
    byId,
    auditRefusals,
    doctorsOfPatientParams,
    (c) => respondWithPage(c, listDoctorsOfPatient, c.req.valid('query'), c.req.valid('param')),
  )
  .delete(
    '/:id',
    route({
      summary: 'Remove a mapping',
      detail: 'The doctor no longer treats the patient; both records stay. A doctor declines a patient so.',
      roles: ['user', 'doctor', 'admin'],
      answers: { 204: null },
      problems: ['not_owner'],
    }),
    byId,
    async (c) => {
      const [gone, others] = await queryAsApi(c, deleteMapping(c.req.valid('param')));
      requireChanged(gone, others);
      return c.body(null, 204);
    },
  );
