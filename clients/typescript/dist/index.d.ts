// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { User } from './api.js';
import { type Api } from './calls.js';
import { type Options } from './signing.js';
import { type Syncing } from './sync.js';

export { all, answer, type Listed, page, pages } from './answers.js';
export type * from './api.js';
export { type BatchOptions, createPatients, partsOf } from './batches.js';
export type { Answered, Api, CallOptions, Refusal, Signal, Success } from './calls.js';
export { needsCode, Offline, Refused } from './errors.js';
export { type SecureItems, secureStore } from './expo.js';
export { newKey, type Options } from './signing.js';
export type { Copy, Page, Syncing, SyncOptions } from './sync.js';
export type { Store, Tokens } from './tokens.js';
export { type Change, type Outcome, remaining, type Write } from './writes.js';
export interface Wardbook {
  /** Every route, as whoever is signed in. */
  api: Api;
  /** Who is signed in, as the server last said; this asks the store, and works without a connection. */
  user(): Promise<User | null>;
  /** Calls whenever somebody else is signed in, or nobody, or the account's data changed. Returns what ends it. */
  onChange(listener: (user: User | null) => void): () => void;
  /** Keeps a copy for offline up to date. */
  sync: Syncing;
}
export declare const wardbook: (baseUrl: string, options: Options) => Wardbook;
