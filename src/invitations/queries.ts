// Invites somebody to have an account, for a record that is there or as a colleague. PostgreSQL decides who may.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Context } from 'hono';
import * as z from 'zod';
import type { accountRoles } from '../accounts/table.ts';
import type { Env } from '../config.ts';
import { audited } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { requireRow } from '../errors.ts';
import { countRows, listParams, prepareList } from '../http/pages.ts';
import { documented } from '../openapi/route.ts';
import { invitationColumns, invitationState, invitationStates, invitations } from './table.ts';

const createInvitation = prepare(
  (db, { email, role, name, patient, doctor }: Params<'email' | 'role' | 'name' | 'patient' | 'doctor'>) => [
    db.select(invitationColumns).from(sql`app.invite(${email}, ${role}, ${name}, ${patient}, ${doctor})`),
  ],
);
interface Invitee {
  email: string;
  role: string;
  name?: string | undefined;
  patient?: number;
  doctor?: number | undefined;
}
const sendInvitation = async (c: Context<Env>, { email, role, name = undefined, patient, doctor }: Invitee) => {
  const whom = { email, role, name: name ?? null, patient: patient ?? null, doctor: doctor ?? null };
  const [rows] = await queryAsApi(c, createInvitation(whom));
  c.set('mailed', true);
  return c.json(requireRow(rows), 201);
};
export const invite = documented(sendInvitation, {
  problems: ['not_found', 'already_linked', 'email_unverified', 'too_many_requests'],
});

/** Open invitations of one patient, or one invitation, by which column is compared with the id. */
export const isOpenInvitation = (which: PgColumn, id: SQL) => and(eq(which, id), eq(invitationState, 'open'));
export const prepareRevocation = (which: PgColumn) =>
  prepare((db, { id }: Params<'id'>) => [
    db
      .update(invitations)
      .set({ revoked_at: sql`now()` })
      .where(isOpenInvitation(which, id))
      .returning({ id: invitations.id }),
  ]);

const sorts = { id: invitations.id };

const filters = { state: z.enum(invitationStates).optional() };

export const invitationListParams = listParams(sorts, filters, '-id');

const ofPatients = sql`array(select patient from found where patient is not null)`;

export const listInvitations = prepareList(sorts, (db, { state }: Params<never, keyof typeof filters>, page) => {
  const where = state && eq(invitationState, state);
  const rows = db
    .select({ ...invitationColumns, ...page.key })
    .from(invitations)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows: audited(db, 'invitation', ofPatients, rows), totals: [countRows(db, invitations, where)] };
});

export const revokeInvitation = prepareRevocation(invitations.id);

export const selectInvitationByToken = prepare((db, { token }: Params<'token'>) => [
  db
    .select({
      email: sql<string>`email`,
      role: sql<(typeof accountRoles)[number]>`role`,
      name: sql<string | null>`for_name`,
      expires_at: sql<string>`expires_at`.mapWith(invitations.expires_at),
      by_account: sql<boolean>`by_account`,
      inviter: {
        name: sql<string | null>`inviter_name`,
        email: sql<string | null>`inviter_email`,
        administrator: sql<boolean>`by_admin`,
      },
    })
    .from(sql`app.look_at_invitation(${token})`),
]);
