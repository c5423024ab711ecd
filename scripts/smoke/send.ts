// Sends the smoke's requests, and turns an answer that is not the expected one into a sentence.
import { Fatal } from '../support/terminal.ts';

export type Fields = Record<string, unknown>;

export interface Sent {
  token?: string;
  body?: object;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The JSON object of the answer, or {} where it is none. */
  body: Fields;
  /** The JSON array of the answer, or [] where it is none. */
  rows: Fields[];
  text: string;
  milliseconds: number;
}

/** Sends a request; fails with a sentence when the answer has another status than the expected ones. */
export type Send = (method: string, path: string, expected: number | number[], sent?: Sent) => Promise<Answer>;

export const sender =
  (base: string): Send =>
  async (method, path, expected, { token, body, headers } = {}) => {
    const started = performance.now();
    const request = `${method} ${path}`;
    const response = await fetch(base + path, {
      method,
      headers: {
        'User-Agent': 'wardbook-smoke',
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      throw new Fatal(`${request} got no answer: ${reasonOf(error)}`);
    });
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      ...parsed(response.headers, text),
      text,
      milliseconds: performance.now() - started,
    };
    if ([expected].flat().includes(answer.status)) return answer;
    throw new Unexpected(request, answer, [expected].flat());
  };

/** An answer with another status than the expected ones. */
export class Unexpected extends Fatal {
  answer: Answer;

  constructor(request: string, answer: Answer, expected: number[]) {
    const { status, body, headers } = answer;
    const code = typeof body.code === 'string' ? ` ${body.code}` : '';
    const errors = body.errors ? ` ${JSON.stringify(body.errors)}` : '';
    const id = headers.get('X-Request-Id');
    super(`${request} answered ${status}${code}${errors}, not ${expected.join(' or ')}${id ? ` (request ${id})` : ''}`);
    this.answer = answer;
  }
}

const parsed = (headers: Headers, text: string): { body: Fields; rows: Fields[] } => {
  if (!/json/.test(headers.get('Content-Type') ?? '') || text === '') return { body: {}, rows: [] };
  try {
    const json: Fields | Fields[] = JSON.parse(text);
    return Array.isArray(json) ? { body: {}, rows: json } : { body: json, rows: [] };
  } catch {
    throw new Fatal(`an answer says that it is JSON, and is not: ${text.slice(0, 100)}`);
  }
};

/** What the network said, which fetch hides in the cause. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
};

/** Fails with the sentence unless the condition holds. */
export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Fatal(otherwise);
}

export const problemCode = ({ body }: Answer): string => String(body.code ?? 'no code');
