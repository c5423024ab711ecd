// Creates, reads and changes patients. Whoever made the record owns it; the policies decide who else sees it.
import { eq, sql } from 'drizzle-orm';
import { actorId, audited, idsFromColumn } from '../db/audit.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { idempotentBatchInsert, idempotentInsert } from '../http/idempotency.ts';
import { deleteRecord, updateOwnRecord, updateRecord } from '../http/records.ts';
import { isOpenInvitation, prepareRevocation } from '../invitations/queries.ts';
import { invitationColumns, invitations } from '../invitations/table.ts';
import { columnsWithRegistrar, patientColumns, type patientFields, patients } from './table.ts';

export const createPatient = idempotentInsert(patients, (db, given: Params<'name', keyof typeof patientFields>) =>
  db.insert(patients).values(given).returning(patientColumns),
);

export const createPatients = idempotentBatchInsert(patients, (db, { sent }: Params<'sent'>) => {
  // by the table's own name, so that the columns of every other answer select from it
  const made = db.$with('patients', { id: patients.id }).as(sql`select * from app.create_patients(${sent}::jsonb)`);
  return db.with(made).select(patientColumns).from(patients);
});

export const selectPatient = prepare((db, { id }: Params<'id'>) => [
  audited(
    db,
    'patient',
    idsFromColumn('id'),
    db.select(columnsWithRegistrar).from(patients).where(eq(patients.id, id)),
  ),
]);

export const updatePatient = updateRecord(patients, patientColumns);

export const deletePatient = deleteRecord(patients, ['has_account']);

const ofPatient = invitations.patient_id;

export const selectInvitation = prepare((db, { id }: Params<'id'>) => [
  audited(
    db,
    'invitation',
    idsFromColumn('patient'),
    db.select(invitationColumns).from(invitations).where(isOpenInvitation(ofPatient, id)),
  ),
]);

export const revokeInvitation = prepareRevocation(ofPatient);

export const selectOwnPatient = prepare((db) => [
  audited(
    db,
    'patient',
    idsFromColumn('id'),
    db.select(columnsWithRegistrar).from(patients).where(eq(patients.user_id, actorId)),
  ),
]);

export const updateOwnPatient = updateOwnRecord(patients, patientColumns);

export const leaveRecord = prepare((db) => [db.execute(sql`select app.leave_record()`)]);
