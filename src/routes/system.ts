// What anybody may ask: what this is, whether it runs, whether it reaches its database.
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import manifest from '../../package.json' with { type: 'json' };
import type { Env } from '../context.ts';
import { askAuth } from '../db.ts';

export const systemRoutes = new Hono<Env>({ strict: false })
  .get('/', (c) =>
    c.json({ name: manifest.name, version: manifest.version, links: { health: '/healthz', ready: '/readyz' } }),
  )
  .get('/healthz', (c) => c.json({ status: 'ok' as const }))
  .get('/readyz', async (c) => {
    await askAuth(c, (db) => [db.execute(sql`select 1`)]);
    return c.json({ status: 'ok' as const });
  });
