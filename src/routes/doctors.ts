// Doctors, whom everybody who is signed in may look up.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import { doctor } from '../answers.ts';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, me, prepare, witnessed } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow, everyone, owners } from '../http/auth.ts';
import { changing, deleting } from '../http/changes.ts';
import { tagged } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { listing, listQuery } from '../http/pages.ts';
import { byId, json, partial, requiredText } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { doctorColumns, doctorFields, doctorPut, searchText } from '../records.ts';
import { doctors, mappings, patients } from '../schema.ts';

const createBody = z.strictObject(doctorFields).meta({ id: 'NewDoctor' });
const patchBody = partial(doctorFields).meta({ id: 'DoctorPatch' });
const doctorList = z.array(doctor);

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
const listed = listQuery(sorts, filters);
type Filters = Given<never, keyof typeof filters>;

const filtered = ({ specialization, approved, search }: Filters) =>
  and(
    specialization && eq(doctors.specialization_key, sql`app.fold(${specialization})`),
    approved && eq(doctors.approved, sql`${approved}::boolean`),
    // through a function, because no policy lets a search use its index
    search && sql`${doctors.id} = any (array(select app.search_doctors(${search})))`,
  );

/** All doctors, or those of one patient, which is a read of that patient's data. */
const doctorsIn = (of?: { among: SQL; patient: SQL }) =>
  listing(sorts, (db, given: Filters, page) => {
    const where = and(of?.among, filtered(given));
    const some = page.rows(() => db.select({ ...doctorColumns, ...page.key }).from(doctors), where);
    return [of ? witnessed(db, 'mapping', of.patient, some) : some, ...page.totals(db, doctors, where)];
  });
const own = sql`select ${patients.id} from ${patients} where ${patients.user_id} = ${me}`;
const assigned = sql`select ${mappings.doctor_id} from ${mappings} where ${mappings.patient_id} in (${own})`;
const listAll = doctorsIn();
const listMine = doctorsIn({ among: sql`${doctors.id} = any (array(${assigned}))`, patient: sql`array(${own})` });

const create = once(doctors, (db, given: Given<'name' | 'specialization', keyof typeof doctorFields>) =>
  db.insert(doctors).values(given).returning(doctorColumns),
);
const read = prepare((db, { id }: Given<'id'>) => [db.select(doctorColumns).from(doctors).where(eq(doctors.id, id))]);
const change = changing(doctors, doctorColumns);
const remove = deleting(doctors);

export const doctorRoutes = new Hono<Env>({ strict: false })
  .post('/', describe('Create a doctor', { 201: doctor }), owners, json(createBody), async (c) =>
    c.json(tagged(c, await create(c, c.req.valid('json'))), 201),
  )
  .get('/', describe('List doctors', { 200: doctorList }), everyone, listed, (c) => listAll(c, c.req.valid('query')))
  .get('/:id', describe('Read a doctor', { 200: doctor }), everyone, byId, async (c) => {
    const [rows] = await ask(c, read(c.req.valid('param')));
    return c.json(tagged(c, found(rows)));
  })
  .put('/:id', describe('Replace a doctor', { 200: doctor }, 'not_owner'), owners, byId, json(doctorPut), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', describe('Change a doctor', { 200: doctor }, 'not_owner'), owners, byId, json(patchBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', describe('Delete a doctor', { 204: null }, 'not_owner'), owners, byId, (c) =>
    remove(c, c.req.valid('param').id),
  );

/** The doctors of the patient who asks, under /api/patients. */
export const patientsDoctorRoutes = new Hono<Env>({ strict: false }).get(
  '/my-doctors',
  describe('List my doctors', { 200: doctorList }),
  allow('patient'),
  listed,
  (c) => listMine(c, c.req.valid('query')),
);
