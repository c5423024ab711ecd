// Doctors, whom everybody who is signed in may look up, and the patients that an approved doctor sees.
import { eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { allow, anyone } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, idsIn, me, witnessed } from '../db.ts';
import { found, written } from '../errors.ts';
import { tagged, untagged } from '../etag.ts';
import { once } from '../once.ts';
import { doctorColumns, doctorFields, doctorReadOnly, patientColumns } from '../records.ts';
import { doctors, mappings, patients } from '../schema.ts';
import { json, params, partial, whole } from '../validate.ts';

const createBody = z.strictObject(doctorFields);
const putBody = whole(doctorFields, doctorReadOnly);
const patchBody = partial(doctorFields, doctorReadOnly);

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
  .post('/', allow('user', 'admin'), json(createBody), async (c) => {
    const made = await once(c, (db) => db.insert(doctors).values(c.req.valid('json')).returning(doctorColumns));
    return c.json(tagged(c, made), 201);
  })
  .get('/', allow(...anyone), async (c) => {
    const [rows] = await ask(c, (db) => [db.select(doctorColumns).from(doctors).orderBy(doctors.id)]);
    return c.json(untagged(rows));
  })

  .get('/all-patients', allow('doctor'), async (c) => {
    const [rows] = await ask(c, (db) => {
      const all = db.select(patientColumns).from(patients).orderBy(patients.id);
      return [witnessed(db, 'patient', idsIn('id'), all)];
    });
    return c.json(untagged(rows));
  })
  .get('/my-patients', allow('doctor'), async (c) => {
    const [rows] = await ask(c, (db) => {
      const assigned = db
        .select(patientColumns)
        .from(doctors)
        .innerJoin(mappings, eq(mappings.doctor_id, doctors.id))
        .innerJoin(patients, eq(patients.id, mappings.patient_id))
        .where(eq(doctors.user_id, me))
        .orderBy(patients.id);
      return [witnessed(db, 'patient', idsIn('id'), assigned)];
    });
    return c.json(untagged(rows));
  })

  .get('/:id', allow(...anyone), params('id'), async (c) => {
    const one = eq(doctors.id, c.req.valid('param').id);
    const [rows] = await ask(c, (db) => [db.select(doctorColumns).from(doctors).where(one)]);
    return c.json(tagged(c, found(rows)));
  })
  .put('/:id', allow('user', 'admin'), params('id'), json(putBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', allow('user', 'admin'), params('id'), json(patchBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', allow('user', 'admin'), params('id'), async (c) => {
    const one = eq(doctors.id, c.req.valid('param').id);
    const [gone, seen] = await ask(c, (db) => [
      db.delete(doctors).where(one).returning({ id: doctors.id }),
      db.select({ id: doctors.id }).from(doctors).where(one),
    ]);
    written(gone, seen);
    return c.body(null, 204);
  });
