// Patients. Whoever made the record owns it; the policies decide who else sees it.
import { and, count, eq, gte, lte, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { patient } from '../answers.ts';
import { allow, owners, readers } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, iAm, idsIn, me, witnessed } from '../db.ts';
import { describe } from '../describe.ts';
import { found, written } from '../errors.ts';
import { tagged, untagged } from '../etag.ts';
import { listQuery, pageOf, turned } from '../lists.ts';
import { once } from '../once.ts';
import { dateText, patientColumns, patientFields, patientPut, patientReadOnly, searchText } from '../records.ts';
import { doctors, genders, mappings, patients } from '../schema.ts';
import { byId, idText, json, numberText, partial } from '../validate.ts';

const createBody = z.strictObject(patientFields).meta({ id: 'NewPatient' });
const patchBody = partial(patientFields, patientReadOnly).meta({ id: 'PatientPatch' });
const patientList = z.array(patient);
const lists = describe('List patients. Those that the caller made; for administrators all.', { 200: patientList });

const sorts = { id: patients.id, name: patients.name_key, created_at: patients.created_at };
const filters = {
  gender: z.enum(genders).optional(),
  min_age: numberText(0, 150).optional(),
  max_age: numberText(0, 150).optional(),
  date_of_birth: dateText.optional(),
  doctor: idText.optional(),
  search: searchText.optional(),
};
const listed = listQuery(sorts, filters);
type Asked = Parameters<typeof pageOf>[2] & z.output<z.ZodObject<typeof filters>>;

const assignedTo = (doctor: number) =>
  sql`${patients.id} in (select ${mappings.patient_id} from ${mappings} where ${mappings.doctor_id} = ${doctor})`;
const age = sql`app.age(${patients.date_of_birth}, ${patients.age})`;
const filtered = ({ gender, min_age, max_age, date_of_birth, doctor }: Asked) =>
  and(
    gender && eq(patients.gender, gender),
    min_age === undefined ? undefined : gte(age, min_age),
    max_age === undefined ? undefined : lte(age, max_age),
    date_of_birth === undefined ? undefined : eq(patients.date_of_birth, date_of_birth),
    doctor === undefined ? undefined : assignedTo(doctor),
  );

/** Few rows are compared one by one; everybody's are searched by a function, because no policy lets the index be used. */
const inOwn = ({ search }: Asked) =>
  search === undefined ? undefined : sql`app.matches(${patients.search_key}, (select app.words(${search})))`;
const inAll = ({ search }: Asked) =>
  search === undefined ? undefined : sql`${patients.id} = any (array(select app.search_patients(${search})))`;

/** One page of the patients in any of the branches, which do not overlap. */
const list = async (c: Context<Env>, asked: Asked, branches: [SQL | undefined, ...(SQL | undefined)[]]) => {
  const page = pageOf(c, sorts, asked);
  const [rows, ...counts] = await ask(c, (db) => {
    const branch = (where: SQL | undefined) =>
      db
        .select({ ...patientColumns, sort_key: page.key })
        .from(patients)
        .where(and(where, filtered(asked), page.after))
        .orderBy(...page.order)
        .limit(page.limit);
    const [first, second] = branches;
    const all =
      branches.length === 1
        ? branch(first)
        : unionAll(branch(first), branch(second))
            .orderBy(...page.order)
            .limit(page.limit);
    const total = (where: SQL | undefined) =>
      db
        .select({ count: count() })
        .from(patients)
        .where(and(where, filtered(asked)));
    return [witnessed(db, 'patient', idsIn('id'), all), ...(page.count ? branches.map(total) : [])] as const;
  });
  return c.json(untagged(turned(c, page, rows, counts)));
};

const change = async (c: Context<Env>, id: number, changes: z.output<typeof patchBody>) => {
  const one = eq(patients.id, id);
  const [rows, seen] = await ask(c, (db) => [
    db
      .update(patients)
      .set({ ...changes, updated_at: sql`now()` })
      .where(one)
      .returning(patientColumns),
    db.select({ id: patients.id }).from(patients).where(one),
  ]);
  return c.json(tagged(c, written(rows, seen)));
};

export const patientRoutes = new Hono<Env>({ strict: false })
  .post('/', describe('Create a patient', { 201: patient }), owners, json(createBody), async (c) => {
    const made = await once(c, (db) => db.insert(patients).values(c.req.valid('json')).returning(patientColumns));
    return c.json(tagged(c, made), 201);
  })
  .get('/', lists, owners, listed, (c) => {
    const asked = c.req.valid('query');
    // one of the two is empty, and PostgreSQL knows it before it looks: an owner's patients are found by index
    const own = and(iAm('user'), eq(patients.created_by, me), inOwn(asked));
    return list(c, asked, [own, and(iAm('admin'), inAll(asked))]);
  })
  .get('/:id', describe('Read a patient', { 200: patient }), readers, byId, async (c) => {
    const [rows] = await ask(c, (db) => {
      const one = db
        .select(patientColumns)
        .from(patients)
        .where(eq(patients.id, c.req.valid('param').id));
      return [witnessed(db, 'patient', idsIn('id'), one)];
    });
    return c.json(tagged(c, found(rows)));
  })
  .put('/:id', describe('Replace a patient', { 200: patient }, 'not_owner'), readers, byId, json(patientPut), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', describe('Change a patient', { 200: patient }, 'not_owner'), readers, byId, json(patchBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', describe('Delete a patient', { 204: null }, 'not_owner'), readers, byId, async (c) => {
    const one = eq(patients.id, c.req.valid('param').id);
    const [gone, seen] = await ask(c, (db) => [
      db.delete(patients).where(one).returning({ id: patients.id }),
      db.select({ id: patients.id }).from(patients).where(one),
    ]);
    written(gone, seen);
    return c.body(null, 204);
  });

/** What an approved doctor sees, under /api/doctors. */
export const doctorsPatientRoutes = new Hono<Env>({ strict: false })
  .get('/all-patients', describe('List all patients', { 200: patientList }), allow('doctor'), listed, (c) =>
    list(c, c.req.valid('query'), [inAll(c.req.valid('query'))]),
  )
  .get('/my-patients', describe('List my patients', { 200: patientList }), allow('doctor'), listed, (c) => {
    const asked = c.req.valid('query');
    const mine = sql`${patients.id} = any (array(
      select ${mappings.patient_id} from ${mappings} join ${doctors} on ${doctors.id} = ${mappings.doctor_id}
      where ${doctors.user_id} = ${me}))`;
    return list(c, asked, [and(mine, inOwn(asked))]);
  });
