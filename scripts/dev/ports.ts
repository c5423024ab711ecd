// Which ports `npm start` takes on this machine. Several Wardbooks may run beside each other.
import { createServer } from 'node:net';
import { Fatal } from '../support/terminal.ts';
import { type Backend, type Neon, startNeon } from './neon/bridge.ts';

export const usualPort = 8787;

/**
 * Ports for the Worker, the best first: the one that PORT names and no other, or else the free ones from 8787 on. That one
 * is free now does not say that it still is when the Worker listens.
 */
export async function* freePorts(named: string | undefined): AsyncGenerator<number, never> {
  if (named) {
    const port = portFrom(named);
    if (await isFree(port)) yield port;
    throw new Fatal(`Port ${port} is in use. Choose another one with PORT: PORT=${port + 1} npm start`);
  }
  for (let port = usualPort; port < usualPort + 100; port++) {
    if (await isFree(port)) yield port;
  }
  throw new Fatal(`No port from ${usualPort} to ${usualPort + 99} is free. Choose one with PORT: PORT=3000 npm start`);
}

function portFrom(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) {
    return port;
  }
  throw new Fatal('PORT must be a number from 1 to 65535.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The local Neon on that port, or on any free one when another program has it. */
export function startNeonNear(port: number, backend: Backend): Promise<Neon> {
  return startNeon({ backend, port }).catch((error) => {
    const taken = error instanceof Error && 'code' in error && /^(EADDRINUSE|EACCES)$/.test(String(error.code));
    if (!taken || port === 0) throw error;
    return startNeon({ backend });
  });
}
