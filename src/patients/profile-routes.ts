// /api/patient-profile: a patient's own record, by the account that it is linked to, and who looked at it.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { conditionalRead, withEtag } from '../http/etag.ts';
import { listParams, respondWithPage } from '../http/pages.ts';
import { auditRefusalsByAccount } from '../http/refusals.ts';
import { json, params, putDetail } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { accessEntry } from '../trail/shapes.ts';
import { listAccessLog, sorts } from './access-log.ts';
import { leaveRecord, selectOwnPatient, updateOwnPatient } from './queries.ts';
import { omitMissingRegistrar, patient, patientPut, registeredPatient } from './table.ts';

export const patientProfileRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'Read my patient record',
      detail: 'The record that belongs to the account that asks, and who registered it.',
      roles: ['patient'],
      answers: { 200: registeredPatient },
      problems: ['no_record'],
      uses: [conditionalRead],
    }),
    async (c) => {
      const [[own]] = await queryAsApi(c, selectOwnPatient({}));
      if (!own) throw new Problem('no_record');
      return c.json(withEtag(c, omitMissingRegistrar(own)));
    },
  )
  .delete(
    '/',
    route({
      summary: 'Leave my patient record',
      detail:
        'Whoever made it keeps it without the account, which may accept another invitation. Not one ' +
        'that the patient registered.',
      roles: ['patient'],
      answers: { 204: null },
      problems: ['no_record', 'own_record'],
      uses: [{ requestHeaders: ['If-Match'], problems: ['stale_version'] }],
    }),
    async (c) => {
      await queryAsApi(c, leaveRecord({}));
      return c.body(null, 204);
    },
  )
  .put(
    '/:user_id',
    route({
      summary: 'Replace my patient record',
      detail: putDetail,
      roles: ['patient'],
      answers: { 200: patient },
      uses: [updateOwnPatient],
    }),
    params('user_id'),
    auditRefusalsByAccount,
    json(patientPut),
    (c) => updateOwnPatient(c, c.req.valid('param').user_id, c.req.valid('json')),
  )
  .get(
    '/access-log',
    route({
      summary: 'Read my access log',
      detail: 'Who looked at or changed my record, until I left it or it was deleted.',
      roles: ['patient'],
      answers: { 200: z.array(accessEntry) },
    }),
    listParams(sorts, {}, '-id'),
    (c) => respondWithPage(c, listAccessLog, c.req.valid('query')),
  );
