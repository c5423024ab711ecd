// The SQL of the routes. It is written with Drizzle and built once, with places for each request's values: to build a
// query anew costs a Worker more than the rest of the request.
import { Column, is, Placeholder, SQL, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';
import type { TypedQueryBuilder } from 'drizzle-orm/query-builders/query-builder';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { ColumnsSelection } from 'drizzle-orm/sql/sql';
import type { Role } from '../config.ts';
import { audit } from '../schema.ts';

export type Database = NeonHttpDatabase;
type Queries = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]];
type Value = string | number | boolean | null;

/**
 * `$1`, `$2`, ... by name. An optional name that a request did not give is missing here, so that `name && condition` drops
 * the condition.
 */
export type Given<Required extends string, Optional extends string = never> = Record<Required, SQL> & {
  [Name in Optional]?: SQL;
};

/** What has to be given for these places. */
export type Values<Places extends object> = {
  [Name in keyof Places]: undefined extends Places[Name] ? Value | undefined : Value;
};

interface Statement {
  text: string;
  parameters(values: object): unknown[];
  rows(answer: readonly unknown[][]): unknown[];
}

/** A batch that is ready to be sent: see ask(). */
export interface Call<Answers> {
  statements: readonly Statement[];
  values: object;
  /** Never there: the type of what comes back. */
  answers?: Answers;
}
export type AnswersOf<C> = C extends Call<infer Answers> ? Answers : never;

// Knows no server: it builds, and db.ts sends. It also switches off the driver's own parsing of times, for isoTime().
const builder: Database = drizzle.mock();

/**
 * Queries to be called with values. They are built once for all calls that give the same names, and the same `variant`:
 * what changes the text of a query, and is not a value. Both come from our own schemas, never from a client.
 */
export const prepare = <const Q extends Queries, Places extends object, Variant extends (string | undefined)[]>(
  build: (db: Database, given: Places, ...variant: Variant) => Q,
) => {
  const known = new Map<string, Statement[]>();
  return (values: Values<Places>, ...variant: Variant): Call<BatchResponse<Q>> => {
    const names = Object.keys(values).filter((name) => values[name as keyof Places] !== undefined);
    const key = `${names}|${variant}`;
    let statements = known.get(key);
    if (!statements) {
      const places = Object.fromEntries(names.map((name) => [name, sql`${sql.placeholder(name)}`]));
      statements = build(builder, places as Places, ...variant).map(statementOf);
      // filters make many combinations, of some 30 KB each, but nobody needs many of them
      if (known.size >= 50) known.clear();
      known.set(key, statements);
    }
    return { statements, values };
  };
};

interface Field {
  path: string[];
  field: Column | SQL | SQL.Aliased;
}
/** What Drizzle makes of a query for its own drivers. */
interface Built {
  getQuery(): { sql: string; params: unknown[] };
  fields?: Field[];
}

const statementOf = (query: BatchItem<'pg'>): Statement => {
  const built = (query as unknown as { _prepare(): Built })._prepare();
  const { sql: text, params } = built.getQuery();
  const slots = params.map((value) => (is(value, Placeholder) ? { name: value.name } : { value }));
  return {
    text,
    parameters: (values) =>
      slots.map(({ name, value }) => (name === undefined ? value : values[name as keyof typeof values])),
    rows: rowsOf(built.fields ?? []),
  };
};

/** Decodes rows as Drizzle does, but decides how once for a column instead of once for every value. */
const rowsOf = (fields: Field[]) => {
  const columns = fields.map(({ path: [name = '', inner], field }) => {
    const expression = is(field, Column) || is(field, SQL) ? field : field.sql;
    const decoder = is(expression, Column) ? expression : (expression as unknown as { decoder: Column }).decoder;
    // looked up here: a column of a CTE is a proxy, of which every property takes a while
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

/** The actor and its live role, as PostgreSQL knows them for this transaction. */
export const me = sql<number>`(select app.user_id())`;
export const iAm = (role: Role): SQL => sql`(select app.role()) = ${role}`;

/** The ids that a witnessed query returns in this column, for its audit row. */
export const idsIn = (column: 'id' | 'patient'): SQL =>
  sql`(select coalesce(array_agg(distinct ${sql.identifier(column)}), '{}') from found)`;

/**
 * A read of patient data and its audit row, as one statement, because two would see two snapshots. An empty result is
 * recorded as well.
 */
export const witnessed = <S extends ColumnsSelection, R>(
  db: Database,
  resource: 'patient' | 'mapping' | 'audit' | 'user',
  patientIds: SQL,
  query: TypedQueryBuilder<S, R>,
  resourceId?: SQL,
): RunnableQuery<R, 'pg'> => {
  const found = db.$with('found').as(query);
  const trail = db
    .$with('trail')
    .as(db.insert(audit).values({ action: 'read', resource, resource_id: resourceId, patient_ids: patientIds }));
  // Drizzle cannot carry a generic selection through a CTE; the rows are those of the query
  return db
    .with(found, trail)
    .select()
    .from(found as never) as unknown as RunnableQuery<R, 'pg'>;
};
