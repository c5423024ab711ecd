// Neon on this machine: an HTTP server that speaks Neon's protocol in front of any PostgreSQL, for development and tests.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bridgePath } from './endpoint.ts';
import {
  badRequest,
  beginOf,
  failure,
  isOurs,
  parseBody,
  parseLogin,
  problem,
  readBody,
  statementOf,
} from './request.ts';
import type { Backend, Login } from './session.ts';

export { pgliteBackend } from './pglite.ts';
export { postgresBackend } from './postgres.ts';
export type { Backend };

/** What the test suite asks of its bridge: databases of its own. */
export type Control = {
  create(): Promise<{ name: string; ownerUrl: string; appUrl: string }>;
  drop(name: string): Promise<void>;
};

export type Neon = {
  port: number;
  url(user: string, password: string, database: string): string;
  /** How many requests with SQL came in, for one database or for all. */
  roundTrips(database?: string): number;
  /** Ends at once, open connections too. PGlite instances stay open: they are the caller's. */
  close(): Promise<void>;
};

type Options = { backend: Backend; port?: number; host?: string; control?: Control };

/** Answers Neon's HTTP protocol, as `@neondatabase/serverless` speaks it, in front of a PostgreSQL on this machine. */
export function startNeon({ backend, port = 0, host = '127.0.0.1', control }: Options): Promise<Neon> {
  const counts = new Map<string, number>();
  const logins = new Map<string, Login>();

  async function answer(request: IncomingMessage, client: AbortSignal): Promise<[status: number, body: string]> {
    const path = request.url ?? '/';
    if (!isOurs(request)) {
      return [403, problem('this server answers only programs on its own machine')];
    }
    if (path === '/sql') {
      return request.method === 'POST' ? [200, await sql(request, client)] : [405, problem('use POST')];
    }
    if (path === bridgePath && request.method === 'GET') {
      return [200, '{"bridge":"neon"}'];
    }
    if (control) {
      const answered = await controlled(control, request.method, path);
      if (answered) return answered;
    }
    return [404, problem('not found')];
  }

  async function controlled(
    { create, drop }: Control,
    method: string | undefined,
    path: string,
  ): Promise<[number, string] | undefined> {
    const [, databases, name, more] = path.split('/');
    if (databases !== 'databases') {
      return undefined;
    }
    if (method === 'POST' && name === undefined) {
      return [201, JSON.stringify(await create())];
    }
    if (method === 'DELETE' && name && more === undefined) {
      await drop(name);
      return [204, ''];
    }
    if (method === 'GET' && name && more === 'round-trips') {
      return [200, JSON.stringify({ count: counts.get(name) ?? 0 })];
    }
    return undefined;
  }

  async function sql(request: IncomingMessage, client: AbortSignal): Promise<string> {
    const { headers } = request;
    const login = loginOf(headers['neon-connection-string']);
    counts.set(login.database, (counts.get(login.database) ?? 0) + 1);
    if (headers['neon-raw-text-output'] !== 'true' || headers['neon-array-mode'] !== 'true') {
      throw badRequest('only Neon-Raw-Text-Output: true with Neon-Array-Mode: true is supported');
    }
    const begin = beginOf(headers);
    const body = parseBody(await readBody(request));
    if ('queries' in body) {
      if (!Array.isArray(body.queries)) {
        throw badRequest('queries must be an array');
      }
      const results = await backend.run(login, body.queries.map(statementOf), begin, client);
      return `{"results":[${results.join(',')}]}`;
    }
    const [result = ''] = await backend.run(login, [statementOf(body)], undefined, client);
    return result;
  }

  function loginOf(header: string | string[] | undefined): Login {
    const text = String(header ?? '');
    let login = logins.get(text);
    if (!login) {
      login = parseLogin(text);
      if (logins.size > 1000) logins.clear();
      logins.set(text, login);
    }
    return login;
  }

  const server = createServer((request, response) => {
    const client = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) client.abort();
    });
    answer(request, client.signal)
      .catch(failure)
      .then(([status, body]) => send(response, status, body));
  });
  // a client that reuses a connection must not find it closed
  server.keepAliveTimeout = 0;

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        port,
        url: (user, password, database) =>
          `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
        roundTrips: (database) =>
          database === undefined ? [...counts.values()].reduce((a, b) => a + b, 0) : (counts.get(database) ?? 0),
        close: async () => {
          const closed = new Promise((done) => server.close(done));
          server.closeAllConnections();
          await Promise.all([closed, backend.close()]);
        },
      });
    });
  });
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
