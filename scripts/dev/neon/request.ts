// A request in Neon's HTTP protocol: what its headers and body say, and what is answered when it fails.
import type { IncomingMessage } from 'node:http';
import { DatabaseError } from 'pg-protocol';
import { type Login, refusal, type Statement } from './session.ts';

// Neon's own limits, so that what is too large there is too large here
const maxBytes = 10 * 1024 * 1024;
const maxParams = 65_535;

/** A web page can reach this port too, but cannot do so without an origin or, by DNS rebinding, its own host name. */
export function isOurs({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '');
}

export function parseLogin(text: string): Login {
  if (!text) {
    throw badRequest('missing header: Neon-Connection-String');
  }
  try {
    const { protocol, username, password, pathname, searchParams } = new URL(text);
    const database = decodeURIComponent(pathname.slice(1));
    if (!/^postgres(ql)?:$/.test(protocol) || !username || !database) {
      throw new Error();
    }
    return {
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database,
      applicationName: searchParams.get('application_name') ?? 'neon',
    };
  } catch {
    throw badRequest('invalid connection string');
  }
}

const isolationLevels: Record<string, string> = {
  ReadUncommitted: ' isolation level read uncommitted',
  ReadCommitted: ' isolation level read committed',
  RepeatableRead: ' isolation level repeatable read',
  Serializable: ' isolation level serializable',
};

export function beginOf(headers: IncomingMessage['headers']): string {
  const level = headers['neon-batch-isolation-level'];
  const isolation = level === undefined ? '' : isolationLevels[String(level)];
  if (isolation === undefined) {
    throw badRequest('invalid isolation level');
  }
  const readOnly = headers['neon-batch-read-only'] === 'true' ? ' read only' : '';
  const deferrable = headers['neon-batch-deferrable'] === 'true' ? ' deferrable' : '';
  return `begin${isolation}${readOnly}${deferrable}`;
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBytes) {
      chunks.push(chunk);
    }
  }
  if (size > maxBytes) {
    throw refusal(413, `request is too large (max is ${maxBytes} bytes)`);
  }
  return Buffer.concat(chunks).toString();
}

export function parseBody(text: string): object {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) {
      return body;
    }
  } catch {
    // answered below
  }
  throw badRequest('could not parse the HTTP request body: not a JSON object');
}

export function statementOf(value: unknown): Statement {
  const { query, params = [] } = (value ?? {}) as { query?: unknown; params?: unknown };
  if (typeof query !== 'string' || !Array.isArray(params)) {
    throw badRequest('a query needs its text in "query", and "params" must be an array');
  }
  if (query.includes('\0')) {
    throw Object.assign(badRequest('invalid byte sequence for encoding "UTF8": 0x00'), { code: '22021' });
  }
  if (readsStdin.test(query)) {
    // PostgreSQL would wait for data that no request brings, and PGlite's only process would end
    throw Object.assign(badRequest('COPY FROM STDIN is not possible over HTTP'), { code: '0A000' });
  }
  if (params.length > maxParams) {
    throw badRequest(`too many parameters (max is ${maxParams})`);
  }
  return { query, params: params.map(paramText) };
}

const readsStdin = /^(\s|--.*\n|\/\*[\s\S]*?\*\/)*copy\b[\s\S]*\bstdin\b/i;

function paramText(value: unknown): string | null {
  if (value === null || typeof value === 'string') {
    return value;
  }
  return Array.isArray(value) ? arrayText(value) : JSON.stringify(value);
}

function arrayText(values: unknown[]): string {
  const items = values.map((value) => {
    if (value === null) return 'NULL';
    if (Array.isArray(value)) return arrayText(value);
    const text = JSON.stringify(value);
    return typeof value === 'object' ? JSON.stringify(text) : text;
  });
  return `{${items.join(',')}}`;
}

export function badRequest(message: string): Error {
  return refusal(400, message);
}

const errorFields =
  'severity code detail hint position internalPosition internalQuery where schema table column dataType constraint file line routine'.split(
    ' ',
  );

export function failure(error: Error & { status?: number }): [status: number, body: string] {
  const status = error.status ?? (error instanceof DatabaseError ? 400 : 500);
  return [status, problem(error.message, error)];
}

/** What is absent is null, but for these two: Neon has them as empty texts. */
const emptyFields = new Set(['severity', 'code']);

export function problem(message: string, error: object = {}): string {
  const absent = (field: string) => (emptyFields.has(field) ? '' : null);
  const fields = errorFields.map((field) => [field, (error as Record<string, unknown>)[field] ?? absent(field)]);
  return JSON.stringify({ message, ...Object.fromEntries(fields) });
}
