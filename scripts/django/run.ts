// `npm run test:django`: moves from a real Django to Wardbook and asks both the same. TEST_DATABASE_URL is a PostgreSQL
// server, by an account that may make databases; Django, REST framework and simplejwt are those of Debian.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { withOwnWardbook } from '../support/own-wardbook.ts';
import { root } from '../support/paths.ts';
import { newDatabase } from '../support/server-database.ts';
import { bold, Fatal, green, red, run, step } from '../support/terminal.ts';
import { type Ask, type Recording, record } from './client.ts';
import { type Difference, differences } from './compare.ts';
import { fillOwned, fillRoles } from './fill.ts';
import { judge } from './known.ts';
import { type Clinic, type Django, startDjango } from './start.ts';
import { owned } from './steps/owned.ts';
import { roles } from './steps/roles.ts';

type Steps = (ask: Ask) => Promise<void>;

/** Fills a Django, and answers what a client that was there before does next. */
const clients: Record<Clinic, (django: Django) => Promise<Steps>> = {
  owned: async (django) => {
    const before = await fillOwned(django);
    return (ask) => owned(ask, before);
  },
  roles: async (django) => {
    const before = await fillRoles(django);
    return (ask) => roles(ask, before);
  },
};

async function main(): Promise<void> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server)
    throw new Fatal('Set TEST_DATABASE_URL to a PostgreSQL server: postgres://user:password@127.0.0.1/postgres');
  const running = new AsyncDisposableStack();
  let stopped = false;
  const stop = () => {
    stopped = true;
    process.exitCode = 130;
    void running.disposeAsync();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const wrong: string[] = [];
  try {
    for (const clinic of ['owned', 'roles'] as const) {
      console.log(bold(`A clinic with ${clinic === 'owned' ? 'records of one’s own' : 'roles and profiles'}`));
      const { django, wardbook } = await move(running, clinic, server);
      wrong.push(...judged(clinic, django, wardbook));
    }
  } catch (error) {
    // what was under way when it was stopped may fail as it likes
    if (!stopped) throw error;
  } finally {
    await running.disposeAsync();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  if (wrong.length > 0) throw new Fatal(`Django and Wardbook differ:\n${wrong.join('\n')}`);
}

/** The same steps on the Django that was dumped, and on the Wardbook that the dump went to. */
async function move(
  running: AsyncDisposableStack,
  clinic: Clinic,
  server: string,
): Promise<{ django: Recording; wardbook: Recording }> {
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-django-'));
  running.defer(() => rm(folder, { recursive: true, force: true }));
  const { url: theirs } = await newDatabase(running, server);
  const { url: ours } = await newDatabase(running, server);
  const secret = randomBytes(36).toString('base64url');

  const django = await step('starting Django', () => startDjango({ clinic, database: theirs, secret }));
  running.defer(django.end);
  const steps = await step('filling it through its API', () => clients[clinic](django));
  const dump = join(folder, 'dump.jsonl');
  await step('dumping it', () => django.python('manage.py', 'dumpdata', '--format=jsonl', `--output=${dump}`));
  await step('importing the dump', async () => {
    await program(ours, 'cli/migrate.ts');
    await program(ours, 'import/django.ts', dump, '--yes');
  });

  const there = await step('asking Django', () => record(django.url, steps));
  let here: Recording | undefined;
  const settings = { DJANGO_SIGNING_KEY: secret, DJANGO_TOKENS_UNTIL: inDays(20) };
  await withOwnWardbook(
    async ({ url }) => {
      here = await step('asking Wardbook', () => record(url, steps));
    },
    ours,
    settings,
  );
  if (!here) throw new Fatal('Wardbook was not asked.');
  return { django: there, wardbook: here };
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function program(database: string, script: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'scripts', script), ...args], {
    env: { ...process.env, DATABASE_URL: database },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Fatal(`scripts/${script} ended with ${code}:\n${out}${error}`);
}

/** What is wrong, a sentence each. */
function judged(clinic: Clinic, django: Recording, wardbook: Recording): string[] {
  const { unknown, met, stale } = judge(clinic, differences(django, wardbook));
  const wrong = [
    ...unknown.map(sentence),
    ...stale.map(({ step, field }) => `${step}: ${field} no longer differs. Take it out of known.ts.`),
  ];
  const { length } = django.answers;
  console.log(
    wrong.length > 0
      ? red(`✗ ${length} steps: ${wrong.length} differences that known.ts does not explain`)
      : `${green('✓')} ${length} steps: the same answers, but for ${met} differences that known.ts explains`,
  );
  return wrong;
}

function sentence({ step, field, django, wardbook }: Difference): string {
  return `${step}: ${field} is ${JSON.stringify(django)} at Django, ${JSON.stringify(wardbook)} here`;
}

await run(main);
