// Who treats whom: the owner of a patient assigns doctors to it, and an admin may do so for any.
import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { assignedDoctor, mapping } from '../answers.ts';
import { admins, owners, readers } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, idsIn, witnessed } from '../db.ts';
import { describe } from '../describe.ts';
import { found } from '../errors.ts';
import { listQuery, pageOf, turned } from '../lists.ts';
import { once } from '../once.ts';
import { assignedDoctorColumns, mappingColumns } from '../records.ts';
import { doctors, mappings, patients } from '../schema.ts';
import { byId, idText, json, recordId } from '../validate.ts';

const ids = { patient: recordId, doctor: recordId, patient_id: recordId, doctor_id: recordId };
const agree = (one?: number, other?: number) => !one || !other || one === other;
const assignBody = z
  .strictObject(z.object(ids).partial().shape)
  .refine((sent) => agree(sent.patient, sent.patient_id), { path: ['patient'], error: 'is not the same as patient_id' })
  .refine((sent) => agree(sent.doctor, sent.doctor_id), { path: ['doctor'], error: 'is not the same as doctor_id' })
  .transform((sent) => ({ patient: sent.patient ?? sent.patient_id, doctor: sent.doctor ?? sent.doctor_id }))
  .pipe(z.object({ patient: recordId, doctor: recordId }))
  .meta({ id: 'Assignment' });
const assigns = describe('Assign a doctor to a patient', { 201: mapping }, 'not_found', 'duplicate');

/** Somebody else's patient violates the policy and a missing one the foreign key: both are the same 404. */
const assign = async (c: Context<Env>, { patient, doctor }: z.output<typeof assignBody>) => {
  const pair = { patient_id: patient, doctor_id: doctor };
  return c.json(await once(c, (db) => db.insert(mappings).values(pair).returning(mappingColumns)), 201);
};

const sorts = { id: mappings.id, created_at: mappings.created_at };
const filters = { patient: idText.optional(), doctor: idText.optional() };
const listed = listQuery(sorts, filters);
type Asked = Parameters<typeof pageOf>[2] & z.output<z.ZodObject<typeof filters>>;

const isOwn = sql`${mappings.patient_id} = any (array(select app.own_patients()))`;
const seesAll = sql`(select app.role()) in ('doctor', 'admin')`;

/** One page of mappings. As for patients one of two branches is empty, so that an owner's are found by index. */
const list = async (c: Context<Env>, asked: Asked) => {
  const page = pageOf(c, sorts, asked);
  const { patient, doctor } = asked;
  const filtered = and(
    patient === undefined ? undefined : eq(mappings.patient_id, patient),
    doctor === undefined ? undefined : eq(mappings.doctor_id, doctor),
  );
  const [rows, ...counts] = await ask(c, (db) => {
    const branch = (where: SQL) =>
      db
        .select({ ...mappingColumns, sort_key: page.key })
        .from(mappings)
        .where(and(where, filtered, page.after))
        .orderBy(...page.order)
        .limit(page.limit);
    const all = unionAll(branch(isOwn), branch(seesAll))
      .orderBy(...page.order)
      .limit(page.limit);
    const total = (where: SQL) => db.select({ count: count() }).from(mappings).where(and(where, filtered));
    const totals = page.count ? [total(isOwn), total(seesAll)] : [];
    return [witnessed(db, 'mapping', idsIn('patient'), all), ...totals] as const;
  });
  return c.json(turned(c, page, rows, counts));
};

const listedOfPatient = listQuery({ id: mappings.id }, {});
const listsDoctors = describe('List the doctors of a patient', { 200: z.array(assignedDoctor) });
const listsThemToo = describe('List doctors by patient. `id` is the patient.', { 200: z.array(assignedDoctor) });

/** The doctors of one patient: 404 unless the actor may see the patient, [] when it has none. */
const doctorsOf = async (c: Context<Env>, id: number, asked: Parameters<typeof pageOf>[2]) => {
  const page = pageOf(c, { id: mappings.id }, asked);
  const patient = sql`array(select ${patients.id} from ${patients} where ${patients.id} = ${id})`;
  const ofPatient = eq(mappings.patient_id, id);
  const [seen, rows, ...counts] = await ask(c, (db) => {
    const assigned = db
      .select({ ...assignedDoctorColumns, sort_key: page.key })
      .from(mappings)
      .innerJoin(doctors, eq(doctors.id, mappings.doctor_id))
      .where(and(ofPatient, page.after))
      .orderBy(...page.order)
      .limit(page.limit);
    const total = db.select({ count: count() }).from(mappings).where(ofPatient);
    return [
      db.select({ id: patients.id }).from(patients).where(eq(patients.id, id)),
      witnessed(db, 'mapping', patient, assigned),
      ...(page.count ? [total] : []),
    ] as const;
  });
  found(seen);
  return c.json(turned(c, page, rows, counts));
};

export const mappingRoutes = new Hono<Env>({ strict: false })
  .post('/', assigns, owners, json(assignBody), (c) => assign(c, c.req.valid('json')))
  .get('/', describe('List mappings', { 200: z.array(mapping) }), readers, listed, (c) => list(c, c.req.valid('query')))
  .get('/patient/:id', listsDoctors, readers, byId, listedOfPatient, (c) =>
    doctorsOf(c, c.req.valid('param').id, c.req.valid('query')),
  )
  .get('/:id', listsThemToo, readers, byId, listedOfPatient, (c) =>
    doctorsOf(c, c.req.valid('param').id, c.req.valid('query')),
  )
  .delete('/:id', describe('Remove a mapping', { 204: null }), owners, byId, async (c) => {
    const one = eq(mappings.id, c.req.valid('param').id);
    const [gone] = await ask(c, (db) => [db.delete(mappings).where(one).returning({ id: mappings.id })]);
    found(gone);
    return c.body(null, 204);
  });

export const assignPatientRoute = new Hono<Env>({ strict: false }).post(
  '/assign-patient',
  describe('Assign a patient to a doctor', { 201: mapping }, 'not_found', 'duplicate'),
  admins,
  json(assignBody),
  (c) => assign(c, c.req.valid('json')),
);
