// Updates and deletes one record of any table. A record that the actor sees but may not change is a 403, one that it
// does not see a 404.
import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable, SelectedFieldsFlat } from 'drizzle-orm/pg-core';
import type { SelectResultFields } from 'drizzle-orm/query-builders/select.types';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { type Database, type Params, prepare } from '../db/prepare.ts';
import { type ProblemCode, requireChanged } from '../errors.ts';
import { documented } from '../openapi/route.ts';
import { conditionalWrite, withEtag } from './etag.ts';

type Table = PgTable & { id: PgColumn; user_id: PgColumn };
type Columns = SelectedFieldsFlat & { version: PgColumn };
const visibleRow = (db: Database, table: Table, id: SQL) =>
  db.select({ id: table.id }).from(table).where(eq(table.id, id));
const commonProblems: ProblemCode[] = ['stale_version', 'not_owner'];
/** The problems that the triggers of the table may raise. */
type Refusals = ProblemCode[];

/** Sets the fields that were sent and answers with the record. By `user_id` it finds only the actor's own. */
export const updateRecord = <C extends Columns>(
  table: Table,
  columns: C,
  by: 'id' | 'user_id' = 'id',
  refusals: Refusals = [],
) => {
  const update = prepare((db, { id, ...fields }: Params<'id'>) => [
    db
      .update(table)
      .set({ ...fields, updated_at: sql`now()` })
      .where(eq(table[by], id))
      .returning(columns),
    ...(by === 'id' ? [visibleRow(db, table, id)] : []),
  ]);
  const change = async (c: Context<Env>, id: number, fields: object) => {
    const [rows, others = []] = await queryAsApi(c, update({ ...fields, id }));
    const changed = rows as (SelectResultFields<C> & { version: number })[];
    return c.json(withEtag(c, requireChanged(changed, others as unknown[])));
  };
  return documented(
    change,
    by === 'id' ? { ...conditionalWrite, problems: [...commonProblems, ...refusals] } : conditionalWrite,
  );
};

export const deleteRecord = (table: Table, refusals: Refusals) => {
  const remove = prepare((db, { id }: Params<'id'>) => [
    db.delete(table).where(eq(table.id, id)).returning({ id: table.id }),
    visibleRow(db, table, id),
  ]);
  const answer = async (c: Context<Env>, id: number) => {
    const [gone, others] = await queryAsApi(c, remove({ id }));
    requireChanged(gone, others);
    return c.body(null, 204);
  };
  return documented(answer, { requestHeaders: ['If-Match'], problems: [...commonProblems, ...refusals] });
};
