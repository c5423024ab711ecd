// `npm start` ends with all that it has started, whoever ends it and however.
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { areGone, npmStart, startedBy } from '../support/npm-start.ts';

const { state, start, byNpm, begin, allGone } = await npmStart();

describe('npm start', () => {
  test('can be stopped while it starts', async () => {
    const child = begin();
    const closed = once(child, 'close');
    // it has begun to open its data
    await vi.waitFor(() => access(join(state, 'pglite.lock')), 30_000);
    child.kill('SIGINT');
    expect(await closed).toEqual([0, null]);
    await allGone();
  });

  // npm passes a signal on to the shell that it runs the script in, which passes on nothing
  test.each([
    ['SIGTERM to npm', async (npm: number) => process.kill(npm, 'SIGTERM')],
    [
      'a Ctrl-C, which everybody in the terminal gets, and once more at once',
      async (npm: number) => {
        const [shell, start] = await startedBy(npm);
        for (const pid of [npm, shell?.pid, start?.pid, start?.pid]) process.kill(pid as number, 'SIGINT');
      },
    ],
  ])('all of npm start ends at %s', async (_, end) => {
    const { child, said } = await byNpm();
    expect(said()).toContain('is running');
    const those = await startedBy(child.pid);
    for (const name of ['dev/start.ts', 'wrangler', 'workerd', 'esbuild'])
      expect(those.map(({ args }) => args).join('\n')).toContain(name);
    await end(child.pid as number);
    await areGone(those);
    expect(said()).toMatch(/Stopped\.\n/);
  });

  test.each(['SIGKILL', 'SIGINT'] as const)('nothing of it outlives %s without time to end it', async (signal) => {
    const { child, ended, said } = await start();
    expect(said()).toContain('is running');
    const those = await startedBy(child.pid);
    expect(those.map(({ args }) => args).join('\n')).toContain('workerd');
    child.kill(signal);
    if (signal === 'SIGINT') {
      await new Promise((resolve) => setTimeout(resolve, 1100));
      child.kill(signal);
    }
    await ended;
    await areGone(those);
  });
});
