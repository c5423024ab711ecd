// /api/doctor-profile: a doctor's own record, by the account that it is linked to.
import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import { config, type Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { requireRow } from '../errors.ts';
import { conditionalRead, conditionalWrite, withEtag } from '../http/etag.ts';
import { json, params, putDetail } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { selectOwnDoctor, updateOwnDoctor } from './queries.ts';
import { doctor, doctorPut } from './table.ts';

const replaceOwnDoctor = async (c: Context<Env>, user_id: number, fields: z.output<typeof doctorPut>) => {
  const [, rows] = await queryAsApi(c, updateOwnDoctor({ ...fields, user_id, approval: config(c).DOCTOR_APPROVAL }));
  // a doctor is told of it
  c.set('mailed', true);
  return c.json(withEtag(c, requireRow(rows)));
};
export const doctorProfileRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'Read my doctor record',
      detail: 'The record that belongs to the account that asks, and whether it is approved.',
      roles: ['doctor', 'pending_doctor'],
      answers: { 200: doctor },
      problems: ['not_found'],
      uses: [conditionalRead],
    }),
    async (c) => {
      const [rows] = await queryAsApi(c, selectOwnDoctor({}));
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .put(
    '/:user_id',
    route({
      summary: 'Replace my doctor record',
      detail:
        `${putDetail} Another name, specialization or license number of an approved doctor needs ` +
        '`/api/auth/step-up/` first, and waits for approval again.',
      roles: ['doctor', 'pending_doctor'],
      answers: { 200: doctor },
      problems: ['step_up_required'],
      uses: [conditionalWrite],
    }),
    params('user_id'),
    json(doctorPut),
    (c) => replaceOwnDoctor(c, c.req.valid('param').user_id, c.req.valid('json')),
  );
