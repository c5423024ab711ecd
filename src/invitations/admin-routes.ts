// /api/admin/invitations: who is to have an account. An administrator invites colleagues, and doctors to their records.
import { and, eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import type { Params } from '../db/prepare.ts';
import { requireRow } from '../errors.ts';
import { admins } from '../http/auth.ts';
import { countRows, listParams, prepareList, respondWithPage } from '../http/pages.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import {
  invitation,
  invitationColumns,
  invitationState,
  invitationStates,
  invitations,
  newInvitation,
} from './table.ts';
import { invite, prepareRevocation } from './queries.ts';

const sorts = { id: invitations.id };
const filters = { state: z.enum(invitationStates).optional() };
const invitationListParams = listParams(sorts, filters, '-id');
const ofPatients = sql`array(select patient from found where patient is not null)`;
const listInvitations = prepareList(sorts, (db, { state }: Params<never, keyof typeof filters>, page) => {
  const where = state && eq(invitationState, state);
  const rows = db
    .select({ ...invitationColumns, ...page.key })
    .from(invitations)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows: audited(db, 'invitation', ofPatients, rows), totals: [countRows(db, invitations, where)] };
});
const revokeInvitation = prepareRevocation(invitations.id);
export const invitationRoutes = new Hono<Env>({ strict: false })
  .post(
    '/',
    route({
      summary: 'Invite somebody',
      detail:
        'As a colleague, or a doctor for the record that is there, which is approved with it. ' +
        'Again for the same person: the link of before ends, and a new one is sent. An administrator needs ' +
        '`/api/auth/step-up/` first.',
      roles: admins,
      answers: { 201: invitation },
      problems: ['step_up_required'],
      uses: [invite],
    }),
    json(newInvitation),
    (c) => invite(c, c.req.valid('json')),
  )
  .get(
    '/',
    route({
      summary: 'List invitations',
      detail: 'Those to patients as well, and what became of each.',
      roles: admins,
      answers: { 200: z.array(invitation) },
    }),
    invitationListParams,
    (c) => respondWithPage(c, listInvitations, c.req.valid('query')),
  )
  .delete(
    '/:id',
    route({
      summary: 'Revoke an invitation',
      detail: 'Its link no longer works.',
      roles: admins,
      answers: { 204: null },
    }),
    byId,
    async (c) => {
      const [revoked] = await queryAsApi(c, revokeInvitation(c.req.valid('param')));
      requireRow(revoked);
      return c.body(null, 204);
    },
  );
