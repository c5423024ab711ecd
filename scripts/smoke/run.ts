// `npm run smoke -- URL`: asks a deployed Wardbook, in about a minute, whether what it promises holds there, and removes
// what it made.
import { parseArgs } from 'node:util';
import { isLoopback } from '../cli/database.ts';
import { runningUrl } from '../dev/local-data.ts';
import { bold, dim, duration, Fatal, green, red, run } from '../support/terminal.ts';
import { type Check, checksFor } from './checks.ts';
import { cleanUp, makeWorld, NotTried, type World } from './world.ts';

const usage = `Usage: npm run smoke -- URL [--origin ORIGIN] [--email ADDRESS]
  URL       of a Wardbook: https://wardbook.example, or http://127.0.0.1:8787 for npm start
  --origin  of a page that CORS_ORIGINS is to allow: https://portal.example
  --email   of yours: the two accounts are you+smoke-...@clinic.example for you@clinic.example, and otherwise
            smoke-...@example.com, to whom no mail arrives
  DATABASE_URL, the URL of the database's owner, adds checks of its roles. Where nobody may register without an invitation,
  or an email has to be confirmed before an account may do anything, it is needed to make the two accounts.`;

const read = (): { url: URL; origin: string | undefined; email: string } => {
  try {
    const { values, positionals } = parseArgs({
      options: { origin: { type: 'string' }, email: { type: 'string' } },
      allowPositionals: true,
    });
    const [text = '', ...more] = positionals;
    if (more.length > 0) throw new Error(`One URL at a time, not also ${more.join(' ')}.`);
    if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new Error('The URL of a Wardbook is needed.');
    const { origin, email } = values;
    if (email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(email)) throw new Error('--email is an address.');
    return { url: new URL(text), origin, email: email?.toLowerCase().replace('@', '+smoke-@') ?? 'smoke-@example.com' };
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
};

/** A URL of this machine is that of `npm start`, whose database is known. */
const ownerUrlFor = async (url: URL): Promise<string | undefined> =>
  process.env.DATABASE_URL ||
  process.env.LOCAL_DATABASE_URL ||
  (isLoopback(url.href) ? await runningUrl() : undefined) ||
  undefined;

type Outcome = 'held' | 'look' | 'failed' | 'not tried';

const line = (mark: string, name: string, text: string): string => `${mark} ${name.padEnd(16)} ${text}`;

const tryOne = async ({ name, run }: Check, world: World): Promise<Outcome> => {
  const live = process.stdout.isTTY;
  if (live) process.stdout.write(dim(`… ${name}`));
  const print = (text: string) => console.log(`${live ? '\r\x1b[K' : ''}${text}`);
  try {
    const found = await run(world);
    if (typeof found !== 'string') {
      print(line(bold('!'), name, found.beware));
      return 'look';
    }
    print(line(green('✓'), name, dim(found)));
    return 'held';
  } catch (error) {
    if (error instanceof NotTried) {
      print(line('-', name, dim(error.message)));
      return 'not tried';
    }
    // only a bug of the smoke itself is no Fatal
    if (!(error instanceof Error)) throw error;
    print(line(red('✗'), name, error instanceof Fatal ? error.message : String(error.stack)));
    return 'failed';
  }
};

const main = async (): Promise<void> => {
  const { url, origin, email } = read();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  const live = process.stdout.isTTY;
  const say = (text: string) => console.log(`${live ? '\r\x1b[K' : ''}${dim(`  ${text}`)}`);
  const world = makeWorld(url, { origin, email, ownerUrl: await ownerUrlFor(url), say });
  console.log(bold(`Wardbook at ${url.origin}`));
  const started = performance.now();
  const outcomes: Outcome[] = [];
  for (const check of checksFor(world)) {
    if (stop.signal.aborted) break;
    const outcome = await tryOne(check, world);
    if (outcome === 'failed' && check.isNeeded) throw new Fatal('No Wardbook answers there: nothing else was tried.');
    outcomes.push(outcome);
  }
  if (stop.signal.aborted) {
    await cleanUp(world);
    throw new Fatal('Stopped; what was made until then is removed.', 130);
  }
  if (!world.ownerUrl) console.log(dim('  With DATABASE_URL, the owner’s, the roles of the database are checked too.'));
  const look = outcomes.filter((outcome) => outcome === 'look').length;
  const held = outcomes.filter((outcome) => outcome === 'held').length + look;
  const took = duration(performance.now() - started);
  if (held < outcomes.length) {
    throw new Fatal(`${outcomes.length - held} of ${outcomes.length} checks do not hold (${took}).`);
  }
  const marked = look > 0 ? `, and what is marked with ! is yours to judge` : '';
  console.log(`${green('✓')} All ${held} checks hold${marked} (${took}).`);
};

await run(main);
