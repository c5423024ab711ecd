// /api/patients. Whoever made the record owns it; the policies decide who else sees it.
import { Hono } from 'hono';
import * as z from 'zod';
import { emailBody } from '../accounts/link-fields.ts';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { doctorListParams, listMyDoctors } from '../doctors/lists.ts';
import { doctor } from '../doctors/table.ts';
import { requireRow } from '../errors.ts';
import { allButPendingDoctors, enforceBatchLimit, recordKeepers } from '../http/auth.ts';
import { conditionalRead, etagHeader, withEtag, withoutVersions } from '../http/etag.ts';
import { respondWithPage } from '../http/pages.ts';
import { auditRefusals } from '../http/refusals.ts';
import { byId, json, putDetail } from '../http/validate.ts';
import { invite } from '../invitations/queries.ts';
import { invitation } from '../invitations/table.ts';
import { route } from '../openapi/route.ts';
import { listPatients, patientListParams } from './lists.ts';
import {
  createPatient,
  createPatients,
  deletePatient,
  revokeInvitation,
  selectInvitation,
  selectPatient,
  updatePatient,
} from './queries.ts';
import {
  newPatient,
  omitMissingRegistrar,
  patient,
  patientBatch,
  patientPatch,
  patientPut,
  registeredPatient,
} from './table.ts';

export const patientRoutes = new Hono<Env>({ strict: false })
  .post(
    '/',
    route({
      summary: 'Create a patient',
      detail: 'Whoever makes the record owns it: nobody else but doctors and administrators sees it.',
      roles: recordKeepers,
      answers: { 201: patient },
      uses: [createPatient, etagHeader],
    }),
    json(newPatient),
    async (c) => c.json(withEtag(c, await createPatient(c, c.req.valid('json'))), 201),
  )
  .post(
    '/batch',
    route({
      summary: 'Create a batch of patients',
      detail:
        'Up to 500, all of them or none, in one transaction, answered in the order in which they were sent. An ' +
        'error names its place, like `patients.3.name`. Counts as one request for each patient.',
      roles: recordKeepers,
      answers: { 201: z.array(patient) },
      uses: [createPatients],
    }),
    json(patientBatch),
    async (c) => {
      const { patients } = c.req.valid('json');
      await enforceBatchLimit(c, patients.length);
      return c.json(withoutVersions(await createPatients(c, { sent: JSON.stringify(patients) })), 201);
    },
  )
  .get(
    '/',
    route({
      summary: 'List patients',
      detail: 'Those that the caller made; for administrators all.',
      roles: recordKeepers,
      answers: { 200: z.array(patient) },
    }),
    patientListParams,
    (c) => respondWithPage(c, listPatients, c.req.valid('query')),
  )
  .get(
    '/my-doctors',
    route({
      summary: 'List my doctors',
      detail: 'The doctors who are assigned to the patient who asks.',
      roles: ['patient'],
      answers: { 200: z.array(doctor) },
    }),
    doctorListParams,
    (c) => respondWithPage(c, listMyDoctors, c.req.valid('query')),
  )
  .get(
    '/:id',
    route({
      summary: 'Read a patient',
      detail: 'Leaves an entry in the trail, which the patient can read. Doctors are told who registered the patient.',
      roles: allButPendingDoctors,
      answers: { 200: registeredPatient },
      uses: [conditionalRead],
    }),
    byId,
    auditRefusals,
    async (c) => {
      const [rows] = await queryAsApi(c, selectPatient(c.req.valid('param')));
      return c.json(withEtag(c, omitMissingRegistrar(requireRow(rows))));
    },
  )
  .put(
    '/:id',
    route({
      summary: 'Replace a patient',
      detail: putDetail,
      roles: allButPendingDoctors,
      answers: { 200: patient },
      uses: [updatePatient],
    }),
    byId,
    auditRefusals,
    json(patientPut),
    (c) => updatePatient(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch(
    '/:id',
    route({
      summary: 'Change a patient',
      detail: 'Send only what changes, and `null` only for a field to clear.',
      roles: allButPendingDoctors,
      answers: { 200: patient },
      uses: [updatePatient],
    }),
    byId,
    auditRefusals,
    json(patientPatch),
    (c) => updatePatient(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete(
    '/:id',
    route({
      summary: 'Delete a patient',
      detail:
        'With its mappings. An administrator can undo it from the audit trail; only an administrator deletes a ' +
        'record that an account has as well.',
      roles: allButPendingDoctors,
      answers: { 204: null },
      uses: [deletePatient],
    }),
    byId,
    auditRefusals,
    (c) => deletePatient(c, c.req.valid('param').id),
  )

  .post(
    '/:id/invitation',
    route({
      summary: 'Invite a patient',
      detail: 'To an account for this record; again: the previous link ends, and a new one is sent.',
      roles: recordKeepers,
      answers: { 201: invitation },
      uses: [invite],
    }),
    byId,
    auditRefusals,
    json(emailBody),
    (c) => invite(c, { ...c.req.valid('json'), role: 'patient', patient: c.req.valid('param').id }),
  )
  .get(
    '/:id/invitation',
    route({
      summary: 'Read the invitation of a patient',
      detail: 'The one that is open, which was sent and is not accepted yet.',
      roles: recordKeepers,
      answers: { 200: invitation },
    }),
    byId,
    auditRefusals,
    async (c) => {
      const [rows] = await queryAsApi(c, selectInvitation(c.req.valid('param')));
      return c.json(requireRow(rows));
    },
  )
  .delete(
    '/:id/invitation',
    route({
      summary: 'Revoke the invitation of a patient',
      detail: 'Its link no longer works.',
      roles: recordKeepers,
      answers: { 204: null },
    }),
    byId,
    auditRefusals,
    async (c) => {
      const [revoked] = await queryAsApi(c, revokeInvitation(c.req.valid('param')));
      requireRow(revoked);
      return c.body(null, 204);
    },
  );
