// The trail: admins read all of it and undo deletions, patients read who looked at their record.
import { and, desc, eq, getTableColumns, gte, lt, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import * as z from 'zod';
import { allow } from '../auth.ts';
import type { Env } from '../context.ts';
import { ask } from '../db.ts';
import { found } from '../errors.ts';
import { linkNext, pageFields, readCursor } from '../lists.ts';
import { audit } from '../schema.ts';
import { idText, params, query } from '../validate.ts';

const { tx: _, ...entryColumns } = getTableColumns(audit);
const word = z.string().regex(/^[a-z_]{1,40}$/, 'must be a word like update or login_failed');
const time = z.iso.datetime({ offset: true, error: 'must be a time like 2026-11-21T08:00:00Z' });
const trailQuery = query({
  actor: idText.optional(),
  action: word.optional(),
  resource: word.optional(),
  patient: idText.optional(),
  from: time.optional(),
  to: time.optional(),
  ...pageFields,
});

export const auditRoutes = new Hono<Env>({ strict: false })
  .get('/', allow('admin'), trailQuery, async (c) => {
    const { actor, action, resource, patient, from, to, limit, cursor } = c.req.valid('query');
    const scope = JSON.stringify(['audit', actor, action, resource, patient, from, to]);
    const [before] = readCursor(scope, cursor) ?? [];
    const [rows] = await ask(c, (db) => [
      db
        .select(entryColumns)
        .from(audit)
        .where(
          and(
            actor === undefined ? undefined : eq(audit.actor_id, actor),
            action === undefined ? undefined : eq(audit.action, action),
            resource === undefined ? undefined : eq(audit.resource, resource),
            patient === undefined ? undefined : sql`${audit.id} in (select app.trail_of_patient(${patient}))`,
            from === undefined ? undefined : gte(audit.at, new Date(from)),
            to === undefined ? undefined : lt(audit.at, new Date(to)),
            before === undefined ? undefined : lt(audit.id, Number(before)),
          ),
        )
        .orderBy(desc(audit.id))
        .limit(limit),
      // the trail holds records as they were, so that reading it is a read of them
      db
        .insert(audit)
        .values({ action: 'read', resource: 'audit', patient_ids: patient === undefined ? [] : [patient] }),
    ]);
    linkNext(c, scope, rows.length, limit, [rows.at(-1)?.id ?? 0]);
    return c.json(rows);
  })
  .post('/:id/restore', allow('admin'), params('id'), async (c) => {
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
  allow('patient'),
  query(pageFields),
  async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const [before = Number.MAX_SAFE_INTEGER] = readCursor('access-log', cursor) ?? [];
    const [rows] = await ask(c, (db) => [
      db
        .select({
          id: sql<number>`id`.mapWith(audit.id),
          at: sql<Date>`at`.mapWith(audit.at),
          action: sql<string>`action`,
          resource: sql<string>`resource`,
          actor_id: sql<number | null>`actor_id`.mapWith(audit.actor_id),
          actor_name: sql<string | null>`actor_name`,
          actor_role: sql<string | null>`actor_role`,
        })
        .from(sql`app.access_log(${before}, ${limit})`),
    ]);
    linkNext(c, 'access-log', rows.length, limit, [rows.at(-1)?.id ?? 0]);
    return c.json(rows);
  },
);
