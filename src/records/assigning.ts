// Assigns a doctor to a patient. The policy refuses somebody else's patient, the foreign key one that does not exist:
// both are the same 404.
import type { Context } from 'hono';
import type * as z from 'zod';
import type { Env } from '../config.ts';
import type { Given } from '../db/prepared.ts';
import { once } from '../http/idempotency.ts';
import { withNote } from '../openapi/describe.ts';
import { type assignment, mappingColumns, mappings } from './mapping.ts';

const create = once(mappings, (db, { patient, doctor }: Given<'patient' | 'doctor'>) =>
  db.insert(mappings).values({ patient_id: patient, doctor_id: doctor }).returning(mappingColumns),
);
const answer = async (c: Context<Env>, pair: z.output<typeof assignment>) => {
  c.set('patientAsked', pair.patient);
  return c.json(await create(c, pair), 201);
};

export const assign = withNote(answer, {
  ...create.note,
  codes: [...(create.note.codes ?? []), 'not_found', 'duplicate'],
});
