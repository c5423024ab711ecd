// Takes the mails of a Wardbook on this machine: an HTTP API in the shape of Resend's, so that the Worker sends as it does
// in production. Each mail is kept as a file, and shown in the terminal.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** A mail as it is kept. */
export interface KeptMail {
  to: string;
  subject: string;
  text: string;
  html: string;
}
export interface Mailbox {
  /** Where a mail is sent by POST, and the key that this asks for. */
  url: string;
  key: string;
  close(): Promise<void>;
}

/** What Resend's POST /emails takes, as far as the Worker uses it. */
const letter = z.object({
  from: z.string(),
  to: z.tuple([z.string()]),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});
/** No _, which stands before it in the names of the files. */
const keyPattern = /^[A-Za-z\d-]{1,100}$/;
const mostBytes = 256 * 1024;

class Refused extends Error {
  status: number;

  constructor(status: number, name: string) {
    super(name);
    this.status = status;
  }
}

/** The mails of a folder, the oldest first. */
export async function readMails(folder: string): Promise<KeptMail[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
}

/**
 * Opens the mailbox on a free port of this machine. `show` is told of each mail once. The key keeps out web pages, which may
 * send requests to this machine as well, and not its other users: they see it in the list of processes.
 */
export async function openMailbox(folder: string, show: (mail: KeptMail) => void): Promise<Mailbox> {
  const key = randomBytes(24).toString('base64url');
  await mkdir(folder, { recursive: true, mode: 0o700 });

  // one after the other: of two requests with the same key the second has to find what the first has kept
  let before = Promise.resolve();
  const keep = (name: string, mail: KeptMail): Promise<void> => {
    const kept = before.then(() => keepOnce(folder, name, mail, show));
    before = kept.catch(() => {});
    return kept;
  };
  const take = async (request: IncomingMessage): Promise<string> => {
    if (request.method !== 'POST' || request.url !== '/emails') throw new Refused(404, 'not_found');
    if (!isSame(request.headers.authorization ?? '', `Bearer ${key}`)) throw new Refused(401, 'invalid_api_key');
    const name = String(request.headers['idempotency-key'] ?? randomBytes(16).toString('hex'));
    if (!keyPattern.test(name)) throw new Refused(400, 'invalid_idempotency_key');
    const { from: _, to, ...sent } = await read(request);
    await keep(name, { to: to[0], ...sent });
    return name;
  };
  const server = createServer(async (request, response) => {
    try {
      say(response, 200, { id: await take(request) });
    } catch (error) {
      const { status, message } = error instanceof Refused ? error : new Refused(500, 'application_error');
      // a body that is not read to its end would be taken for the next request
      say(response.setHeader('connection', 'close'), status, { statusCode: status, name: message, message });
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/emails`,
    key,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await before;
    },
  };
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function read(request: IncomingMessage): Promise<z.output<typeof letter>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > mostBytes) throw new Refused(413, 'body_too_large');
    parts.push(part);
  }
  try {
    return letter.parse(JSON.parse(Buffer.concat(parts).toString('utf8')));
  } catch {
    throw new Refused(422, 'validation_error');
  }
}

/**
 * Keeps a mail under the key that it came with, also when it was kept before a restart. The names of the files begin with
 * the time, so that they sort by it.
 */
async function keepOnce(folder: string, name: string, mail: KeptMail, show: (mail: KeptMail) => void): Promise<void> {
  const known = (await readdir(folder)).find((file) => file.endsWith(`_${name}.json`));
  if (known) {
    const kept = JSON.parse(await readFile(join(folder, known), 'utf8'));
    if (isDeepStrictEqual(kept, mail)) return;
    throw new Refused(409, 'invalid_idempotent_request');
  }
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}_${name}.json`);
  // under another name until it is whole: somebody may be watching the folder; and its link is for one pair of eyes
  await writeFile(`${file}.new`, `${JSON.stringify(mail, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  show(mail);
}
