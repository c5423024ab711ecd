// Invites somebody to have an account, for a record that is there or as a colleague. PostgreSQL decides who may.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Given, prepare } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { withNote } from '../openapi/describe.ts';
import { invitationColumns, invitationState, invitations } from './invitation.ts';

const inviting = prepare(
  (db, { email, role, name, patient, doctor }: Given<'email' | 'role' | 'name' | 'patient' | 'doctor'>) => [
    db.select(invitationColumns).from(sql`app.invite(${email}, ${role}, ${name}, ${patient}, ${doctor})`),
  ],
);
interface Whom {
  email: string;
  role: string;
  name?: string | undefined;
  patient?: number;
  doctor?: number | undefined;
}
const send = async (c: Context<Env>, { email, role, name = undefined, patient, doctor }: Whom) => {
  const whom = { email, role, name: name ?? null, patient: patient ?? null, doctor: doctor ?? null };
  const [rows] = await ask(c, inviting(whom));
  c.set('mailed', true);
  return c.json(found(rows), 201);
};
export const invite = withNote(send, {
  codes: ['not_found', 'already_linked', 'email_unverified', 'too_many_requests'],
});

/** Those of `which` that are open, found and revoked by one id. */
export const openBy = (which: PgColumn, id: SQL) => and(eq(which, id), eq(invitationState, 'open'));
export const revokingBy = (which: PgColumn) =>
  prepare((db, { id }: Given<'id'>) => [
    db.update(invitations).set({ revoked_at: sql`now()` }).where(openBy(which, id)).returning({ id: invitations.id }),
  ]);
