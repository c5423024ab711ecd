// Runs the local Neon bridge as a process of its own, so that its CPU can be told apart. It can also record the SQL
// that it is sent.
import { pgliteBackend, postgresBackend, startNeon } from '../dev/neon/bridge.ts';
import { openPglite } from '../dev/neon/open-pglite.ts';
import type { Backend, Statement } from '../dev/neon/session.ts';
import { answerCalls } from './children.ts';

export type Batch = Statement[];

const { SERVER_URL } = process.env;
/** For `--neon`: the same server without prepared statements, one exchange after the other. */
const slow = SERVER_URL ? postgresBackend(SERVER_URL, { perLogin: 16, unprepared: true }) : undefined;
const open = async (): Promise<Backend> => {
  if (SERVER_URL) return postgresBackend(SERVER_URL, { perLogin: 16 });
  const pglite = await openPglite();
  return pgliteBackend({ get: () => pglite });
};

const backend = await open();
let current = backend;
let recorded: Batch[] | undefined;

const bridge = await startNeon({
  backend: {
    run: (login, statements, ...more) => {
      recorded?.push(statements);
      return current.run(login, statements, ...more);
    },
    close: async () => {
      await Promise.all([backend.close(), slow?.close()]);
    },
  },
});

const methods = {
  port: () => bridge.port,
  roundTrips: () => bridge.roundTrips(),
  asNeon: (isOn: boolean) => {
    current = (isOn && slow) || backend;
  },
  exchanges: () => slow?.exchanges() ?? 0,
  record: () => {
    recorded = [];
  },
  recorded: () => {
    const batches = recorded ?? [];
    recorded = undefined;
    return batches;
  },
};
export type BridgeMethods = typeof methods;
answerCalls(methods);
