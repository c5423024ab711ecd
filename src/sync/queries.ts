// What changed since a cursor, in pages.
import { sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { SelectResultFields } from 'drizzle-orm/query-builders/select.types';
import * as z from 'zod';
import { idsFromColumn, readEntry } from '../db/audit.ts';
import { rowsOfJson } from '../db/columns.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { doctorColumns, doctors } from '../doctors/table.ts';
import { isStorable } from '../http/fields.ts';
import { mappingColumns, mappings } from '../mappings/table.ts';
import { patientColumns, patients } from '../patients/table.ts';

const int = z.int();
const time = int.min(0).max(8.64e15).nullable();
/**
 * Account, scope, since, until, the last change of the previous page (kind, transaction, id), and the times of the round
 * before and of this one, which cursors of earlier releases do not have.
 */
export const cursorSchema = z.tuple([
  int,
  z.string().refine(isStorable),
  int,
  int.nullable(),
  int,
  int,
  int,
  time.optional(),
  time.optional(),
]);

export const kinds = {
  patients: 0,
  doctors: 1,
  mappings: 2,
  removedPatients: 3,
  removedDoctors: 4,
  removedMappings: 5,
};

type CursorParams = Params<'scope' | 'since' | 'until' | 'kind' | 'tx' | 'id' | 'seen' | 'at' | 'limit' | 'most_bytes'>;

const changed = (id: PgColumn, kind: number) => sql`${id} = any ((select app.sync_ids(${kind}))::bigint[])`;
/** The rows of a CTE as one JSON array. */
const asJson = <Row extends object>(cte: string) =>
  sql<Row[]>`(select coalesce(json_agg(${sql.identifier(cte)}), '[]') from ${sql.identifier(cte)})`.mapWith(
    rowsOfJson<Row>,
  );

/** The page of changes, and its records. All records are one answer, because Neon answers each statement by itself. */
export const selectChanges = prepare((db, given: CursorParams) => {
  const { scope, since, until, kind, tx, id, seen, at, limit, most_bytes } = given;
  const ctes = [
    db.$with('patient_rows').as(db.select(patientColumns).from(patients).where(changed(patients.id, kinds.patients))),
    db.$with('doctor_rows').as(db.select(doctorColumns).from(doctors).where(changed(doctors.id, kinds.doctors))),
    db.$with('mapping_rows').as(db.select(mappingColumns).from(mappings).where(changed(mappings.id, kinds.mappings))),
    readEntry(db, 'patient_read', 'patient', idsFromColumn('id', 'patient_rows')),
    readEntry(db, 'mapping_read', 'mapping', idsFromColumn('patient', 'mapping_rows')),
  ];
  return [
    db
      .select({
        scope: sql<string>`app.sync_scope()`,
        until: sql<number>`until`.mapWith(Number),
        at: sql<number>`at`.mapWith(Number),
        kind: sql<number | null>`kind`,
        tx: sql<number>`tx`.mapWith(Number),
        id: sql<number>`id`.mapWith(Number),
        more: sql<boolean | null>`more`,
      })
      // `until` stands in the second call, so that PostgreSQL makes the first call before it
      .from(sql`app.sync_round(${scope}, ${until}, ${seen}, ${at}) as round left join lateral app.sync_page(
        case when until >= 0 then ${since}::bigint end, ${kind}, ${tx}, ${id}, ${limit}, ${most_bytes}) on true`),
    db
      .with(...ctes)
      .select({
        patients: asJson<SelectResultFields<typeof patientColumns>>('patient_rows'),
        doctors: asJson<SelectResultFields<typeof doctorColumns>>('doctor_rows'),
        mappings: asJson<SelectResultFields<typeof mappingColumns>>('mapping_rows'),
      })
      .from(sql`(select) as one`),
  ];
});
