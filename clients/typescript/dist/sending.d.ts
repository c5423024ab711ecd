// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Request, Signal } from './calls.js';
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
/** With the time, in milliseconds since 1970, after which nobody waits for the answer any more. */
export interface Limited extends Request {
  signal: Signal;
  until: number;
}
/**
 * Ends with the work, when the app gives it up, or when the time is over. Not only fetch may hang: a keychain, another tab
 * or a request of somebody else's that this one waits for may as well.
 */
export declare const within: <T>(
  milliseconds: number,
  given: Signal | undefined,
  work: (signal: Signal) => Promise<T>,
) => Promise<T>;
export declare const sending: (
  root: string,
  fetch: Fetch,
  tries: number,
) => {
  sendOnce: ({ method, path, query, headers, body, signal }: Limited) => Promise<Response>;
  sendUntilAnswered: (request: Limited) => Promise<Response>;
};
export declare const refreshPath = '/api/auth/refresh';
