// /api/auth/invitations/look: what an invitation is for and who invites. For anybody who has the link, because people
// want to know that before they accept. It does not use the link up.
import { Hono } from 'hono';
import { linkBody } from '../accounts/link-fields.ts';
import type { Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { limitByAddress } from '../http/auth.ts';
import { hashToken } from '../http/tokens.ts';
import { json } from '../http/validate.ts';
import { quotableName } from '../mail/names.ts';
import { route } from '../openapi/route.ts';
import { selectInvitationByToken } from './queries.ts';
import { openInvitation } from './table.ts';

export const invitationLinkRoutes = new Hono<Env>({ strict: false }).post(
  '/invitations/look',
  route({
    summary: 'Look at an invitation',
    detail: 'What the link is for and who invites; the token works afterwards as well.',
    answers: { 200: openInvitation },
    problems: ['link_invalid'],
  }),
  limitByAddress('LINK_LIMIT'),
  json(linkBody),
  async (c) => {
    const [rows] = await queryAsAuth(c, selectInvitationByToken({ token: await hashToken(c.req.valid('json').token) }));
    const { by_account, inviter, name, ...invitation } = requireRow(rows);
    const invited_by = by_account ? { ...inviter, name: quotableName(inviter.name ?? '') } : null;
    return c.json({ ...invitation, name: quotableName(name ?? ''), invited_by });
  },
);
