// Stands in for the HTTP API that sends mails, and fails in the way that a test asks for. It takes mails as Resend does:
// one for an Idempotency-Key, the same answer for the same request again, a refusal for another one under the same key.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type MailFault =
  | 'fails'
  | 'hangs'
  | 'keeps it and is cut off'
  | 'says what it got'
  | 'refuses the connection'
  | 'is busy with it'
  | 'leads elsewhere';
export interface Taken {
  key: string;
  body: { from: string; to: string[]; subject: string; text: string; html: string };
}
interface Box {
  fault?: MailFault;
  /** How many requests fail; all by default. */
  times: number;
  requests: Taken[];
  taken: Taken[];
}

/** POST /emails takes a mail. PUT and GET /<key of the API> order a fault, and tell what came under that key. */
export async function startMailServer(): Promise<{ url: string; close(): Promise<void> }> {
  const boxes = new Map<string, Box>();
  const boxOf = (name: string): Box => {
    const box = boxes.get(name) ?? { times: 0, requests: [], taken: [] };
    boxes.set(name, box);
    return box;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const name = request.url?.slice(1) ?? '';
    const sent = await text(request);
    if (name !== 'emails') {
      if (request.method === 'PUT') Object.assign(boxOf(name), { fault: undefined, times: Infinity }, JSON.parse(sent));
      return say(200, boxOf(name));
    }
    const box = boxOf(request.headers.authorization?.replace('Bearer ', '') ?? '');
    const mail = { key: String(request.headers['idempotency-key']), body: JSON.parse(sent) } as Taken;
    box.requests.push(mail);
    const fault = box.times > 0 ? box.fault : undefined;
    if (fault) box.times--;
    if (fault === 'fails') return say(500, { message: 'not now' });
    if (fault === 'says what it got') return say(422, { message: `what is this? ${sent}` });
    if (fault === 'is busy with it') return say(409, { name: 'concurrent_idempotent_requests' });
    // as from http to https, or to a page that says sorry: whoever follows it gets a 200, and no mail was taken
    if (fault === 'leads elsewhere') return response.writeHead(301, { location: '/elsewhere' }).end();
    if (fault === 'refuses the connection') return request.socket.destroy();
    if (fault === 'hangs') return;
    const before = box.taken.find(({ key }) => key === mail.key);
    if (before && JSON.stringify(before.body) !== sent) return say(409, { name: 'invalid_idempotent_request' });
    if (!before) box.taken.push(mail);
    if (fault === 'keeps it and is cut off') return request.socket.destroy();
    return say(200, { id: mail.key });
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
