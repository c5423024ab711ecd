// Patients. Whoever made the record owns it; the policies decide who else sees it.
import { and, eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { allow } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, iAm, idsIn, me, witnessed } from '../db.ts';
import { found, written } from '../errors.ts';
import { tagged, untagged } from '../etag.ts';
import { once } from '../once.ts';
import { doctorColumns, patientColumns, patientFields, patientReadOnly } from '../records.ts';
import { doctors, mappings, patients } from '../schema.ts';
import { json, params, partial, whole } from '../validate.ts';

const createBody = z.strictObject(patientFields);
const putBody = whole(patientFields, patientReadOnly);
const patchBody = partial(patientFields, patientReadOnly);

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
  .post('/', allow('user', 'admin'), json(createBody), async (c) => {
    const made = await once(c, (db) => db.insert(patients).values(c.req.valid('json')).returning(patientColumns));
    return c.json(tagged(c, made), 201);
  })
  .get('/', allow('user', 'admin'), async (c) => {
    const [rows] = await ask(c, (db) => {
      const all = db.select(patientColumns).from(patients).$dynamic();
      const own = db
        .select(patientColumns)
        .from(patients)
        .where(and(iAm('user'), eq(patients.created_by, me)));
      // two branches, of which one is empty, so that a user's list is found by index
      return [witnessed(db, 'patient', idsIn('id'), own.unionAll(all.where(iAm('admin'))).orderBy(sql`id`))];
    });
    return c.json(untagged(rows));
  })

  .get('/my-doctors', allow('patient'), async (c) => {
    const record = sql`array(select ${patients.id} from ${patients} where ${patients.user_id} = ${me})`;
    const [rows] = await ask(c, (db) => {
      const mine = db
        .select(doctorColumns)
        .from(mappings)
        .innerJoin(patients, eq(patients.id, mappings.patient_id))
        .innerJoin(doctors, eq(doctors.id, mappings.doctor_id))
        .where(eq(patients.user_id, me))
        .orderBy(doctors.id);
      return [witnessed(db, 'mapping', record, mine)];
    });
    return c.json(untagged(rows));
  })

  .get('/:id', allow('user', 'patient', 'doctor', 'admin'), params('id'), async (c) => {
    const [rows] = await ask(c, (db) => {
      const one = db
        .select(patientColumns)
        .from(patients)
        .where(eq(patients.id, c.req.valid('param').id));
      return [witnessed(db, 'patient', idsIn('id'), one)];
    });
    return c.json(tagged(c, found(rows)));
  })
  .put('/:id', allow('user', 'patient', 'doctor', 'admin'), params('id'), json(putBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', allow('user', 'patient', 'doctor', 'admin'), params('id'), json(patchBody), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', allow('user', 'patient', 'doctor', 'admin'), params('id'), async (c) => {
    const one = eq(patients.id, c.req.valid('param').id);
    const [gone, seen] = await ask(c, (db) => [
      db.delete(patients).where(one).returning({ id: patients.id }),
      db.select({ id: patients.id }).from(patients).where(one),
    ]);
    written(gone, seen);
    return c.body(null, 204);
  });
