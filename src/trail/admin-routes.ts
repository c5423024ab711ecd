// /api/admin/audit: the trail. Administrators read all of it and undo deletions.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { admins } from '../http/auth.ts';
import { respondWithPage } from '../http/pages.ts';
import { byId } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { auditListParams, listAuditEntries, restoreRecord } from './queries.ts';
import { auditEntry, restoredRecord } from './shapes.ts';

export const auditRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'Read the audit trail',
      detail: 'Who did what, when and from where, and each record as it was before.',
      roles: admins,
      answers: { 200: z.array(auditEntry) },
    }),
    auditListParams,
    (c) => respondWithPage(c, listAuditEntries, c.req.valid('query')),
  )
  .post(
    '/:id/restore',
    route({
      summary: 'Undo a deletion',
      detail: 'Brings a patient or a doctor back as it was, with its mappings; `id` is the entry of the deletion.',
      roles: admins,
      answers: { 200: restoredRecord },
      problems: ['duplicate', 'invalid_input'],
    }),
    byId,
    async (c) => {
      const [rows] = await queryAsApi(c, restoreRecord(c.req.valid('param')));
      return c.json(requireRow(rows));
    },
  );
