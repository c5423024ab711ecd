// Written by `npm run client`; change what is in clients/typescript/ instead.
// Who is signed in, with the tokens that say so: kept where the app says, and told to whoever wants to know.

/** Where the app keeps the tokens: a keychain, a file, memory. Several clients may share one. */

/** Whatever the order in which the server names the fields. */
export const isSame = (one, other) =>
  JSON.stringify(Object.entries(one ?? {}).sort()) === JSON.stringify(Object.entries(other ?? {}).sort());

/** Calls `leftElsewhere` when somebody signed out by way of another client of the store. */
export const keeping = (store, leftElsewhere) => {
  const listeners = new Set();
  const held = async () => (await store.load()) ?? null;

  const tellAll = (now = null, before = null) => {
    if (!isSame(now ?? undefined, before ?? undefined)) for (const tell of [...listeners]) tell(now);
  };
  store.watch?.((now, before) => {
    tellAll(now, before);
    if (before && !now) leftElsewhere();
  });

  let last = Promise.resolve();
  /** One change after the other: a keychain answers late, and what it held may be another's by then. */
  const change = (next) => {
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
  const onChange = (listener) => {
    const tell = (user) => {
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
