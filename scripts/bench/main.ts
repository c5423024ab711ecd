// Reads the options of `npm run bench`, runs what they ask for, and ends everything that was started for it, on
// Ctrl-C too.
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { bold, dim, Fatal } from '../support/terminal.ts';
import { measureAsNeon } from './as-neon.ts';
import { chart } from './chart.ts';
import { facts } from './facts.ts';
import { type Item, items } from './items.ts';
import { measureAll } from './measure.ts';
import { measureScale } from './scale.ts';
import { makeStage } from './stage.ts';
import { aboutPostgres, limits, table } from './table.ts';

const usage = `Usage: npm run bench [-- options]
  --rounds N    how often everything is measured; the medians count (default 3)
  --seconds S   how long one measurement takes, about (default 2)
  --items a,b   only some of ${items.join(', ')}
  --json FILE   writes the figures
  --chart FILE  writes the chart there (default scripts/bench/chart.svg, when all items were measured)
  --neon        what each costs where statements are parsed anew in two exchanges each, as Neon's proxy does
  --scale       what a million patients cost against a thousand (takes some minutes)
  LOCAL_DATABASE_URL is a PostgreSQL server to measure on, by an account that may make databases. Without it: PGlite,
  and without Django, which is measured beside the others where it is installed.`;

const read = () => {
  const text = { type: 'string' } as const;
  const options = { rounds: text, seconds: text, items: text, json: text, chart: text };
  try {
    const { values } = parseArgs({ options: { ...options, scale: { type: 'boolean' }, neon: { type: 'boolean' } } });
    const chosen = values.items?.split(',') ?? [...items];
    const unknown = chosen.find((name) => !items.includes(name as Item));
    if (unknown !== undefined) throw new Error(`There is no item "${unknown}".`);
    return {
      ...values,
      items: items.filter((item) => chosen.includes(item)),
      rounds: positive(values.rounds, 3),
      seconds: positive(values.seconds, 2),
    };
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
};

const positive = (given: string | undefined, fallback: number): number => {
  const number = Number(given ?? fallback);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new Error(`"${given}" is not a number above 0.`);
};

/** One line that is rewritten on a terminal; elsewhere a line each. */
const say = (line: string): void => {
  process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${dim(line)}` : `${line}\n`);
};
const silence = (): void => say(process.stdout.isTTY ? '' : ' ');

export const main = async (): Promise<void> => {
  const asked = read();
  if (process.platform !== 'linux') throw new Fatal('CPU is read from /proc, which only Linux has.');
  const running = new AsyncDisposableStack();
  let stopped = false;
  const stop = (signal: NodeJS.Signals) => {
    stopped = true;
    process.once(signal, () => process.exit(130));
    void running.disposeAsync().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await bench(asked, running);
  } catch (error) {
    // what was under way when it was stopped may fail as it likes
    if (!stopped) throw error;
  } finally {
    await running.disposeAsync();
  }
};

const bench = async (asked: ReturnType<typeof read>, running: AsyncDisposableStack): Promise<void> => {
  const server = process.env.LOCAL_DATABASE_URL;
  if (asked.scale) {
    if (!server) throw new Fatal('A million patients need a PostgreSQL server: set LOCAL_DATABASE_URL.');
    console.log(await measureScale(running, server));
    return;
  }
  if (!server)
    console.log('No LOCAL_DATABASE_URL: this is PGlite, which answers one at a time and sets the pace itself.');
  const stage = await makeStage(running, { server, withDjango: !asked.neon });
  if (asked.neon) {
    if (!server) throw new Fatal('Only a PostgreSQL server can be asked as Neon does: set LOCAL_DATABASE_URL.');
    const slower = await measureAsNeon(stage, say);
    silence();
    console.log(slower);
    return;
  }
  const rows = await measureAll(stage, { ...asked, say });
  silence();
  const about = await facts(stage.database.name);
  console.log(
    `${bold(about.join(' · '))}\n\n${table(rows)}\n${dim(aboutPostgres(stage.database, server !== undefined))}\n\n${limits(rows, server !== undefined)}\n`,
  );
  if (asked.json) await writeFile(asked.json, `${JSON.stringify({ rows }, null, 2)}\n`);
  if (asked.chart || asked.items.length === items.length) {
    const file = asked.chart ?? join(import.meta.dirname, 'chart.svg');
    await writeFile(file, chart(rows, about));
    console.log(dim(`The chart is ${relative(process.cwd(), file)}`));
  }
};
