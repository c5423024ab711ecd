// The lists of doctors, their filters and their orders.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { actorId, audited } from '../db/audit.ts';
import { asRunnable, type Database, type Params } from '../db/prepare.ts';
import { requiredText, searchText } from '../http/fields.ts';
import { countRows, limitSize, listParams, type Page, prepareList, sizeColumn } from '../http/pages.ts';
import { mappings } from '../mappings/table.ts';
import { patients } from '../patients/table.ts';
import { doctorColumns, doctors } from './table.ts';

const sorts = {
  id: doctors.id,
  name: doctors.name_key,
  specialization: doctors.specialization_key,
  created_at: doctors.created_at,
};
const filters = {
  specialization: requiredText(200).optional(),
  approved: z.enum(['true', 'false']).optional(),
  search: searchText.optional(),
};
export const doctorListParams = listParams(sorts, filters);
type Filters = Params<never, keyof typeof filters>;

const matchesFilters = ({ specialization, approved, search }: Filters) =>
  and(
    specialization && eq(doctors.specialization_key, sql`app.fold(${specialization})`),
    approved && eq(doctors.approved, sql`${approved}::boolean`),
    // through a function, because no policy lets a search use its index
    search && sql`${doctors.id} = any (array(select app.search_doctors(${search})))`,
  );

const selectPage = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...doctorColumns, ...page.key, ...sizeColumn(doctors.bytes) })
    .from(doctors)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);

export const listDoctors = prepareList(sorts, (db, given: Filters, page) => {
  const where = matchesFilters(given);
  return {
    rows: asRunnable(db, limitSize(page, selectPage(db, page, where))),
    totals: [countRows(db, doctors, where)],
  };
});

const ownPatient = sql`select ${patients.id} from ${patients} where ${patients.user_id} = ${actorId}`;
const assignedDoctorIds = sql`select ${mappings.doctor_id} from ${mappings} where ${mappings.patient_id} in (${ownPatient})`;
/** The doctors of the patient who asks. To read them is to read that patient's data. */
export const listMyDoctors = prepareList(sorts, (db, given: Filters, page) => {
  const where = and(sql`${doctors.id} = any (array(${assignedDoctorIds}))`, matchesFilters(given));
  return {
    rows: audited(db, 'mapping', sql`array(${ownPatient})`, limitSize(page, selectPage(db, page, where))),
    totals: [countRows(db, doctors, where)],
  };
});
