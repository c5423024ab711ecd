// A mapping says that a doctor treats a patient.
import { type GetColumnData, type SQL, sql } from 'drizzle-orm';
import { type PgColumn, pgTable } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { foreignId, id, timestamp, transactionId, versionColumns } from '../db/columns.ts';
import { doctor, doctorExample, licenseColumn, storedColumns } from '../doctors/table.ts';
import { recordId } from '../http/fields.ts';
import { documentedAs } from '../http/validate.ts';

export const mappings = pgTable('mappings', {
  id: id(),
  patient_id: foreignId().notNull(),
  doctor_id: foreignId().notNull(),
  created_by: foreignId().default(sql`app.user_id()`),
  created_at: versionColumns.created_at,
  expires_at: timestamp(),
  changed_tx: transactionId(),
});

const pair = { patient: recordId.describe('the id of the patient'), doctor: recordId.describe('the id of the doctor') };
const expiry = z.iso
  .datetime({ offset: true, error: 'must be a time with a zone, like 2026-12-24T18:00:00Z' })
  .refine((time) => Date.parse(time) > Date.now(), 'must be in the future')
  .nullish();
const expiryDetail = 'when the assignment ends by itself; null: it does not';
/** Accepts `patient` and `patient_id`, because there are clients of both kinds. The document shows the first. */
const ids = { ...pair, patient_id: recordId, doctor_id: recordId, expires_at: expiry };
const areSame = (one?: number, other?: number) => !one || !other || one === other;
const acceptedAssignment = z
  .strictObject(z.object(ids).partial().shape)
  .refine((sent) => areSame(sent.patient, sent.patient_id), {
    path: ['patient'],
    error: 'is not the same as patient_id',
  })
  .refine((sent) => areSame(sent.doctor, sent.doctor_id), { path: ['doctor'], error: 'is not the same as doctor_id' })
  .transform((sent) => ({
    patient: sent.patient ?? sent.patient_id,
    doctor: sent.doctor ?? sent.doctor_id,
    expires_at: sent.expires_at ?? null,
  }))
  .pipe(z.object({ ...pair, expires_at: z.string().nullable() }));
export const assignment = documentedAs(
  z.strictObject({ ...pair, expires_at: expiry.describe(expiryDetail) }).meta({
    id: 'Assignment',
    description: 'Who is to treat whom. `patient_id` and `doctor_id` are accepted for the same.',
    examples: [{ patient: 7, doctor: 4 }],
  }),
  acceptedAssignment,
);

export const mappingColumns = {
  id: mappings.id,
  patient: sql<number>`${mappings.patient_id}`.mapWith(mappings.patient_id).as('patient'),
  doctor: sql<number>`${mappings.doctor_id}`.mapWith(mappings.doctor_id).as('doctor'),
  created_at: mappings.created_at,
  expires_at: mappings.expires_at,
};

/** Prefixes the names, so that the columns of a doctor can stand beside those of a mapping. */
const prefixed = <T extends Record<string, PgColumn>>(prefix: string, columns: T) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, sql`${column}`.mapWith(column).as(`${prefix}_${name}`)]),
  ) as { [Name in keyof T]: SQL.Aliased<GetColumnData<T[Name]>> };

const { version: _, ...doctorAnswer } = storedColumns;
export const assignedDoctorColumns = {
  ...mappingColumns,
  doctor_detail: { ...prefixed('doctor', doctorAnswer), license_number: licenseColumn('doctor_license_number') },
};

const shape = {
  id: recordId,
  ...pair,
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable().describe(expiryDetail),
};
export const mappingExample = {
  id: 12,
  patient: 7,
  doctor: 4,
  created_at: '2026-11-20T16:40:12.345Z',
  expires_at: null,
};
export const mapping = z.object(shape).meta({ id: 'Mapping', examples: [mappingExample] });
export const assignedDoctor = z.object({ ...shape, doctor_detail: doctor.describe('the record of the doctor') }).meta({
  id: 'AssignedDoctor',
  examples: [{ ...mappingExample, doctor_detail: doctorExample }],
});
