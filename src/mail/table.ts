// A mail in the outbox. Its text is not stored: administrators see its purpose, its recipient and its state.
import { and, isNotNull, isNull, ne, or, sql } from 'drizzle-orm';
import { boolean, integer, pgTable, text as textColumn, uuid } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { foreignId, id, timestamp } from '../db/columns.ts';
import { recordId } from '../http/fields.ts';

/** The purposes of mails; the check of the table has the same list. */
export const purposes = [
  'reset',
  'verify',
  'change',
  'undo',
  'invitation',
  'password_changed',
  'new_device',
  'token_replayed',
  'new_admin',
  'role_changed',
  'profile_changed',
  'email_taken',
  'emergency_access',
  'factor_added',
  'factor_removed',
  'recovery_code_used',
] as const;
export type Purpose = (typeof purposes)[number];

export const mails = pgTable('mails', {
  id: id(),
  key: uuid().notNull().defaultRandom(),
  purpose: textColumn({ enum: purposes }).notNull(),
  recipient: textColumn().notNull(),
  user_id: foreignId(),
  asked_at: timestamp().notNull().default(sql`now()`),
  due_at: timestamp().notNull().default(sql`now()`),
  attempts: integer().notNull().default(0),
  sent_at: timestamp(),
  failed_at: timestamp(),
  asker: textColumn(),
  held: textColumn({ enum: ['address', 'deployment'] }),
  released: boolean().notNull().default(false),
});

/**
 * Without requests for a new password that have no account yet: whether the address has one is found out when they are
 * sent.
 */
export const isUnsent = and(isNull(mails.sent_at), or(isNotNull(mails.user_id), ne(mails.purpose, 'reset')));

export const mailStates = ['waiting', 'failed'] as const;
/** Of those that were not sent. */
export const mailState = sql<
  (typeof mailStates)[number]
>`case when ${mails.failed_at} is null then 'waiting' else 'failed' end`;
export const mailColumns = {
  id: mails.id,
  purpose: mails.purpose,
  recipient: mails.recipient,
  user_id: mails.user_id,
  state: mailState.as('state'),
  attempts: mails.attempts,
  held: mails.held,
  asked_at: mails.asked_at,
};

export const mail = z
  .object({
    id: recordId,
    purpose: z.enum(purposes).describe('what it is for'),
    recipient: z.string().describe('the address that it goes to'),
    user_id: recordId.nullable().describe('the account that it is for'),
    state: z.enum(mailStates).describe('`failed` once it was tried for a day'),
    attempts: z.int().describe('how often it was tried'),
    held: z
      .enum(['address', 'deployment'])
      .nullable()
      .describe('why it was not tried: too many went to this `address`, or from this `deployment`, within a day'),
    asked_at: z.iso.datetime().describe('when somebody or something called for it'),
  })
  .meta({
    id: 'Mail',
    examples: [
      {
        id: 41,
        purpose: 'reset',
        recipient: 'john@example.com',
        user_id: 3,
        state: 'failed',
        attempts: 14,
        held: null,
        asked_at: '2026-11-20T16:40:12.345Z',
      },
    ],
  });
