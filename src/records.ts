// What a patient, a doctor, a mapping and a user are on the wire: the fields that a client sends, and the columns that
// it gets. Several routes serve the same record, so that each shape is written once, here.
import { type GetColumnData, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { me } from './db/prepared.ts';
import {
  emailAddress,
  lines,
  optionalEmail,
  optionalLines,
  optionalText,
  requiredText,
  text,
  whole,
} from './http/validate.ts';
import { doctors, genders, mappings, patients, users } from './schema.ts';

/** Where the day begins first it is this many hours ahead: a child may have been born there this morning. */
const furthestAhead = 14;
const yearsAgo = (years: number, hoursAhead = 0) => {
  const day = new Date(Date.now() + hoursAhead * 3_600_000);
  day.setUTCFullYear(day.getUTCFullYear() - years);
  return day.toISOString().slice(0, 10);
};
export const dateText = z.iso
  .date({ error: 'must be a date like 1990-12-31', abort: true })
  .refine((date) => date >= '0001', { error: 'must be a date like 1990-12-31', abort: true });
const dateOfBirth = dateText
  .refine((date) => date <= yearsAgo(0, furthestAhead), { error: 'must not lie in the future', abort: true })
  .refine((date) => date > yearsAgo(151), 'must be within the last 150 years');

/** Words, of which each begins a word of the record or is a typo away from one. */
export const searchText = lines(100).min(1, 'must not be empty');

type Gender = (typeof genders)[number];
/** Written as one likes, "Female" too; a typed client is told of the names that we keep. */
export const gender = text(20)
  .toLowerCase()
  .pipe(z.enum(genders))
  .meta({ enum: [...genders] }) as z.ZodType<unknown> as z.ZodType<Gender, Gender>;

export const patientFields = {
  name: requiredText(200),
  age: z
    .int({ error: 'must be a whole number', abort: true })
    .min(0, 'must be 0 or more')
    .max(150, 'must be 150 or less')
    .nullish(),
  date_of_birth: dateOfBirth.nullish(),
  gender: gender.nullish(),
  phone: optionalText(50),
  email: optionalEmail,
  address: optionalLines(500),
  medical_history: optionalLines(20_000),
};
const patientReadOnly = ['id', 'user_id', 'created_by', 'created_at', 'updated_at'];
export const patientPut = whole(patientFields, patientReadOnly).meta({ id: 'PatientPut' });

export const doctorFields = {
  name: requiredText(200),
  specialization: requiredText(200),
  contact_info: optionalLines(500),
  license_number: optionalText(100),
};
const doctorReadOnly = ['id', 'user_id', 'created_by', 'approved', 'created_at', 'updated_at'];
export const doctorPut = whole(doctorFields, doctorReadOnly).meta({ id: 'DoctorPut' });

/** Columns that are kept for sorting, searching and syncing are nobody's answer. */
const { name_key: _pn, search_key: _ps, changed_tx: _pc, ...patientStored } = getTableColumns(patients);
export const patientColumns = {
  ...patientStored,
  age: sql<number | null>`app.age(${patients.date_of_birth}, ${patients.age})`.as('age'),
};
const {
  name_key: _dn,
  search_key: _ds,
  specialization_key: _dk,
  license_key: _dl,
  changed_tx: _dc,
  ...doctorStored
} = getTableColumns(doctors);
const seesLicense = sql`(select app.role()) = 'admin' or ${doctors.created_by} = ${me} or ${doctors.user_id} = ${me}`;
/** Null to everybody but those, because it is what somebody would need to pass for the doctor. */
const licenseAs = (name: string) =>
  sql<string | null>`case when ${seesLicense} then ${doctors.license_number} end`.as(name);
export const doctorColumns = { ...doctorStored, license_number: licenseAs('license_number') };

export const mappingColumns = {
  id: mappings.id,
  patient: sql<number>`${mappings.patient_id}`.mapWith(mappings.patient_id).as('patient'),
  doctor: sql<number>`${mappings.doctor_id}`.mapWith(mappings.doctor_id).as('doctor'),
  created_at: mappings.created_at,
};

/** Under other names, so that a doctor's columns fit beside those of a mapping. */
const prefixed = <T extends Record<string, PgColumn>>(prefix: string, columns: T) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, sql`${column}`.mapWith(column).as(`${prefix}_${name}`)]),
  ) as { [Name in keyof T]: SQL.Aliased<GetColumnData<T[Name]>> };

const { version: _, ...doctorAnswer } = doctorStored;
export const assignedDoctorColumns = {
  ...mappingColumns,
  doctor_detail: { ...prefixed('doctor', doctorAnswer), license_number: licenseAs('doctor_license_number') },
};

const { id, name, username, email, role, created_at, version } = getTableColumns(users);
export const userColumns = { id, name, username, email, role, created_at, version };

const alphabets = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u];
/** Two usernames that look alike must be the same one, or an attacker's can pass for somebody's. */
export const sameLooking = (value: string) => value.normalize('NFKC');
const usernameText = requiredText(150)
  .overwrite(sameLooking)
  .max(150, 'at most 150 characters')
  .refine((value) => /^[\p{L}\p{M}\p{N}_.+-]*$/u.test(value) && !/\p{Default_Ignorable_Code_Point}/u.test(value), {
    error: 'only letters, digits and _ . + - (no @, no spaces)',
  })
  .refine((value) => alphabets.filter((alphabet) => alphabet.test(value)).length <= 1, {
    error: 'must not mix Latin, Greek and Cyrillic letters',
  });

export const userFields = {
  name: requiredText(200),
  username: usernameText,
  email: emailAddress,
};
export const newPassword = z
  .string()
  .max(1000, 'at most 256 characters')
  .transform((value) => value.normalize('NFC'))
  .pipe(z.string().min(8, 'use 8 characters or more').max(256, 'at most 256 characters'))
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'contains characters that cannot be used');
/** A password that is only compared: whatever it is, the answer is that it is the right one or not. */
export const givenPassword = z
  .string()
  .min(1, 'must not be empty')
  .max(1000, 'at most 1000 characters')
  .refine((value) => !value.includes('\0'), 'contains characters that cannot be used');
