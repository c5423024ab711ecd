// The tables as Drizzle sees them. migrations/ makes them; a test holds the two against each other.
import { type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  date,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';

/** "2026-11-21 08:00:00.5+00" is 2026-11-21T08:00:00.500Z. Other time zones than UTC take the long way. */
export const isoTime = (text: string): string => {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?\+00$/.test(text)) return new Date(text).toISOString();
  const time = text.slice(11, -3);
  return `${text.slice(0, 10)}T${time.length === 8 ? `${time}.000` : time.padEnd(12, '0')}Z`;
};

const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
const reference = () => bigint({ mode: 'number' });
/** A time as its text in ISO 8601: a Date of every one would cost a list a quarter of its CPU, and be text again at once. */
const moment = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: isoTime,
});
const transaction = () => reference().notNull().default(sql`app.tx()`);
/** Kept by PostgreSQL: text as a person would compare it. Drizzle only has to know so; migrations/0012 has all of it. */
const folded = (expression: SQL) => text().notNull().generatedAlwaysAs(expression);
const stamps = {
  version: integer().notNull().default(1),
  created_at: moment().notNull().default(sql`now()`),
  updated_at: moment().notNull().default(sql`now()`),
};

export const genders = ['male', 'female', 'other', 'unknown'] as const;
export const accountRoles = ['user', 'patient', 'doctor', 'admin'] as const;

export const users = pgTable('users', {
  id: id(),
  name: text().notNull(),
  username: text(),
  username_key: text().generatedAlwaysAs(sql`lower(username)`),
  email: text(),
  role: text({ enum: accountRoles }).notNull().default('user'),
  name_key: folded(sql`app.fold(name)`),
  disabled_at: moment(),
  erased_at: moment(),
  ...stamps,
});

export const credentials = pgTable('credentials', {
  user_id: reference().primaryKey(),
  password_hash: text().notNull(),
  updated_at: stamps.updated_at,
});

export const sessions = pgTable('sessions', {
  id: id(),
  user_id: reference().notNull(),
  refresh_hash: text().notNull(),
  parent_hash: text(),
  rotation: integer().notNull().default(1),
  arrived_at: moment().default(sql`now()`),
  network: text(),
  user_agent: text(),
  created_at: stamps.created_at,
  last_used_at: moment().notNull().default(sql`now()`),
  idle_until: moment().notNull(),
  expires_at: moment().notNull(),
});

export const patients = pgTable('patients', {
  id: id(),
  user_id: reference(),
  created_by: reference().default(sql`app.user_id()`),
  name: text().notNull(),
  age: integer(),
  date_of_birth: date({ mode: 'string' }),
  gender: text({ enum: genders }),
  phone: text(),
  email: text(),
  address: text(),
  medical_history: text(),
  name_key: folded(sql`app.fold(name)`),
  changed_tx: transaction(),
  search_key: folded(sql`app.searchable(name)`),
  ...stamps,
});

export const doctors = pgTable('doctors', {
  id: id(),
  user_id: reference(),
  created_by: reference().default(sql`app.user_id()`),
  name: text().notNull(),
  specialization: text().notNull(),
  contact_info: text(),
  license_number: text(),
  approved: boolean(),
  name_key: folded(sql`app.fold(name)`),
  changed_tx: transaction(),
  specialization_key: folded(sql`app.fold(specialization)`),
  search_key: folded(sql`app.searchable(name || ' ' || specialization)`),
  ...stamps,
});

export const mappings = pgTable('mappings', {
  id: id(),
  patient_id: reference().notNull(),
  doctor_id: reference().notNull(),
  created_by: reference().default(sql`app.user_id()`),
  created_at: stamps.created_at,
  changed_tx: transaction(),
});

export const guesses = pgTable('guesses', {
  key: text().primaryKey(),
  failures: moment().array().notNull().default([]),
  blocked_until: moment(),
  forget_at: moment().notNull(),
});

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    actor_id: reference().notNull().default(sql`app.user_id()`),
    key: text().notNull(),
    route: text().notNull(),
    body_hash: text().notNull(),
    answer: json(),
    created_at: stamps.created_at,
  },
  (table) => [primaryKey({ columns: [table.actor_id, table.key] })],
);

export const audit = pgTable('audit', {
  id: id(),
  at: moment().notNull().default(sql`now()`),
  tx: transaction(),
  actor_id: reference().default(sql`app.user_id()`),
  actor_role: text().default(sql`app.role()`),
  action: text().notNull(),
  resource: text().notNull(),
  resource_id: reference(),
  patient_ids: bigint({ mode: 'number' }).array().notNull().default([]),
  request_id: text().default(sql`app.request_id()`),
  address: text().default(sql`app.address()`),
  before: jsonb(),
});
