// A doctor: the table, the fields that a client sends, the columns and the shape of the answer.
import { getTableColumns, sql } from 'drizzle-orm';
import { boolean, pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { actorId } from '../db/audit.ts';
import { bytes, foldedText, foreignId, id, transactionId, versionColumns } from '../db/columns.ts';
import { nameText, optionalMultilineText, optionalText, recordId, requiredText } from '../http/fields.ts';
import { patchBody, patchDetail, putBody } from '../http/validate.ts';

export const doctors = pgTable('doctors', {
  id: id(),
  user_id: foreignId(),
  created_by: foreignId().default(sql`app.user_id()`),
  name: textColumn().notNull(),
  specialization: textColumn().notNull(),
  contact_info: textColumn(),
  license_number: textColumn(),
  approved: boolean(),
  name_key: foldedText(sql`app.fold(name)`),
  changed_tx: transactionId(),
  bytes: bytes(),
  specialization_key: foldedText(sql`app.fold(specialization)`),
  search_key: foldedText(sql`app.searchable(name || ' ' || specialization)`),
  license_key: foldedText(sql`app.searchable(license_number)`),
  ...versionColumns,
});

export const doctorFields = {
  name: nameText,
  specialization: requiredText(200),
  contact_info: optionalMultilineText(500).describe('a phone number, an email, an address: whatever there is'),
  license_number: optionalText(100),
};
const readOnly = ['id', 'user_id', 'created_by', 'approved', 'created_at', 'updated_at'];

const example = {
  name: 'Dr. Smith',
  specialization: 'Cardiology',
  contact_info: 'dr.smith@example.com',
  license_number: 'MD-20417',
};
export const newDoctor = z.strictObject(doctorFields).meta({ id: 'NewDoctor', examples: [example] });
export const doctorPut = putBody(newDoctor, readOnly);
export const doctorPatch = patchBody(doctorFields).meta({
  id: 'DoctorPatch',
  description: patchDetail,
  examples: [{ contact_info: '+1 555 0142' }],
});

/** All but the columns that only sorting, searching and syncing need. */
const {
  name_key: _n,
  search_key: _s,
  specialization_key: _k,
  license_key: _l,
  changed_tx: _c,
  bytes: _b,
  ...storedColumns
} = getTableColumns(doctors);

export { storedColumns };

const seesLicense = sql`(select app.role()) = 'admin' or ${doctors.created_by} = ${actorId} or ${doctors.user_id} = ${actorId}`;
/** Null for everybody else, because with it somebody could pass for the doctor. */
export const licenseColumn = (name: string) =>
  sql<string | null>`case when ${seesLicense} then ${doctors.license_number} end`.as(name);
export const doctorColumns = { ...storedColumns, license_number: licenseColumn('license_number') };

const shape = z.object({
  id: recordId,
  user_id: recordId.nullable().describe('the account of the doctor, if there is one'),
  created_by: recordId
    .nullable()
    .describe('the account that made the record, and owns it; null where the doctor registered'),
  name: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  specialization: z.string(),
  contact_info: z.string().nullable().describe('a phone number, an email, an address: whatever there is'),
  license_number: z.string().nullable().describe('null but for the doctor, its creator and administrators'),
  approved: z
    .boolean()
    .nullable()
    .describe('whether the doctor may see patients; null for a doctor without an account'),
});
const times = { created_at: '2026-11-02T08:15:00.000Z', updated_at: '2026-11-20T16:40:12.345Z' };
export const doctorExample = { id: 4, user_id: 9, created_by: null, ...example, approved: true, ...times };
export const doctor = shape.meta({ id: 'Doctor', examples: [doctorExample] });
