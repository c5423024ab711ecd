// Delivers the mails in the outbox: after the answer of the request that put them there, then with later requests and
// the hourly job. A mail is claimed, the token of its link is made, and it is sent. If that fails, it is due again
// after a pause that grows.
import { sql } from 'drizzle-orm';
import { createMiddleware } from 'hono/factory';
import { type Bindings, type Config, configOf, type Env } from '../config.ts';
import { queryForJob } from '../db/client.ts';
import { type Params, prepare, type ResultsOf } from '../db/prepare.ts';
import { deriveLinkToken } from '../http/tokens.ts';
import { hasLinkToken, type Inviter, letterFor } from './letters.ts';
import type { Purpose } from './table.ts';
import { NotSent, transportOf } from './transports.ts';

const claimMails = prepare((db, { most, perDay }: Params<'most' | 'perDay'>) => [
  db
    .select({
      id: sql<number>`id`.mapWith(Number),
      key: sql<string>`key`,
      purpose: sql<Purpose>`purpose`,
      recipient: sql<string>`recipient`,
      attempts: sql<number>`attempts`,
      given_up: sql<boolean>`given_up`,
      held: sql<string | null>`held`,
    })
    .from(sql`app.take_mails(${most}, ${perDay})`),
]);
const storeLinks = prepare((db, { claimed, hashes }: Params<'claimed' | 'hashes'>) => [
  db.execute(sql`select app.keep_links(${claimed}, ${hashes})`),
  db
    .select({
      mail: sql<number>`mail`.mapWith(Number),
      name: sql<string>`name`,
      by_admin: sql<boolean>`by_admin`,
    })
    .from(sql`app.inviters(${claimed})`),
]);
const settleMails = prepare((db, { sent, failed }: Params<'sent' | 'failed'>) => [
  db.select({ pause: sql<number | null>`pause` }).from(sql`app.settle_mails(${sent}, ${failed}) as pause`),
]);
type Mail = ResultsOf<ReturnType<typeof claimMails>>[0][number];

const batchSize = 20;
/** How many are sent at the same time: mail APIs limit that. */
const concurrency = 4;
/** Workers let a request's work go on for 30 seconds after its answer, and a scheduled job for 15 minutes. */
const maxAfterResponseMs = 25_000;
export const maxJobMs = 10 * 60_000;

const logMail = (line: object) => console.warn(JSON.stringify({ job: 'mail', ...line }));

/** When the next mail is due again, as far as this isolate knows, by its bindings. */
const nextRetryAt = new WeakMap<object, number>();
const warnedUnset = new WeakSet<object>();

/** Whether it was sent. If not, the log says why, without the recipient. */
const sendMail = async (settings: Config, mail: Mail, token: string, inviter?: Inviter): Promise<boolean> => {
  const letter = letterFor(mail.purpose, settings.PUBLIC_URL ?? '', token, inviter);
  try {
    await transportOf(settings)?.({ ...letter, to: mail.recipient, key: mail.key });
    return true;
  } catch (error) {
    const reason = error instanceof NotSent ? error.message : 'failed';
    logMail({ mail: mail.id, purpose: mail.purpose, attempt: mail.attempts, reason });
    return false;
  }
};

/**
 * Claims what is due and sends it. Returns how many there were, and the milliseconds until the next attempt of those
 * that failed.
 */
const deliverBatch = async (settings: Config) => {
  const [claimed] = await queryForJob(
    settings,
    'mail',
    claimMails({ most: batchSize, perDay: settings.MAILS_PER_DAY }),
  );
  const mails = claimed.filter(({ given_up, held }) => !given_up && held === null);
  for (const { id, purpose, given_up, held } of claimed) {
    if (held !== null) logMail({ mail: id, purpose, held });
    else if (given_up) logMail({ mail: id, purpose, given_up: true });
  }
  if (mails.length === 0) return { found: claimed.length, pause: null };
  const tokens = await Promise.all(mails.map(({ key }) => deriveLinkToken(settings, key)));
  const linked = mails.flatMap(({ id, purpose }, at) =>
    hasLinkToken(purpose) ? [{ id, hash: tokens[at]?.hash }] : [],
  );
  const links = { claimed: `{${linked.map(({ id }) => id)}}`, hashes: `{${linked.map(({ hash }) => hash)}}` };
  const [, inviters] = linked.length > 0 ? await queryForJob(settings, 'mail', storeLinks(links)) : [null, []];
  const inviterOf = new Map<number, Inviter>(inviters.map(({ mail, ...inviter }) => [mail, inviter]));
  const outcomes: boolean[] = [];
  const lane = async (first: number) => {
    for (let at = first; at < mails.length; at += concurrency) {
      const mail = mails[at] as Mail;
      outcomes[at] = await sendMail(settings, mail, tokens[at]?.secret ?? '', inviterOf.get(mail.id));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, first) => lane(first)));
  const failed = mails.filter((_, at) => !outcomes[at]);
  const sent = mails.filter((_, at) => outcomes[at]);
  const ids = (some: Mail[]) => `{${some.map(({ id }) => id)}}`;
  const [[settled]] = await queryForJob(settings, 'mail', settleMails({ sent: ids(sent), failed: ids(failed) }));
  return { found: claimed.length, pause: settled?.pause ?? null };
};

/** Sends all that is due, and tries again what failed, as long as there is time. Never throws. */
export const deliverMails = async (bindings: Bindings, longestMs = maxAfterResponseMs): Promise<void> => {
  const settings = configOf(bindings);
  nextRetryAt.delete(bindings);
  if (!transportOf(settings)) {
    if (!warnedUnset.has(bindings))
      logMail({ warning: 'Mails wait in the outbox: neither EMAIL nor MAIL_API_URL is set.' });
    warnedUnset.add(bindings);
    return;
  }
  const until = Date.now() + longestMs;
  try {
    for (;;) {
      const { found, pause } = await deliverBatch(settings);
      if (pause === null && found < batchSize) return;
      if (pause === null) continue;
      nextRetryAt.set(bindings, Date.now() + pause);
      if (Date.now() + pause > until) return;
      await new Promise((done) => setTimeout(done, pause + 50));
    }
  } catch {
    // the database is out of reach: what was claimed is free again in a minute
    nextRetryAt.set(bindings, Date.now() + 60_000);
    logMail({ failed: true });
  }
};

/** Sends mails after the answer: those of the request, and those that this isolate could not send before. */
export const deliverMailsAfterResponse = createMiddleware<Env>(async function deliverMailsAfterResponse(c, next) {
  await next();
  if (c.get('mailed') || (nextRetryAt.get(c.env) ?? Number.POSITIVE_INFINITY) <= Date.now()) {
    c.executionCtx.waitUntil(deliverMails(c.env));
  }
});
