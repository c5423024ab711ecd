import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

const commands = [
  ...[
    'cli',
    'admin',
    'incident',
    'migrate',
    'neon',
    'lock',
    'deploy',
    'operations',
    'smoke',
    'start',
    'stopping',
    'beside',
    'upgrading',
    'import/command',
    'import/csv',
  ].map((name) => `test/scripts/${name}.test.ts`),
  'test/clients/package/*.test.ts',
];

/** Requests as well, and each of these takes as long as several others: all routes many times, days, large tables, retries. */
const longest = [
  'test/accounts/guessing-for-days.test.ts',
  'test/accounts/limits.test.ts',
  'test/accounts/second-factor-attacks.test.ts',
  'test/accounts/second-factor-guessing.test.ts',
  'test/clients/offline.test.ts',
  'test/clients/waiting.test.ts',
  'test/django/tokens.test.ts',
  'test/failures/faults.test.ts',
  'test/failures/sweep.test.ts',
  'test/hostile/urls.test.ts',
  'test/lists/bytes.test.ts',
  'test/lists/following.test.ts',
  'test/mail/caps.test.ts',
  'test/mail/outbox.test.ts',
  'test/mail/transports.test.ts',
  'test/speed/plans.test.ts',
  'test/sync/histories.test.ts',
  'test/trail/logs.test.ts',
];

/** How long a test may wait for something. It says when something hangs, never how fast a machine has to be. */
const patience = { testTimeout: 120_000, hookTimeout: 240_000 };

export default defineConfig({
  test: {
    // a line a request is too much to read; those of a failed test are shown
    silent: 'passed-only',
    // a file waits for its workerd to start and for the database more than it computes
    maxWorkers: Math.max(3, Math.floor(availableParallelism() / 2)),
    // to end a process takes longer than a second on a busy machine, and vitest then says that something prevents it
    teardownTimeout: 20_000,
    projects: [
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: {
          ...patience,
          name: 'worker',
          include: ['test/**/*.test.ts'],
          exclude: ['test/scripts/**', 'test/clients/package/**', 'test/fuzz/**', 'test/browser/**', ...longest],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/log.ts'],
          // Files share a workerd, which saves loading the app anew for each. What a file changes of the global
          // scope it has to put back; its data is its own in any case.
          isolate: false,
        },
      },
      {
        test: {
          ...patience,
          name: 'node',
          // a thread costs less than a process, and what a file needs of the process it only reads
          pool: 'threads',
          isolate: false,
          include: ['test/scripts/**/*.test.ts'],
          exclude: commands,
        },
      },
      {
        // `npm run test:commands`: the same kind of tests, which start a program for each sentence. `npm test` has to
        // stay short enough to be run before every commit.
        test: {
          ...patience,
          // a test may start several Wardbooks, each of which makes a database
          testTimeout: 600_000,
          name: 'commands',
          include: commands,
        },
      },
      {
        // the same, for the files of requests that take longest
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: {
          ...patience,
          name: 'longest',
          include: longest,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        // `npm run test:browser`: the only tests that need more than npm installs
        test: {
          ...patience,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
        },
      },
      {
        // `npm run fuzz`, and less of it in .ci/run: not part of `npm test`.
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts', 'test/clients/offline.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 24 * 3_600_000,
          hookTimeout: patience.hookTimeout,
          provide: {
            fuzz: {
              requests: Number(process.env.FUZZ_RUNS || 20_000),
              sequences: Number(process.env.MODEL_RUNS || 500),
              seed: Number(process.env.FUZZ_SEED || Date.now() % 0x7fffffff),
            },
          },
        },
      },
    ],
  },
});
