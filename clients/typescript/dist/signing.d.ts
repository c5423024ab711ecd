// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Problem } from './api.js';

type Awaitable<T> = T | Promise<T>;
export interface Tokens {
  access: string;
  refresh: string;
  /** When the access token is about to expire, in milliseconds since 1970. */
  renew_at: number;
  user_id: number;
}
/** Where the app keeps the tokens: a keychain, a file, memory. Several clients may share one. */
export interface Store {
  load(): Awaitable<Tokens | null | undefined>;
  save(tokens: Tokens): Awaitable<unknown>;
  clear(): Awaitable<unknown>;
}
export interface Options {
  store: Store;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The session was over, by its age or because it was ended elsewhere. The store is cleared already. */
  onSignedOut?: (problem: Problem) => void;
  /** How often a request is sent at most while there is no connection or no database. */
  tries?: number;
}
export declare const signing: (baseUrl: string, { store, fetch: send, onSignedOut, tries }: Options) => typeof fetch;
export declare const isProblem: (response: { headers: Headers }) => boolean;
