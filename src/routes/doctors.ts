// /api/doctors: whom everybody who is signed in may look up, and the patients that an approved doctor sees.
import { eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { config, type Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow, everyone, owners } from '../http/auth.ts';
import { changing, deleting } from '../http/changes.ts';
import { tag, tagged, taggedRead } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { answerPage } from '../http/pages.ts';
import { aboutPut, byId, json } from '../http/validate.ts';
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
import { registeredPatient } from '../records/patient.ts';
import { assignedToMe, everybodys, patientQuery } from '../records/patient-lists.ts';

type Made = Given<'name' | 'specialization' | 'most', keyof typeof doctorFields>;
const create = once(doctors, (db, { most, ...given }: Made) =>
  db
    .insert(doctors)
    .values({ ...given, created_by: sql`app.doctor_maker(${most}::integer)` })
    .returning(doctorColumns),
);
const makeDoctor = (c: Context<Env>, given: z.output<typeof newDoctor>) =>
  create(c, { ...given, most: config(c).DOCTORS_PER_ACCOUNT });

const read = prepare((db, { id }: Given<'id'>) => [db.select(doctorColumns).from(doctors).where(eq(doctors.id, id))]);
const change = changing(doctors, doctorColumns, 'id', ['invitation_open', 'others_assigned']);
const remove = deleting(doctors, ['invitation_open', 'others_assigned']);

const approvedDoctors = allow('doctor');
const listsAll = describe(
  'List all patients. Every patient there is, whoever made the record.',
  { 200: z.array(registeredPatient) },
  approvedDoctors,
);
const listsMine = describe(
  'List my patients. The patients who are assigned to the doctor who asks.',
  { 200: z.array(registeredPatient) },
  approvedDoctors,
);

const creates = describe(
  'Create a doctor. For somebody without an account, whom patients can be assigned to. An account may keep so many.',
  { 201: doctor },
  create,
  'limit_reached',
  tag,
  owners,
);
const lists = describe(
  'List doctors. To find one by name, specialization or any word of these.',
  { 200: z.array(doctor) },
  everyone,
);
const reads = describe(
  'Read a doctor. What patients may know of a doctor; the license number is for the doctor, its creator and ' +
    'administrators.',
  { 200: doctor },
  taggedRead,
  everyone,
);
const aboutOthers =
  'Not by its creator while the doctor is invited to have an account, or patients of others are assigned to the doctor.';
const replaces = describe(`Replace a doctor. ${aboutPut} ${aboutOthers}`, { 200: doctor }, change, owners);
const changes = describe(
  `Change a doctor. Send only what changes, and \`null\` only for a field to clear. ${aboutOthers}`,
  { 200: doctor },
  change,
  owners,
);
const deletes = describe(
  `Delete a doctor. With its mappings. An administrator can undo it from the audit trail. ${aboutOthers}`,
  { 204: null },
  remove,
  owners,
);

export const doctorRoutes = new Hono<Env>({ strict: false })
  .post('/', creates, json(newDoctor), async (c) => c.json(tagged(c, await makeDoctor(c, c.req.valid('json'))), 201))
  .get('/', lists, doctorQuery, (c) => answerPage(c, allDoctors, c.req.valid('query')))
  .get('/all-patients', listsAll, patientQuery, (c) => answerPage(c, everybodys, c.req.valid('query')))
  .get('/my-patients', listsMine, patientQuery, (c) => answerPage(c, assignedToMe, c.req.valid('query')))
  .get('/:id', reads, byId, async (c) => {
    const [rows] = await ask(c, read(c.req.valid('param')));
    return c.json(tagged(c, found(rows)));
  })
  .put('/:id', replaces, byId, json(doctorPut), (c) => change(c, c.req.valid('param').id, c.req.valid('json')))
  .patch('/:id', changes, byId, json(doctorPatch), (c) => change(c, c.req.valid('param').id, c.req.valid('json')))
  .delete('/:id', deletes, byId, (c) => remove(c, c.req.valid('param').id));
