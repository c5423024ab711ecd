// `npm start` for tests: in a folder of its own, and with all that it starts in view.
import { type ChildProcess, type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, vi } from 'vitest';
import { freePort } from '../../scripts/support/free-port.ts';

export const checkout = resolve(import.meta.dirname, '../..');
export const script = (name: string) => join(checkout, `scripts/${name}.ts`);

/** Call it at the top of a file: a folder for its data, a port, and what starts there. */
export async function npmStart() {
  const state = await mkdtemp(join(tmpdir(), 'wardbook-start-'));
  const port = await freePort();
  const running: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await rm(state, { recursive: true, force: true });
  });

  function environment(): NodeJS.ProcessEnv {
    // of `npm run`, which these were not started by
    const { DATABASE_URL, LOCAL_DATABASE_URL, TEST_DATABASE_URL, npm_lifecycle_event, ...rest } = process.env;
    return { ...rest, WARDBOOK_STATE: state, PORT: String(port) };
  }

  function spawned(program: string, args: string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(program, args, { cwd: checkout, env: { ...environment(), ...env } });
    running.push(child);
    return child;
  }

  /** Starts, and answers when it is up or has ended. */
  const start = (env?: NodeJS.ProcessEnv) => heard(spawned(process.execPath, [script('dev/start')], env));
  /** The same by npm. */
  const byNpm = (env?: NodeJS.ProcessEnv) => heard(spawned('npm', ['start'], env));
  /** Without waiting for anything. */
  const begin = () => {
    const child = spawned(process.execPath, [script('dev/start')]);
    // what nobody reads would keep it from being closed
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    return child;
  };

  const url = (path: string) => `http://127.0.0.1:${port}${path}`;
  const post = (path: string, body: object) =>
    fetch(url(path), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  /** Every process of a start names its folder or its port; all are gone a moment after the first. */
  const allGone = () =>
    vi.waitFor(async () => {
      const args = (await processes()).map(({ args }) => args);
      expect(args.filter((line) => line.includes(state) || line.includes(`127.0.0.1:${port}`))).toEqual([]);
    }, 30_000);

  return { state, port, environment, start, byNpm, begin, url, post, allGone };
}

async function heard(child: ChildProcessWithoutNullStreams) {
  let said = '';
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const up = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
        if (said.includes('Requests:')) resolve();
      });
    }
  });
  await Promise.race([up, ended]);
  return { child, ended, said: () => said };
}

interface Process {
  pid: number;
  parent: number;
  args: string;
}

export async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), parent: Number(parent), args }] : [];
  });
}

/** What a process has started, and what those have. */
export async function startedBy(pid: number | undefined): Promise<Process[]> {
  const all = await processes();
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid ?? -1);
}

/** Whatever these were called: those that are there no more, or whose number another program has now, are gone. */
export const areGone = (those: Process[]) =>
  vi.waitFor(async () => {
    const left = (await processes()).filter(({ pid, args }) => those.some((o) => o.pid === pid && o.args === args));
    expect(left.map(({ args }) => args)).toEqual([]);
  }, 30_000);
