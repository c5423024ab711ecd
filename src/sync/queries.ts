// What changed since a cursor, in pages.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { audited, idsFromColumn } from '../db/audit.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { doctorColumns, doctors } from '../doctors/table.ts';
import { isStorable } from '../http/fields.ts';
import { mappingColumns, mappings } from '../mappings/table.ts';
import { patientColumns, patients } from '../patients/table.ts';

/** Account, scope, since, until, and the last change of the previous page: kind, transaction, id. */
const int = z.int();

export const cursorSchema = z.tuple([int, z.string().refine(isStorable), int, int.nullable(), int, int, int]);

export const kinds = {
  patients: 0,
  doctors: 1,
  mappings: 2,
  removedPatients: 3,
  removedDoctors: 4,
  removedMappings: 5,
};

type CursorParams = Params<'scope' | 'since' | 'until' | 'kind' | 'tx' | 'id' | 'limit' | 'most_bytes'>;

const changedIds = (kind: number) => sql`any ((select app.sync_ids(${kind}))::bigint[])`;

export const selectChanges = prepare((db, { scope, since, until, kind, tx, id, limit, most_bytes }: CursorParams) => [
  db
    .select({ scope: sql<string>`app.sync_scope()`, until: sql<number>`until`.mapWith(Number) })
    .from(sql`app.sync_until(${scope}, ${until}) as until`),
  db
    .select({
      kind: sql<number>`kind`,
      tx: sql<number>`tx`.mapWith(Number),
      id: sql<number>`id`.mapWith(Number),
      more: sql<boolean>`more`,
    })
    .from(sql`app.sync_page(${since}, ${kind}, ${tx}, ${id}, ${limit}, ${most_bytes})`),
  audited(
    db,
    'patient',
    idsFromColumn('id'),
    db
      .select(patientColumns)
      .from(patients)
      .where(sql`${patients.id} = ${changedIds(kinds.patients)}`),
  ),
  db
    .select(doctorColumns)
    .from(doctors)
    .where(sql`${doctors.id} = ${changedIds(kinds.doctors)}`),
  audited(
    db,
    'mapping',
    idsFromColumn('patient'),
    db
      .select(mappingColumns)
      .from(mappings)
      .where(sql`${mappings.id} = ${changedIds(kinds.mappings)}`),
  ),
]);
