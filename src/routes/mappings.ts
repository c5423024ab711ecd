// Who treats whom: the owner of a patient assigns doctors to it, and an admin may do so for any.
import { eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { allow } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, idsIn, witnessed } from '../db.ts';
import { found } from '../errors.ts';
import { once } from '../once.ts';
import { assignedDoctorColumns, mappingColumns } from '../records.ts';
import { doctors, mappings, patients } from '../schema.ts';
import { json, params, recordId } from '../validate.ts';

const ids = { patient: recordId, doctor: recordId, patient_id: recordId, doctor_id: recordId };
const assignBody = z
  .strictObject(z.object(ids).partial().shape)
  .transform((sent) => ({ patient: sent.patient ?? sent.patient_id, doctor: sent.doctor ?? sent.doctor_id }))
  .pipe(z.object({ patient: recordId, doctor: recordId }));

/** Somebody else's patient violates the policy and a missing one the foreign key: both are the same 404. */
const assign = async (c: Context<Env>, { patient, doctor }: z.output<typeof assignBody>) => {
  const pair = { patient_id: patient, doctor_id: doctor };
  return c.json(await once(c, (db) => db.insert(mappings).values(pair).returning(mappingColumns)), 201);
};

/** The doctors of one patient: 404 unless the actor may see the patient, [] when it has none. */
const doctorsOf = async (c: Context<Env>, id: number) => {
  const patient = sql`array(select ${patients.id} from ${patients} where ${patients.id} = ${id})`;
  const [rows, seen] = await ask(c, (db) => {
    const assigned = db
      .select(assignedDoctorColumns)
      .from(mappings)
      .innerJoin(doctors, eq(doctors.id, mappings.doctor_id))
      .where(eq(mappings.patient_id, id))
      .orderBy(mappings.id);
    return [
      witnessed(db, 'mapping', patient, assigned),
      db.select({ id: patients.id }).from(patients).where(eq(patients.id, id)),
    ];
  });
  found(seen);
  return c.json(rows);
};

export const mappingRoutes = new Hono<Env>({ strict: false })
  .post('/', allow('user', 'admin'), json(assignBody), (c) => assign(c, c.req.valid('json')))
  .get('/', allow('user', 'patient', 'doctor', 'admin'), async (c) => {
    const [rows] = await ask(c, (db) => {
      const visible = db.select(mappingColumns).from(mappings).$dynamic();
      const own = db
        .select(mappingColumns)
        .from(mappings)
        .where(sql`${mappings.patient_id} = any (array(select app.own_patients()))`);
      // as for patients: one of two branches is empty, so that an owner's mappings are found by index
      const all = visible.where(sql`(select app.role()) in ('doctor', 'admin')`);
      return [witnessed(db, 'mapping', idsIn('patient'), own.unionAll(all).orderBy(sql`id`))];
    });
    return c.json(rows);
  })
  .get('/patient/:id', allow('user', 'patient', 'doctor', 'admin'), params('id'), (c) =>
    doctorsOf(c, c.req.valid('param').id),
  )
  .get('/:id', allow('user', 'patient', 'doctor', 'admin'), params('id'), (c) => doctorsOf(c, c.req.valid('param').id))
  .delete('/:id', allow('user', 'admin'), params('id'), async (c) => {
    const one = eq(mappings.id, c.req.valid('param').id);
    const [gone] = await ask(c, (db) => [db.delete(mappings).where(one).returning({ id: mappings.id })]);
    found(gone);
    return c.body(null, 204);
  });

export const assignPatientRoute = new Hono<Env>({ strict: false }).post(
  '/assign-patient',
  allow('admin'),
  json(assignBody),
  (c) => assign(c, c.req.valid('json')),
);
