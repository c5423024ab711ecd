// What administrators do: accounts, their roles, and which doctors may see patients.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { account, doctor } from '../../answers.ts';
import type { Env } from '../../config.ts';
import { ask } from '../../db/client.ts';
import { type Given, prepare, witnessed } from '../../db/prepared.ts';
import { found } from '../../errors.ts';
import { admins } from '../../http/auth.ts';
import { tagged } from '../../http/etag.ts';
import { listing, listQuery } from '../../http/pages.ts';
import { byId, json, partial } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { doctorColumns, searchText, userColumns, userFields } from '../../records.ts';
import { accountRoles, doctors, patients, users } from '../../schema.ts';

const accountColumns = { ...userColumns, disabled: sql<boolean>`${users.disabled_at} is not null`.as('disabled') };
const accountBody = partial({ ...userFields, role: z.enum(accountRoles), disabled: z.boolean() }).meta({
  id: 'AccountPatch',
});
const changesAccount = describe('Change an account', { 200: account }, 'duplicate', 'last_admin', 'no_linked_record');
const approves = describe('Approve a doctor', { 200: doctor }, 'no_linked_account');
const revokes = describe('Revoke the approval of a doctor', { 200: doctor }, 'no_linked_account');

const sorts = { id: users.id, name: users.name_key, created_at: users.created_at };
const filters = {
  role: z.enum(accountRoles).optional(),
  disabled: z.enum(['true', 'false']).optional(),
  search: searchText.optional(),
};
const listed = listQuery(sorts, filters);

/** An account has a patient's name and email: to read it is to read them. */
const ofPatients = sql`array(select ${patients.id} from ${patients} where ${patients.user_id} = any (array(select id from found)))`;
const isDisabled = sql`(${users.disabled_at} is not null)`;
const list = listing(sorts, (db, { role, disabled, search }: Given<never, keyof typeof filters>, page) => {
  const where = and(
    isNull(users.erased_at),
    role && eq(users.role, role),
    disabled && eq(isDisabled, sql`${disabled}::boolean`),
    // through a function, because no policy lets a search use its index
    search && sql`${users.id} = any (array(select app.search_users(${search})))`,
  );
  const accounts = page.rows(() => db.select({ ...accountColumns, ...page.key }).from(users), where);
  return [witnessed(db, 'user', ofPatients, accounts), ...page.totals(db, users, where)];
});
const one = (id: SQL) => and(eq(users.id, id), isNull(users.erased_at));
const read = prepare((db, { id }: Given<'id'>) => [
  witnessed(db, 'user', ofPatients, db.select(accountColumns).from(users).where(one(id)), id),
]);
const update = prepare((db, { id, disabled, ...changes }: Given<'id', keyof z.output<typeof accountBody>>) => [
  db
    .update(users)
    .set({
      ...changes,
      disabled_at: disabled && sql`case when ${disabled}::boolean then coalesce(disabled_at, now()) end`,
      updated_at: sql`now()`,
    })
    .where(one(id))
    .returning(accountColumns),
]);
const approval = prepare((db, { id, approved }: Given<'id' | 'approved'>) => [
  db.update(doctors).set({ approved }).where(eq(doctors.id, id)).returning(doctorColumns),
]);
const setApproval = async (c: Context<Env>, id: number, approved: boolean) => {
  const [rows] = await ask(c, approval({ id, approved }));
  return c.json(tagged(c, found(rows)));
};

export const adminRoutes = new Hono<Env>({ strict: false })
  .get('/users', describe('List accounts', { 200: z.array(account) }), admins, listed, (c) =>
    list(c, c.req.valid('query')),
  )
  .get('/users/:id', describe('Read an account', { 200: account }), admins, byId, async (c) => {
    const [rows] = await ask(c, read(c.req.valid('param')));
    return c.json(tagged(c, found(rows)));
  })
  .patch('/users/:id', changesAccount, admins, byId, json(accountBody), async (c) => {
    const [rows] = await ask(c, update({ ...c.req.valid('json'), ...c.req.valid('param') }));
    return c.json(tagged(c, found(rows)));
  })
  .post('/doctors/:id/approve', approves, admins, byId, (c) => setApproval(c, c.req.valid('param').id, true))
  .post('/doctors/:id/revoke', revokes, admins, byId, (c) => setApproval(c, c.req.valid('param').id, false));
