// /api/patients. Whoever made the record owns it; the policies decide who else sees it.
import { eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited, idsIn } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow, countAs, owners, readers } from '../http/auth.ts';
import { changing, deleting } from '../http/changes.ts';
import { tag, tagged, taggedRead, untagged } from '../http/etag.ts';
import { once, onceForAll } from '../http/idempotency.ts';
import { answerPage } from '../http/pages.ts';
import { refusalsNoted } from '../http/refusals.ts';
import { aboutPut, byId, json } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { doctor } from '../records/doctor.ts';
import { doctorQuery, myDoctors } from '../records/doctor-lists.ts';
import { invitation, invitationColumns, invitations } from '../records/invitation.ts';
import { invite, openBy, revokingBy } from '../records/inviting.ts';
import { addressee } from '../records/link.ts';
import {
  asTold,
  newPatient,
  patient,
  patientBatch,
  patientColumns,
  type patientFields,
  patientPatch,
  patientPut,
  patients,
  registeredPatient,
  withMaker,
} from '../records/patient.ts';
import { ownOrAll, patientQuery } from '../records/patient-lists.ts';

const create = once(patients, (db, given: Given<'name', keyof typeof patientFields>) =>
  db.insert(patients).values(given).returning(patientColumns),
);
const createAll = onceForAll(patients, (db, { sent }: Given<'sent'>) => {
  // by the table's own name, so that the columns of every other answer select from it
  const made = db.$with('patients', { id: patients.id }).as(sql`select * from app.create_patients(${sent}::jsonb)`);
  return db.with(made).select(patientColumns).from(patients);
});
const read = prepare((db, { id }: Given<'id'>) => [
  audited(db, 'patient', idsIn('id'), db.select(withMaker).from(patients).where(eq(patients.id, id))),
]);
const change = changing(patients, patientColumns);
const remove = deleting(patients, ['has_account']);

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

const creates = describe(
  'Create a patient. Whoever makes the record owns it: nobody else but doctors and administrators sees it.',
  { 201: patient },
  create,
  tag,
  owners,
);
const createsAll = describe(
  'Create a batch of patients. Up to 500, all of them or none, in one transaction, answered in the order in which they were sent. An ' +
    'error names its place, like `patients.3.name`. Counts as one request for each patient.',
  { 201: z.array(patient) },
  createAll,
  owners,
);
const listsMyDoctors = describe(
  'List my doctors. The doctors who are assigned to the patient who asks.',
  { 200: z.array(doctor) },
  allow('patient'),
);
const reads = describe(
  'Read a patient. Leaves an entry in the trail, which the patient can read. Doctors are told who registered the patient.',
  { 200: registeredPatient },
  taggedRead,
  readers,
);
const replaces = describe(`Replace a patient. ${aboutPut}`, { 200: patient }, change, readers);
const changes = describe(
  'Change a patient. Send only what changes, and `null` only for a field to clear.',
  { 200: patient },
  change,
  readers,
);
const deletes = describe(
  'Delete a patient. With its mappings. An administrator can undo it from the audit trail; only an administrator deletes a ' +
    'record that an account has as well.',
  { 204: null },
  remove,
  readers,
);
const readsInvitation = describe(
  'Read the invitation of a patient. The one that is open, which was sent and is not accepted yet.',
  { 200: invitation },
  owners,
);
const revokesInvitation = describe(
  'Revoke the invitation of a patient. Its link no longer works.',
  { 204: null },
  owners,
);

export const patientRoutes = new Hono<Env>({ strict: false })
  .post('/', creates, json(newPatient), async (c) => c.json(tagged(c, await create(c, c.req.valid('json'))), 201))
  .post('/batch', createsAll, json(patientBatch), async (c) => {
    const { patients } = c.req.valid('json');
    await countAs(c, patients.length);
    return c.json(untagged(await createAll(c, { sent: JSON.stringify(patients) })), 201);
  })
  .get('/', lists, patientQuery, (c) => answerPage(c, ownOrAll, c.req.valid('query')))
  .get('/my-doctors', listsMyDoctors, doctorQuery, (c) => answerPage(c, myDoctors, c.req.valid('query')))
  .get('/:id', reads, byId, refusalsNoted, async (c) => {
    const [rows] = await ask(c, read(c.req.valid('param')));
    return c.json(tagged(c, asTold(found(rows))));
  })
  .put('/:id', replaces, byId, refusalsNoted, json(patientPut), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .patch('/:id', changes, byId, refusalsNoted, json(patientPatch), (c) =>
    change(c, c.req.valid('param').id, c.req.valid('json')),
  )
  .delete('/:id', deletes, byId, refusalsNoted, (c) => remove(c, c.req.valid('param').id))

  .post('/:id/invitation', invites, byId, refusalsNoted, json(addressee), (c) =>
    invite(c, { ...c.req.valid('json'), role: 'patient', patient: c.req.valid('param').id }),
  )
  .get('/:id/invitation', readsInvitation, byId, refusalsNoted, async (c) => {
    const [rows] = await ask(c, readInvitation(c.req.valid('param')));
    return c.json(found(rows));
  })
  .delete('/:id/invitation', revokesInvitation, byId, refusalsNoted, async (c) => {
    const [revoked] = await ask(c, revokeInvitation(c.req.valid('param')));
    found(revoked);
    return c.body(null, 204);
  });
