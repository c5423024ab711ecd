// /api/admin/users: accounts and their roles.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { requireRow } from '../errors.ts';
import { admins } from '../http/auth.ts';
import { conditionalRead, conditionalWrite, withEtag } from '../http/etag.ts';
import { searchText } from '../http/fields.ts';
import { countRows, listParams, prepareList, respondWithPage } from '../http/pages.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { patientsOfAccounts } from '../patients/table.ts';
import { account, accountColumns, accountPatch, accountRole, users } from './table.ts';

const sorts = { id: users.id, name: users.name_key, created_at: users.created_at };
const filters = {
  role: accountRole.optional(),
  disabled: z.enum(['true', 'false']).optional(),
  search: searchText.optional(),
};
const accountListParams = listParams(sorts, filters);

const isDisabled = sql`(${users.disabled_at} is not null)`;
const listAccounts = prepareList(sorts, (db, { role, disabled, search }: Params<never, keyof typeof filters>, page) => {
  const where = and(
    isNull(users.erased_at),
    role && eq(users.role, role),
    disabled && eq(isDisabled, sql`${disabled}::boolean`),
    // through a function, because no policy lets a search use its index
    search && sql`${users.id} = any (array(select app.search_users(${search})))`,
  );
  const rows = db
    .select({ ...accountColumns, ...page.key })
    .from(users)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows: audited(db, 'user', patientsOfAccounts('id'), rows), totals: [countRows(db, users, where)] };
});

const isAccount = (id: SQL) => and(eq(users.id, id), isNull(users.erased_at));
const selectAccount = prepare((db, { id }: Params<'id'>) => [
  audited(db, 'user', patientsOfAccounts('id'), db.select(accountColumns).from(users).where(isAccount(id)), id),
]);
const updateAccount = prepare((db, { id, disabled, ...changes }: Params<'id', keyof z.output<typeof accountPatch>>) => [
  db
    .update(users)
    .set({
      ...changes,
      disabled_at: disabled && sql`case when ${disabled}::boolean then coalesce(disabled_at, now()) end`,
      updated_at: sql`now()`,
    })
    .where(isAccount(id))
    .returning(accountColumns),
]);
const endSessions = prepare((db, { id }: Params<'id'>) => [db.execute(sql`select app.end_sessions(${id})`)]);
const sendReset = prepare((db, { id }: Params<'id'>) => [db.execute(sql`select app.send_reset(${id})`)]);
export const accountRoutes = new Hono<Env>({ strict: false })
  .get(
    '/users',
    route({
      summary: 'List accounts',
      detail: 'To find somebody by name, email or role.',
      roles: admins,
      answers: { 200: z.array(account) },
    }),
    accountListParams,
    (c) => respondWithPage(c, listAccounts, c.req.valid('query')),
  )
  .get(
    '/users/:id',
    route({
      summary: 'Read an account',
      detail: 'Who it is, with which role, and whether it may sign in.',
      roles: admins,
      answers: { 200: account },
      uses: [conditionalRead],
    }),
    byId,
    async (c) => {
      const [rows] = await queryAsApi(c, selectAccount(c.req.valid('param')));
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .patch(
    '/users/:id',
    route({
      summary: 'Change an account',
      detail:
        'Its role, its name, or whether it may sign in, which count on the very next request. A new email ' +
        'gets a link to confirm it, and the old one a link to undo it. Another’s email and a new administrator need ' +
        '`/api/auth/step-up/` first; the own email and username are changed at `/api/auth/me/`.',
      roles: admins,
      answers: { 200: account },
      problems: ['step_up_required', 'own_account', 'duplicate', 'last_admin', 'no_linked_record'],
      uses: [conditionalWrite],
    }),
    byId,
    json(accountPatch),
    async (c) => {
      const changed = c.req.valid('json');
      const [rows] = await queryAsApi(c, updateAccount({ ...changed, ...c.req.valid('param') }));
      // a new address is asked to confirm itself, the old one is told, and administrators are told of a new one
      if (changed.email !== undefined || changed.role === 'admin' || changed.disabled === false) c.set('mailed', true);
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .post(
    '/users/:id/end-sessions',
    route({
      summary: 'End all sessions of an account',
      detail: 'Signs somebody out on every device, say when one was stolen.',
      roles: admins,
      answers: { 204: null },
    }),
    byId,
    async (c) => {
      await queryAsApi(c, endSessions(c.req.valid('param')));
      return c.body(null, 204);
    },
  )
  .post(
    '/users/:id/reset-password',
    route({
      summary: 'Send somebody a link for a new password',
      detail: 'For whoever has forgotten it and cannot ask themselves.',
      roles: admins,
      answers: { 202: null },
      problems: ['account_disabled'],
    }),
    byId,
    async (c) => {
      await queryAsApi(c, sendReset(c.req.valid('param')));
      c.set('mailed', true);
      return c.body(null, 202);
    },
  );
