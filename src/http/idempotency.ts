// Idempotency-Key: a POST that a phone sends again after losing the answer happens once, and is answered the same.
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { keyedHashes } from '../accounts/tokens.ts';
import { config, type Env } from '../config.ts';
import { ask } from '../db/client.ts';
import { type AnswersOf, type Database, type Given, me, prepare, type Values } from '../db/prepared.ts';
import { found, Problem } from '../errors.ts';
import { idempotencyKeys, isoTime } from '../schema.ts';

const mine = (key: SQL) => and(eq(idempotencyKeys.actor_id, me), eq(idempotencyKeys.key, key));
/** The key's answer, and whether what it tells of is still there for the actor to see. */
const firstAnswerOf = (table: PgTable) =>
  prepare((db, { key }: Given<'key'>) => [
    db
      .select({
        ...getTableColumns(idempotencyKeys),
        there: sql<boolean>`exists (
          select from ${table} there where there.id = (${idempotencyKeys.answer} ->> 'id')::bigint)`.as('there'),
      })
      .from(idempotencyKeys)
      .where(mine(key)),
  ]);

/** The insert, and its row kept as the key's answer, as one statement. */
const keeping = <S extends ColumnsSelection, R>(db: Database, key: SQL, insert: TypedQueryBuilder<S, R>) => {
  const made = db.$with('made').as(insert);
  const answer = sql`(select to_json(made) from made)`;
  const kept = db.$with('kept').as(db.update(idempotencyKeys).set({ answer }).where(mine(key)));
  // as in queries.ts: the rows are those of the insert
  return db
    .with(made, kept)
    .select()
    .from(made as never) as unknown as RunnableQuery<R, 'pg'>;
};

/** A route's insert into a table, which answers with its row; under a key it happens at most once in a day. */
export const once = <Names extends object, S extends ColumnsSelection, Row>(
  table: PgTable,
  insert: (db: Database, given: Names) => TypedQueryBuilder<S, Row[]>,
) => {
  const firstAnswer = firstAnswerOf(table);
  const plain = prepare((db, given: Names) => [insert(db, given) as unknown as RunnableQuery<Row[], 'pg'>]);
  const keyed = prepare((db, given: Names & Given<'key' | 'route' | 'body_hash'>) => [
    db.execute(sql`select app.claim_key(${given.key}, ${given.route}, ${given.body_hash})`),
    keeping(db, given.key, insert(db, given)),
  ]);
  return async (c: Context<Env>, values: Values<Names>): Promise<Row> => {
    const key = c.req.header('Idempotency-Key');
    if (key === undefined) return found((await ask(c, plain(values)))[0]);
    if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
      throw new Problem('invalid_input', { errors: { 'Idempotency-Key': ['1 to 255 printable ASCII characters'] } });
    }
    c.set('keyed', true);
    const route = routePath(c, -1);
    const hashes = await keyedHashes(config(c), 'body', await c.req.text());
    const given = { ...values, key, route, body_hash: hashes[0] } as Parameters<typeof keyed>[0];
    try {
      const [, rows] = await ask(c, keyed(given));
      return found(rows);
    } catch (error) {
      if (error instanceof Problem && error.code === 'answered_before') {
        const [[before]] = await ask(c, firstAnswer({ key }));
        return replayed<Row>(c, before, route, hashes);
      }
      throw error;
    }
  };
};

type Before = AnswersOf<ReturnType<ReturnType<typeof firstAnswerOf>>>[0][number];
const replayed = <Row>(c: Context<Env>, before: Before | undefined, route: string, hashes: string[]): Row => {
  if (!before?.answer) throw new Problem('answered_before');
  if (before.route !== route || !hashes.includes(before.body_hash)) throw new Problem('key_reused');
  // a record that was deleted since is gone from here as well, and is not made a second time
  if (!before.there) throw new Problem('not_found');
  c.header('Idempotency-Replayed', 'true');
  return revived(before.answer as Record<string, unknown>) as Row;
};

/** PostgreSQL writes times otherwise in JSON than in a row. */
const revived = (answer: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, name.endsWith('_at') ? isoTime(String(value)) : value]),
  );
