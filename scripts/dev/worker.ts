// Starts the Worker under `wrangler dev`, waits until it answers, passes on what it logs, and ends it together with
// the processes that wrangler starts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { root, stateFolder } from '../support/paths.ts';
import { Fatal } from '../support/terminal.ts';
import { forPeople } from './request-log.ts';

export type Worker = {
  said: string[];
  ended: Promise<void>;
  hasEnded: boolean;
  /** It listens. Until then whatever answers on its port is another program. */
  listens: boolean;
  showLog(): void;
  stop(): Promise<void>;
};

/** Another program began to listen on the port after it was found free. */
export class PortTaken extends Error {}

interface Options {
  /** They go before those of wrangler.toml. */
  settings?: Record<string, string>;
  /** Instead of .dev.vars; of two files with the same name the later one's counts. */
  envFiles?: string[];
  /** Instead of wrangler.toml. */
  config?: string;
  /** Where wrangler keeps what it keeps. */
  state?: string;
}

export function startWorker(
  port: number,
  { settings = {}, envFiles = [], config, state = stateFolder }: Options,
): Worker {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const options = [
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--show-interactive-dev-session=false',
    `--persist-to=${state}`,
    ...(config ? [`--config=${config}`] : []),
    ...envFiles.map((file) => `--env-file=${file}`),
    ...Object.entries(settings).map(([name, value]) => `--var=${name}:${value}`),
  ];
  const child = spawn(process.execPath, [`--import=${endWithParent}`, wrangler, 'dev', ...options], {
    cwd: root,
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // a group of its own, so that a Ctrl-C that the terminal sends to everybody reaches it after the last request
    detached: process.platform !== 'win32',
  });
  const worker: Worker = {
    said: [],
    hasEnded: false,
    listens: false,
    // not 'exit': wrangler's own child and workerd hold the same pipes, and are to be gone too
    ended: once(child, 'close').then(() => {
      worker.hasEnded = true;
    }),
    showLog: () => {
      const shown = process.stdout.isTTY ? forPeople : (line: string) => line;
      hear = (line) => console.log(shown(line.replace(mark, '')));
    },
    stop: async () => {
      endGroup(child.pid, 'SIGTERM');
      await Promise.race([worker.ended, sleep(5000, undefined, { ref: false })]);
      endGroup(child.pid, 'SIGKILL');
    },
  };
  process.once('exit', () => {
    if (!worker.hasEnded) endGroup(child.pid, 'SIGKILL');
  });
  // the last lines say why it does not start
  let hear = (line: string): unknown => worker.said.push(line) > 200 && worker.said.shift();
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input: input as Readable }).on('line', (coloured) => {
      const line = stripVTControlCharacters(coloured).trimEnd();
      worker.listens ||= /\bReady on http/.test(line);
      if (line !== '' && !noise.test(line)) {
        hear(line);
      }
    });
  }
  return worker;
}

// How wrangler decorates what a Worker says by console.error and console.warn.
const mark = /^(✘ \[ERROR\]|▲ \[WARNING\]) /u;
const noise =
  /^(\[wrangler:info\]|\[custom build\]|⎔|🪵)|^ *stack: .*workerd@|If you think this is a bug|newer version of Wrangler/u;

// Also when this process is killed without a chance to end it: each of wrangler's processes notices that its channel to
// the one above is gone.
const endWithParent = `data:text/javascript,process.once('disconnect', () => process.kill(process.pid))`;

/** Environment for wrangler: it asks nothing and tells nobody. */
export const quiet = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
};

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody is left in it
  }
}

export async function untilReady(worker: Worker, url: string, stop?: AbortSignal): Promise<void> {
  const deadline = Date.now() + 180_000;
  while (!worker.listens || !(await answer(`${url}/healthz`))?.ok) {
    stop?.throwIfAborted();
    // when the code cannot be built wrangler does not end, but waits for a correction
    const failure = worker.said.findIndex((line) => line.startsWith('✘'));
    if (failure >= 0 || worker.hasEnded || Date.now() > deadline) {
      await sleep(200);
      if (worker.said.some((line) => line.includes('Address already in use'))) {
        await worker.stop();
        throw new PortTaken();
      }
      const lines = worker.said.slice(Math.max(failure, 0)).map((line) => line.replace(mark, ''));
      throw new Fatal(['The Worker does not start:', ...lines].join('\n  '));
    }
    await sleep(50);
  }
  const ready = await answer(`${url}/readyz`);
  if (!ready?.ok) {
    const reason = ready ? `${ready.status}: ${await ready.text()}` : 'nothing';
    throw new Fatal(`The Worker runs, but to whether it is ready it answers ${reason}`);
  }
  // the log's lines about these questions come a moment later, and are nobody's business
  await sleep(100);
}

function answer(url: string): Promise<Response | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
}
