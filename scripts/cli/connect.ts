// Which way leads to the database of a URL? Connects by it, or says in a sentence why there is none.
import { NeonDbError, neon } from '@neondatabase/serverless';
import { bridgePath, isLoopback } from '../dev/neon/endpoint.ts';
import { Fatal } from '../support/terminal.ts';
import { type Sql, sqlOverTcp } from './sql.ts';

export type Connection = { sql: Sql; close(): Promise<void> };
export type Database = Connection & {
  /** The owner's URL. */
  url: string;
  /** What to call it on a screen. */
  name: string;
};

/**
 * A connection to any PostgreSQL: with Neon's driver to Neon, and to the local Neon that `npm start` or the tests started on
 * this machine, which speak HTTP; with pg to any other server. Fails with a sentence if the database cannot be used.
 */
export async function connect(url: string): Promise<Connection> {
  const speaksHttp = isNeon(url) || (await isBridge(url));
  return checked(url, speaksHttp ? { sql: neon(url), close: async () => {} } : sqlOverTcp(url));
}

/** Over TCP, which Neon takes as well: for what takes minutes, and so outlives the patience of HTTP. */
export const connectOverTcp = (url: string): Promise<Connection> => checked(url, sqlOverTcp(url));

async function checked(url: string, connection: Connection): Promise<Connection> {
  try {
    await connection.sql`select 1`;
    return connection;
  } catch (error) {
    await connection.close();
    throw explain(error, url);
  }
}

function parse(url: string): URL {
  try {
    const parsed = new URL(url);
    if (/^postgres(ql)?:$/.test(parsed.protocol) && parsed.username && parsed.hostname && parsed.pathname.length > 1) {
      return parsed;
    }
  } catch {
    // the sentence below, which must not repeat a URL with a password in it
  }
  throw new Fatal('A database URL looks like postgres://user:password@host:port/database.');
}

export function isNeon(url: string): boolean {
  return /\.neon\.(tech|build)$/.test(parse(url).hostname);
}

export async function isBridge(url: string): Promise<boolean> {
  const { hostname, port } = parse(url);
  if (!isLoopback(hostname) || !port) {
    return false;
  }
  try {
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(`http://${hostname}:${port}${bridgePath}`, { signal });
    return answer.ok && (await answer.text()).includes('"bridge"');
  } catch {
    // PostgreSQL hangs up on HTTP
    return false;
  }
}

/** Neon checks a password before PostgreSQL is asked, so that its refusal has no SQLSTATE; a server's own has one. */
export function isWrongPassword(error: unknown): boolean {
  if (!(error instanceof NeonDbError)) return false;
  const { code, message } = answerOf(error);
  return /^28/.test(code) || /^password authentication failed/.test(message);
}

function explain(error: unknown, url: string): Error {
  const { hostname, port, username, pathname } = parse(url);
  const place = `${hostname}${port && `:${port}`}`;
  if (!(error instanceof NeonDbError)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const { status, code, message } = answerOf(error);
  const sentence = message.replace(/\.$/, '');
  // the address as well is looked at before PostgreSQL is asked
  if (/not allowed to connect|from a blocked network/.test(message)) {
    return new Fatal(`The database at ${place} does not let this machine in: ${sentence}.`);
  }
  if (isWrongPassword(error)) {
    return new Fatal(`The database at ${place} does not let ${decodeURIComponent(username)} in: ${sentence}.`);
  }
  if (code === '3D000') {
    return new Fatal(`There is no database ${decodeURIComponent(pathname.slice(1))} at ${place}.`);
  }
  if (code) {
    return new Fatal(`The database at ${place} cannot be used: ${sentence} (${code}).`);
  }
  if (status === 400) {
    return new Fatal(`The database at ${place} cannot be used: ${sentence}.`);
  }
  const hint = isLoopback(hostname) ? ' Is it running (npm start)?' : '';
  return new Fatal(`The database at ${place} cannot be reached${sentence && ` (${sentence})`}.${hint}`);
}

/** What the database, Neon or the network said. The driver reads the JSON of a 400 only; any other answer is its text. */
function answerOf({ code, message, sourceError }: NeonDbError): { status?: number; code: string; message: string } {
  const cause = sourceError?.cause;
  if (cause instanceof Error) {
    return { code: '', message: cause.message };
  }
  const [, status, text = ''] = /^Server error \(HTTP status (\d+)\): ([\s\S]*)$/.exec(message) ?? [];
  if (status === undefined) {
    return { status: 400, code: code ?? '', message };
  }
  try {
    const said: Partial<NeonDbError> = JSON.parse(text);
    const unreachable = /^Could not connect to PostgreSQL at \S+: (.+)/.exec(said.message ?? '')?.[1];
    return { status: Number(status), code: said.code ?? '', message: unreachable ?? said.message ?? '' };
  } catch {
    // a page of something that stands in between
    return { status: Number(status), code: '', message: `HTTP ${status}` };
  }
}
