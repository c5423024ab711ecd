// Invites somebody to have an account, for a record that is there or as a colleague. PostgreSQL decides who may.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { requireRow } from '../errors.ts';
import { documented } from '../openapi/route.ts';
import { invitationColumns, invitationState, invitations } from './table.ts';

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

/** Those of `which` that are open, found and revoked by one id. */
export const isOpenInvitation = (which: PgColumn, id: SQL) => and(eq(which, id), eq(invitationState, 'open'));
export const prepareRevocation = (which: PgColumn) =>
  prepare((db, { id }: Params<'id'>) => [
    db
      .update(invitations)
      .set({ revoked_at: sql`now()` })
      .where(isOpenInvitation(which, id))
      .returning({ id: invitations.id }),
  ]);
