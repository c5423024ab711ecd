// The tables as Drizzle sees them. migrations/ makes them; a test holds the two against each other.
import { type SQL, sql } from 'drizzle-orm';
import { bigint, boolean, date, integer, json, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
const reference = () => bigint({ mode: 'number' });
const moment = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' });
const transaction = () => reference().notNull().default(sql`app.tx()`);
/** Kept by PostgreSQL: text as a person would compare it. migrations/0012 says how, and of what else. */
const folded = (expression: SQL) => text().notNull().generatedAlwaysAs(expression);
const stamps = {
  version: integer().notNull().default(1),
  created_at: moment().notNull().defaultNow(),
  updated_at: moment().notNull().defaultNow(),
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
  user_agent: text(),
  created_at: stamps.created_at,
  last_used_at: moment().notNull().defaultNow(),
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
  failures: integer().notNull(),
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
  at: moment().notNull().defaultNow(),
  tx: transaction(),
  actor_id: reference().default(sql`app.user_id()`),
  actor_role: text().default(sql`app.role()`),
  action: text().notNull(),
  resource: text().notNull(),
  resource_id: reference(),
  patient_ids: bigint({ mode: 'number' }).array().notNull().default([]),
  request_id: text().default(sql`app.request_id()`),
  before: jsonb(),
});
