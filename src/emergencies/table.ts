// A doctor to whom a patient is not assigned opens the one record in an emergency, for hours, and says why.
import { eq, sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { foreignId, id, isoTime, timestamp } from '../db/columns.ts';
import { dateText, multilineText, nameText, recordId, visibleLength } from '../http/fields.ts';
import { gender, patients } from '../patients/table.ts';

export const emergencies = pgTable('emergency_accesses', {
  id: id(),
  patient_id: foreignId().notNull(),
  doctor_id: foreignId().notNull(),
  doctor_name: text().notNull(),
  reason: text().notNull(),
  created_at: timestamp().notNull().default(sql`now()`),
  expires_at: timestamp().notNull(),
  reviewed_at: timestamp(),
  reviewed_by: foreignId(),
});

export const lookup = z
  .strictObject({ name: nameText.describe('the whole name'), date_of_birth: dateText })
  .meta({ id: 'PatientLookup', examples: [{ name: 'Jane Doe', date_of_birth: '1990-04-12' }] });

export const foundPatient = z
  .object({ id: recordId, name: z.string(), date_of_birth: z.iso.date(), gender: gender.nullable() })
  .meta({ id: 'FoundPatient', examples: [{ id: 7, name: 'Jane Doe', date_of_birth: '1990-04-12', gender: 'female' }] });

const reasonExample = 'Brought in unconscious, nobody knows of allergies';
export const emergencyReason = z
  .strictObject({
    reason: multilineText(500)
      // no more letters than that, because some scripts need few
      .refine((why) => why.length >= 10 && visibleLength(why) >= 5, 'must say why, in 10 characters or more')
      .describe('why; the patient and the administrators read it'),
  })
  .meta({ id: 'EmergencyReason', examples: [{ reason: reasonExample }] });

const accessShape = {
  id: recordId,
  patient: recordId.describe('the id of the patient'),
  doctor: recordId.describe('the id of the doctor'),
  reason: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().describe('until when the record is open to the doctor'),
};
const example = {
  id: 3,
  patient: 7,
  doctor: 4,
  reason: reasonExample,
  created_at: '2026-11-20T16:40:12.345Z',
  expires_at: '2026-11-20T20:40:12.345Z',
};
export const emergencyAccess = z.object(accessShape).meta({ id: 'EmergencyAccess', examples: [example] });
export const emergencyReview = z
  .object({
    ...accessShape,
    patient_name: z.string().nullable().describe('what the patient is called; null once deleted'),
    doctor_name: z.string().describe('what the doctor was called then'),
    reviewed_at: z.iso.datetime().nullable().describe('when an administrator has looked into it'),
    reviewed_by: recordId.nullable().describe('the account of that administrator'),
  })
  .meta({
    id: 'EmergencyReview',
    examples: [
      { ...example, patient_name: 'Jane Doe', doctor_name: 'Dr. Smith', reviewed_at: null, reviewed_by: null },
    ],
  });

export const emergencyColumns = {
  id: emergencies.id,
  patient: sql<number>`${emergencies.patient_id}`.mapWith(emergencies.patient_id).as('patient'),
  doctor: sql<number>`${emergencies.doctor_id}`.mapWith(emergencies.doctor_id).as('doctor'),
  patient_name: sql<
    string | null
  >`(select ${patients.name} from ${patients} where ${eq(patients.id, emergencies.patient_id)})`.as('patient_name'),
  doctor_name: emergencies.doctor_name,
  reason: emergencies.reason,
  created_at: emergencies.created_at,
  expires_at: emergencies.expires_at,
  reviewed_at: emergencies.reviewed_at,
  reviewed_by: emergencies.reviewed_by,
};

/** The columns of app.open_emergency_access(), which is no table that Drizzle knows. */
export const openedColumns = {
  id: sql<number>`id`.mapWith(Number),
  patient: sql<number>`patient_id`.mapWith(Number),
  doctor: sql<number>`doctor_id`.mapWith(Number),
  reason: sql<string>`reason`,
  created_at: sql<string>`created_at`.mapWith(isoTime),
  expires_at: sql<string>`expires_at`.mapWith(isoTime),
};
