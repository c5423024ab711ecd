// /api/admin/mails: mails that did not arrive, without what they say.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { admins } from '../http/auth.ts';
import { respondWithPage } from '../http/pages.ts';
import { byId } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { listMails, mailListParams, resendMail } from './queries.ts';
import { mail } from './table.ts';

export const mailRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'List mails that were not sent',
      detail: 'Those that wait for another try, and those that were given up after a day; ' + 'never what they say.',
      roles: admins,
      answers: { 200: z.array(mail) },
    }),
    mailListParams,
    (c) => respondWithPage(c, listMails, c.req.valid('query')),
  )
  .post(
    '/:id/resend',
    route({
      summary: 'Send a mail again',
      detail: 'One that was given up or waits is tried at once.',
      roles: admins,
      answers: { 202: null },
    }),
    byId,
    async (c) => {
      await queryAsApi(c, resendMail(c.req.valid('param')));
      c.set('mailed', true);
      return c.body(null, 202);
    },
  );
