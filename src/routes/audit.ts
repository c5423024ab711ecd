// The trail: admins read all of it and undo deletions, patients read who looked at their record.
import { and, count, eq, getTableColumns, gte, lt, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import { accessEntry, auditEntry, restored } from '../answers.ts';
import { admins, allow } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask, witnessed } from '../db.ts';
import { describe } from '../describe.ts';
import { found } from '../errors.ts';
import { listQuery, pageOf, turned } from '../lists.ts';
import { audit } from '../schema.ts';
import { byId, idText } from '../validate.ts';

const { tx: _tx, ...entryColumns } = getTableColumns(audit);
/** A row of app.access_log(), which Drizzle does not know as a table. */
const logColumns = {
  id: sql<number>`id`.mapWith(audit.id),
  at: sql<Date>`at`.mapWith(audit.at),
  action: sql<string>`action`,
  resource: sql<string>`resource`,
  actor_id: sql<number | null>`actor_id`.mapWith(audit.actor_id),
  actor_name: sql<string | null>`actor_name`,
  actor_role: sql<string | null>`actor_role`,
};
const word = z.string().regex(/^[a-z_]{1,40}$/, 'must be a word like update or login_failed');
const time = z.iso.datetime({ offset: true, error: 'must be a time like 2026-11-21T08:00:00Z' });
const sorts = { id: audit.id };
const filters = {
  actor: idText.optional(),
  action: word.optional(),
  resource: word.optional(),
  patient: idText.optional(),
  from: time.optional(),
  to: time.optional(),
};
const restores = describe('Undo a deletion', { 200: restored }, 'duplicate', 'invalid_input');
const listed = listQuery(sorts, filters, '-id');
type Filters = z.output<z.ZodObject<typeof filters>>;

const filtered = ({ actor, action, resource, patient, from, to }: Filters) =>
  and(
    actor === undefined ? undefined : eq(audit.actor_id, actor),
    action === undefined ? undefined : eq(audit.action, action),
    resource === undefined ? undefined : eq(audit.resource, resource),
    patient === undefined ? undefined : sql`${audit.id} in (select app.trail_of_patient(${patient}))`,
    from === undefined ? undefined : gte(audit.at, new Date(from)),
    to === undefined ? undefined : lt(audit.at, new Date(to)),
  );

export const auditRoutes = new Hono<Env>({ strict: false })
  .get('/', describe('Read the audit trail', { 200: z.array(auditEntry) }), admins, listed, async (c) => {
    const asked = c.req.valid('query');
    const page = pageOf(c, sorts, asked);
    // the trail holds records as they were, so that reading it is a read of them
    const shown = sql`array(select unnest(patient_ids) from found where before is not null union select ${asked.patient ?? null}::bigint where ${asked.patient !== undefined})`;
    const [rows, ...counts] = await ask(c, (db) => {
      const entries = db
        .select({ ...entryColumns, sort_key: page.key })
        .from(audit)
        .where(and(filtered(asked), page.after))
        .orderBy(...page.order)
        .limit(page.limit);
      const total = db.select({ count: count() }).from(audit).where(filtered(asked));
      return [witnessed(db, 'audit', shown, entries), ...(page.count ? [total] : [])] as const;
    });
    return c.json(turned(c, page, rows, counts));
  })
  .post('/:id/restore', restores, admins, byId, async (c) => {
    const [rows] = await ask(c, (db) => [
      db
        .select({
          resource: sql<'patient' | 'doctor'>`resource`,
          id: sql<number>`restored`.mapWith(Number),
          mappings: sql<number[]>`mappings::text`.mapWith((list: string) => list.match(/\d+/g)?.map(Number) ?? []),
        })
        .from(sql`app.restore(${c.req.valid('param').id})`),
    ]);
    return c.json(found(rows));
  });

export const accessLogRoute = new Hono<Env>({ strict: false }).get(
  '/access-log',
  describe('Read my access log. Who looked at or changed my record.', { 200: z.array(accessEntry) }),
  allow('patient'),
  listQuery(sorts, {}, '-id'),
  async (c) => {
    const page = pageOf(c, sorts, c.req.valid('query'));
    const log = sql`app.access_log() as audit`;
    const [rows, ...counts] = await ask(c, (db) => {
      const entries = db
        .select({ ...logColumns, sort_key: page.key })
        .from(log)
        .where(page.after)
        .orderBy(...page.order)
        .limit(page.limit);
      return [entries, ...(page.count ? [db.select({ count: count() }).from(log)] : [])] as const;
    });
    return c.json(turned(c, page, rows, counts));
  },
);
