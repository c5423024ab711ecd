// What routes answer, for the document and for the tests, which hold every answer against it.
import * as z from 'zod';
import { problems } from './errors.ts';
import { recordId } from './http/validate.ts';
import { accountRoles, genders } from './schema.ts';

const time = z.iso.datetime();
const text = z.string();
const [textOrNull, idOrNull] = [text.nullable(), recordId.nullable()];
const owned = { id: recordId, user_id: idOrNull, created_by: idOrNull, name: text, created_at: time, updated_at: time };
const contact = { phone: textOrNull, email: textOrNull, address: textOrNull };
const patientRow = z.object({
  ...owned,
  age: z.int().nullable().describe('derived from `date_of_birth` where that is known'),
  date_of_birth: z.iso.date().nullable(),
  gender: z.enum(genders).nullable(),
  ...contact,
  medical_history: textOrNull,
});
export const patient = patientRow.meta({ id: 'Patient' });

const doctorRow = z.object({
  ...owned,
  specialization: text,
  contact_info: textOrNull,
  license_number: textOrNull,
  approved: z.boolean().nullable().describe('null for a doctor without an account'),
});
export const doctor = doctorRow.meta({ id: 'Doctor' });

const pair = { id: recordId, patient: recordId, doctor: recordId, created_at: time };
export const mapping = z.object(pair).meta({ id: 'Mapping' });
export const assignedDoctor = z.object({ ...pair, doctor_detail: doctor }).meta({ id: 'AssignedDoctor' });

const userRow = { id: recordId, name: text, username: text, email: text, role: z.enum(accountRoles), created_at: time };
export const user = z.object(userRow).meta({ id: 'User' });
const accountRow = { ...userRow, username: textOrNull, email: textOrNull, disabled: z.boolean() };
export const account = z.object(accountRow).meta({ id: 'Account' });

const tokens = { access: text, refresh: text, token_type: z.literal('Bearer'), expires_in: z.int() };
export const signedIn = z.object({ ...tokens, user }).meta({ id: 'SignedIn' });
const use = { id: recordId, device: textOrNull, created_at: time, last_used_at: time, current: z.boolean() };
export const session = z.object(use).meta({ id: 'Session' });

const act = {
  id: recordId,
  at: time,
  action: text,
  resource: text,
  actor_id: idOrNull,
  actor_name: textOrNull,
  actor_role: textOrNull,
};
const target = { resource_id: idOrNull, patient_ids: z.array(recordId), request_id: textOrNull, address: textOrNull };
const before = z.record(text, z.unknown()).nullable().describe('the record before it was changed or deleted');
export const auditEntry = z.object({ ...act, ...target, before }).meta({ id: 'AuditEntry' });
export const accessEntry = z.object(act).meta({ id: 'AccessEntry' });
const back = { resource: z.enum(['patient', 'doctor']), id: recordId, mappings: z.array(recordId) };
export const restored = z.object(back).meta({ id: 'Restored' });

const ids = { patients: z.array(recordId), doctors: z.array(recordId), mappings: z.array(recordId) };
const removed = z.object(ids).describe('Deleted, or no longer visible to the caller.').meta({ id: 'Removed' });
const records = { patients: z.array(patient), doctors: z.array(doctor), mappings: z.array(mapping) };
export const sync = z.object({ ...records, removed, cursor: text, more: z.boolean() }).meta({ id: 'Sync' });

export const service = z.object({ name: text, version: text, links: z.record(text, text) }).meta({ id: 'Service' });
export const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
export const openApi = z.looseObject({ openapi: text }).meta({ id: 'OpenApi' });
export const page = text;

const about = { type: text, title: text, status: z.int(), detail: text, request_id: text };
const errors = z.record(text, z.array(text)).optional().describe('messages by field');
export const problem = z.object({ ...about, code: z.enum(Object.keys(problems)), errors }).meta({ id: 'Problem' });
