// /api/doctor-profile: a doctor's own record, by the account that it is linked to.
import { eq } from 'drizzle-orm';
import { Hono } from 'hono';
import type { Env } from '../config.ts';
import { me } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { prepare } from '../db/prepared.ts';
import { found } from '../errors.ts';
import { allow } from '../http/auth.ts';
import { changing } from '../http/changes.ts';
import { tagged, taggedRead } from '../http/etag.ts';
import { json, params } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';
import { doctor, doctorColumns, doctorPut, doctors } from '../records/doctor.ts';

const doctorsOnly = allow('doctor', 'pending_doctor');
const reads = describe('Read my doctor record', { 200: doctor }, 'not_found', taggedRead);

const read = prepare((db) => [db.select(doctorColumns).from(doctors).where(eq(doctors.user_id, me))]);
const change = changing(doctors, doctorColumns, 'user_id');
const replaces = describe('Replace my doctor record', { 200: doctor }, change);

export const doctorProfileRoutes = new Hono<Env>({ strict: false })
  .get('/', reads, doctorsOnly, async (c) => {
    const [rows] = await ask(c, read({}));
    return c.json(tagged(c, found(rows)));
  })
  .put('/:user_id', replaces, doctorsOnly, params('user_id'), json(doctorPut), (c) =>
    change(c, c.req.valid('param').user_id, c.req.valid('json')),
  );
