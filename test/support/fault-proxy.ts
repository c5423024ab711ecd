// Stands between the Worker and its database, and fails in the way that a test asks for.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const html = '<!doctype html><title>Sorry</title><h1>Something went wrong</h1>';
const json = 'application/json';

const connectionClosed = '{"message":"connection closed","code":"","severity":"","detail":null}';

/** Answers that come from something before the database, which never hears of the request. */
const strangers = {
  'html with 200': [200, 'text/html', html],
  'html with 400': [400, 'text/html', html],
  'html with 502': [502, 'text/html', html],
  'an internal error': [500, 'text/plain', 'internal error'],
  'an error without a code': [400, json, '{"message":"too many connections for role"}'],
  // as Neon says that its own connection to PostgreSQL is gone: no SQLSTATE is an empty one
  'connection closed': [400, json, connectionClosed],
  'compute unreachable': [500, json, '{"message":"Couldn\'t connect to compute node","code":"","severity":""}'],
  'an empty body': [200, json, ''],
  'not an object': [200, json, 'null'],
  'no results': [200, json, '{"rows":[],"fields":[]}'],
  'too few results': [200, json, '{"results":[]}'],
  'results of another shape': [200, json, '{"results":[{},{},{},{},{}]}'],
} satisfies Record<string, [number, string, string]>;

type Reply = { status: number; body: string };

/** What becomes of the answer of a database that has done its work. */
const afterwards = {
  'cut after the commit': (response) => response.destroy(),
  silence: () => {},
  'silence in the middle': (response, { status, body }) => {
    response.writeHead(status, { 'content-type': json, 'content-length': Buffer.byteLength(body) });
    response.write(body.slice(0, body.length / 2));
  },
  'connection closed after the commit': (response) => send(response, [400, json, connectionClosed]),
  'half an answer': (response, { status, body }) => send(response, [status, json, body.slice(0, body.length / 2)]),
} satisfies Record<string, (response: ServerResponse, reply: Reply) => void>;

/** `refused`: nothing listens. All others happen to requests. */
export type Fault = 'refused' | 'cut before' | keyof typeof strangers | keyof typeof afterwards;
export type Order = {
  fault?: Fault;
  /** How often a request fails: sent again, it is the same one if it is the same in every byte. Always by default. */
  times?: number;
  /** Only requests with this in them fail. */
  only?: string;
};

/**
 * Makes proxies between the Worker and the bridge, which fail as networks and what stands in them do:
 * POST /<port of the bridge> makes one, PUT /<port> with an Order says how it fails from now on, and DELETE /<port> ends it.
 */
export async function startFaultProxies(): Promise<{ url: string; close(): Promise<void> }> {
  const proxies = new Map<string, Proxy>();
  const answer = async (request: IncomingMessage): Promise<string> => {
    const port = request.url?.slice(1) ?? '';
    if (request.method === 'POST') {
      const proxy = await startProxy(Number(port));
      proxies.set(proxy.port, proxy);
      return proxy.port;
    }
    if (request.method === 'PUT') await proxies.get(port)?.order(JSON.parse(await text(request)) as Order);
    if (request.method === 'DELETE') await proxies.get(port)?.close();
    return '';
  };
  const control = await listen((request, response) =>
    answer(request).then(
      (body) => send(response, [200, json, body]),
      (error) => send(response, [500, 'text/plain', String(error)]),
    ),
  );
  const speak = hush();
  return {
    url: `http://127.0.0.1:${portOf(control)}`,
    close: async () => {
      speak();
      await Promise.all([...proxies.values(), { close: () => end(control) }].map(({ close }) => close()));
    },
  };
}

/** workerd reports each connection that is lost: thousands, and all of them are meant. */
function hush(): () => void {
  const { stdout, stderr } = process;
  const undo = [stdout, stderr].map((stream) => {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array, ...more: []) =>
      /exception.*(disconnected: |Network connection lost)/.test(String(chunk)) ||
      write.call(stream, chunk, ...more)) as typeof write;
    return () => {
      stream.write = write;
    };
  });
  return () => {
    for (const one of undo) one();
  };
}

type Proxy = { port: string; order(order: Order): Promise<void>; close(): Promise<void> };

async function startProxy(upstream: number): Promise<Proxy> {
  let { fault, times = Number.POSITIVE_INFINITY, only = '' }: Order = {};
  const failed = new Map<string, number>();
  const underWay = new Set<Promise<Reply>>();

  const faultOf = (body: string): Fault | undefined => {
    const before = failed.get(body) ?? 0;
    if (!fault || before >= times || !body.includes(only)) return undefined;
    failed.set(body, before + 1);
    return fault;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const now = faultOf(body);
    if (now === 'cut before') {
      response.destroy();
    } else if (now !== undefined && now in strangers) {
      send(response, strangers[now as keyof typeof strangers]);
    } else {
      const forwarded = forward(upstream, request, body);
      underWay.add(forwarded);
      const reply = await forwarded.finally(() => underWay.delete(forwarded));
      if (now !== undefined && now in afterwards) afterwards[now as keyof typeof afterwards](response, reply);
      else send(response, [reply.status, json, reply.body]);
    }
  };
  const listener: RequestListener = (request, response) => {
    handle(request, response).catch(() => response.destroy());
  };

  let server = await listen(listener);
  const port = portOf(server);
  return {
    port: String(port),
    async order(order) {
      // what nobody waits for any more is done nevertheless, and belongs to what was before
      await Promise.allSettled(underWay);
      ({ fault, times = Number.POSITIVE_INFINITY, only = '' } = order);
      failed.clear();
      if (fault === 'refused') await end(server);
      else if (!server.listening) server = await listen(listener, port);
    },
    close: () => end(server),
  };
}

async function forward(upstream: number, request: IncomingMessage, body: string): Promise<Reply> {
  const headers = Object.entries(request.headers).filter(([name]) => name.startsWith('neon-'));
  const answer = await fetch(`http://127.0.0.1:${upstream}${request.url}`, {
    method: request.method,
    headers: headers.map(([name, value]) => [name, String(value)]),
    body,
  });
  return { status: answer.status, body: await answer.text() };
}

async function listen(listener: RequestListener, port = 0): Promise<Server> {
  const server = createServer(listener);
  // a client that reuses a connection must find it closed only when that is the fault
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function end(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function send(response: ServerResponse, [status, type, body]: [number, string, string]): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
