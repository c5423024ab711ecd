// A user is an account: the table, what may be changed of it, and its shape for itself and for administrators.
import { getTableColumns, sql } from 'drizzle-orm';
import { pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { folded, id, moment, stamps } from '../db/columns.ts';
import { emailAddress, recordId, requiredText } from '../http/fields.ts';
import { partial } from '../http/validate.ts';

export const accountRoles = ['user', 'patient', 'doctor', 'admin'] as const;

export const users = pgTable('users', {
  id: id(),
  name: textColumn().notNull(),
  username: textColumn(),
  username_key: textColumn().generatedAlwaysAs(sql`lower(username)`),
  email: textColumn(),
  role: textColumn({ enum: accountRoles }).notNull().default('user'),
  name_key: folded(sql`app.fold(name)`),
  disabled_at: moment(),
  erased_at: moment(),
  ...stamps,
});

export const userFields = {
  name: requiredText(200),
  username: requiredText(150).refine((value) => /^[\p{L}\p{M}\p{N}_.+-]*$/u.test(value), {
    error: 'only letters, digits and _ . + - (no @, no spaces)',
  }),
  email: emailAddress,
};
export const userPatch = partial(userFields, ['id', 'role', 'created_at']).meta({
  id: 'UserPatch',
  examples: [{ name: 'John Doe' }],
});
const accountReadOnly = ['id', 'created_at', ...Object.keys(userFields)];
export const accountPatch = partial({ role: z.enum(accountRoles), disabled: z.boolean() }, accountReadOnly).meta({
  id: 'AccountPatch',
  examples: [{ role: 'admin' }],
});

const all = getTableColumns(users);
export const userColumns = {
  id: all.id,
  name: all.name,
  username: all.username,
  email: all.email,
  role: all.role,
  created_at: all.created_at,
  version: all.version,
};
export const accountColumns = {
  ...userColumns,
  disabled: sql<boolean>`${users.disabled_at} is not null`.as('disabled'),
};

const text = z.string();
const shape = {
  id: recordId,
  name: text,
  username: text,
  email: text,
  role: z.enum(accountRoles),
  created_at: z.iso.datetime(),
};
export const userExample = {
  id: 3,
  name: 'John Doe',
  username: 'john_doe',
  email: 'john@example.com',
  role: 'user',
  created_at: '2026-11-02T08:15:00.000Z',
};
export const user = z.object(shape).meta({ id: 'User', examples: [userExample] });
export const account = z
  .object({ ...shape, username: text.nullable(), email: text.nullable(), disabled: z.boolean() })
  .meta({ id: 'Account', examples: [{ ...userExample, disabled: false }] });
