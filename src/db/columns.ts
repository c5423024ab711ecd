// The kinds of columns that tables share, as Drizzle knows them. migrations/ makes the tables; a test compares the two.
import { type SQL, sql } from 'drizzle-orm';
import { bigint, customType, integer, text } from 'drizzle-orm/pg-core';

/** "2026-11-21 08:00:00.5+00" is 2026-11-21T08:00:00.500Z. Other time zones than UTC take the long way. */
export const isoTime = (text: string): string => {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?\+00$/.test(text)) return new Date(text).toISOString();
  const time = text.slice(11, -3);
  return `${text.slice(0, 10)}T${time.length === 8 ? `${time}.000` : time.padEnd(12, '0')}Z`;
};

export const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
export const foreignId = () => bigint({ mode: 'number' });
/** For `mapWith()`: of a number that may be null, which the type of a column would hide. Null itself is never decoded. */
export const numberOrNull = (value: unknown): number | null => Number(value);
/**
 * A time as its text in ISO 8601. To make a Date of each, which JSON turns into text again, costs a list 1/4 of its
 * CPU.
 */
export const timestamp = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: isoTime,
});
/** The transaction that last changed a row. */
export const transactionId = () => foreignId().notNull().default(sql`app.tx()`);
/** How long the row is as JSON, about: kept by PostgreSQL, so that pages know when they are full. */
export const bytes = () => integer().notNull().default(0);
/**
 * Kept by PostgreSQL: text as a person would compare it. Drizzle only has to know that; migrations/0012 has the rest.
 */
export const foldedText = (expression: SQL) => text().notNull().generatedAlwaysAs(expression);
export const versionColumns = {
  version: integer().notNull().default(1),
  created_at: timestamp().notNull().default(sql`now()`),
  updated_at: timestamp().notNull().default(sql`now()`),
};
