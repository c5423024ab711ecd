// /api/mappings: who treats whom. The owner of a patient assigns doctors to it, and an admin may do so for any.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireChanged } from '../errors.ts';
import { allButPendingDoctors, recordKeepers } from '../http/auth.ts';
import { respondWithPage } from '../http/pages.ts';
import { auditRefusals } from '../http/refusals.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { assignDoctor } from './assign.ts';
import {
  deleteMapping,
  doctorsOfPatientParams,
  listDoctorsOfPatient,
  listMappings,
  mappingListParams,
} from './queries.ts';
import { assignedDoctor, assignment, mapping } from './table.ts';

export const mappingRoutes = new Hono<Env>({ strict: false })
  .post(
    '/',
    route({
      summary: 'Assign a doctor to a patient',
      detail: 'The patient finds the doctor in `my-doctors`, the doctor the patient in `my-patients`.',
      roles: recordKeepers,
      answers: { 201: mapping },
      uses: [assignDoctor],
    }),
    json(assignment),
    auditRefusals,
    (c) => assignDoctor(c, c.req.valid('json')),
  )
  .get(
    '/',
    route({
      summary: 'List mappings',
      detail: 'Who treats whom, of all patients that the caller may see.',
      roles: allButPendingDoctors,
      answers: { 200: z.array(mapping) },
    }),
    mappingListParams,
    (c) => respondWithPage(c, listMappings, c.req.valid('query')),
  )
  .get(
    '/patient/:id',
    route({
      summary: 'List the doctors of a patient',
      detail: 'The mappings of one patient, each with the record of its doctor.',
      roles: allButPendingDoctors,
      answers: { 200: z.array(assignedDoctor) },
    }),
    byId,
    auditRefusals,
    doctorsOfPatientParams,
    (c) => respondWithPage(c, listDoctorsOfPatient, c.req.valid('query'), c.req.valid('param')),
  )
  .get(
    '/:id',
    route({
      summary: 'List doctors by patient',
      detail: 'The same under a shorter path, whose `id` is the patient and no mapping.',
      roles: allButPendingDoctors,
      answers: { 200: z.array(assignedDoctor) },
    }),
    byId,
    auditRefusals,
    doctorsOfPatientParams,
    (c) => respondWithPage(c, listDoctorsOfPatient, c.req.valid('query'), c.req.valid('param')),
  )
  .delete(
    '/:id',
    route({
      summary: 'Remove a mapping',
      detail: 'The doctor no longer treats the patient; both records stay. A doctor declines a patient so.',
      roles: ['user', 'doctor', 'admin'],
      answers: { 204: null },
      problems: ['not_owner'],
    }),
    byId,
    async (c) => {
      const [rows] = await queryAsApi(c, deleteMapping(c.req.valid('param')));
      requireChanged(rows);
      return c.body(null, 204);
    },
  );
