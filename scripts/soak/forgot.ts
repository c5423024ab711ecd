// `npm run timing`: whether the time that it takes to answer who has forgotten a password tells who has an account. Known
// and unknown addresses ask in alternation, 1,000 each in two runs; a difference between them has to be one that two runs
// of the same kind have as well. With LOCAL_DATABASE_URL on a server, otherwise on PGlite.
import { setTimeout as sleep } from 'node:timers/promises';
import { startMailServer } from '../../test/support/mail-server.ts';
import { connect } from '../cli/connect.ts';
import type { Sql } from '../cli/sql.ts';
import { withOwnWardbook } from '../support/own-wardbook.ts';
import { Fatal, green, progress, run, step } from '../support/terminal.ts';
import { differenceOf, median, noiseOf } from './noise.ts';

const each = 1000;
/** Alternating like this, each kind comes as often after the other as before it. */
const arms = ['known', 'unknown', 'unknown again', 'known again'] as const;
type Times = Record<(typeof arms)[number], number[]>;

/** Addresses of the same length, so that nothing differs but whether there is an account. */
const addressOf = (arm: (typeof arms)[number], turn: number) =>
  `${arm.startsWith('known') ? 'known' : 'other'}${arm.endsWith('again') ? 2 : 1}${String(turn).padStart(4, '0')}@example.com`;

const makeAccounts = (sql: Sql) =>
  sql.transaction([
    sql`select set_config('app.role', 'cli', true)`,
    sql`insert into users (name, username, email, role, email_verified_at)
      select 'Somebody', 'known' || run || lpad(turn::text, 4, '0'),
        'known' || run || lpad(turn::text, 4, '0') || '@example.com', 'user', now()
      from generate_series(1, 2) run, generate_series(0, ${each - 1}::int) turn`,
  ]);

/** Until the work that follows an answer is done, which would slow the next one. */
const untilQuiet = async (sql: Sql) => {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(2)) {
    const [row] = await sql`select exists (select from mails where sent_at is null and failed_at is null) as waits`;
    if (!row?.waits) return sleep(2);
  }
  throw new Fatal('The mails are not sent.');
};

/** How long one request takes, in milliseconds. */
const ask = async (url: string, email: string, client: number): Promise<number> => {
  const body = JSON.stringify({ email });
  // from an address of its own, because for each there is a limit
  const address = `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`;
  const headers = { 'Content-Type': 'application/json', 'CF-Connecting-IP': address };
  const started = performance.now();
  const answer = await fetch(`${url}/api/auth/password/forgot/`, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  const took = performance.now() - started;
  if (answer.status !== 202) throw new Fatal(`A request was answered ${answer.status}.`);
  return took;
};

const measure = async (url: string, sql: Sql): Promise<Times> => {
  const times: Times = { known: [], unknown: [], 'unknown again': [], 'known again': [] };
  const bar = progress('asking');
  let client = 1;
  for (let turn = 0; turn < 50; turn++) await ask(url, `warmup${turn}@example.com`, client++);
  await untilQuiet(sql);
  for (let turn = 0; turn < each; turn++) {
    for (const arm of arms) {
      times[arm].push(await ask(url, addressOf(arm, turn), client++));
      await untilQuiet(sql);
    }
    bar.at((turn + 1) * arms.length, each * arms.length);
  }
  bar.done(`${each * arms.length} times, done`);
  return times;
};

const ms = (value: number) => `${value.toFixed(3)} ms`;

/** Prints the medians; whether the two kinds differ by no more than two runs of one kind do. */
const judge = (times: Times): boolean => {
  const { known, unknown, 'unknown again': unknownAgain, 'known again': knownAgain } = times;
  const rows: [string, string][] = arms.map((arm) => [arm, ms(median(times[arm]))]);
  const kinds = (differenceOf(known, unknown) + differenceOf(knownAgain, unknownAgain)) / 2;
  const same = [differenceOf(known, knownAgain), differenceOf(unknown, unknownAgain)].map(Math.abs);
  const noise = Math.max(...same, noiseOf(known.concat(knownAgain), each), noiseOf(unknown.concat(unknownAgain), each));
  rows.push(
    ['two runs of known differ by', ms(same[0] ?? 0)],
    ['two runs of unknown differ by', ms(same[1] ?? 0)],
    ['noise, 99 of 100 pairs of runs', ms(noise)],
    ['known and unknown differ by', ms(Math.abs(kinds))],
  );
  for (const [what, value] of rows) console.log(`  ${what.padEnd(32)}${value.padStart(12)}`);
  return Math.abs(kinds) <= noise;
};

async function main(): Promise<void> {
  const mail = await startMailServer();
  const settings = {
    PUBLIC_URL: 'https://wardbook.example',
    MAIL_FROM: 'no-reply@wardbook.example',
    MAIL_API_URL: `${mail.url}/emails`,
    MAIL_API_KEY: 'timing',
  };
  let times: Times | undefined;
  try {
    await withOwnWardbook(
      async ({ url, owner }) => {
        const { sql, close } = await connect(owner);
        await step('making accounts', () => makeAccounts(sql));
        times = await measure(url, sql);
        const [{ sent } = { sent: 0 }] = await sql`select count(*)::int as sent from mails where sent_at is not null`;
        await close();
        if (sent !== 2 * each) throw new Fatal(`${sent} mails were sent to ${2 * each} people.`);
      },
      process.env.LOCAL_DATABASE_URL,
      settings,
    );
  } finally {
    await mail.close();
  }
  if (!times || !judge(times)) throw new Fatal('Known and unknown addresses can be told apart by time.');
  console.log(green('✓ Known and unknown addresses cannot be told apart by time.'));
}

await run(main);
