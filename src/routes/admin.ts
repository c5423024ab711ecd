// What administrators do: accounts, their roles, and which doctors may see patients.
import { and, count, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { account, doctor } from '../answers.ts';
import { admins } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask } from '../db.ts';
import { describe } from '../describe.ts';
import { found } from '../errors.ts';
import { tagged, untagged } from '../etag.ts';
import { listQuery, pageOf, turned } from '../lists.ts';
import { doctorColumns, userColumns, userFields } from '../records.ts';
import { accountRoles, doctors, users } from '../schema.ts';
import { byId, json, partial } from '../validate.ts';

const accountColumns = { ...userColumns, disabled: sql<boolean>`${users.disabled_at} is not null`.as('disabled') };
const readOnly = ['id', 'created_at', ...Object.keys(userFields)];
const accountBody = partial({ role: z.enum(accountRoles), disabled: z.boolean() }, readOnly).meta({
  id: 'AccountPatch',
});
const changesAccount = describe('Change an account', { 200: account }, 'last_admin', 'no_linked_record');
const approves = describe('Approve a doctor', { 200: doctor }, 'no_linked_account');
const revokes = describe('Revoke the approval of a doctor', { 200: doctor }, 'no_linked_account');

const sorts = { id: users.id, name: users.name_key, created_at: users.created_at };
const filters = { role: z.enum(accountRoles).optional(), disabled: z.enum(['true', 'false']).optional() };

const setApproval = async (c: Context<Env>, id: number, approved: boolean) => {
  const [rows] = await ask(c, (db) => [
    db.update(doctors).set({ approved }).where(eq(doctors.id, id)).returning(doctorColumns),
  ]);
  return c.json(tagged(c, found(rows)));
};

export const adminRoutes = new Hono<Env>({ strict: false })
  .get('/users', describe('List accounts', { 200: z.array(account) }), admins, listQuery(sorts, filters), async (c) => {
    const asked = c.req.valid('query');
    const page = pageOf(c, sorts, asked);
    const where = and(
      isNull(users.erased_at),
      asked.role && eq(users.role, asked.role),
      asked.disabled && (asked.disabled === 'true' ? isNotNull(users.disabled_at) : isNull(users.disabled_at)),
    );
    const [rows, ...counts] = await ask(c, (db) => {
      const accounts = db
        .select({ ...accountColumns, sort_key: page.key })
        .from(users)
        .where(and(where, page.after))
        .orderBy(...page.order)
        .limit(page.limit);
      return [accounts, ...(page.count ? [db.select({ count: count() }).from(users).where(where)] : [])] as const;
    });
    return c.json(untagged(turned(c, page, rows, counts)));
  })
  .get('/users/:id', describe('Read an account', { 200: account }), admins, byId, async (c) => {
    const one = and(eq(users.id, c.req.valid('param').id), isNull(users.erased_at));
    const [rows] = await ask(c, (db) => [db.select(accountColumns).from(users).where(one)]);
    return c.json(tagged(c, found(rows)));
  })
  .patch('/users/:id', changesAccount, admins, byId, json(accountBody), async (c) => {
    const { role, disabled } = c.req.valid('json');
    const disabled_at = disabled === undefined ? undefined : disabled ? sql`coalesce(disabled_at, now())` : null;
    const [rows] = await ask(c, (db) => [
      db
        .update(users)
        .set({ role, disabled_at, updated_at: sql`now()` })
        .where(and(eq(users.id, c.req.valid('param').id), isNull(users.erased_at)))
        .returning(accountColumns),
    ]);
    return c.json(tagged(c, found(rows)));
  })
  .post('/doctors/:id/approve', approves, admins, byId, (c) => setApproval(c, c.req.valid('param').id, true))
  .post('/doctors/:id/revoke', revokes, admins, byId, (c) => setApproval(c, c.req.valid('param').id, false));
