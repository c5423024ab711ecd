// /api/sync: a phone that was away asks what changed, and what it may no longer keep.
import { Hono } from 'hono';
import type { Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { Problem, requireRow } from '../errors.ts';
import { actorOf, everyone } from '../http/auth.ts';
import { decodeCursor, encodeCursor, maxPageBytes, pageParams } from '../http/pages.ts';
import { query } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { cursorSchema, kinds, selectChanges } from './queries.ts';
import { syncShape } from './shapes.ts';

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
    const [whose, scope, since, until, kind, tx, id, seen = 0, at = null] =
      cursor === undefined ? [actor, null, 0, null, -1, 0, 0, null] : decodeCursor(cursorSchema, cursor);
    if (whose !== actor) throw new Problem('invalid_input', { errors: { cursor: ['is of another account'] } });

    const [changes, records] = await queryAsApi(
      c,
      selectChanges({ scope, since, until, kind, tx, id, seen, at, limit, most_bytes: maxPageBytes }),
    );
    const round = requireRow(changes);
    const last = requireRow(changes.slice(-1));
    const more = last.more ?? false;
    const next = more
      ? [since, round.until, last.kind, last.tx, last.id, seen, round.at]
      : [round.until, null, -1, 0, 0, round.at, null];
    const removed = (kind: number) => changes.filter((change) => change.kind === kind).map(({ id }) => id);
    return c.json({
      ...requireRow(records),
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
