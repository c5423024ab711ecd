// Sends what waits in the outbox: after the answer to whoever put it there, then with later requests and the hourly job.
// A mail is claimed, its link's token made, and the mail sent; what was not sent is due again after a pause that grows.
import { sql } from 'drizzle-orm';
import { createMiddleware } from 'hono/factory';
import { linkToken } from '../accounts/tokens.ts';
import { type Bindings, type Config, configOf, type Env } from '../config.ts';
import { askForJob } from '../db/client.ts';
import { type AnswersOf, type Given, prepare } from '../db/prepared.ts';
import { carriesToken, type Inviter, letterFor, type Purpose } from './letters.ts';
import { NotSent, transportOf } from './transports.ts';

const claiming = prepare((db, { most, perDay }: Given<'most' | 'perDay'>) => [
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
const keepingLinks = prepare((db, { claimed, hashes }: Given<'claimed' | 'hashes'>) => [
  db.execute(sql`select app.keep_links(${claimed}, ${hashes})`),
  db
    .select({
      mail: sql<number>`mail`.mapWith(Number),
      name: sql<string>`name`,
      by_admin: sql<boolean>`by_admin`,
    })
    .from(sql`app.inviters(${claimed})`),
]);
const settling = prepare((db, { sent, failed }: Given<'sent' | 'failed'>) => [
  db.select({ pause: sql<number | null>`pause` }).from(sql`app.settle_mails(${sent}, ${failed}) as pause`),
]);
type Mail = AnswersOf<ReturnType<typeof claiming>>[0][number];

const mostAtOnce = 20;
/** Mail APIs allow some a second. */
const lanes = 4;
/** Workers let a request's work go on for 30 seconds after its answer, and a scheduled job for 15 minutes. */
const afterAnswerMs = 25_000;
export const inJobMs = 10 * 60_000;

const say = (line: object) => console.warn(JSON.stringify({ job: 'mail', ...line }));

/** When an isolate knows that a mail is due again, by its settings. */
const dueAgain = new WeakMap<object, number>();
const saidThatNoneGo = new WeakSet<object>();

/** Whether one was sent. Why not is in the log, without whom it was for. */
const send = async (settings: Config, mail: Mail, token: string, inviter?: Inviter): Promise<boolean> => {
  const letter = letterFor(mail.purpose, settings.PUBLIC_URL ?? '', token, inviter);
  try {
    await transportOf(settings)?.({ ...letter, to: mail.recipient, key: mail.key });
    return true;
  } catch (error) {
    const reason = error instanceof NotSent ? error.message : 'failed';
    say({ mail: mail.id, purpose: mail.purpose, attempt: mail.attempts, reason });
    return false;
  }
};

/** Claims what is due and tries to send it. How many there were, and the milliseconds until the first that failed is due. */
const round = async (settings: Config) => {
  const [claimed] = await askForJob(settings, 'mail', claiming({ most: mostAtOnce, perDay: settings.MAILS_PER_DAY }));
  const mails = claimed.filter(({ given_up, held }) => !given_up && held === null);
  for (const { id, purpose, given_up, held } of claimed) {
    if (held !== null) say({ mail: id, purpose, held });
    else if (given_up) say({ mail: id, purpose, given_up: true });
  }
  if (mails.length === 0) return { found: claimed.length, pause: null };
  const tokens = await Promise.all(mails.map(({ key }) => linkToken(settings, key)));
  const linked = mails.flatMap(({ id, purpose }, at) =>
    carriesToken(purpose) ? [{ id, hash: tokens[at]?.hash }] : [],
  );
  const links = { claimed: `{${linked.map(({ id }) => id)}}`, hashes: `{${linked.map(({ hash }) => hash)}}` };
  const [, inviters] = linked.length > 0 ? await askForJob(settings, 'mail', keepingLinks(links)) : [null, []];
  const inviterOf = new Map<number, Inviter>(inviters.map(({ mail, ...inviter }) => [mail, inviter]));
  const outcomes: boolean[] = [];
  const lane = async (first: number) => {
    for (let at = first; at < mails.length; at += lanes) {
      const mail = mails[at] as Mail;
      outcomes[at] = await send(settings, mail, tokens[at]?.secret ?? '', inviterOf.get(mail.id));
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, first) => lane(first)));
  const failed = mails.filter((_, at) => !outcomes[at]);
  const sent = mails.filter((_, at) => outcomes[at]);
  const ids = (some: Mail[]) => `{${some.map(({ id }) => id)}}`;
  const [[settled]] = await askForJob(settings, 'mail', settling({ sent: ids(sent), failed: ids(failed) }));
  return { found: claimed.length, pause: settled?.pause ?? null };
};

/** Sends all that is due, and what fails again as long as there is time. Never throws. */
export const deliver = async (bindings: Bindings, longestMs = afterAnswerMs): Promise<void> => {
  const settings = configOf(bindings);
  dueAgain.delete(bindings);
  if (!transportOf(settings)) {
    if (!saidThatNoneGo.has(bindings))
      say({ warning: 'Mails wait in the outbox: neither EMAIL nor MAIL_API_URL is set.' });
    saidThatNoneGo.add(bindings);
    return;
  }
  const until = Date.now() + longestMs;
  try {
    for (;;) {
      const { found, pause } = await round(settings);
      if (pause === null && found < mostAtOnce) return;
      if (pause === null) continue;
      dueAgain.set(bindings, Date.now() + pause);
      if (Date.now() + pause > until) return;
      await new Promise((done) => setTimeout(done, pause + 50));
    }
  } catch {
    // the database is out of reach: what was claimed is free again in a minute
    dueAgain.set(bindings, Date.now() + 60_000);
    say({ failed: true });
  }
};

/** Sends mails after the answer: those of the request, and those that this isolate could not send before. */
export const mailsFollow = createMiddleware<Env>(async function mailsFollow(c, next) {
  await next();
  if (c.get('mailed') || (dueAgain.get(c.env) ?? Number.POSITIVE_INFINITY) <= Date.now()) {
    c.executionCtx.waitUntil(deliver(c.env));
  }
});
