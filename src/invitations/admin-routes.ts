// /api/admin/invitations: who is to have an account. An administrator invites colleagues, and doctors to their records.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { admins } from '../http/auth.ts';
import { respondWithPage } from '../http/pages.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { invitationListParams, invite, listInvitations, revokeInvitation } from './queries.ts';
import { invitation, newInvitation } from './table.ts';

export const invitationRoutes = new Hono<Env>({ strict: false })
  .post(
    '/',
    route({
      summary: 'Invite somebody',
      detail:
        'As a colleague, or a doctor for the record that is there, which is approved with it. ' +
        'Again for the same person: the previous link ends, and a new one is sent. An administrator needs ' +
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
