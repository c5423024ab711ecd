// /api/admin/users: accounts and their roles.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../../config.ts';
import { ask } from '../../db/client.ts';
import { type Given, prepare } from '../../db/prepared.ts';
import { found } from '../../errors.ts';
import { admins } from '../../http/auth.ts';
import { tagged, taggedRead, taggedWrite } from '../../http/etag.ts';
import { answerPage, listQuery, pages, total } from '../../http/pages.ts';
import { byId, json } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { account, accountColumns, accountPatch, accountRoles, users } from '../../records/user.ts';

const sorts = { id: users.id, name: users.name_key, created_at: users.created_at };
const filters = { role: z.enum(accountRoles).optional(), disabled: z.enum(['true', 'false']).optional() };
const listed = listQuery(sorts, filters);

const isDisabled = sql`(${users.disabled_at} is not null)`;
const list = pages(sorts, (db, { role, disabled }: Given<never, keyof typeof filters>, page) => {
  const where = and(
    isNull(users.erased_at),
    role && eq(users.role, role),
    disabled && eq(isDisabled, sql`${disabled}::boolean`),
  );
  const rows = db
    .select({ ...accountColumns, ...page.key })
    .from(users)
    .where(and(where, page.after))
    .orderBy(...page.order)
    .limit(page.limit);
  return { rows, totals: [total(db, users, where)] };
});

const one = (id: SQL) => and(eq(users.id, id), isNull(users.erased_at));
const read = prepare((db, { id }: Given<'id'>) => [db.select(accountColumns).from(users).where(one(id))]);
const update = prepare((db, { id, role, disabled }: Given<'id', 'role' | 'disabled'>) => [
  db
    .update(users)
    .set({
      role,
      disabled_at: disabled && sql`case when ${disabled}::boolean then coalesce(disabled_at, now()) end`,
      updated_at: sql`now()`,
    })
    .where(one(id))
    .returning(accountColumns),
]);
const changes = describe('Change an account', { 200: account }, 'last_admin', 'no_linked_record', taggedWrite);

export const accountRoutes = new Hono<Env>({ strict: false })
  .get('/users', describe('List accounts', { 200: z.array(account) }), admins, listed, (c) =>
    answerPage(c, list, c.req.valid('query')),
  )
  .get('/users/:id', describe('Read an account', { 200: account }, taggedRead), admins, byId, async (c) => {
    const [rows] = await ask(c, read(c.req.valid('param')));
    return c.json(tagged(c, found(rows)));
  })
  .patch('/users/:id', changes, admins, byId, json(accountPatch), async (c) => {
    const [rows] = await ask(c, update({ ...c.req.valid('json'), ...c.req.valid('param') }));
    return c.json(tagged(c, found(rows)));
  });
