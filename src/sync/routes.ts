// /api/sync: a phone that was away asks what changed, and what it may no longer keep.
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { audited, idsFromColumn } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { Problem, requireRow } from '../errors.ts';
import { actorOf, everyone } from '../http/auth.ts';
import { isStorable, recordId } from '../http/fields.ts';
import { decodeCursor, encodeCursor, maxPageBytes, pageParams } from '../http/pages.ts';
import { query } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { doctor, doctorColumns, doctorExample, doctors } from '../doctors/table.ts';
import { mapping, mappingColumns, mappingExample, mappings } from '../mappings/table.ts';
import { patient, patientColumns, patientExample, patients } from '../patients/table.ts';

const idsOf = (what: string) => z.array(recordId).describe(`ids of ${what}`);
const ids = { patients: idsOf('patients'), doctors: idsOf('doctors'), mappings: idsOf('mappings') };
const removedExample = { patients: [5], doctors: [], mappings: [8] };
const removed = z
  .object(ids)
  .describe('Deleted, or no longer visible to the caller.')
  .meta({ id: 'Removed', examples: [removedExample] });
/** For If-Match, when a phone sends later what was changed on it meanwhile. Mappings are never changed. */
const version = z.int().describe('counts the changes of the record; `If-Match: "3"` changes version 3 and no other');
const syncedPatientExample = { ...patientExample, version: 3 };
const syncedPatient = patient.extend({ version }).meta({ id: 'SyncedPatient', examples: [syncedPatientExample] });
const syncedDoctorExample = { ...doctorExample, version: 1 };
const syncedDoctor = doctor.extend({ version }).meta({ id: 'SyncedDoctor', examples: [syncedDoctorExample] });
const syncShape = z
  .object({
    patients: z.array(syncedPatient).describe('those that were made or changed, or came into sight'),
    doctors: z.array(syncedDoctor).describe('the same of doctors'),
    mappings: z.array(mapping).describe('the same of who treats whom'),
    removed,
    cursor: z.string().describe('what to send the next time'),
    more: z.boolean().describe('whether there is more, so that one asks again at once'),
  })
  .meta({
    id: 'Sync',
    examples: [
      {
        patients: [syncedPatientExample],
        doctors: [syncedDoctorExample],
        mappings: [mappingExample],
        removed: removedExample,
        cursor: 'WzMsInVzZXIiLDQyXQ',
        more: false,
      },
    ],
  });

/** Whose, in which scope, from where to where, and the last change of the page before: kind, transaction, id. */
const int = z.int();
const cursorSchema = z.tuple([int, z.string().refine(isStorable), int, int.nullable(), int, int, int]);
const kinds = { patients: 0, doctors: 1, mappings: 2, removedPatients: 3, removedDoctors: 4, removedMappings: 5 };
type CursorParams = Params<'scope' | 'since' | 'until' | 'kind' | 'tx' | 'id' | 'limit' | 'most_bytes'>;
const changedIds = (kind: number) => sql`any ((select app.sync_ids(${kind}))::bigint[])`;
const selectChanges = prepare((db, { scope, since, until, kind, tx, id, limit, most_bytes }: CursorParams) => [
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

export const syncRoutes = new Hono<Env>({ strict: false }).get(
  '/',
  route({
    summary: 'Sync a copy',
    detail: 'What was made, changed or deleted since the last time, for a phone that keeps records of its own.',
    roles: everyone,
    answers: { 200: syncShape },
    problems: ['sync_reset'],
  }),
  query(pageParams),
  async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { id: actor } = actorOf(c);
    const [whose, scope, since, until, kind, tx, id] =
      cursor === undefined ? [actor, null, 0, null, -1, 0, 0] : decodeCursor(cursorSchema, cursor);
    if (whose !== actor) throw new Problem('invalid_input', { errors: { cursor: ['is of another account'] } });

    const [rounds, page, patientRows, doctorRows, mappingRows] = await queryAsApi(
      c,
      selectChanges({ scope, since, until, kind, tx, id, limit, most_bytes: maxPageBytes }),
    );
    const round = requireRow(rounds);
    const last = page.at(-1);
    const more = last?.more ?? false;
    const next = last?.more ? [since, round.until, last.kind, last.tx, last.id] : [round.until, null, -1, 0, 0];
    const removed = (kind: number) => page.filter((change) => change.kind === kind).map(({ id }) => id);
    return c.json({
      patients: patientRows,
      doctors: doctorRows,
      mappings: mappingRows,
      removed: {
        patients: removed(kinds.removedPatients),
        doctors: removed(kinds.removedDoctors),
        mappings: removed(kinds.removedMappings),
      },
      cursor: encodeCursor([actor, round.scope, ...next]),
      more,
    });
  },
);
