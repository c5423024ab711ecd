// /api/doctors: whom everybody who is signed in may look up, and the patients that an approved doctor sees.
import { eq } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow, everyone, owners } from '../http/auth.ts';
import { changing, deleting } from '../http/changes.ts';
import { tag, tagged, taggedRead } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { answerPage } from '../http/pages.ts';
import { byId, json } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import {
  doctor,
  doctorColumns,
  type doctorFields,
  doctorPatch,
  doctorPut,
  doctors,
  newDoctor,
} from '../records/doctor.ts';
import { allDoctors, doctorQuery } from '../records/doctor-lists.ts';
import { patient } from '../records/patient.ts';
import { assignedToMe, everybodys, patientQuery } from '../records/patient-lists.ts';

const create = once(doctors, (db, given: Given<'name' | 'specialization', keyof typeof doctorFields>) =>
  db.insert(doctors).values(given).returning(doctorColumns),
);
const read = prepare((db, { id }: Given<'id'>) => [db.select(doctorColumns).from(doctors).where(eq(doctors.id, id))]);
const change = changing(doctors, doctorColumns);
const remove = deleting(doctors);

const approvedDoctors = allow('doctor');
const listsAll = describe('List all patients', { 200: z.array(patient) }, approvedDoctors);
const listsMine = describe('List my patients', { 200: z.array(patient) }, approvedDoctors);

export const doctorRoutes = new Hono<Env>({ strict: false })
  .post('/', describe('Create a doctor', { 201: doctor }, create, tag, owners), json(newDoctor), async (c) =>
    c.json(tagged(c, await create(c, c.req.valid('json'))), 201),
  )
  .get('/', describe('List doctors', { 200: z.array(doctor) }, everyone), doctorQuery, (c) =>
    answerPage(c, allDoctors, c.req.valid('query')),
  )
  .get('/all-patients', listsAll, patientQuery, (c) => answerPage(c, everybodys, c.req.valid('query')))
  .get('/my-patients', listsMine, patientQuery, (c) => answerPage(c, assignedToMe, c.req.valid('query')))
  .get('/:id', describe('Read a doctor', { 200: doctor }, taggedRead, everyone), byId, async (c) => {
    const [rows] = await ask(c, read(c.req.valid('param')));
    return c.json(tagged(c, found(rows)));
  })
  .put('/:id', describe('Replace a doctor', { 200: doctor }, change, owners), byId, json(doctorPut), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', describe('Change a doctor', { 200: doctor }, change, owners), byId, json(doctorPatch), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', describe('Delete a doctor', { 204: null }, remove, owners), byId, (c) =>
    remove(c, c.req.valid('param').id),
  );
