// /api/admin/doctors: which doctors may see patients; /api/admin/assign-patient: who treats whom.
import { type Context, Hono } from 'hono';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { admins } from '../http/auth.ts';
import { conditionalWrite, withEtag } from '../http/etag.ts';
import { auditRefusals } from '../http/refusals.ts';
import { byId, json } from '../http/validate.ts';
import { assignDoctor } from '../mappings/assign.ts';
import { assignment, mapping } from '../mappings/table.ts';
import { route } from '../openapi/route.ts';
import { updateApproval } from './queries.ts';
import { doctor } from './table.ts';

const setApproval = async (c: Context<Env>, id: number, approved: boolean) => {
  const [rows] = await queryAsApi(c, updateApproval({ id, approved }));
  return c.json(withEtag(c, requireRow(rows)));
};
export const adminDoctorRoutes = new Hono<Env>({ strict: false })
  .post(
    '/doctors/:id/approve',
    route({
      summary: 'Approve a doctor',
      detail:
        'From then on the account sees patients. `If-Match` is required, with the ETag of the doctor who was ' +
        'looked at: `*` is none.',
      roles: admins,
      answers: { 200: doctor },
      problems: ['precondition_required', 'no_linked_account'],
      uses: [conditionalWrite],
    }),
    byId,
    (c) => setApproval(c, c.req.valid('param').id, true),
  )
  .post(
    '/doctors/:id/revoke',
    route({
      summary: 'Revoke the approval of a doctor',
      detail: 'From then on the account sees no patient any more.',
      roles: admins,
      answers: { 200: doctor },
      problems: ['no_linked_account'],
      uses: [conditionalWrite],
    }),
    byId,
    (c) => setApproval(c, c.req.valid('param').id, false),
  )
  .post(
    '/assign-patient',
    route({
      summary: 'Assign a patient to a doctor',
      detail: 'As an owner does at `/api/mappings/`, for any patient.',
      roles: admins,
      answers: { 201: mapping },
      uses: [assignDoctor],
    }),
    json(assignment),
    auditRefusals,
    (c) => assignDoctor(c, c.req.valid('json')),
  );
