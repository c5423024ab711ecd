// Assigns a doctor to a patient. The policy refuses somebody else's patient, the foreign key one that does not exist:
// both are the same 404.
import type { Context } from 'hono';
import type * as z from 'zod';
import type { Env } from '../config.ts';
import type { Params } from '../db/prepare.ts';
import { idempotentInsert } from '../http/idempotency.ts';
import { documented } from '../openapi/route.ts';
import { type assignment, mappingColumns, mappings } from './table.ts';

const insertMapping = idempotentInsert(
  mappings,
  (db, { patient, doctor, expires_at }: Params<'patient' | 'doctor' | 'expires_at'>) =>
    db.insert(mappings).values({ patient_id: patient, doctor_id: doctor, expires_at }).returning(mappingColumns),
);
const createMapping = async (c: Context<Env>, pair: z.output<typeof assignment>) => {
  c.set('patientAsked', pair.patient);
  return c.json(await insertMapping(c, pair), 201);
};

export const assignDoctor = documented(createMapping, {
  ...insertMapping.docs,
  problems: [...(insertMapping.docs.problems ?? []), 'not_found', 'duplicate'],
});
