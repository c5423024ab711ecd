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
  bytes: bytes(),
});

/** The account of this transaction, which app.begin() sets. */
export const actorId = sql<number>`(select app.user_id())`;
export const actorHasRole = (role: Role): SQL => sql`(select app.role()) = ${role}`;

/** The patients that an audited query returned, from this column of its rows, for the entry in the trail. */
export const idsFromColumn = (column: 'id' | 'patient'): SQL =>
  sql`(select coalesce(array_agg(distinct ${sql.identifier(column)}), '{}') from found)`;

/**
 * A read of patient data and its row in the trail, as one statement, because two would see two snapshots. A read that
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
  const entry = { action: 'read', resource, resource_id: resourceId, patient_ids: patientIds };
  const trail = db.$with('trail').as(db.insert(audit).values(entry));
  return selectFromCte<Rows>(db, found, trail);
};
