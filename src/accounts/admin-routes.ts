// /api/admin/users: accounts and their roles.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { admins } from '../http/auth.ts';
import { conditionalRead, conditionalWrite, withEtag } from '../http/etag.ts';
import { respondWithPage } from '../http/pages.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import {
  accountListParams,
  endSessions,
  listAccounts,
  resetFactor,
  selectAccount,
  sendReset,
  updateAccount,
} from './admin-queries.ts';
import { account, accountPatch } from './table.ts';

export const accountRoutes = new Hono<Env>({ strict: false })
  .get(
    '/users',
    route({
      summary: 'List accounts',
      detail: 'To find somebody by name, email or role.',
      roles: admins,
      answers: { 200: z.array(account) },
    }),
    accountListParams,
    (c) => respondWithPage(c, listAccounts, c.req.valid('query')),
  )
  .get(
    '/users/:id',
    route({
      summary: 'Read an account',
      detail: 'Who it is, with which role, and whether it may sign in.',
      roles: admins,
      answers: { 200: account },
      uses: [conditionalRead],
    }),
    byId,
    async (c) => {
      const [rows] = await queryAsApi(c, selectAccount(c.req.valid('param')));
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .patch(
    '/users/:id',
    route({
      summary: 'Change an account',
      detail:
        'Its role, its name, or whether it may sign in, which count on the very next request. A new email ' +
        'gets a link to confirm it, and the old one a link to undo it. Another’s email and a new administrator need ' +
        '`/api/auth/step-up/` first; the own email and username are changed at `/api/auth/me/`.',
      roles: admins,
      answers: { 200: account },
      problems: ['step_up_required', 'own_account', 'duplicate', 'last_admin', 'no_linked_record'],
      uses: [conditionalWrite],
    }),
    byId,
    json(accountPatch),
    async (c) => {
      const changed = c.req.valid('json');
      const [rows] = await queryAsApi(c, updateAccount({ ...changed, ...c.req.valid('param') }));
      // a new address is asked to confirm itself, the old one is told, and administrators are told of a new one
      if (changed.email !== undefined || changed.role === 'admin' || changed.disabled === false) c.set('mailed', true);
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .post(
    '/users/:id/end-sessions',
    route({
      summary: 'End all sessions of an account',
      detail: 'Signs somebody out on every device, say when one was stolen.',
      roles: admins,
      answers: { 204: null },
    }),
    byId,
    async (c) => {
      await queryAsApi(c, endSessions(c.req.valid('param')));
      return c.body(null, 204);
    },
  )
  .post(
    '/users/:id/reset-password',
    route({
      summary: 'Send somebody a link for a new password',
      detail: 'For whoever has forgotten it and cannot ask themselves.',
      roles: admins,
      answers: { 202: null },
      problems: ['account_disabled'],
    }),
    byId,
    async (c) => {
      await queryAsApi(c, sendReset(c.req.valid('param')));
      c.set('mailed', true);
      return c.body(null, 202);
    },
  )
  .post(
    '/users/:id/reset-mfa',
    route({
      summary: 'Take away the second factor of an account',
      detail:
        'For whoever has lost it. Signs the account out everywhere, and tells it by mail. Not for the own one; needs ' +
        '`/api/auth/step-up/` first.',
      roles: admins,
      answers: { 204: null },
      problems: ['step_up_required', 'own_factor', 'mfa_not_set_up', 'last_admin'],
    }),
    byId,
    async (c) => {
      await queryAsApi(c, resetFactor(c.req.valid('param')));
      c.set('mailed', true);
      return c.body(null, 204);
    },
  );
