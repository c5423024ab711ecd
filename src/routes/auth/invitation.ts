// /api/auth/invitations/look: what the link of an invitation is for, and who invites. For anybody who holds it, because one
// has to know before one accepts; only to accept uses it up.
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { tokenHash } from '../../accounts/tokens.ts';
import type { Env } from '../../config.ts';
import { askAuth } from '../../db/client.ts';
import { type Given, prepare } from '../../db/prepared.ts';
import { found } from '../../errors.ts';
import { limitAddress } from '../../http/auth.ts';
import { json } from '../../http/validate.ts';
import { repeatable } from '../../mail/names.ts';
import { describe } from '../../openapi/describe.ts';
import { invitations, openInvitation } from '../../records/invitation.ts';
import { link } from '../../records/link.ts';
import type { accountRoles } from '../../records/user.ts';

const looking = prepare((db, { token }: Given<'token'>) => [
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
const looks = describe(
  'Look at an invitation. What the link is for and who invites; the token works afterwards as well.',
  { 200: openInvitation },
  'link_invalid',
);

export const invitationLinkRoutes = new Hono<Env>({ strict: false }).post(
  '/invitations/look',
  looks,
  limitAddress('LINK_LIMIT'),
  json(link),
  async (c) => {
    const [rows] = await askAuth(c, looking({ token: await tokenHash(c.req.valid('json').token) }));
    const { by_account, inviter, name, ...invitation } = found(rows);
    const invited_by = by_account ? { ...inviter, name: repeatable(inviter.name ?? '') } : null;
    return c.json({ ...invitation, name: repeatable(name ?? ''), invited_by });
  },
);
