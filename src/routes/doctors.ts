// Doctors, whom everybody who is signed in may look up.
import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { doctor } from '../answers.ts';
import { allow, everyone, owners } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, me, witnessed } from '../db.ts';
import { describe } from '../describe.ts';
import { found, written } from '../errors.ts';
import { tagged, untagged } from '../etag.ts';
import { listQuery, pageOf, turned } from '../lists.ts';
import { once } from '../once.ts';
import { doctorColumns, doctorFields, doctorPut, doctorReadOnly, searchText } from '../records.ts';
import { doctors, mappings, patients } from '../schema.ts';
import { byId, json, partial, requiredText } from '../validate.ts';

const createBody = z.strictObject(doctorFields).meta({ id: 'NewDoctor' });
const patchBody = partial(doctorFields, doctorReadOnly).meta({ id: 'DoctorPatch' });
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
type Asked = Parameters<typeof pageOf>[2] & z.output<z.ZodObject<typeof filters>>;

const filtered = ({ specialization, approved, search }: Asked) =>
  and(
    specialization === undefined ? undefined : eq(doctors.specialization_key, sql`app.fold(${specialization})`),
    approved && eq(doctors.approved, approved === 'true'),
    // through a function, because no policy lets a search use its index
    search === undefined ? undefined : sql`${doctors.id} = any (array(select app.search_doctors(${search})))`,
  );

/** One page of doctors: of all, or of those of one patient, which is a read of that patient's data. */
const list = async (c: Context<Env>, asked: Asked, of?: { among: SQL; patient: SQL }) => {
  const page = pageOf(c, sorts, asked);
  const where = and(of?.among, filtered(asked));
  const [rows, ...counts] = await ask(c, (db) => {
    const some = db
      .select({ ...doctorColumns, sort_key: page.key })
      .from(doctors)
      .where(and(where, page.after))
      .orderBy(...page.order)
      .limit(page.limit);
    const total = db.select({ count: count() }).from(doctors).where(where);
    return [of ? witnessed(db, 'mapping', of.patient, some) : some, ...(page.count ? [total] : [])] as const;
  });
  return c.json(untagged(turned(c, page, rows, counts)));
};

const change = async (c: Context<Env>, id: number, changes: z.output<typeof patchBody>) => {
  const one = eq(doctors.id, id);
  const [rows, seen] = await ask(c, (db) => [
    db
      .update(doctors)
      .set({ ...changes, updated_at: sql`now()` })
      .where(one)
      .returning(doctorColumns),
    db.select({ id: doctors.id }).from(doctors).where(one),
  ]);
  return c.json(tagged(c, written(rows, seen)));
};

export const doctorRoutes = new Hono<Env>({ strict: false })
  .post('/', describe('Create a doctor', { 201: doctor }), owners, json(createBody), async (c) => {
    const made = await once(c, (db) => db.insert(doctors).values(c.req.valid('json')).returning(doctorColumns));
    return c.json(tagged(c, made), 201);
  })
  .get('/', describe('List doctors', { 200: doctorList }), everyone, listed, (c) => list(c, c.req.valid('query')))
  .get('/:id', describe('Read a doctor', { 200: doctor }), everyone, byId, async (c) => {
    const one = eq(doctors.id, c.req.valid('param').id);
    const [rows] = await ask(c, (db) => [db.select(doctorColumns).from(doctors).where(one)]);
    return c.json(tagged(c, found(rows)));
  })
  .put('/:id', describe('Replace a doctor', { 200: doctor }, 'not_owner'), owners, byId, json(doctorPut), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', describe('Change a doctor', { 200: doctor }, 'not_owner'), owners, byId, json(patchBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', describe('Delete a doctor', { 204: null }, 'not_owner'), owners, byId, async (c) => {
    const one = eq(doctors.id, c.req.valid('param').id);
    const [gone, seen] = await ask(c, (db) => [
      db.delete(doctors).where(one).returning({ id: doctors.id }),
      db.select({ id: doctors.id }).from(doctors).where(one),
    ]);
    written(gone, seen);
    return c.body(null, 204);
  });

/** The doctors of the patient who asks, under /api/patients. */
export const patientsDoctorRoutes = new Hono<Env>({ strict: false }).get(
  '/my-doctors',
  describe('List my doctors', { 200: doctorList }),
  allow('patient'),
  listed,
  (c) => {
    const own = sql`select ${patients.id} from ${patients} where ${patients.user_id} = ${me}`;
    const assigned = sql`select ${mappings.doctor_id} from ${mappings} where ${mappings.patient_id} in (${own})`;
    const among = sql`${doctors.id} = any (array(${assigned}))`;
    return list(c, c.req.valid('query'), { among, patient: sql`array(${own})` });
  },
);
