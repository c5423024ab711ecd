// Lists and removes mappings: who treats whom.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { audited, idsFromColumn } from '../db/audit.ts';
import { type Database, type Params, prepare, writeOne } from '../db/prepare.ts';
import { doctors } from '../doctors/table.ts';
import { idText } from '../http/fields.ts';
import { countRows, limitSize, listParams, type Page, prepareList, sizeColumn } from '../http/pages.ts';
import { patients } from '../patients/table.ts';
import { assignedDoctorColumns, mappingColumns, mappings } from './table.ts';

const sorts = { id: mappings.id, created_at: mappings.created_at };

const filters = { patient: idText.optional(), doctor: idText.optional() };

export const mappingListParams = listParams(sorts, filters);

const selectPage = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...mappingColumns, ...page.key })
    .from(mappings)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);

export const listMappings = prepareList(sorts, (db, { patient, doctor }: Params<never, keyof typeof filters>, page) => {
  const filtered = and(patient && eq(mappings.patient_id, patient), doctor && eq(mappings.doctor_id, doctor));
  // as for patients: one of the two is empty, so that the mappings of an owner are found by an index
  const own = and(sql`${mappings.patient_id} = any (array(select app.own_patients()))`, filtered);
  const all = and(sql`(select app.role() = 'admin' or app.sees_all_patients())`, filtered);
  const either = unionAll(selectPage(db, page, own), selectPage(db, page, all));
  const rows = either.orderBy(...page.order).limit(page.limit);
  return {
    rows: audited(db, 'mapping', idsFromColumn('patient'), rows),
    totals: [countRows(db, mappings, own), countRows(db, mappings, all)],
  };
});

const ofPatientSorts = { id: mappings.id };

export const doctorsOfPatientParams = listParams(ofPatientSorts, {});

/** An emergency opens the record, and not who else treats the patient. */
const selectPatientId = (db: Database, { id }: Params<'id'>) =>
  db
    .select({ id: patients.id })
    .from(patients)
    .where(and(eq(patients.id, id), sql`not app.is_emergency_only(${patients.id})`));

/** The doctors of one patient: 404 unless the actor may see the patient, [] when it has none. */
export const listDoctorsOfPatient = prepareList(
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

export const deleteMapping = prepare((db, { id }: Params<'id'>) => [
  writeOne<object>(db, mappings, id, db.delete(mappings).where(eq(mappings.id, id)).returning({ id: mappings.id })),
]);
