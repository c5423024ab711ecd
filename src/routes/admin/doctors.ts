// /api/admin/doctors: which doctors may see patients; /api/admin/assign-patient: who treats whom.
import { eq } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import type { Env } from '../../config.ts';
import { queryAsApi } from '../../db/client.ts';
import { type Params, prepare } from '../../db/prepared.ts';
import { requireRow } from '../../errors.ts';
import { admins } from '../../http/auth.ts';
import { conditionalWrite, withEtag } from '../../http/etag.ts';
import { auditRefusals } from '../../http/refusals.ts';
import { byId, json } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { assignDoctor } from '../../records/assigning.ts';
import { doctor, doctorColumns, doctors } from '../../records/doctor.ts';
import { assignment, mapping } from '../../records/mapping.ts';

const updateApproval = prepare((db, { id, approved }: Params<'id' | 'approved'>) => [
  db.update(doctors).set({ approved }).where(eq(doctors.id, id)).returning(doctorColumns),
]);
const setApproval = async (c: Context<Env>, id: number, approved: boolean) => {
  const [rows] = await queryAsApi(c, updateApproval({ id, approved }));
  return c.json(withEtag(c, requireRow(rows)));
};
const approves = describe(
  'Approve a doctor. From then on the account sees patients. `If-Match` is required, with the ETag of the doctor who was ' +
    'looked at: `*` is none.',
  { 200: doctor },
  'precondition_required',
  'no_linked_account',
  conditionalWrite,
  admins,
);
const revokes = describe(
  'Revoke the approval of a doctor. From then on the account sees no patient any more.',
  { 200: doctor },
  'no_linked_account',
  conditionalWrite,
  admins,
);
const assigns = describe(
  'Assign a patient to a doctor. As an owner does at `/api/mappings/`, for any patient.',
  { 201: mapping },
  assignDoctor,
  admins,
);

export const adminDoctorRoutes = new Hono<Env>({ strict: false })
  .post('/doctors/:id/approve', approves, byId, (c) => setApproval(c, c.req.valid('param').id, true))
  .post('/doctors/:id/revoke', revokes, byId, (c) => setApproval(c, c.req.valid('param').id, false))
  .post('/assign-patient', assigns, json(assignment), auditRefusals, (c) => assignDoctor(c, c.req.valid('json')));
