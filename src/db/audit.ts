// The audit trail's table, and reads that leave an entry in it.
import { type SQL, sql } from 'drizzle-orm';
import { bigint, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Role } from '../config.ts';
import { bytes, foreignId, id, timestamp, transactionId } from './columns.ts';
import { type Database, selectFromCte } from './prepare.ts';

export const audit = pgTable('audit', {
  id: id(),
  at: timestamp().notNull().default(sql`now()`),
  tx: transactionId(),
  actor_id: foreignId().default(sql`app.user_id()`),
  actor_name: text(),
  actor_role: text().default(sql`app.role()`),
  action: text().notNull(),
  resource: text().notNull(),
  resource_id: foreignId(),
  patient_ids: bigint({ mode: 'number' }).array().notNull().default([]),
  request_id: text().default(sql`app.request_id()`),
  address: text().default(sql`app.address()`),
  before: jsonb(),
  reason: text(),
  bytes: bytes(),
});

/** The account of this transaction, which app.begin_request() sets. */
export const actorId = sql<number>`(select app.user_id())`;
export const actorHasRole = (role: Role): SQL => sql`(select app.role()) = ${role}`;

/** The patients that an audited query returned, from this column of its rows, for the entry in the trail. */
export const idsFromColumn = (column: 'id' | 'patient', cte = 'found'): SQL =>
  sql`(select coalesce(array_agg(distinct ${sql.identifier(column)}), '{}') from ${sql.identifier(cte)})`;

/** The entry of a read, as a CTE of the statement that reads. */
export const readEntry = (db: Database, cte: string, resource: string, patientIds: SQL, resourceId?: SQL) => {
  const entry = { action: 'read', resource, resource_id: resourceId, patient_ids: patientIds };
  return db.$with(cte).as(db.insert(audit).values(entry));
};

/**
 * A read of patient data and its entry in the trail, as one statement, because two would see two snapshots. A read that
 * finds nothing is recorded as well.
 */
export const audited = <S extends ColumnsSelection, Rows>(
  db: Database,
  resource: string,
  patientIds: SQL,
  query: TypedQueryBuilder<S, Rows>,
  resourceId?: SQL,
) => {
  const found = db.$with('found').as(query);
  return selectFromCte<Rows>(db, found, readEntry(db, 'trail', resource, patientIds, resourceId));
};
