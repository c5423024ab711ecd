// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { User } from './api.js';
export type Awaitable<T> = T | Promise<T>;
export interface Tokens {
  access: string;
  refresh: string;
  /** When the access token is about to expire, in milliseconds since 1970. */
  renew_at: number;
  /** Whose they are, as the server last said. */
  user: User;
}
/** Where the app keeps the tokens: a keychain, a file, memory. Several clients may share one. */
export interface Store {
  load(): Awaitable<Tokens | null | undefined>;
  save(tokens: Tokens): Awaitable<unknown>;
  clear(): Awaitable<unknown>;
  /** Where others keep their tokens in it as well, such as other tabs: does what only one of them may do at a time. */
  alone?<T>(work: () => Promise<T>): Promise<T>;
  /** Calls whenever one of the others signed in or out, or learned something new of the account. */
  watch?(changed: (now: User | null, before: User | null) => void): void;
}
type Listener = (user: User | null) => void;
/** Whatever the order in which the server names the fields. */
export declare const isSame: (one: User | undefined, other: User | undefined) => boolean;
/** Calls `leftElsewhere` when somebody signed out by way of another client of the store. */
export declare const keeping: (
  store: Store,
  leftElsewhere: () => void,
) => {
  held: () => Promise<Tokens | null>;
  change: (next: (now: Tokens | null) => Tokens | null) => Promise<Tokens | null>;
  onChange: (listener: Listener) => () => void;
};
