// The lists of patients: what they can be filtered and sorted by, and whose there are.
import { and, eq, gte, lte, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { audited, iAm, idsIn, me } from '../db/audit.ts';
import type { Database, Given } from '../db/prepared.ts';
import { dateText, idText, numberText, searchText } from '../http/fields.ts';
import { fitting, listQuery, mostRows, type Page, pages, total, weight } from '../http/pages.ts';
import { mappings } from './mapping.ts';
import { gender, patientColumns, patients, withMaker } from './patient.ts';

const sorts = { id: patients.id, name: patients.name_key, created_at: patients.created_at };
const filters = {
  gender: gender.optional(),
  min_age: numberText(0, 150).optional(),
  max_age: numberText(0, 150).optional(),
  date_of_birth: dateText.optional(),
  doctor: idText.optional(),
  search: searchText.optional(),
};
export const patientQuery = listQuery(sorts, filters);
type Filters = Given<never, keyof typeof filters>;

const age = sql`app.age(${patients.date_of_birth}, ${patients.age})`;
const assignedTo = (doctor: SQL) =>
  sql`${patients.id} = any (array(
    select ${mappings.patient_id} from ${mappings} where ${mappings.doctor_id} = ${doctor}))`;
const filtered = ({ gender, min_age, max_age, date_of_birth, doctor }: Filters) =>
  and(
    gender && eq(patients.gender, gender),
    min_age && gte(age, min_age),
    max_age && lte(age, max_age),
    date_of_birth && eq(patients.date_of_birth, date_of_birth),
    doctor && assignedTo(doctor),
  );

/** By functions, because no policy lets a search use its index: for what is the asker's own, and for everybody's. */
const foundInOwn = ({ search }: Filters) =>
  search && sql`${patients.id} = any (array(select app.search_own(${search})))`;
const foundInAll = ({ search }: Filters) =>
  search && sql`${patients.id} = any (array(select app.search_patients(${search})))`;

/**
 * How many there are. A count that filters narrow tells of the patients whom it counts: how old somebody is, whom the page
 * beside it does not show. Up to as many as a page may have they are in the trail; of more, how many is not said.
 */
const counted = (db: Database, where: SQL | undefined, given: Filters) => {
  if (!Object.keys(filters).some((name) => name in given)) return total(db, patients, where);
  const all = sql`count(*) over ()`;
  const rows = db
    .select({
      id: patients.id,
      count: sql<number>`case when ${all} <= ${mostRows} then ${all} end`.mapWith(Number).as('count'),
    })
    .from(patients)
    .where(where)
    .limit(mostRows);
  const told = sql`(select coalesce(array_agg(id) filter (where count is not null), '{}') from found)`;
  return audited(db, 'patient', told, rows);
};

const pageWhere = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...patientColumns, ...page.key, ...weight(patients.bytes) })
    .from(patients)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);

/** Those that the caller made; for administrators all. */
export const ownOrAll = pages(sorts, (db, given: Filters, page) => {
  // One of the two is empty, and PostgreSQL knows it before it looks: so an owner's patients are found by their index.
  // With an `or` it would walk past everybody else's.
  const own = and(iAm('user'), eq(patients.created_by, me), foundInOwn(given), filtered(given));
  const all = and(iAm('admin'), foundInAll(given), filtered(given));
  const either = unionAll(pageWhere(db, page, own), pageWhere(db, page, all));
  const rows = either.orderBy(...page.order).limit(page.limit);
  return {
    rows: audited(db, 'patient', idsIn('id'), fitting(page, rows)),
    totals: [total(db, patients, own), counted(db, all, given)],
  };
});

/** For doctors, who have to judge whose record it is. */
const pageSeen = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...withMaker, ...page.key, ...weight(patients.bytes) })
    .from(patients)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
const listed = (whose: (given: Filters) => SQL | undefined) =>
  pages(sorts, (db, given: Filters, page) => {
    const where = and(whose(given), filtered(given));
    return {
      rows: audited(db, 'patient', idsIn('id'), fitting(page, pageSeen(db, page, where))),
      totals: [counted(db, where, given)],
    };
  });
export const everybodys = listed(foundInAll);
/** Those of the doctor who asks. */
export const assignedToMe = listed((given) => and(assignedTo(sql`(select app.doctor_id())`), foundInOwn(given)));
