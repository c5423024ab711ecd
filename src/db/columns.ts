// Column types that tables share. migrations/ makes the tables, and a test compares them with these definitions.
import { type SQL, sql } from 'drizzle-orm';
import { bigint, customType, integer, text } from 'drizzle-orm/pg-core';

/**
 * "2026-11-21 08:00:00.5+00" becomes 2026-11-21T08:00:00.500Z. Other time zones than UTC go through a Date, which is
 * slower.
 */
export const isoTime = (text: string): string => {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?\+00$/.test(text)) return new Date(text).toISOString();
  const time = text.slice(11, -3);
  return `${text.slice(0, 10)}T${time.length === 8 ? `${time}.000` : time.padEnd(12, '0')}Z`;
};

/** Rows that come as JSON, in which PostgreSQL writes times differently. */
export const rowsOfJson = <Row extends object>(answer: string | Row[]): Row[] =>
  (typeof answer === 'string' ? (JSON.parse(answer) as Row[]) : answer).map(withIsoTimes);
export const withIsoTimes = <Row extends object>(row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name.endsWith('_at') && value !== null ? isoTime(String(value)) : value,
    ]),
  ) as Row;

export const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
export const foreignId = () => bigint({ mode: 'number' });
/**
 * For `mapWith()` of a number that may be null: the decoder of a column would hide that. Null itself is never decoded.
 */
export const numberOrNull = (value: unknown): number | null => Number(value);
/**
 * A time as text in ISO 8601. To make a Date of each, which JSON turns into text again, would cost a list a quarter of
 * its CPU.
 */
export const timestamp = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: isoTime,
});
/** The transaction that last changed a row. */
export const transactionId = () => foreignId().notNull().default(sql`app.tx()`);
/** About how long the row is as JSON. A trigger keeps it, so that a page of a list knows when it is full. */
export const bytes = () => integer().notNull().default(0);
/** A generated column: the text without regard to case and accents. migrations/0012 has the expression that counts. */
export const foldedText = (expression: SQL) => text().notNull().generatedAlwaysAs(expression);
export const versionColumns = {
  version: integer().notNull().default(1),
  created_at: timestamp().notNull().default(sql`now()`),
  updated_at: timestamp().notNull().default(sql`now()`),
};
