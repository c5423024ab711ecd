// /api/patients. Whoever made the record owns it; the policies decide who else sees it.
import { eq } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited, idsIn } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow, owners, readers } from '../http/auth.ts';
import { changing, deleting } from '../http/changes.ts';
import { tag, tagged, taggedRead } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { answerPage } from '../http/pages.ts';
import { refusalsNoted } from '../http/refusals.ts';
import { byId, json } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { doctor } from '../records/doctor.ts';
import { doctorQuery, myDoctors } from '../records/doctor-lists.ts';
import { invitation, invitationColumns, invitations } from '../records/invitation.ts';
import { invite, openBy, revokingBy } from '../records/inviting.ts';
import { addressee } from '../records/link.ts';
import {
  newPatient,
  patient,
  patientColumns,
  type patientFields,
  patientPatch,
  patientPut,
  patients,
} from '../records/patient.ts';
import { ownOrAll, patientQuery } from '../records/patient-lists.ts';

const create = once(patients, (db, given: Given<'name', keyof typeof patientFields>) =>
  db.insert(patients).values(given).returning(patientColumns),
);
const read = prepare((db, { id }: Given<'id'>) => [
  audited(db, 'patient', idsIn('id'), db.select(patientColumns).from(patients).where(eq(patients.id, id))),
]);
const change = changing(patients, patientColumns);
const remove = deleting(patients);

const ofPatient = invitations.patient_id;
const readInvitation = prepare((db, { id }: Given<'id'>) => [
  audited(
    db,
    'invitation',
    idsIn('patient'),
    db.select(invitationColumns).from(invitations).where(openBy(ofPatient, id)),
  ),
]);
const revokeInvitation = revokingBy(ofPatient);
const invites = describe(
  'Invite a patient. To an account for this record; again: the link of before ends, and a new one is sent.',
  { 201: invitation },
  invite,
  owners,
);
const lists = describe(
  'List patients. Those that the caller made; for administrators all.',
  { 200: z.array(patient) },
  owners,
);

export const patientRoutes = new Hono<Env>({ strict: false })
  .post('/', describe('Create a patient', { 201: patient }, create, tag, owners), json(newPatient), async (c) =>
    c.json(tagged(c, await create(c, c.req.valid('json'))), 201),
  )
  .get('/', lists, patientQuery, (c) => answerPage(c, ownOrAll, c.req.valid('query')))
  .get('/my-doctors', describe('List my doctors', { 200: z.array(doctor) }, allow('patient')), doctorQuery, (c) =>
    answerPage(c, myDoctors, c.req.valid('query')),
  )
  .get('/:id', describe('Read a patient', { 200: patient }, taggedRead, readers), byId, refusalsNoted, async (c) => {
    const [rows] = await ask(c, read(c.req.valid('param')));
    return c.json(tagged(c, found(rows)));
  })
  .put(
    '/:id',
    describe('Replace a patient', { 200: patient }, change, readers),
    byId,
    refusalsNoted,
    json(patientPut),
    (c) => change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch(
    '/:id',
    describe('Change a patient', { 200: patient }, change, readers),
    byId,
    refusalsNoted,
    json(patientPatch),
    (c) => change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', describe('Delete a patient', { 204: null }, remove, readers), byId, refusalsNoted, (c) =>
    remove(c, c.req.valid('param').id),
  )

  .post('/:id/invitation', invites, byId, refusalsNoted, json(addressee), (c) =>
    invite(c, { ...c.req.valid('json'), role: 'patient', patient: c.req.valid('param').id }),
  )
  .get(
    '/:id/invitation',
    describe('Read the invitation of a patient', { 200: invitation }, owners),
    byId,
    refusalsNoted,
    async (c) => {
      const [rows] = await ask(c, readInvitation(c.req.valid('param')));
      return c.json(found(rows));
    },
  )
  .delete(
    '/:id/invitation',
    describe('Revoke the invitation of a patient', { 204: null }, owners),
    byId,
    refusalsNoted,
    async (c) => {
      const [revoked] = await ask(c, revokeInvitation(c.req.valid('param')));
      found(revoked);
      return c.body(null, 204);
    },
  );
