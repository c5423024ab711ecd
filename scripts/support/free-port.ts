// Finds a free port of this machine for a server that a script or a test starts.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A port on which nobody listened a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
