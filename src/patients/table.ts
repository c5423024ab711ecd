// A patient: the table, the fields that a client sends, the columns and the shape of the answer. A new field needs a
// line in the table, in the fields and in the shape, and a migration.
import { getTableColumns, sql } from 'drizzle-orm';
import { date, integer, pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { bytes, foldedText, foreignId, id, transactionId, versionColumns } from '../db/columns.ts';
import { dateText, nameText, optionalEmail, optionalMultilineText, optionalText, recordId } from '../http/fields.ts';
import { patchBody, patchDetail, putBody } from '../http/validate.ts';

const genders = ['male', 'female', 'other', 'unknown'] as const;

export const patients = pgTable('patients', {
  id: id(),
  user_id: foreignId(),
  created_by: foreignId().default(sql`app.user_id()`),
  name: textColumn().notNull(),
  age: integer(),
  date_of_birth: date({ mode: 'string' }),
  gender: textColumn({ enum: genders }),
  phone: textColumn(),
  email: textColumn(),
  address: textColumn(),
  medical_history: textColumn(),
  name_key: foldedText(sql`app.fold(name)`),
  changed_tx: transactionId(),
  bytes: bytes(),
  search_key: foldedText(sql`app.searchable(name)`),
  ...versionColumns,
});

/** The time zone that is furthest ahead of UTC: a child may have been born there today. */
const maxHoursAhead = 14;
const yearsAgo = (years: number, hoursAhead = 0) => {
  const day = new Date(Date.now() + hoursAhead * 3_600_000);
  day.setUTCFullYear(day.getUTCFullYear() - years);
  return day.toISOString().slice(0, 10);
};
const dateOfBirth = dateText
  .refine((date) => date <= yearsAgo(0, maxHoursAhead), { error: 'must not lie in the future', abort: true })
  .refine((date) => date > yearsAgo(151), 'must be within the last 150 years');

type Gender = (typeof genders)[number];
const genderEnum = z.enum(genders).meta({ id: 'Gender', examples: ['female'] });
/** Accepts any capitals, like "Female". The document shows the values that are stored. */
export const gender = z.preprocess(
  (sent: Gender) => (typeof sent === 'string' ? sent.trim().toLowerCase() : sent),
  genderEnum,
);

export const patientFields = {
  name: nameText,
  age: z
    .int({ error: 'must be a whole number', abort: true })
    .min(0, 'must be 0 or more')
    .max(150, 'must be 150 or less')
    .nullish()
    .describe('in years; ignored where `date_of_birth` is sent as well'),
  date_of_birth: dateOfBirth.nullish(),
  gender: gender.nullish(),
  phone: optionalText(50),
  email: optionalEmail,
  address: optionalMultilineText(500),
  medical_history: optionalMultilineText(20_000),
};
const readOnly = ['id', 'user_id', 'created_by', 'registered_by', 'created_at', 'updated_at'];

const example = {
  name: 'Jane Doe',
  date_of_birth: '1990-04-12',
  gender: 'female',
  phone: '+1 555 0100',
  email: 'jane.doe@example.com',
  address: '12 Elm Street',
  medical_history: 'Asthma since childhood',
};
export const newPatient = z.strictObject(patientFields).meta({ id: 'NewPatient', examples: [example] });
/** With more in one request its transaction would take too long. */
const maxBatch = 500;
export const patientBatch = z
  .strictObject({
    patients: z.array(newPatient).min(1, 'must hold one patient or more').max(maxBatch, `at most ${maxBatch} patients`),
  })
  .meta({ id: 'PatientBatch', examples: [{ patients: [example, { name: 'John Doe', age: 41 }] }] });
export const patientPut = putBody(newPatient, readOnly);
export const patientPatch = patchBody(patientFields).meta({
  id: 'PatientPatch',
  description: patchDetail,
  examples: [{ phone: '+1 555 0199', address: null }],
});

/** All but the columns that only sorting, searching and syncing need. */
const { name_key: _n, search_key: _s, changed_tx: _c, bytes: _b, ...stored } = getTableColumns(patients);
export const patientColumns = {
  ...stored,
  age: sql<number | null>`app.age(${patients.date_of_birth}, ${patients.age})`.as('age'),
};

/**
 * With who registered the patient: for doctors, who have to judge whether the record is genuine, and for the patient.
 */
export const columnsWithRegistrar = {
  ...patientColumns,
  registered_by: sql<Registrar | null>`app.registered_by(${patients.created_by})`.as('registered_by'),
};
/** Leaves `registered_by` out for everybody else, who get the same shape from GET as from PUT. */
export const omitMissingRegistrar = <T extends { registered_by: Registrar | null }>({
  registered_by,
  ...record
}: T) => {
  const told: Omit<T, 'registered_by'> & { registered_by?: Registrar } = record;
  return registered_by ? { ...told, registered_by } : told;
};

/**
 * For the trail: an account has the name and email of its patient, so to read the account is to read the patient. By a
 * column of `found`.
 */
export const patientsOfAccounts = (account: 'id' | 'user_id') => sql`array(
  select ${patients.id} from ${patients} where ${patients.user_id} = any (array(select ${sql.identifier(account)} from found)))`;

const orNull = z.string().nullable();
const shape = z.object({
  id: recordId,
  user_id: recordId.nullable().describe('the account of the patient, if there is one'),
  created_by: recordId
    .nullable()
    .describe('the account that made the record, and owns it; null where the patient registered'),
  name: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  age: z.int().nullable().describe('in years; derived from `date_of_birth` where that is known'),
  date_of_birth: z.iso.date().nullable(),
  gender: genderEnum.nullable(),
  phone: orNull,
  email: orNull,
  address: orNull,
  medical_history: orNull,
});
const times = { created_at: '2026-11-02T08:15:00.000Z', updated_at: '2026-11-20T16:40:12.345Z' };
export const patientExample = { id: 7, user_id: null, created_by: 3, ...example, age: 36, ...times };
export const patient = shape.meta({ id: 'Patient', examples: [patientExample] });

const registrar = z
  .object({ id: recordId, name: z.string(), username: z.string().nullable() })
  .meta({ id: 'RegisteredBy', examples: [{ id: 3, name: 'John Doe', username: 'john_doe' }] })
  .describe('who made the record, with the name and the username of that account');
type Registrar = z.output<typeof registrar>;
const registeredExample = { ...patientExample, registered_by: { id: 3, name: 'John Doe', username: 'john_doe' } };
/** One record, as doctors and the patient read it. */
export const registeredPatient = shape
  .extend({
    registered_by: registrar
      .optional()
      .describe('for doctors and the patient only, and not there where the patient registered'),
  })
  .meta({ id: 'RegisteredPatient', examples: [registeredExample] });
/** A row of the lists of doctors. */
export const listedPatient = shape
  .extend({ registered_by: registrar.nullable().describe('null where the patient registered') })
  .meta({ id: 'ListedPatient', examples: [registeredExample] });
