// An entry of the trail as administrators read it, an entry as patients read it, and what undoing a deletion brings
// back.
import { getTableColumns, sql } from 'drizzle-orm';
import * as z from 'zod';
import { audit } from '../db/audit.ts';
import { numberOrNull } from '../db/columns.ts';
import { recordId } from '../http/fields.ts';

const { tx: _tx, bytes: _bytes, ...entryColumns } = getTableColumns(audit);

export { entryColumns };

/** The columns of app.own_access_log(), which is no table that Drizzle knows. */
export const accessColumns = {
  id: sql<number>`id`.mapWith(audit.id),
  at: sql<string>`at`.mapWith(audit.at),
  action: sql<string>`action`,
  resource: sql<string>`resource`,
  actor_id: sql`actor_id`.mapWith(numberOrNull),
  actor_name: sql<string | null>`actor_name`,
  actor_role: sql<string | null>`actor_role`,
  reason: sql<string | null>`reason`,
};

const text = z.string();
const shape = {
  id: recordId,
  at: z.iso.datetime().describe('when it was done'),
  action: text.describe('what was done: `create`, `read`, `update`, `delete`, `login`, `refused` and so on'),
  resource: text.describe('to what: `patient`, `doctor`, `mapping`, `user`, `session` and so on'),
  actor_id: recordId.nullable().describe('the account that did it; null for nobody who was signed in'),
  actor_name: text.nullable().describe('what it was called then'),
  actor_role: text.nullable().describe('the role that it had then'),
  reason: text.nullable().describe('why, where somebody had to say it: in an emergency'),
};
const example = {
  id: 301,
  at: '2026-11-20T16:40:12.345Z',
  action: 'read',
  resource: 'patient',
  actor_id: 9,
  actor_name: 'Dr. Smith',
  actor_role: 'doctor',
  reason: null,
};
export const auditEntry = z
  .object({
    ...shape,
    resource_id: recordId.nullable().describe('the `id` of what it was done to, where that is one record'),
    patient_ids: z.array(recordId).describe('the patients whose data it is about'),
    request_id: text.nullable().describe('the request that did it'),
    address: text.nullable().describe('from where'),
    before: z
      .record(text, z.union([text, z.number(), z.boolean(), z.null()]))
      .nullable()
      .describe('of a change the fields that it replaced, as they were; of a deletion the whole record'),
  })
  .meta({
    id: 'AuditEntry',
    examples: [
      {
        ...example,
        resource_id: null,
        patient_ids: [7],
        request_id: '0c8f3c1e-6f0b-4d7e-9a53-0f6d0a1c2b3d',
        address: '192.0.2.1',
        before: null,
      },
    ],
  });
export const accessEntry = z.object(shape).meta({ id: 'AccessEntry', examples: [example] });

export const restoredRecord = z
  .object({
    resource: z.enum(['patient', 'doctor']).describe('what came back'),
    id: recordId,
    mappings: z.array(recordId).describe('those that came back with it'),
  })
  .meta({ id: 'Restored', examples: [{ resource: 'patient', id: 7, mappings: [12] }] });
