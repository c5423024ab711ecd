// Lists entries of the trail, and undoes deletions.
import { and, eq, gte, lt, sql } from 'drizzle-orm';
import * as z from 'zod';
import { audit, audited } from '../db/audit.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { dateText, idText } from '../http/fields.ts';
import { countRows, limitSize, listParams, prepareList, sizeColumn } from '../http/pages.ts';
import { entryColumns } from './shapes.ts';

const word = z.string().regex(/^[a-z_]{1,40}$/, 'must be a word like update or login_failed');

/** A time, or a date, which means this time of that day. */
const timeParam = (ofDate: string) =>
  z
    .union([dateText, z.iso.datetime({ offset: true })], 'must be a time like 2026-11-21T08:00:00Z, or a date')
    .transform((sent) => (sent.includes('T') ? new Date(sent).toISOString() : `${sent}T${ofDate}Z`))
    // for the document
    .pipe(z.string().meta({ examples: ['2026-11-21T08:00:00Z', '2026-11-21'] }));

const sorts = { id: audit.id };

const filters = {
  actor: idText.optional(),
  action: word.optional(),
  resource: word.optional(),
  resource_id: idText.optional(),
  patient: idText.optional(),
  from: timeParam('00:00:00').optional(),
  // the midnight at its end, so that the answer includes the last day
  to: timeParam('24:00:00').optional(),
};

export const auditListParams = listParams(sorts, filters, '-id');

type Filters = Params<never, keyof typeof filters>;

export const listAuditEntries = prepareList(sorts, (db, given: Filters, page) => {
  const { actor, action, resource, resource_id, patient, from, to } = given;
  const where = and(
    actor && eq(audit.actor_id, actor),
    action && eq(audit.action, action),
    resource && eq(audit.resource, resource),
    resource_id && eq(audit.resource_id, resource_id),
    patient && sql`${audit.id} in (select app.trail_of_patient(${patient}))`,
    from && gte(audit.at, from),
    to && lt(audit.at, to),
  );
  const entries = db
    .select({ ...entryColumns, ...page.key, ...sizeColumn(audit.bytes) })
    .from(audit)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  // entries contain records as they were, and why they were opened, so to read the trail is to read those patients
  const askedFor = patient && sql`union select ${patient}`;
  const shown = sql`array(select unnest(patient_ids) from found where before is not null or reason is not null ${askedFor})`;
  return { rows: audited(db, 'audit', shown, limitSize(page, entries)), totals: [countRows(db, audit, where)] };
});

export const restoreRecord = prepare((db, { id }: Params<'id'>) => [
  db
    .select({
      resource: sql<'patient' | 'doctor'>`resource`,
      id: sql<number>`restored`.mapWith(Number),
      mappings: sql<number[]>`mappings::text`.mapWith((list: string) => list.match(/\d+/g)?.map(Number) ?? []),
    })
    .from(sql`app.restore(${id})`),
]);
