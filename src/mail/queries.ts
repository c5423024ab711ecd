// Mails that were not sent.
import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { audited } from '../db/audit.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { countRows, listParams, prepareList } from '../http/pages.ts';
import { patientsOfAccounts } from '../patients/table.ts';
import { isUnsent, mailColumns, mailState, mailStates, mails } from './table.ts';

const sorts = { id: mails.id, asked_at: mails.asked_at };

const filters = { state: z.enum(mailStates).optional() };

export const mailListParams = listParams(sorts, filters, '-id');

export const listMails = prepareList(sorts, (db, { state }: Params<never, keyof typeof filters>, page) => {
  const where = and(isUnsent, state && eq(mailState, state));
  const rows = db
    .select({ ...mailColumns, ...page.key })
    .from(mails)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows: audited(db, 'mail', patientsOfAccounts('user_id'), rows), totals: [countRows(db, mails, where)] };
});

export const resendMail = prepare((db, { id }: Params<'id'>) => [db.execute(sql`select app.resend_mail(${id})`)]);
