// An account: its table, the fields that may be changed, and its shape for its owner and for administrators.
import { getTableColumns, sql } from 'drizzle-orm';
import { pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { foldedText, id, timestamp, versionColumns } from '../db/columns.ts';
import { emailAddress, nameText, recordId, requiredText } from '../http/fields.ts';
import { patchBody } from '../http/validate.ts';
import { submittedPassword } from './password-fields.ts';

export const accountRoles = ['user', 'patient', 'doctor', 'admin'] as const;
export const accountRole = z
  .enum(accountRoles)
  .meta({ id: 'Role', description: 'What an account may do.', examples: ['user'] });

export const users = pgTable('users', {
  id: id(),
  name: textColumn().notNull(),
  username: textColumn(),
  username_key: textColumn().generatedAlwaysAs(sql`lower(normalize(username, NFKC))`),
  email: textColumn(),
  email_verified_at: timestamp(),
  pending_email: textColumn(),
  role: textColumn({ enum: accountRoles }).notNull().default('user'),
  name_key: foldedText(sql`app.fold(name)`),
  search_key: foldedText(sql`app.searchable(name)`),
  disabled_at: timestamp(),
  erased_at: timestamp(),
  imported_at: timestamp(),
  last_login: timestamp(),
  login_name: textColumn(),
  ...versionColumns,
});

/**
 * What may stand beside letters of one alphabet: digits, marks, and the scripts of East Asia, which look like no
 * alphabet.
 */
const neutralScripts = ['Common', 'Inherited', 'Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo'];
const lettersOf = (scripts: string[]) => scripts.map((script) => `\\p{Script=${script}}`).join('');
const alphabets = ['Latin', 'Greek', 'Cyrillic'].map((script) => ({
  own: new RegExp(`[${lettersOf([script])}]`, 'u'),
  // Armenian, Cherokee, Coptic and others as well have letters that look like these
  foreign: new RegExp(`[^${lettersOf([script, ...neutralScripts])}]`, 'u'),
}));
const mixesAlphabets = (value: string) => alphabets.some(({ own, foreign }) => own.test(value) && foreign.test(value));
/** A dot above a letter that has one already is drawn as one dot, and NFKC keeps both. */
const hiddenDot = /\p{Soft_Dotted}\p{M}*\u0307/u;
/** Two usernames that look alike must be the same one, or an attacker's can pass for somebody's. */
export const normalizeUsername = (value: string) => value.normalize('NFKC');
const usernameText = requiredText(150)
  .overwrite(normalizeUsername)
  .max(150, 'at most 150 characters')
  .refine((value) => /^[\p{L}\p{M}\p{N}_.+-]*$/u.test(value) && !/\p{Default_Ignorable_Code_Point}/u.test(value), {
    error: 'only letters, digits and _ . + - (no @, no spaces)',
  })
  .refine((value) => !mixesAlphabets(value), { error: 'must not mix letters of several alphabets' })
  .refine((value) => !hiddenDot.test(value), { error: 'has a dot above a letter that has one already' });

/**
 * The username of an account that chose none: the part of the email before the @, without what usernames may not
 * contain.
 */
export const derivedUsername = (email: string): string =>
  email
    .replace(/@.*/, '')
    .replace(/[^\p{L}\p{N}_.+-]/gu, '')
    .slice(0, 100) || 'user';

export const userFields = {
  name: nameText,
  username: usernameText,
  email: emailAddress,
};
const currentPassword = submittedPassword.describe('your own, which a new email or username needs').optional();
export const userPatch = patchBody(userFields)
  .extend({ password: currentPassword })
  .meta({
    id: 'UserPatch',
    examples: [{ name: 'John Doe' }],
  });
const disabledDetail = 'whether the account may not sign in';
export const accountPatch = patchBody({
  ...userFields,
  role: accountRole,
  disabled: z.boolean().describe(disabledDetail),
}).meta({
  id: 'AccountPatch',
  examples: [{ role: 'admin' }],
});

const allColumns = getTableColumns(users);
export const userColumns = {
  id: allColumns.id,
  name: allColumns.name,
  username: allColumns.username,
  email: allColumns.email,
  role: allColumns.role,
  created_at: allColumns.created_at,
  email_verified: sql<boolean>`${users.email_verified_at} is not null`.as('email_verified'),
  pending_email: allColumns.pending_email,
  version: allColumns.version,
};
export const accountColumns = {
  ...userColumns,
  disabled: sql<boolean>`${users.disabled_at} is not null`.as('disabled'),
};

const text = z.string();
const shape = {
  id: recordId,
  name: text,
  username: text.describe('what one signs in with, if not with the email'),
  email: text.nullable().describe('null only for an account that came from elsewhere without one'),
  role: accountRole,
  created_at: z.iso.datetime(),
  email_verified: z.boolean().describe('whether a link was used that was sent to this email'),
  pending_email: text.nullable().describe('the email from when its link is used on'),
};
export const userExample = {
  id: 3,
  name: 'John Doe',
  username: 'john_doe',
  email: 'john@example.com',
  role: 'user',
  created_at: '2026-11-02T08:15:00.000Z',
  email_verified: true,
  pending_email: null,
};
export const user = z.object(shape).meta({ id: 'User', examples: [userExample] });
export const account = z
  .object({ ...shape, username: text.nullable(), disabled: z.boolean().describe(disabledDetail) })
  .meta({ id: 'Account', examples: [{ ...userExample, disabled: false }] });
