// A patient's and a doctor's own record, by the account that it is linked to.
import { eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { doctor, patient } from '../answers.ts';
import { allow } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, idsIn, me, witnessed } from '../db.ts';
import { describe } from '../describe.ts';
import { found } from '../errors.ts';
import { tagged } from '../etag.ts';
import { doctorColumns, doctorPut, patientColumns, patientPut } from '../records.ts';
import { doctors, patients } from '../schema.ts';
import { json, params } from '../validate.ts';

const doctorsOnly = allow('doctor', 'pending_doctor');
const replacesPatient = describe('Replace my patient record', { 200: patient });
const replacesDoctor = describe('Replace my doctor record', { 200: doctor });

export const patientProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', describe('Read my patient record', { 200: patient }, 'not_found'), allow('patient'), async (c) => {
    const [rows] = await ask(c, (db) => {
      const own = db.select(patientColumns).from(patients).where(eq(patients.user_id, me));
      return [witnessed(db, 'patient', idsIn('id'), own)];
    });
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', replacesPatient, allow('patient'), params('user_id'), json(patientPut), async (c) => {
    const changes = { ...c.req.valid('json'), updated_at: sql`now()` };
    const own = eq(patients.user_id, c.req.valid('param').user_id);
    const [rows] = await ask(c, (db) => [db.update(patients).set(changes).where(own).returning(patientColumns)]);
    return c.json(tagged(c, found(rows)));
  });

export const doctorProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', describe('Read my doctor record', { 200: doctor }, 'not_found'), doctorsOnly, async (c) => {
    const [rows] = await ask(c, (db) => [db.select(doctorColumns).from(doctors).where(eq(doctors.user_id, me))]);
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', replacesDoctor, doctorsOnly, params('user_id'), json(doctorPut), async (c) => {
    const changes = { ...c.req.valid('json'), updated_at: sql`now()` };
    const own = eq(doctors.user_id, c.req.valid('param').user_id);
    const [rows] = await ask(c, (db) => [db.update(doctors).set(changes).where(own).returning(doctorColumns)]);
    return c.json(tagged(c, found(rows)));
  });
