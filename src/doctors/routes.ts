// /api/doctors: the doctors, whom everybody who is signed in may look up, and the patients that an approved doctor
// sees.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { everyone, recordKeepers } from '../http/auth.ts';
import { conditionalRead, etagHeader, withEtag } from '../http/etag.ts';
import { respondWithPage } from '../http/pages.ts';
import { byId, json, putDetail } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { listAllPatients, listAssignedPatients, patientListParams } from '../patients/lists.ts';
import { listedPatient } from '../patients/table.ts';
import { doctorListParams, listDoctors } from './lists.ts';
import { createDoctor, deleteDoctor, insertDoctor, selectDoctor, updateDoctor } from './queries.ts';
import { doctor, doctorPatch, doctorPut, newDoctor } from './table.ts';

const aboutOthers =
  'Not by its creator while the doctor is invited to have an account, or patients of others are assigned to the doctor.';
export const doctorRoutes = new Hono<Env>({ strict: false })
  .post(
    '/',
    route({
      summary: 'Create a doctor',
      detail: 'For somebody without an account, whom patients can be assigned to. An account may keep so many.',
      roles: recordKeepers,
      answers: { 201: doctor },
      problems: ['limit_reached'],
      uses: [insertDoctor, etagHeader],
    }),
    json(newDoctor),
    async (c) => c.json(withEtag(c, await createDoctor(c, c.req.valid('json'))), 201),
  )
  .get(
    '/',
    route({
      summary: 'List doctors',
      detail: 'To find one by name, specialization or any word of these.',
      roles: everyone,
      answers: { 200: z.array(doctor) },
    }),
    doctorListParams,
    (c) => respondWithPage(c, listDoctors, c.req.valid('query')),
  )
  .get(
    '/all-patients',
    route({
      summary: 'List all patients',
      detail: 'Every patient there is, whoever made the record.',
      roles: ['doctor'],
      answers: { 200: z.array(listedPatient) },
    }),
    patientListParams,
    (c) => respondWithPage(c, listAllPatients, c.req.valid('query')),
  )
  .get(
    '/my-patients',
    route({
      summary: 'List my patients',
      detail: 'The patients who are assigned to the doctor who asks.',
      roles: ['doctor'],
      answers: { 200: z.array(listedPatient) },
    }),
    patientListParams,
    (c) => respondWithPage(c, listAssignedPatients, c.req.valid('query')),
  )
  .get(
    '/:id',
    route({
      summary: 'Read a doctor',
      detail:
        'What patients may know of a doctor; the license number is for the doctor, its creator and ' +
        'administrators.',
      roles: everyone,
      answers: { 200: doctor },
      uses: [conditionalRead],
    }),
    byId,
    async (c) => {
      const [rows] = await queryAsApi(c, selectDoctor(c.req.valid('param')));
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .put(
    '/:id',
    route({
      summary: 'Replace a doctor',
      detail: `${putDetail} ${aboutOthers}`,
      roles: recordKeepers,
      answers: { 200: doctor },
      uses: [updateDoctor],
    }),
    byId,
    json(doctorPut),
    (c) => updateDoctor(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch(
    '/:id',
    route({
      summary: 'Change a doctor',
      detail: `Send only what changes, and \`null\` only for a field to clear. ${aboutOthers}`,
      roles: recordKeepers,
      answers: { 200: doctor },
      uses: [updateDoctor],
    }),
    byId,
    json(doctorPatch),
    (c) => updateDoctor(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete(
    '/:id',
    route({
      summary: 'Delete a doctor',
      detail: `With its mappings. An administrator can undo it from the audit trail. ${aboutOthers}`,
      roles: recordKeepers,
      answers: { 204: null },
      uses: [deleteDoctor],
    }),
    byId,
    (c) => deleteDoctor(c, c.req.valid('param').id),
  );
