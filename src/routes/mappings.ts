// Who treats whom: the owner of a patient assigns doctors to it, and an admin may do so for any.
import { and, eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { assignedDoctor, mapping } from '../answers.ts';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, idsIn, prepare, witnessed } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { admins, owners, readers } from '../http/auth.ts';
import { once } from '../http/idempotency.ts';
import { listing, listQuery } from '../http/pages.ts';
import { onPatient } from '../http/refusals.ts';
import { byId, idText, json, recordId } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { assignedDoctorColumns, mappingColumns } from '../records.ts';
import { doctors, mappings, patients } from '../schema.ts';

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
const create = once(mappings, (db, { patient, doctor }: Given<'patient' | 'doctor'>) =>
  db.insert(mappings).values({ patient_id: patient, doctor_id: doctor }).returning(mappingColumns),
);
const assign = (c: Context<Env>, pair: z.output<typeof assignBody>) =>
  onPatient(c, pair.patient, async () => c.json(await create(c, pair), 201));

const remove = prepare((db, { id }: Given<'id'>) => [
  db.delete(mappings).where(eq(mappings.id, id)).returning({ id: mappings.id }),
]);

const sorts = { id: mappings.id, created_at: mappings.created_at };
const filters = { patient: idText.optional(), doctor: idText.optional() };
const listed = listQuery(sorts, filters);

const isOwn = sql`${mappings.patient_id} = any (array(select app.own_patients()))`;
const seesAll = sql`(select app.role()) in ('doctor', 'admin')`;

/** As for patients one of two branches is empty, so that an owner's are found by index. */
const list = listing(sorts, (db, { patient, doctor }: Given<never, keyof typeof filters>, page) => {
  const filtered = and(patient && eq(mappings.patient_id, patient), doctor && eq(mappings.doctor_id, doctor));
  const wheres = [isOwn, seesAll].map((branch) => and(branch, filtered));
  const rows = page.rows(() => db.select({ ...mappingColumns, ...page.key }).from(mappings), ...wheres);
  return [witnessed(db, 'mapping', idsIn('patient'), rows), ...page.totals(db, mappings, ...wheres)];
});

const ofPatientSorts = { id: mappings.id };
const listedOfPatient = listQuery(ofPatientSorts, {});
const listsDoctors = describe('List the doctors of a patient', { 200: z.array(assignedDoctor) });
const listsThemToo = describe('List doctors by patient. `id` is the patient.', { 200: z.array(assignedDoctor) });

/** The doctors of one patient: 404 unless the actor may see the patient, [] when it has none. */
const listSeen = listing(
  ofPatientSorts,
  (db, { id }: Given<'id'>, page) => {
    const ofPatient = eq(mappings.patient_id, id);
    const select = () =>
      db
        .select({ ...assignedDoctorColumns, ...page.key })
        .from(mappings)
        .innerJoin(doctors, eq(doctors.id, mappings.doctor_id));
    const patient = sql`array(select ${patients.id} from ${patients} where ${patients.id} = ${id})`;
    return [witnessed(db, 'mapping', patient, page.rows(select, ofPatient)), ...page.totals(db, mappings, ofPatient)];
  },
  { visible: (db, { id }) => db.select({ id: patients.id }).from(patients).where(eq(patients.id, id)) },
);

const listOfPatient = (c: Context<Env>, asked: Parameters<typeof listSeen>[1], of: { id: number }) =>
  onPatient(c, of.id, () => listSeen(c, asked, of));

export const mappingRoutes = new Hono<Env>({ strict: false })
  .post('/', assigns, owners, json(assignBody), (c) => assign(c, c.req.valid('json')))
  .get('/', describe('List mappings', { 200: z.array(mapping) }), readers, listed, (c) => list(c, c.req.valid('query')))
  .get('/patient/:id', listsDoctors, readers, byId, listedOfPatient, (c) =>
    listOfPatient(c, c.req.valid('query'), c.req.valid('param')),
  )
  .get('/:id', listsThemToo, readers, byId, listedOfPatient, (c) =>
    listOfPatient(c, c.req.valid('query'), c.req.valid('param')),
  )
  .delete('/:id', describe('Remove a mapping', { 204: null }), owners, byId, async (c) => {
    const [gone] = await ask(c, remove(c.req.valid('param')));
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
