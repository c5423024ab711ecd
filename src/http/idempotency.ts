// Idempotency-Key: a POST that a phone sends again after losing the answer happens once, and is answered the same.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { keyedHashes } from '../accounts/tokens.ts';
import { config, type Env } from '../config.ts';
import { me } from '../db/audit.ts';
import { ask } from '../db/client.ts';
import { isoTime, reference, stamps } from '../db/columns.ts';
import { allOf, type Database, type Given, prepare, type Values } from '../db/prepared.ts';
import { found, Problem } from '../errors.ts';
import { withNote } from '../openapi/describe.ts';

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    actor_id: reference().notNull().default(sql`app.user_id()`),
    key: text().notNull(),
    route: text().notNull(),
    body_hash: text().notNull(),
    answer: json(),
    created_at: stamps.created_at,
  },
  (table) => [primaryKey({ columns: [table.actor_id, table.key] })],
);

const mine = (key: SQL) => and(eq(idempotencyKeys.actor_id, me), eq(idempotencyKeys.key, key));
const firstAnswer = prepare((db, { key }: Given<'key'>) => [db.select().from(idempotencyKeys).where(mine(key))]);

/** The insert, and its row kept as the key's answer, as one statement. */
const keeping = <S extends ColumnsSelection, Rows>(db: Database, key: SQL, insert: TypedQueryBuilder<S, Rows>) => {
  const made = db.$with('made').as(insert);
  const answer = sql`(select to_json(made) from made)`;
  const kept = db.$with('kept').as(db.update(idempotencyKeys).set({ answer }).where(mine(key)));
  return allOf<Rows>(db, made, kept);
};

/** An insert that Drizzle can run, and put into a CTE. */
type Insert<S extends ColumnsSelection, Row> = TypedQueryBuilder<S, Row[]> & RunnableQuery<Row[], 'pg'>;

/** A route's insert, which answers with its row; under a key it happens at most once in a day. */
export const once = <Names extends object, S extends ColumnsSelection, Row>(
  insert: (db: Database, given: Names) => Insert<S, Row>,
) => {
  const plain = prepare((db, given: Names) => [insert(db, given)]);
  const keyed = prepare((db, given: Names & Given<'key' | 'route' | 'body_hash'>) => [
    db.execute(sql`select app.claim_key(${given.key}, ${given.route}, ${given.body_hash})`),
    keeping(db, given.key, insert(db, given)),
  ]);
  const create = async (c: Context<Env>, values: Values<Names>): Promise<Row> => {
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
      if (error instanceof Problem && error.code === 'answered_before') return replay<Row>(c, key, route, hashes);
      throw error;
    }
  };
  return withNote(create, {
    asks: ['Idempotency-Key'],
    headers: ['Idempotency-Replayed'],
    codes: ['answered_before', 'key_reused'],
  });
};

const replay = async <Row>(c: Context<Env>, key: string, route: string, hashes: string[]): Promise<Row> => {
  const [[before]] = await ask(c, firstAnswer({ key }));
  if (!before?.answer) throw new Problem('answered_before');
  if (before.route !== route || !hashes.includes(before.body_hash)) throw new Problem('key_reused');
  c.header('Idempotency-Replayed', 'true');
  return revived(before.answer as Record<string, unknown>) as Row;
};

/** PostgreSQL writes times otherwise in JSON than in a row. */
const revived = (answer: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, name.endsWith('_at') ? isoTime(String(value)) : value]),
  );
