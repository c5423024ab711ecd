// Runs the local Neon bridge as a process of its own, so that the soak can kill it. stack.ts starts it and tells it
// what to do.
import { pgliteBackend, postgresBackend, startNeon } from '../dev/neon/bridge.ts';
import { openPglite } from '../dev/neon/open-pglite.ts';

const [port, server, folder] = process.argv.slice(2);
const pglite = server ? undefined : await openPglite({ dataDir: folder });
const backend = server ? postgresBackend(server) : pgliteBackend({ get: () => pglite });

let muted = false;
const run: typeof backend.run = async (...call) => {
  const answer = await backend.run(...call);
  return muted ? new Promise(() => {}) : answer;
};
await startNeon({ backend: { ...backend, run }, port: Number(port) });
process.on('message', () => {
  muted = true;
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
