// Updates and deletes one record of any table. A record that the actor sees but may not change is a 403, one that it
// does not see a 404.
import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable, SelectedFieldsFlat } from 'drizzle-orm/pg-core';
import type { SelectResultFields } from 'drizzle-orm/query-builders/select.types';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { type Database, type Params, prepare, writeOne } from '../db/prepare.ts';
import { type ProblemCode, requireChanged, requireRow } from '../errors.ts';
import { documented } from '../openapi/route.ts';
import { conditionalWrite, withEtag } from './etag.ts';

type Table = PgTable & { id: PgColumn; user_id: PgColumn };
type Columns = SelectedFieldsFlat & { id: PgColumn; version: PgColumn };
type Changed<C extends Columns> = SelectResultFields<C> & { version: number };
const commonProblems: ProblemCode[] = ['stale_version', 'not_owner'];

const setFields = (db: Database, table: Table, where: SQL, fields: object) =>
  db
    .update(table)
    .set({ ...fields, updated_at: sql`now()` })
    .where(where);

/** Sets the fields that were sent, and answers with the record. `refusals` are those of the table's triggers. */
export const updateRecord = <C extends Columns>(table: Table, columns: C, refusals: ProblemCode[] = []) => {
  const update = prepare((db, { id, ...fields }: Params<'id'>) => [
    writeOne<Changed<C>>(db, table, id, setFields(db, table, eq(table.id, id), fields).returning(columns)),
  ]);
  const answer = async (c: Context<Env>, id: number, fields: object) => {
    const [rows] = await queryAsApi(c, update({ ...fields, id }));
    return c.json(withEtag(c, requireChanged(rows)));
  };
  return documented(answer, { ...conditionalWrite, problems: [...commonProblems, ...refusals] });
};

/** The same for the actor's own record, by the account: nobody sees another by that. */
export const updateOwnRecord = <C extends Columns>(table: Table, columns: C) => {
  const update = prepare((db, { account, ...fields }: Params<'account'>) => [
    setFields(db, table, eq(table.user_id, account), fields).returning(columns),
  ]);
  const answer = async (c: Context<Env>, account: number, fields: object) => {
    const [rows] = await queryAsApi(c, update({ ...fields, account }));
    return c.json(withEtag(c, requireRow(rows as Changed<C>[])));
  };
  return documented(answer, conditionalWrite);
};

export const deleteRecord = (table: Table, refusals: ProblemCode[]) => {
  const remove = prepare((db, { id }: Params<'id'>) => [
    writeOne<object>(db, table, id, db.delete(table).where(eq(table.id, id)).returning({ id: table.id })),
  ]);
  const answer = async (c: Context<Env>, id: number) => {
    const [rows] = await queryAsApi(c, remove({ id }));
    requireChanged(rows);
    return c.body(null, 204);
  };
  return documented(answer, { requestHeaders: ['If-Match'], problems: [...commonProblems, ...refusals] });
};
