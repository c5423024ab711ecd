// Accounts as administrators find and change them.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { audited } from '../db/audit.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { searchText } from '../http/fields.ts';
import { countRows, listParams, prepareList } from '../http/pages.ts';
import { patientsOfAccounts } from '../patients/table.ts';
import { accountColumns, type accountPatch, accountRole, users } from './table.ts';

const sorts = { id: users.id, name: users.name_key, created_at: users.created_at };

const filters = {
  role: accountRole.optional(),
  disabled: z.enum(['true', 'false']).optional(),
  search: searchText.optional(),
};

export const accountListParams = listParams(sorts, filters);

const isDisabled = sql`(${users.disabled_at} is not null)`;

export const listAccounts = prepareList(
  sorts,
  (db, { role, disabled, search }: Params<never, keyof typeof filters>, page) => {
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
  },
);

const isAccount = (id: SQL) => and(eq(users.id, id), isNull(users.erased_at));

export const selectAccount = prepare((db, { id }: Params<'id'>) => [
  audited(db, 'user', patientsOfAccounts('id'), db.select(accountColumns).from(users).where(isAccount(id)), id),
]);

export const updateAccount = prepare(
  (db, { id, disabled, ...changes }: Params<'id', keyof z.output<typeof accountPatch>>) => [
    db
      .update(users)
      .set({
        ...changes,
        disabled_at: disabled && sql`case when ${disabled}::boolean then coalesce(disabled_at, now()) end`,
        updated_at: sql`now()`,
      })
      .where(isAccount(id))
      .returning(accountColumns),
  ],
);

export const endSessions = prepare((db, { id }: Params<'id'>) => [db.execute(sql`select app.end_sessions(${id})`)]);

export const resetFactor = prepare((db, { id }: Params<'id'>) => [db.execute(sql`select app.reset_factor(${id})`)]);

export const sendReset = prepare((db, { id }: Params<'id'>) => [db.execute(sql`select app.send_reset(${id})`)]);
