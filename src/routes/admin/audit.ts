// The trail: admins read all of it and undo deletions, patients read who looked at their record.
import { and, eq, getTableColumns, gte, lt, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import { accessEntry, auditEntry, restored } from '../../answers.ts';
import type { Env } from '../../config.ts';
import { ask } from '../../db/client.ts';
import { type Given, prepare, witnessed } from '../../db/prepared.ts';
import { found } from '../../errors.ts';
import { admins, allow } from '../../http/auth.ts';
import { listing, listQuery } from '../../http/pages.ts';
import { byId, idText } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { audit } from '../../schema.ts';

const { tx: _tx, ...entryColumns } = getTableColumns(audit);
/** A row of app.access_log(), which Drizzle does not know as a table. */
const logColumns = {
  id: sql<number>`id`.mapWith(audit.id),
  at: sql<string>`at`.mapWith(audit.at),
  action: sql<string>`action`,
  resource: sql<string>`resource`,
  actor_id: sql<number | null>`actor_id`.mapWith(audit.actor_id),
  actor_name: sql<string | null>`actor_name`,
  actor_role: sql<string | null>`actor_role`,
};
const word = z.string().regex(/^[a-z_]{1,40}$/, 'must be a word like update or login_failed');
const moment = z.iso
  .datetime({ offset: true, error: 'must be a time like 2026-11-21T08:00:00Z' })
  .transform((time) => new Date(time).toISOString());
const sorts = { id: audit.id };
const filters = {
  actor: idText.optional(),
  action: word.optional(),
  resource: word.optional(),
  patient: idText.optional(),
  from: moment.optional(),
  to: moment.optional(),
};
const restores = describe('Undo a deletion', { 200: restored }, 'duplicate', 'invalid_input');
const listed = listQuery(sorts, filters, '-id');
type Filters = Given<never, keyof typeof filters>;

const list = listing(sorts, (db, given: Filters, page) => {
  const { actor, action, resource, patient, from, to } = given;
  const where = and(
    actor && eq(audit.actor_id, actor),
    action && eq(audit.action, action),
    resource && eq(audit.resource, resource),
    patient && sql`${audit.id} in (select app.trail_of_patient(${patient}))`,
    from && gte(audit.at, from),
    to && lt(audit.at, to),
  );
  const entries = page.rows(() => db.select({ ...entryColumns, ...page.key }).from(audit), where);
  // the trail holds records as they were, so that reading it is a read of them
  const shown = sql`array(select unnest(patient_ids) from found where before is not null ${patient && sql`union select ${patient}`})`;
  return [witnessed(db, 'audit', shown, entries), ...page.totals(db, audit, where)];
});

const restoring = prepare((db, { id }: Given<'id'>) => [
  db
    .select({
      resource: sql<'patient' | 'doctor'>`resource`,
      id: sql<number>`restored`.mapWith(Number),
      mappings: sql<number[]>`mappings::text`.mapWith((list: string) => list.match(/\d+/g)?.map(Number) ?? []),
    })
    .from(sql`app.restore(${id})`),
]);

const accessLog = listing(sorts, (db, _given: Given<never>, page) => {
  const log = sql`app.access_log() as audit`;
  const entries = page.rows(() => db.select({ ...logColumns, ...page.key }).from(log), undefined);
  return [entries, ...page.totals(db, log, undefined)];
});

export const auditRoutes = new Hono<Env>({ strict: false })
  .get('/', describe('Read the audit trail', { 200: z.array(auditEntry) }), admins, listed, (c) =>
    list(c, c.req.valid('query')),
  )
  .post('/:id/restore', restores, admins, byId, async (c) => {
    const [rows] = await ask(c, restoring(c.req.valid('param')));
    return c.json(found(rows));
  });

export const accessLogRoute = new Hono<Env>({ strict: false }).get(
  '/access-log',
  describe('Read my access log. Who looked at or changed my record.', { 200: z.array(accessEntry) }),
  allow('patient'),
  listQuery(sorts, {}, '-id'),
  (c) => accessLog(c, c.req.valid('query')),
);
