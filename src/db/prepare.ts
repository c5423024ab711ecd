// Queries are written with Drizzle, built once, and sent by Drizzle's own batch. The batch does not fill placeholders
// (drizzle-team/drizzle-orm#2197), so this file does: it keeps the SQL of each query, and gives the batch items in
// which the values of a request stand in their places. To build a query anew would cost a Worker more than the rest of
// the request. When Drizzle's batch takes values, `bindValues` can go; rows are still better decoded here, because
// Drizzle decides anew for every value how to decode it, which makes a list cost 1.6 times as much.
import { Column, getTableName, is, Placeholder, SQL, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';

export type Database = NeonHttpDatabase;
type Queries = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]];
type Value = string | number | boolean | null;

/**
 * `$1`, `$2`, ... by name. An optional name that a request did not give is missing here, so that `name && condition`
 * leaves the condition out.
 */
export type Params<Required extends string, Optional extends string = never> = Record<Required, SQL> & {
  [Name in Optional]?: SQL;
};

/** The values for these parameters. */
export type ParamValues<Places extends object> = {
  [Name in keyof Places]: undefined extends Places[Name] ? Value | undefined : Value;
};

/** Queries with their values, for queryAsApi() and its like. */
export interface Batch<Answers> {
  on(db: Database): BatchItem<'pg'>[];
  /** Never set: it carries the type of the results. */
  answers?: Answers;
}
export type ResultsOf<C> = C extends Batch<infer Answers> ? Answers : never;

/**
 * Prepares queries that take values. They are built once for all calls with the same names of parameters and the same
 * `variant`, which is what changes the SQL and is no value. Both come from our own schemas, never from a client.
 */
export const prepare = <const Q extends Queries, Places extends object, Variant extends (string | undefined)[]>(
  build: (db: Database, given: Places, ...variant: Variant) => Q,
) => {
  const known = new Map<string, Statement[]>();
  const statementsFor = (db: Database, key: string, names: string[], variant: Variant): Statement[] => {
    let statements = known.get(key);
    if (!statements) {
      const places = Object.fromEntries(names.map((name) => [name, sql`${sql.placeholder(name)}`]));
      statements = build(db, places as Places, ...variant).map(compileStatement);
      // filters make many combinations, about 30 KB each, and few of them are in use at a time
      if (known.size >= 50) known.clear();
      known.set(key, statements);
    }
    return statements;
  };
  return (values: ParamValues<Places>, ...variant: Variant): Batch<BatchResponse<Q>> => {
    const names: string[] = [];
    for (const name in values) if (values[name] !== undefined) names.push(name);
    const key = `${names}|${variant}`;
    return {
      on: (db) => statementsFor(db, key, names, variant).map((statement) => bindValues(statement, values)),
    };
  };
};

interface Statement {
  text: string;
  parameters(values: object): unknown[];
  rows(answer: readonly unknown[][]): unknown[];
}

/** An item of Drizzle's batch, with the methods that the batch calls. */
const bindValues = ({ text, parameters, rows }: Statement, values: object) => ({
  _: { dialect: 'pg' as const, result: undefined },
  _prepare: () => ({
    getQuery: () => ({ sql: text, params: parameters(values) }),
    isResponseInArrayMode: () => true,
    mapResult: (answer: { rows: unknown[][] }) => rows(answer.rows),
  }),
});

interface Field {
  path: string[];
  field: Column | SQL | SQL.Aliased;
}
/** A query as Drizzle builds it for its own drivers. */
interface BuiltQuery {
  getQuery(): { sql: string; params: unknown[] };
  fields?: Field[];
}

const compileStatement = (query: BatchItem<'pg'>): Statement => {
  const built = (query as unknown as { _prepare(): BuiltQuery })._prepare();
  const { sql: text, params } = built.getQuery();
  const slots = params.map((value) => (is(value, Placeholder) ? { name: value.name } : { value }));
  return {
    text,
    parameters: (values) =>
      slots.map(({ name, value }) => (name === undefined ? value : values[name as keyof typeof values])),
    rows: rowDecoder(built.fields ?? []),
  };
};

/** Decodes rows as Drizzle does, but looks the decoder up once for each column instead of once for each value. */
const rowDecoder = (fields: Field[]) => {
  const columns = fields.map(({ path: [name = '', inner], field }) => {
    const expression = is(field, Column) || is(field, SQL) ? field : field.sql;
    const decoder = is(expression, Column) ? expression : (expression as unknown as { decoder: Column }).decoder;
    // looked up here, because a column of a CTE is a proxy, whose properties are slow
    return { name, inner, decode: decoder.mapFromDriverValue.bind(decoder) };
  });
  return (answer: readonly unknown[][]) =>
    answer.map((values) => {
      const row: Record<string, unknown> = {};
      columns.forEach(({ name, inner, decode }, at) => {
        const value = values[at] === null ? null : decode(values[at]);
        if (inner === undefined) row[name] = value;
        else row[name] = Object.assign(row[name] ?? {}, { [inner]: value });
      });
      return row;
    });
};

/**
 * Selects all rows of a CTE, typed as those of the query that it was made of: Drizzle loses the type of a generic
 * selection.
 */
export const selectFromCte = <Rows>(db: Database, ...ctes: Parameters<Database['with']>): RunnableQuery<Rows, 'pg'> =>
  db
    .with(...ctes)
    .select()
    .from(ctes[0] as never) as unknown as RunnableQuery<Rows, 'pg'>;

/**
 * A write of one record that always answers with a row. Where nothing was written its columns are null, and `is_visible`
 * tells whether the actor sees the record at all.
 */
export const writeOne = <Row>(
  db: Database,
  table: PgTable,
  id: SQL,
  write: TypedQueryBuilder<ColumnsSelection | undefined, unknown>,
) => {
  const written = db.$with('written').as(write as TypedQueryBuilder<ColumnsSelection>);
  const columns = written as unknown as Record<string, Column>;
  const { selectedFields } = written._ as unknown as { selectedFields: object };
  const fields = Object.fromEntries(Object.keys(selectedFields).map((name) => [name, columns[name] as Column]));
  const is_visible = sql<
    boolean | null
  >`case when ${fields.id} is null then app.sees(${getTableName(table)}, ${id}) end`;
  return db
    .with(written)
    .select({ ...fields, is_visible })
    .from(sql`(select) as one`)
    .leftJoin(written, sql`true`) as unknown as RunnableQuery<Row[], 'pg'>;
};

/** Makes a query that can be part of others runnable by itself. */
export const asRunnable = <S extends ColumnsSelection, Rows>(db: Database, query: TypedQueryBuilder<S, Rows>) =>
  selectFromCte<Rows>(db, db.$with('found').as(query));

/** Wraps a query in another that selects the same fields and some more. */
export const wrapQuery = <S extends ColumnsSelection, Rows>(
  query: TypedQueryBuilder<S, Rows>,
  outer: (inner: SQL) => SQL,
  more: Record<string, SQL.Aliased>,
): TypedQueryBuilder<S, Rows> => {
  const { getSelectedFields } = query as unknown as { getSelectedFields(): object };
  const made = {
    getSQL: () => outer(query.getSQL()),
    getSelectedFields: () => ({ ...getSelectedFields.call(query), ...more }),
  };
  return made as unknown as TypedQueryBuilder<S, Rows>;
};
