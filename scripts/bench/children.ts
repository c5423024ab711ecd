// Starts the processes of the bench and ends them. Each is known by its pid, by which its CPU is read.
import { type ChildProcess, fork, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fatal } from '../support/terminal.ts';

// A group of its own: the Ctrl-C that a terminal sends to everybody must not end it before what it is needed for.
const apart = { detached: process.platform !== 'win32' };

export interface Process {
  pid: number;
  end(): Promise<void>;
}

const alive = new Set<number>();
// when the bench itself ends in a hurry
process.on('exit', () => {
  for (const pid of alive) process.kill(pid, 'SIGKILL');
});

const supervise = (name: string, child: ChildProcess): Process => {
  const { pid } = child;
  if (pid === undefined) throw new Fatal(`${name} does not start.`);
  alive.add(pid);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      alive.delete(pid);
      resolve();
    });
  });
  return {
    pid,
    end: async () => {
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(3000, undefined, { ref: false })]);
      child.kill('SIGKILL');
    },
  };
};

/** A program that says on file descriptor 3 where it listens, as workerd does. */
export const startServer = async (name: string, command: string, args: string[], options: SpawnOptions = {}) => {
  const child = spawn(command, args, { ...options, ...apart, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const process = supervise(name, child);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Fatal(`${name} ended by itself:\n${said}`)));
    createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
      const { event, port } = JSON.parse(line);
      // workerd also says where its inspector listens, if it has one
      if (event === 'listen') resolve(port);
    });
  });
  return { ...process, url: `http://127.0.0.1:${port}` };
};

type Methods = Record<string, (...args: never[]) => unknown>;
export type Remote<M extends Methods> = {
  [Name in keyof M]: (...args: Parameters<M[Name]>) => Promise<Awaited<ReturnType<M[Name]>>>;
};
interface Call {
  id: number;
  name: string;
  args: never[];
}
interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** A TypeScript file of the bench as a process of its own, whose functions are called over IPC. */
export const startNode = async <M extends Methods>(file: string, env: Record<string, string> = {}) => {
  const child = fork(join(import.meta.dirname, file), {
    ...apart,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  child.on('message', ({ id, value, error }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Fatal(error));
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Fatal(`${file} ended by itself.`));
  });
  let calls = 0;
  const call = new Proxy({} as Remote<M>, {
    get:
      (_, name: string) =>
      (...args: never[]) =>
        new Promise((resolve, reject) => {
          waiting.set(++calls, { resolve, reject });
          child.send({ id: calls, name, args } satisfies Call, (error) => error && reject(error));
        }),
  });
  return { ...supervise(file, child), call };
};

/** The other side of startNode. Ends with the process that started it. */
export const answerCalls = (methods: Methods): void => {
  process.on('message', async ({ id, name, args }: Call) => {
    const answer = async (): Promise<Answer> => {
      try {
        return { id, value: await methods[name]?.(...args) };
      } catch (error) {
        return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      }
    };
    process.send?.(await answer());
  });
  process.once('disconnect', () => process.exit());
};
