// A patient's and a doctor's own record, by the account that it is linked to.
import { eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { allow } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, idsIn, me, witnessed } from '../db.ts';
import { found } from '../errors.ts';
import { tagged } from '../etag.ts';
import {
  doctorColumns,
  doctorFields,
  doctorReadOnly,
  patientColumns,
  patientFields,
  patientReadOnly,
} from '../records.ts';
import { doctors, patients } from '../schema.ts';
import { json, params, whole } from '../validate.ts';

const patientBody = whole(patientFields, patientReadOnly);
const doctorBody = whole(doctorFields, doctorReadOnly);

export const patientProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', allow('patient'), async (c) => {
    const [rows] = await ask(c, (db) => {
      const own = db.select(patientColumns).from(patients).where(eq(patients.user_id, me));
      return [witnessed(db, 'patient', idsIn('id'), own)];
    });
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', allow('patient'), params('user_id'), json(patientBody), async (c) => {
    const changes = { ...c.req.valid('json'), updated_at: sql`now()` };
    const own = eq(patients.user_id, c.req.valid('param').user_id);
    const [rows] = await ask(c, (db) => [db.update(patients).set(changes).where(own).returning(patientColumns)]);
    return c.json(tagged(c, found(rows)));
  });

export const doctorProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', allow('doctor', 'pending_doctor'), async (c) => {
    const [rows] = await ask(c, (db) => [db.select(doctorColumns).from(doctors).where(eq(doctors.user_id, me))]);
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', allow('doctor', 'pending_doctor'), params('user_id'), json(doctorBody), async (c) => {
    const changes = { ...c.req.valid('json'), updated_at: sql`now()` };
    const own = eq(doctors.user_id, c.req.valid('param').user_id);
    const [rows] = await ask(c, (db) => [db.update(doctors).set(changes).where(own).returning(doctorColumns)]);
    return c.json(tagged(c, found(rows)));
  });
