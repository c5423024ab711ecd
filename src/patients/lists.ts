// The lists of patients, their filters and their orders.
import { and, eq, gte, lte, not, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { actorHasRole, actorId, audited, idsFromColumn } from '../db/audit.ts';
import type { Database, Params } from '../db/prepare.ts';
import { dateText, idText, numberText, searchText } from '../http/fields.ts';
import { countRows, limitSize, listParams, maxRows, type Page, prepareList, sizeColumn } from '../http/pages.ts';
import { mappings } from '../mappings/table.ts';
import { columnsWithRegistrar, gender, patientColumns, patients } from './table.ts';

const sorts = { id: patients.id, name: patients.name_key, created_at: patients.created_at };
const filters = {
  gender: gender.optional(),
  min_age: numberText(0, 150).optional(),
  max_age: numberText(0, 150).optional(),
  date_of_birth: dateText.optional(),
  doctor: idText.optional(),
  search: searchText.optional(),
};
export const patientListParams = listParams(sorts, filters);
type Filters = Params<never, keyof typeof filters>;

const age = sql`app.age(${patients.date_of_birth}, ${patients.age})`;
const assignedTo = (doctor: SQL) =>
  sql`${patients.id} = any (array(
    select ${mappings.patient_id} from ${mappings} where ${mappings.doctor_id} = ${doctor}))`;
const matchesFilters = ({ gender, min_age, max_age, date_of_birth, doctor }: Filters) =>
  and(
    gender && eq(patients.gender, gender),
    min_age && gte(age, min_age),
    max_age && lte(age, max_age),
    date_of_birth && eq(patients.date_of_birth, date_of_birth),
    doctor && assignedTo(doctor),
  );

/**
 * By functions, because under a policy a search cannot use its index: one for the actor's own patients, one for all.
 */
const matchesOwnSearch = ({ search }: Filters) =>
  search && sql`${patients.id} = any (array(select app.search_own(${search})))`;
const matchesSearch = ({ search }: Filters) =>
  search && sql`${patients.id} = any (array(select app.search_patients(${search})))`;

/**
 * A count with filters tells something of the patients that it counts, like their age, also of those that the page does
 * not show. Up to the size of the largest page the trail names them, in one entry, also of two conditions of which one finds
 * nobody; beyond that the answer has no count.
 */
const countIfTold = (db: Database, where: SQL | undefined, given: Filters, or?: SQL) => {
  const wheres = or ? [where, or] : [where];
  if (!Object.keys(filters).some((name) => name in given)) return wheres.map((one) => countRows(db, patients, one));
  const ids = (one: SQL | undefined) => db.select({ id: patients.id }).from(patients).where(one);
  const counted = (or ? unionAll(ids(where), ids(or)) : ids(where)).as('counted');
  const all = sql`count(*) over ()`;
  const rows = db
    .select({
      id: counted.id,
      count: sql<number>`case when ${all} <= ${maxRows} then ${all} end`.mapWith(Number).as('count'),
    })
    .from(counted)
    .limit(maxRows);
  const told = sql`(select coalesce(array_agg(id) filter (where count is not null), '{}') from found)`;
  return [audited(db, 'patient', told, rows)];
};

const selectPage = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...patientColumns, ...page.key, ...sizeColumn(patients.bytes) })
    .from(patients)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);

/** Those that the caller made; for administrators all. */
export const listPatients = prepareList(sorts, (db, given: Filters, page) => {
  // One of the two is empty, and PostgreSQL knows that before it looks, so that the patients of an owner are found by
  // their index. With an `or` it would read everybody's.
  const own = and(
    actorHasRole('user'),
    eq(patients.created_by, actorId),
    matchesOwnSearch(given),
    matchesFilters(given),
  );
  const all = and(actorHasRole('admin'), matchesSearch(given), matchesFilters(given));
  const either = unionAll(selectPage(db, page, own), selectPage(db, page, all));
  const rows = either.orderBy(...page.order).limit(page.limit);
  return {
    rows: audited(db, 'patient', idsFromColumn('id'), limitSize(page, rows)),
    totals: [countRows(db, patients, own), ...countIfTold(db, all, given)],
  };
});

/** For doctors, who have to judge whose record it is. */
const selectPageWithRegistrar = (db: Database, page: Page, where: SQL | undefined) =>
  db
    .select({ ...columnsWithRegistrar, ...page.key, ...sizeColumn(patients.bytes) })
    .from(patients)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
const seesAll = sql`(select app.sees_all_patients())`;
const assignedToMe = assignedTo(sql`(select app.doctor_id())`);
/** All that the doctor who asks may see. Those of an emergency are in no list. */
export const listAllPatients = prepareList(sorts, (db, given: Filters, page) => {
  // as for an owner's: one of the two is empty
  const all = and(seesAll, matchesSearch(given), matchesFilters(given));
  const assigned = and(not(seesAll), assignedToMe, matchesOwnSearch(given), matchesFilters(given));
  const either = unionAll(selectPageWithRegistrar(db, page, all), selectPageWithRegistrar(db, page, assigned));
  const rows = either.orderBy(...page.order).limit(page.limit);
  return {
    rows: audited(db, 'patient', idsFromColumn('id'), limitSize(page, rows)),
    totals: countIfTold(db, all, given, assigned),
  };
});
/** Those of the doctor who asks. */
export const listAssignedPatients = prepareList(sorts, (db, given: Filters, page) => {
  const where = and(assignedToMe, matchesOwnSearch(given), matchesFilters(given));
  return {
    rows: audited(db, 'patient', idsFromColumn('id'), limitSize(page, selectPageWithRegistrar(db, page, where))),
    totals: countIfTold(db, where, given),
  };
});
