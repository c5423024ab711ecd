// /api/admin/mails: mails that did not arrive, without what they say.
import { and, eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../../config.ts';
import { audited } from '../../db/audit.ts';
import { ask } from '../../db/client.ts';
import { type Given, prepare } from '../../db/prepared.ts';
import { admins } from '../../http/auth.ts';
import { answerPage, listQuery, pages, total } from '../../http/pages.ts';
import { byId } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { mail, mailColumns, mailState, mailStates, mails, unsent } from '../../records/mail.ts';
import { patientsOf } from '../../records/patient.ts';

const sorts = { id: mails.id, asked_at: mails.asked_at };
const filters = { state: z.enum(mailStates).optional() };
const listed = listQuery(sorts, filters, '-id');

const list = pages(sorts, (db, { state }: Given<never, keyof typeof filters>, page) => {
  const where = and(unsent, state && eq(mailState, state));
  const rows = db
    .select({ ...mailColumns, ...page.key })
    .from(mails)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows: audited(db, 'mail', patientsOf('user_id'), rows), totals: [total(db, mails, where)] };
});
const resending = prepare((db, { id }: Given<'id'>) => [db.execute(sql`select app.resend_mail(${id})`)]);

const lists = describe(
  'List mails that were not sent. Those that wait for another try, and those that were given up after a day; ' +
    'never what they say.',
  { 200: z.array(mail) },
  admins,
);
const resends = describe('Send a mail again. One that was given up or waits is tried at once.', { 202: null }, admins);

export const mailRoutes = new Hono<Env>({ strict: false })
  .get('/', lists, listed, (c) => answerPage(c, list, c.req.valid('query')))
  .post('/:id/resend', resends, byId, async (c) => {
    await ask(c, resending(c.req.valid('param')));
    c.set('mailed', true);
    return c.body(null, 202);
  });
