// Looks patients up, opens one record, and lists and reviews what was opened.
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import * as z from 'zod';
import { actorId, audited, idsFromColumn } from '../db/audit.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { countRows, listParams, prepareList } from '../http/pages.ts';
import type { gender } from '../patients/table.ts';
import { emergencies, emergencyColumns, openedColumns } from './table.ts';

export const lookUpPatients = prepare((db, { name, date_of_birth }: Params<'name' | 'date_of_birth'>) => [
  db
    .select({
      id: sql<number>`id`.mapWith(Number),
      name: sql<string>`name`,
      date_of_birth: sql<string>`date_of_birth`,
      gender: sql<z.output<typeof gender> | null>`gender`,
    })
    .from(sql`app.lookup_patients(${name}, ${date_of_birth})`),
]);

export const openEmergencyAccess = prepare((db, { id, reason }: Params<'id' | 'reason'>) => [
  db.select(openedColumns).from(sql`app.open_emergency_access(${id}, ${reason})`),
]);

const sorts = { id: emergencies.id };
const filters = { reviewed: z.enum(['true', 'false']).optional() };
export const emergencyListParams = listParams(sorts, filters, '-id');

export const listEmergencies = prepareList(sorts, (db, { reviewed }: Params<never, keyof typeof filters>, page) => {
  const where = reviewed && sql`(${emergencies.reviewed_at} is not null) = ${reviewed}::boolean`;
  const rows = db
    .select({ ...emergencyColumns, ...page.key })
    .from(emergencies)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows: audited(db, 'patient', idsFromColumn('patient'), rows), totals: [countRows(db, emergencies, where)] };
});

/** Says who looked into it first. */
export const reviewEmergency = prepare((db, { id }: Params<'id'>) => [
  db
    .update(emergencies)
    .set({ reviewed_at: sql`now()`, reviewed_by: actorId })
    .where(and(eq(emergencies.id, id), isNull(emergencies.reviewed_at))),
  audited(
    db,
    'patient',
    idsFromColumn('patient'),
    db
      .select(emergencyColumns)
      .from(emergencies)
      .where(and(eq(emergencies.id, id), isNotNull(emergencies.reviewed_at))),
  ),
]);
