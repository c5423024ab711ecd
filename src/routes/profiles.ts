// A patient's and a doctor's own record, by the account that it is linked to.
import { eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import { doctor, patient } from '../answers.ts';
import { config, type Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, idsIn, me, prepare, witnessed } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow } from '../http/auth.ts';
import { changing } from '../http/changes.ts';
import { tagged } from '../http/etag.ts';
import { json, params } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { doctorColumns, doctorPut, patientColumns, patientPut } from '../records.ts';
import { doctors, patients } from '../schema.ts';

const patientsOnly = allow('patient');
const doctorsOnly = allow('doctor', 'pending_doctor');
const replacesPatient = describe('Replace my patient record', { 200: patient });
const replacesDoctor = describe('Replace my doctor record', { 200: doctor });

const readPatient = prepare((db) => [
  witnessed(db, 'patient', idsIn('id'), db.select(patientColumns).from(patients).where(eq(patients.user_id, me))),
]);
const readDoctor = prepare((db) => [db.select(doctorColumns).from(doctors).where(eq(doctors.user_id, me))]);
const changePatient = changing(patients, patientColumns, 'user_id');
/** A doctor who becomes somebody else awaits approval again, unless the database is told that nobody waits for one. */
const updateDoctor = prepare((db, { user_id, approval, ...fields }: Given<'user_id' | 'approval'>) => [
  db.execute(sql`select set_config('app.doctor_approval', ${approval}, true)`),
  db
    .update(doctors)
    .set({ ...fields, updated_at: sql`now()` })
    .where(eq(doctors.user_id, user_id))
    .returning(doctorColumns),
]);
const changeDoctor = async (c: Context<Env>, user_id: number, fields: z.output<typeof doctorPut>) => {
  const [, rows] = await ask(c, updateDoctor({ ...fields, user_id, approval: config(c).DOCTOR_APPROVAL }));
  return c.json(tagged(c, found(rows)));
};

export const patientProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', describe('Read my patient record', { 200: patient }, 'not_found'), patientsOnly, async (c) => {
    const [rows] = await ask(c, readPatient({}));
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', replacesPatient, patientsOnly, params('user_id'), json(patientPut), (c) =>
    changePatient(c, c.req.valid('param').user_id, c.req.valid('json')),
  );

export const doctorProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', describe('Read my doctor record', { 200: doctor }, 'not_found'), doctorsOnly, async (c) => {
    const [rows] = await ask(c, readDoctor({}));
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', replacesDoctor, doctorsOnly, params('user_id'), json(doctorPut), (c) =>
    changeDoctor(c, c.req.valid('param').user_id, c.req.valid('json')),
  );
