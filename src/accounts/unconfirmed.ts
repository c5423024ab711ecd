// Erases accounts whose address nobody confirmed, if the deployment sets a number of days for that.
import { sql } from 'drizzle-orm';
import type { Config } from '../config.ts';
import { queryForJob } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';

const eraseUnconfirmedQuery = prepare((db, { days }: Params<'days'>) => [
  db.select({ erased: sql<number>`erased`.mapWith(Number) }).from(sql`app.erase_unconfirmed(${days}) as erased`),
]);

/** Erases a limited number at once, because the job runs every hour. Returns how many. */
export const eraseUnconfirmed = async (settings: Config): Promise<number> => {
  const days = settings.UNCONFIRMED_ACCOUNT_DAYS;
  if (days === 0) return 0;
  const [[row]] = await queryForJob(settings, 'unconfirmed', eraseUnconfirmedQuery({ days }));
  return row?.erased ?? 0;
};
