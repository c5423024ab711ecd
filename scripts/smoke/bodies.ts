// Checks what happens to a body that is too large, and to the next request on the same connection.
import * as http from 'node:http';
import * as https from 'node:https';
import { Fatal } from '../support/terminal.ts';
import { expect, reasonOf } from './send.ts';
import { twoPeople, type World } from './world.ts';

const text = JSON.stringify({ name: 'Smoke Test', medical_history: 'x'.repeat(257 * 1024) });
const part = 16 * 1024;
const parts = Array.from({ length: Math.ceil(text.length / part) }, (_, at) => text.slice(at * part, (at + 1) * part));

interface Sent {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string | number>;
  parts: string[];
}

/** One connection that is kept, which fetch would not promise. */
const connectionTo = (url: URL) => {
  const { Agent, request } = url.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = ({ method, path, headers, parts }: Sent) =>
    new Promise<{ status: number; isReused: boolean }>((resolve, reject) => {
      const sent = request(new URL(path, url), { method, headers, agent, timeout: 30_000 }, (response) => {
        const { statusCode: status = 0 } = response;
        response.resume().once('end', () => resolve({ status, isReused: sent.reusedSocket }));
        response.once('error', reject);
      });
      sent.once('timeout', () => sent.destroy(new Error('no answer within 30 s')));
      sent.once('error', reject);
      for (const text of parts) sent.write(text);
      sent.end();
    });
  return { send, close: () => agent.destroy() };
};

const ways: [name: string, headers: Record<string, string | number>][] = [
  ['with a length', { 'Content-Length': text.length }],
  ['in chunks', { 'Transfer-Encoding': 'chunked' }],
];

export const largeBodies = async (world: World): Promise<string> => {
  const { owner } = twoPeople(world);
  const signedIn = { Authorization: `Bearer ${owner.access}`, 'User-Agent': 'wardbook-smoke' };
  const said: string[] = [];
  for (const [name, headers] of ways) {
    const { send, close } = connectionTo(world.url);
    const about = `257 KiB ${name}`;
    const failed = (what: string) => (error: unknown) => {
      throw new Fatal(`${what} got no answer: ${reasonOf(error)}`);
    };
    try {
      const large = await send({
        method: 'POST',
        path: '/api/patients/',
        headers: { ...signedIn, 'Content-Type': 'application/json', ...headers },
        parts,
      }).catch(failed(about));
      expect(large.status === 413, `${about} are answered ${large.status}, not 413`);
      const next = await send({ method: 'GET', path: '/api/auth/me/', headers: signedIn, parts: [] }).catch(
        failed(`the request after ${about}`),
      );
      expect(next.status === 200, `the request after ${about} is answered ${next.status}, not 200`);
      said.push(`${name}${next.isReused ? '' : ' (the connection was closed)'}`);
    } finally {
      close();
    }
  }
  return `413 for 257 KiB ${said.join(' and ')}; the next request on the connection is answered`;
};
