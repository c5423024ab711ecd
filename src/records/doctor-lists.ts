// The lists of doctors: what they can be filtered and sorted by, and which there are.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { audited, me } from '../db/audit.ts';
import { type Database, everyOne, type Given } from '../db/prepared.ts';
import { requiredText, searchText } from '../http/fields.ts';
import { fitting, listQuery, type Page, pages, total, weight } from '../http/pages.ts';
import { doctorColumns, doctors } from './doctor.ts';
import { mappings } from './mapping.ts';
import { patients } from './patient.ts';

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
export const doctorQuery = listQuery(sorts, filters);
type Filters = Given<never, keyof typeof filters>;

const filtered = ({ specialization, approved, search }: Filters) =>
  and(
    specialization && eq(doctors.specialization_key, sql`app.fold(${specialization})`),
    approved && eq(doctors.approved, sql`${approved}::boolean`),
    // through a function, because no policy lets a search use its index
    search && sql`${doctors.id} = any (array(select app.search_doctors(${search})))`,
  );

const pageWhere = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...doctorColumns, ...page.key, ...weight(doctors.bytes) })
    .from(doctors)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);

export const allDoctors = pages(sorts, (db, given: Filters, page) => {
  const where = filtered(given);
  return { rows: everyOne(db, fitting(page, pageWhere(db, page, where))), totals: [total(db, doctors, where)] };
});

const ownRecord = sql`select ${patients.id} from ${patients} where ${patients.user_id} = ${me}`;
const assignedToIt = sql`select ${mappings.doctor_id} from ${mappings} where ${mappings.patient_id} in (${ownRecord})`;
/** Those of the patient who asks, which is a read of that patient's data. */
export const myDoctors = pages(sorts, (db, given: Filters, page) => {
  const where = and(sql`${doctors.id} = any (array(${assignedToIt}))`, filtered(given));
  return {
    rows: audited(db, 'mapping', sql`array(${ownRecord})`, fitting(page, pageWhere(db, page, where))),
    totals: [total(db, doctors, where)],
  };
});
