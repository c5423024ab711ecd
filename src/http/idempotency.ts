// Idempotency-Key: a phone that lost an answer sends its POST again. It happens once and gets the same answer.
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { json, type PgTable, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { config, type Env } from '../config.ts';
import { actorId } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import { foreignId, versionColumns, withIsoTimes } from '../db/columns.ts';
import { type Database, type Params, type ParamValues, prepare, type ResultsOf, selectFromCte } from '../db/prepare.ts';
import { Problem, requireRow } from '../errors.ts';
import { documented, type RouteDocs } from '../openapi/route.ts';
import { keyedHashes } from './tokens.ts';

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    actor_id: foreignId().notNull().default(sql`app.user_id()`),
    key: text().notNull(),
    route: text().notNull(),
    body_hash: text().notNull(),
    answer: json(),
    created_at: versionColumns.created_at,
  },
  (table) => [primaryKey({ columns: [table.actor_id, table.key] })],
);

const ownKey = (key: SQL) => and(eq(idempotencyKeys.actor_id, actorId), eq(idempotencyKeys.key, key));
/** The stored answer as an array: it is one record, or the records of a batch. */
const storedRecords = sql`case json_typeof(${idempotencyKeys.answer}) when 'array' then ${idempotencyKeys.answer}
  else json_build_array(${idempotencyKeys.answer}) end`;
/** The stored answer of the key, and whether the actor can still see all its records. */
const prepareStoredAnswer = (table: PgTable) =>
  prepare((db, { key }: Params<'key'>) => [
    db
      .select({
        ...getTableColumns(idempotencyKeys),
        there: sql<boolean>`not exists (
          select from json_array_elements(${storedRecords}) one
          where not exists (select from ${table} there where there.id = (one ->> 'id')::bigint))`.as('there'),
      })
      .from(idempotencyKeys)
      .where(ownKey(key)),
  ]);

/** What is stored as the answer: the one row, or all rows in their order. */
const singleRow = sql`(select to_json(made) from made)`;
const allRows = sql`(select json_agg(made order by made.id) from made)`;

/** Inserts and stores the rows as the answer of the key, in one statement. */
const insertAndStore = <S extends ColumnsSelection, Rows>(
  db: Database,
  key: SQL,
  insert: TypedQueryBuilder<S, Rows>,
  answer: SQL,
) => {
  const made = db.$with('made').as(insert);
  const kept = db.$with('kept').as(db.update(idempotencyKeys).set({ answer }).where(ownKey(key)));
  return selectFromCte<Rows>(db, made, kept);
};

/** An insert that Drizzle can run, and put into a CTE. */
type Insert<S extends ColumnsSelection, Row> = TypedQueryBuilder<S, Row[]> & RunnableQuery<Row[], 'pg'>;

/** Prepares an insert that returns its rows. Under a key it happens at most once in a day. */
const prepareIdempotent = <Names extends object, S extends ColumnsSelection, Row>(
  table: PgTable,
  insert: (db: Database, given: Names) => Insert<S, Row>,
  answer: SQL,
) => {
  const firstAnswer = prepareStoredAnswer(table);
  const plain = prepare((db, given: Names) => [insert(db, given)]);
  const keyed = prepare((db, given: Names & Params<'key' | 'route' | 'body_hash'>) => [
    db.execute(sql`select app.claim_key(${given.key}, ${given.route}, ${given.body_hash})`),
    insertAndStore(db, given.key, insert(db, given), answer),
  ]);
  return async (c: Context<Env>, values: ParamValues<Names>): Promise<Row[]> => {
    const key = c.req.header('Idempotency-Key');
    if (key === undefined) return (await queryAsApi(c, plain(values)))[0];
    if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
      throw new Problem('invalid_input', { errors: { 'Idempotency-Key': ['1 to 255 printable ASCII characters'] } });
    }
    c.set('keyed', true);
    const route = routePath(c, -1);
    const hashes = await keyedHashes(config(c), 'body', await c.req.text());
    const given = { ...values, key, route, body_hash: hashes[0] } as Parameters<typeof keyed>[0];
    try {
      return (await queryAsApi(c, keyed(given)))[1];
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'answered_before') throw error;
      const [[before]] = await queryAsApi(c, firstAnswer({ key }));
      return replayAnswer<Row>(c, before, route, hashes);
    }
  };
};

const idempotencyDocs = {
  requestHeaders: ['Idempotency-Key'],
  responseHeaders: ['Idempotency-Replayed'],
  problems: ['not_found', 'answered_before', 'key_reused', 'limit_reached'],
} satisfies RouteDocs;

/** Inserts one record. */
export const idempotentInsert = <Names extends object, S extends ColumnsSelection, Row>(
  table: PgTable,
  insert: (db: Database, given: Names) => Insert<S, Row>,
) => {
  const make = prepareIdempotent(table, insert, singleRow);
  return documented(
    async (c: Context<Env>, values: ParamValues<Names>) => requireRow(await make(c, values)),
    idempotencyDocs,
  );
};

/** Inserts several records, all or none, and returns them in the order in which they were sent. */
export const idempotentBatchInsert = <Names extends object, S extends ColumnsSelection, Row extends { id: number }>(
  table: PgTable,
  insert: (db: Database, given: Names) => Insert<S, Row>,
) => {
  const make = prepareIdempotent(table, insert, allRows);
  const createAll = async (c: Context<Env>, values: ParamValues<Names>) =>
    (await make(c, values)).sort((one, other) => one.id - other.id);
  return documented(createAll, idempotencyDocs);
};

type StoredAnswer = ResultsOf<ReturnType<ReturnType<typeof prepareStoredAnswer>>>[0][number];
const replayAnswer = <Row>(
  c: Context<Env>,
  before: StoredAnswer | undefined,
  route: string,
  hashes: string[],
): Row[] => {
  if (!before?.answer) throw new Problem('answered_before');
  if (before.route !== route || !hashes.includes(before.body_hash)) throw new Problem('key_reused');
  // a record that was deleted meanwhile is not found, and is not made again
  if (!before.there) throw new Problem('not_found');
  c.header('Idempotency-Replayed', 'true');
  return [before.answer].flat().map((row) => withIsoTimes(row as object)) as Row[];
};
