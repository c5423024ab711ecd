// The hourly sweep. Each kind of thing that expires goes in small pieces, and each piece is a transaction of its own,
// so that what fails or takes long keeps nothing else from going.
import { sql } from 'drizzle-orm';
import type { Config } from '../config.ts';
import { queryForJob } from '../db/client.ts';
import { type Params, prepare } from '../db/prepare.ts';

const sweepPart = prepare((db, { part, most }: Params<'part' | 'most'>) => [
  db
    .select({ removed: sql<number>`removed`.mapWith(Number), more: sql<boolean>`more` })
    .from(sql`app.sweep_part(${part}, ${most})`),
]);

// names come last, because one erased account may have more entries than everything else together
const parts = ['sessions', 'keys', 'guesses', 'django_tokens', 'otp_tokens', 'lookups', 'mails', 'names'] as const;
type Part = (typeof parts)[number];

/** Rows of one transaction, which take a fraction of a second. */
const batchSize = 5000;
/** A Worker may send a limited number of requests, and the mails before this needed some. */
const maxRounds = 200;

/**
 * Removes what has expired, one part after the other, until the time is over. Returns how much, and what failed or is
 * left.
 */
export const sweep = async (settings: Config, longestMs: number) => {
  const until = Date.now() + longestMs;
  const removed = Object.fromEntries(parts.map((part) => [part, 0])) as Record<Part, number>;
  const failed: Part[] = [];
  let left: Part[] = [...parts];
  for (
    let rounds = 0;
    left.length > 0 && rounds < maxRounds && (rounds < parts.length || Date.now() < until);
    rounds++
  ) {
    const [part, ...others] = left as [Part, ...Part[]];
    left = others;
    try {
      const [[swept]] = await queryForJob(settings, 'sweep', sweepPart({ part, most: batchSize }));
      removed[part] += swept?.removed ?? 0;
      if (swept?.more) left.push(part);
    } catch {
      failed.push(part);
    }
  }
  return { removed, failed, left };
};
