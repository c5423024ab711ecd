// Whether the database answers, asked at most once in five seconds.
import { sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { type Config, config, type Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { prepare } from '../db/prepare.ts';
import { Problem } from '../errors.ts';

const selectHasAdministrator = prepare((db) => [
  db
    .select({ has: sql<boolean>`exists (select from users where role = 'admin' and disabled_at is null)` })
    .from(sql`(select) as one`),
]);

interface ReadinessCheck {
  at: number;
  /** Whether there is an administrator, or what went wrong; undefined while the query is running. */
  outcome?: boolean | Problem;
}

const lastChecks = new WeakMap<Config, ReadinessCheck>();

const minIntervalMs = 5000;

/**
 * Anybody may ask as often as they like, so an isolate asks the database once in five seconds. Requests that come
 * meanwhile get the last answer, or wait until there is a first one. They do not wait for its promise: in Workers that
 * belongs to the request that made it, and may end with it.
 */
export const checkDatabase = async (c: Context<Env>): Promise<boolean> => {
  const settings = config(c);
  let last = lastChecks.get(settings);
  if (!last || Date.now() - last.at > minIntervalMs) {
    last = { at: Date.now(), outcome: last?.outcome };
    lastChecks.set(settings, last);
    last.outcome = await queryAsAuth(c, selectHasAdministrator({})).then(
      ([[row]]) => row?.has ?? false,
      (problem: Problem) => problem,
    );
  }
  while (last.outcome === undefined && Date.now() - last.at < settings.DATABASE_TIMEOUT_MS)
    await new Promise((resolve) => setTimeout(resolve, 20));
  if (typeof last.outcome !== 'boolean') throw last.outcome ?? new Problem('database_unavailable');
  return last.outcome;
};
