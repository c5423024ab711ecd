// An invitation to have an account: for the record of a patient or a doctor that is there, or as a colleague.
import { sql } from 'drizzle-orm';
import { pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { accountRole, accountRoles } from '../accounts/table.ts';
import { foreignId, id, numberOrNull, timestamp, versionColumns } from '../db/columns.ts';
import { emailAddress, nameText, recordId } from '../http/fields.ts';

export const invitations = pgTable('invitations', {
  id: id(),
  email: textColumn().notNull(),
  role: textColumn({ enum: accountRoles }).notNull(),
  name: textColumn(),
  patient_id: foreignId(),
  doctor_id: foreignId(),
  created_by: foreignId().default(sql`app.user_id()`),
  user_id: foreignId(),
  mail_id: foreignId(),
  created_at: versionColumns.created_at,
  expires_at: timestamp().notNull().default(sql`(now() + '7 days'::interval)`),
  accepted_at: timestamp(),
  revoked_at: timestamp(),
});

export const invitationStates = ['open', 'accepted', 'revoked', 'expired'] as const;
export const invitationState = sql<(typeof invitationStates)[number]>`case
  when accepted_at is not null then 'accepted' when revoked_at is not null then 'revoked'
  when expires_at < now() then 'expired' else 'open' end`;
/** Columns without the name of the table, so that they also select from app.invite(). */
export const invitationColumns = {
  id: sql<number>`id`.mapWith(invitations.id).as('id'),
  email: sql<string>`email`.as('email'),
  role: sql<(typeof accountRoles)[number]>`role`.as('role'),
  name: sql<string | null>`name`.as('name'),
  patient: sql`patient_id`.mapWith(numberOrNull).as('patient'),
  doctor: sql`doctor_id`.mapWith(numberOrNull).as('doctor'),
  created_by: sql`created_by`.mapWith(numberOrNull).as('created_by'),
  created_at: sql<string>`created_at`.mapWith(invitations.created_at).as('created_at'),
  expires_at: sql<string>`expires_at`.mapWith(invitations.expires_at).as('expires_at'),
  state: invitationState.as('state'),
};

export const newInvitation = z
  .strictObject({
    email: emailAddress,
    role: z.enum(['user', 'doctor', 'admin']).describe('the role that the account gets'),
    name: nameText.optional(),
    doctor: recordId
      .optional()
      .describe('the id of the record of the doctor who is invited: for the role doctor, and for no other'),
  })
  .refine(({ role, doctor }) => (role === 'doctor') === (doctor !== undefined), {
    path: ['doctor'],
    error: 'is the record of the doctor to invite, for the role doctor only',
  })
  .meta({ id: 'NewInvitation', examples: [{ email: 'smith@example.com', role: 'doctor', doctor: 4 }] });

export const invitation = z
  .object({
    id: recordId,
    email: z.string(),
    role: accountRole.describe('the role that the account gets'),
    name: z.string().nullable(),
    patient: recordId.nullable().describe('the id of the record that the account gets, of a patient'),
    doctor: recordId.nullable().describe('or of a doctor'),
    created_by: recordId.nullable().describe('the account that invites'),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().describe('from when its link no longer works'),
    state: z.enum(invitationStates).describe('what became of it'),
  })
  .meta({
    id: 'Invitation',
    examples: [
      {
        id: 5,
        email: 'jane@example.com',
        role: 'patient',
        name: null,
        patient: 7,
        doctor: null,
        created_by: 3,
        created_at: '2026-11-20T16:40:12.345Z',
        expires_at: '2026-11-27T16:40:12.345Z',
        state: 'open',
      },
    ],
  });

const inviterShape = z
  .object({
    name: z.string().nullable().describe('what the account calls itself, without what could be called or opened'),
    email: z.string().nullable().describe('its address, which was confirmed'),
    administrator: z.boolean().describe('whether it is an administrator; anybody else may be a stranger'),
  })
  .meta({ id: 'InvitedBy', examples: [{ name: 'John Doe', email: 'john@example.com', administrator: false }] })
  .describe('null where whoever runs this invites');
export const openInvitation = z
  .object({
    email: z.string().describe('whom it was sent to'),
    role: accountRole.describe('the role that the account gets'),
    name: z
      .string()
      .nullable()
      .describe('who is meant, as whoever invites has written it, without what could be called or opened'),
    expires_at: z.iso.datetime().describe('from when its link no longer works'),
    invited_by: inviterShape.nullable(),
  })
  .meta({
    id: 'OpenInvitation',
    examples: [
      {
        email: 'jane@example.com',
        role: 'patient',
        name: 'Jane Doe',
        expires_at: '2026-11-27T16:40:12.345Z',
        invited_by: { name: 'John Doe', email: 'john@example.com', administrator: false },
      },
    ],
  });
