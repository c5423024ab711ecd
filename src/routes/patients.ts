// Patients. Whoever made the record owns it; the policies decide who else sees it.
import { and, eq, gte, lte, type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { patient } from '../answers.ts';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, iAm, idsIn, me, prepare, witnessed } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow, owners, readers } from '../http/auth.ts';
import { changing, deleting } from '../http/changes.ts';
import { tagged } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { listing, listQuery } from '../http/pages.ts';
import { onPatient } from '../http/refusals.ts';
import { byId, idText, json, numberText, partial } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { dateText, gender, patientColumns, patientFields, patientPut, searchText } from '../records.ts';
import { mappings, patients } from '../schema.ts';

const createBody = z.strictObject(patientFields).meta({ id: 'NewPatient' });
const patchBody = partial(patientFields).meta({ id: 'PatientPatch' });
const patientList = z.array(patient);
const lists = describe('List patients. Those that the caller made; for administrators all.', { 200: patientList });

const sorts = { id: patients.id, name: patients.name_key, created_at: patients.created_at };
const filters = {
  gender: gender.optional(),
  min_age: numberText(0, 150).optional(),
  max_age: numberText(0, 150).optional(),
  date_of_birth: dateText.optional(),
  doctor: idText.optional(),
  search: searchText.optional(),
};
const listed = listQuery(sorts, filters);
type Filters = Given<never, keyof typeof filters>;

/** The record of the doctor who asks. */
const myRecord = sql`(select app.doctor_id())`;
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

/** Few rows are compared one by one; everybody's are searched by a function, because no policy lets the index be used. */
const inOwn = ({ search }: Filters) =>
  search && sql`app.matches(${patients.search_key}, (select app.patterns(${search})))`;
const inAll = ({ search }: Filters) =>
  search && sql`${patients.id} = any (array(select app.search_patients(${search})))`;

type Branch = (given: Filters) => SQL | undefined;
/** Patients that are in one of the branches. */
const patientsIn = (...branches: [Branch] | [Branch, Branch]) =>
  listing(sorts, (db, given: Filters, page) => {
    const wheres = branches.map((branch) => and(branch(given), filtered(given)));
    const select = () => db.select({ ...patientColumns, ...page.key }).from(patients);
    const rows = page.rows(select, ...wheres);
    return [witnessed(db, 'patient', idsIn('id'), rows), ...page.totals(db, patients, ...wheres)];
  });

// one of the two is empty, and PostgreSQL knows it before it looks: an owner's patients are found by index
const listMine = patientsIn(
  (given) => and(iAm('user'), eq(patients.created_by, me), inOwn(given)),
  (given) => and(iAm('admin'), inAll(given)),
);
const listAll = patientsIn(inAll);
const listAssigned = patientsIn((given) => and(assignedTo(myRecord), inOwn(given)));

const create = once(patients, (db, given: Given<'name', keyof typeof patientFields>) =>
  db.insert(patients).values(given).returning(patientColumns),
);
const read = prepare((db, { id }: Given<'id'>) => [
  witnessed(db, 'patient', idsIn('id'), db.select(patientColumns).from(patients).where(eq(patients.id, id))),
]);
const changeSeen = changing(patients, patientColumns);
const change = (c: Context<Env>, id: number, fields: object) => onPatient(c, id, () => changeSeen(c, id, fields));
const removeSeen = deleting(patients);
const remove = (c: Context<Env>, id: number) => onPatient(c, id, () => removeSeen(c, id));

export const patientRoutes = new Hono<Env>({ strict: false })
  .post('/', describe('Create a patient', { 201: patient }), owners, json(createBody), async (c) =>
    c.json(tagged(c, await create(c, c.req.valid('json'))), 201),
  )
  .get('/', lists, owners, listed, (c) => listMine(c, c.req.valid('query')))
  .get('/:id', describe('Read a patient', { 200: patient }), readers, byId, async (c) => {
    const { id } = c.req.valid('param');
    return onPatient(c, id, async () => {
      const [rows] = await ask(c, read({ id }));
      return c.json(tagged(c, found(rows)));
    });
  })
  .put('/:id', describe('Replace a patient', { 200: patient }, 'not_owner'), readers, byId, json(patientPut), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', describe('Change a patient', { 200: patient }, 'not_owner'), readers, byId, json(patchBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', describe('Delete a patient', { 204: null }, 'not_owner'), readers, byId, (c) =>
    remove(c, c.req.valid('param').id),
  );

/** What an approved doctor sees, under /api/doctors. */
export const doctorsPatientRoutes = new Hono<Env>({ strict: false })
  .get('/all-patients', describe('List all patients', { 200: patientList }), allow('doctor'), listed, (c) =>
    listAll(c, c.req.valid('query')),
  )
  .get('/my-patients', describe('List my patients', { 200: patientList }), allow('doctor'), listed, (c) =>
    listAssigned(c, c.req.valid('query')),
  );
