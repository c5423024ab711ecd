// /api/doctors: whom everybody who is signed in may look up, and the patients that an approved doctor sees.
import { eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { config, type Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { type Params, prepare } from '../db/prepared.ts';
import { requireRow } from '../errors.ts';
import { allow, everyone, owners } from '../http/auth.ts';
import { deleteRecord, updateRecord } from '../http/changes.ts';
import { conditionalRead, etagHeader, withEtag } from '../http/etag.ts';
import { idempotentInsert } from '../http/idempotency.ts';
import { respondWithPage } from '../http/pages.ts';
import { byId, json, putDetail } from '../http/validate.ts';
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
import { doctorListParams, listDoctors } from '../records/doctor-lists.ts';
import { registeredPatient } from '../records/patient.ts';
import { listAllPatients, listAssignedPatients, patientListParams } from '../records/patient-lists.ts';

type NewDoctorParams = Params<'name' | 'specialization' | 'most', keyof typeof doctorFields>;
const insertDoctor = idempotentInsert(doctors, (db, { most, ...given }: NewDoctorParams) =>
  db
    .insert(doctors)
    .values({ ...given, created_by: sql`app.doctor_maker(${most}::integer)` })
    .returning(doctorColumns),
);
const createDoctor = (c: Context<Env>, given: z.output<typeof newDoctor>) =>
  insertDoctor(c, { ...given, most: config(c).DOCTORS_PER_ACCOUNT });

const selectDoctor = prepare((db, { id }: Params<'id'>) => [
  db.select(doctorColumns).from(doctors).where(eq(doctors.id, id)),
]);
const updateDoctor = updateRecord(doctors, doctorColumns, 'id', ['invitation_open', 'others_assigned']);
const deleteDoctor = deleteRecord(doctors, ['invitation_open', 'others_assigned']);

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
  insertDoctor,
  'limit_reached',
  etagHeader,
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
  conditionalRead,
  everyone,
);
const aboutOthers =
  'Not by its creator while the doctor is invited to have an account, or patients of others are assigned to the doctor.';
const replaces = describe(`Replace a doctor. ${putDetail} ${aboutOthers}`, { 200: doctor }, updateDoctor, owners);
const changes = describe(
  `Change a doctor. Send only what changes, and \`null\` only for a field to clear. ${aboutOthers}`,
  { 200: doctor },
  updateDoctor,
  owners,
);
const deletes = describe(
  `Delete a doctor. With its mappings. An administrator can undo it from the audit trail. ${aboutOthers}`,
  { 204: null },
  deleteDoctor,
  owners,
);

export const doctorRoutes = new Hono<Env>({ strict: false })
  .post('/', creates, json(newDoctor), async (c) =>
    c.json(withEtag(c, await createDoctor(c, c.req.valid('json'))), 201),
  )
  .get('/', lists, doctorListParams, (c) => respondWithPage(c, listDoctors, c.req.valid('query')))
  .get('/all-patients', listsAll, patientListParams, (c) => respondWithPage(c, listAllPatients, c.req.valid('query')))
  .get('/my-patients', listsMine, patientListParams, (c) =>
    respondWithPage(c, listAssignedPatients, c.req.valid('query')),
  )
  .get('/:id', reads, byId, async (c) => {
    const [rows] = await queryAsApi(c, selectDoctor(c.req.valid('param')));
    return c.json(withEtag(c, requireRow(rows)));
  })
  .put('/:id', replaces, byId, json(doctorPut), (c) => updateDoctor(c, c.req.valid('param').id, c.req.valid('json')))
  .patch('/:id', changes, byId, json(doctorPatch), (c) => updateDoctor(c, c.req.valid('param').id, c.req.valid('json')))
  .delete('/:id', deletes, byId, (c) => deleteDoctor(c, c.req.valid('param').id));
