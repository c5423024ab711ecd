// Changing and deleting one record, which for patients and doctors go alike. What the actor sees but may not change is
// a 403, what it does not see a 404.
import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable, SelectedFieldsFlat } from 'drizzle-orm/pg-core';
import type { SelectResultFields } from 'drizzle-orm/query-builders/select.types';
import type { Context } from 'hono';
import type { Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type Database, type Given, prepare } from '../db/prepared.ts';
import { type ProblemCode, written } from '../errors.ts';
import { withNote } from '../openapi/describe.ts';
import { tagged, taggedWrite } from './etag.ts';

type Table = PgTable & { id: PgColumn; user_id: PgColumn };
type Columns = SelectedFieldsFlat & { version: PgColumn };
const seen = (db: Database, table: Table, id: SQL) => db.select({ id: table.id }).from(table).where(eq(table.id, id));
const codes: ProblemCode[] = ['stale_version', 'not_owner'];
/** `refusals` are those of the table's own triggers. */
type Refusals = ProblemCode[];

/** Sets the fields that were sent, and answers with the record. By its account only the actor's own is found. */
export const changing = <C extends Columns>(
  table: Table,
  columns: C,
  by: 'id' | 'user_id' = 'id',
  refusals: Refusals = [],
) => {
  const update = prepare((db, { id, ...fields }: Given<'id'>) => [
    db
      .update(table)
      .set({ ...fields, updated_at: sql`now()` })
      .where(eq(table[by], id))
      .returning(columns),
    ...(by === 'id' ? [seen(db, table, id)] : []),
  ]);
  const change = async (c: Context<Env>, id: number, fields: object) => {
    const [rows, others = []] = await ask(c, update({ ...fields, id }));
    const changed = rows as (SelectResultFields<C> & { version: number })[];
    return c.json(tagged(c, written(changed, others as unknown[])));
  };
  return withNote(change, by === 'id' ? { ...taggedWrite, codes: [...codes, ...refusals] } : taggedWrite);
};

export const deleting = (table: Table, refusals: Refusals) => {
  const remove = prepare((db, { id }: Given<'id'>) => [
    db.delete(table).where(eq(table.id, id)).returning({ id: table.id }),
    seen(db, table, id),
  ]);
  const answer = async (c: Context<Env>, id: number) => {
    const [gone, others] = await ask(c, remove({ id }));
    written(gone, others);
    return c.body(null, 204);
  };
  return withNote(answer, { asks: ['If-Match'], codes: [...codes, ...refusals] });
};
