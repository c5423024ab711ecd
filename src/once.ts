// Idempotency-Key: a POST that a phone sends again after losing the answer happens once, and is answered the same.
import { and, eq, sql } from 'drizzle-orm';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { config, type Env } from './context.ts';
import { ask, type Database, me } from './db.ts';
import { found, Problem } from './errors.ts';
import { idempotencyKeys } from './schema.ts';
import { keyedHashes } from './tokens.ts';

/** Runs an insert and answers with its row; under a key, at most once in a day. */
export const once = async <S extends ColumnsSelection, Row>(
  c: Context<Env>,
  build: (db: Database) => TypedQueryBuilder<S, Row[]>,
): Promise<Row> => {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined) {
    const [rows] = await ask(c, (db) => [build(db) as unknown as RunnableQuery<Row[], 'pg'>]);
    return found(rows);
  }
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid_input', { errors: { 'Idempotency-Key': ['1 to 255 printable ASCII characters'] } });
  }
  c.set('keyed', true);
  const route = routePath(c, -1);
  const hashes = await keyedHashes(config(c), 'body', await c.req.text());
  try {
    const [, rows] = await ask(c, (db) => [
      db.execute(sql`select app.claim_key(${key}, ${route}, ${hashes[0]})`),
      keeping(db, key, build(db)),
    ]);
    return found(rows);
  } catch (error) {
    if (error instanceof Problem && error.code === 'answered_before') return replay<Row>(c, key, route, hashes);
    throw error;
  }
};

const mine = (key: string) => and(eq(idempotencyKeys.actor_id, me), eq(idempotencyKeys.key, key));

/** The insert, and its row kept as the key's answer, as one statement. */
const keeping = <S extends ColumnsSelection, R>(db: Database, key: string, insert: TypedQueryBuilder<S, R>) => {
  const made = db.$with('made').as(insert);
  const answer = sql`(select to_json(made) from made)`;
  const kept = db.$with('kept').as(db.update(idempotencyKeys).set({ answer }).where(mine(key)));
  // as in db.ts: the rows are those of the insert
  return db
    .with(made, kept)
    .select()
    .from(made as never) as unknown as RunnableQuery<R, 'pg'>;
};

const replay = async <Row>(c: Context<Env>, key: string, route: string, hashes: string[]): Promise<Row> => {
  const [kept] = await ask(c, (db) => [db.select().from(idempotencyKeys).where(mine(key))]);
  const before = kept[0];
  if (!before?.answer) throw new Problem('answered_before');
  if (before.route !== route || !hashes.includes(before.body_hash)) throw new Problem('key_reused');
  c.header('Idempotency-Replayed', 'true');
  return revived(before.answer as Record<string, unknown>) as Row;
};

/** Times come out of JSON as text; in a row they are dates. */
const revived = (answer: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, name.endsWith('_at') ? new Date(String(value)) : value]),
  );
