// Who is signed in, with the tokens that say so: kept where the app says, and told to whoever wants to know.
import type { User } from './api.ts';

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
export const isSame = (one: User | undefined, other: User | undefined): boolean =>
  JSON.stringify(Object.entries(one ?? {}).sort()) === JSON.stringify(Object.entries(other ?? {}).sort());

/** Calls `leftElsewhere` when somebody signed out by way of another client of the store. */
export const keeping = (store: Store, leftElsewhere: () => void) => {
  const listeners = new Set<Listener>();
  const held = async (): Promise<Tokens | null> => (await store.load()) ?? null;

  const tellAll = (now: User | null = null, before: User | null = null) => {
    if (!isSame(now ?? undefined, before ?? undefined)) for (const tell of [...listeners]) tell(now);
  };
  store.watch?.((now, before) => {
    tellAll(now, before);
    if (before && !now) leftElsewhere();
  });

  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other: a keychain answers late, and what it held may be another's by then. */
  const change = (next: (now: Tokens | null) => Tokens | null): Promise<Tokens | null> => {
    const changed = last.then(async () => {
      const now = await held();
      const then = next(now);
      if (then === now) return now;
      await (then ? store.save(then) : store.clear());
      tellAll(then?.user, now?.user);
      return then;
    });
    last = changed.catch(() => {});
    return changed;
  };

  /** Calls whenever somebody else is signed in, or nobody, or the account's own data changed. Ends with what it returns. */
  const onChange = (listener: Listener): (() => void) => {
    const tell: Listener = (user) => {
      try {
        listener(user);
      } catch (error) {
        // no reason for the request to fail that brought the change
        console.error(error);
      }
    };
    listeners.add(tell);
    return () => {
      listeners.delete(tell);
    };
  };
  return { held, change, onChange };
};
