// /api/admin/mails: mails that did not arrive, without what they say.
import { and, eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { admins } from '../http/auth.ts';
import { countRows, listParams, prepareList, respondWithPage } from '../http/pages.ts';
import { byId } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { isUnsent, mail, mailColumns, mailState, mailStates, mails } from './table.ts';
import { patientsOfAccounts } from '../patients/table.ts';

const sorts = { id: mails.id, asked_at: mails.asked_at };
const filters = { state: z.enum(mailStates).optional() };
const mailListParams = listParams(sorts, filters, '-id');

const listMails = prepareList(sorts, (db, { state }: Params<never, keyof typeof filters>, page) => {
  const where = and(isUnsent, state && eq(mailState, state));
  const rows = db
    .select({ ...mailColumns, ...page.key })
    .from(mails)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows: audited(db, 'mail', patientsOfAccounts('user_id'), rows), totals: [countRows(db, mails, where)] };
});
const resendMail = prepare((db, { id }: Params<'id'>) => [db.execute(sql`select app.resend_mail(${id})`)]);
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
