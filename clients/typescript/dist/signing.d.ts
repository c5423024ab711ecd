// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Problem, User } from './api.js';
import type { Request } from './calls.js';
import { type Fetch } from './sending.js';
import { type Store } from './tokens.js';
export interface Options {
  store: Store;
  fetch?: Fetch;
  /** The session was over, by its age or because it was ended elsewhere. The store is cleared already. */
  onSignedOut?: (problem: Problem) => void;
  /** How often a request is sent at most while there is no connection or no database. */
  tries?: number;
  /** How many milliseconds a call may take in all, with what is sent again and waited for. Two minutes unless it is said. */
  timeout?: number;
}
/** Sends a request as whoever is signed in; given `as`, as that account or not at all. */
export type Send = (request: Request, as?: number) => Promise<Response>;
export declare const signing: (
  baseUrl: string,
  { store, fetch: given, onSignedOut, tries, timeout }: Options,
) => {
  send: Send;
  user: () => Promise<User | null>;
  onChange: (listener: (user: User | null) => void) => () => void;
};
/**
 * A new Idempotency-Key: one of a kind among those of one account and day, which is all it has to be. The client makes
 * its own; what is sent again after a restart has one that the app kept.
 */
export declare const newKey: () => string;
