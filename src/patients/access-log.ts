// The access log: who looked at or changed a patient's own record.
import { and, sql } from 'drizzle-orm';
import { audit } from '../db/audit.ts';
import type { Params } from '../db/prepare.ts';
import { countRows, prepareList } from '../http/pages.ts';
import { accessColumns } from '../trail/shapes.ts';

export const sorts = { id: audit.id };

export const log = sql`app.own_access_log() as audit`;

export const listAccessLog = prepareList(sorts, (db, _given: Params<never>, page) => {
  const rows = db
    .select({ ...accessColumns, ...page.key })
    .from(log)
    .where(and(page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows, totals: [countRows(db, log, undefined)] };
});
