// The CPU that the bench reads from /proc: of ended children too, because PostgreSQL has a process for each connection.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { cpuSeconds, findPostmaster } from '../../scripts/bench/cpu.ts';

// by the CPU and not by the clock, of which a busy machine gives it little
const burn = `while (process.cpuUsage().user < 600_000);`;
/** A process of which a child has computed and ended, and that then waits. */
const parent = () =>
  spawn(process.execPath, [
    '-e',
    `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}]);
     console.log('done'); setTimeout(() => {}, 60000);`,
  ]);

describe.skipIf(process.platform !== 'linux')('the CPU of a process', { timeout: 30_000 }, () => {
  test('counts its children, those that have ended as well', async () => {
    const idle = spawn(process.execPath, ['-e', `console.log('done'); setTimeout(() => {}, 60000);`]);
    const busy = parent();
    try {
      await Promise.all([once(idle.stdout, 'data'), once(busy.stdout, 'data')]);
      const more = cpuSeconds(busy.pid ?? 0) - cpuSeconds(idle.pid ?? 0);
      expect(more).toBeGreaterThan(0.3);
    } finally {
      idle.kill();
      busy.kill();
    }
  });

  test('is found for the PostgreSQL that serves a connection to a database, by its title', async () => {
    const backend = spawn('sleep', ['60'], { argv0: 'postgres: somebody wardbook_bench_1_a 127.0.0.1(5000) idle' });
    try {
      await once(backend, 'spawn');
      expect(findPostmaster('wardbook_bench_1_a')).toBe(process.pid);
      expect(findPostmaster('wardbook_bench_1')).toBeUndefined();
    } finally {
      backend.kill();
    }
  });
});
