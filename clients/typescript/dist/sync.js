// Written by `npm run client`; change what is in clients/typescript/ instead.
// A copy on the phone: what was written offline is sent, then what changed is fetched, page by page.
import { answer } from './answers.js';

import { callsBy } from './calls.js';

import { sendWrites } from './writes.js';

/**
 * A page of what changed. With `reset` it is the first of a copy that begins anew: what is there is to be forgotten
 * before it is applied.
 */

/** A copy that the app keeps: a database, a file, memory. */

/** For one account: whoever signs in meanwhile gets nothing of it. */

export const syncing = (send, user) => {
  const actor = async () => {
    const known = await user();
    if (!known) throw new Error('Nobody is signed in');
    return { user: known, api: callsBy((request) => send(request, known.id)) };
  };
  const running = new WeakMap();
  const oneByOne = (copy, options) => {
    const before = running.get(copy)?.catch(() => {});
    const run = (async () => {
      await before;
      const who = await actor();
      await sendWrites(who, copy, callOptions(options));
      await bringUpToDate(who, copy, options);
    })();
    running.set(copy, run);
    return run;
  };
  async function* fromCursor(given) {
    yield* pagesFrom(await actor(), given.cursor, given);
  }

  function sync(given = {}, options = {}) {
    return 'apply' in given ? oneByOne(given, options) : fromCursor(given);
  }
  return sync;
};

const bringUpToDate = async (who, copy, options) => {
  for await (const page of pagesFrom(who, (await copy.load(who.user))?.cursor, options)) {
    if (page.reset) await copy.reset();
    await copy.apply(page);
  }
};

const callOptions = ({ signal, timeout }) => ({
  ...(signal && { signal }),
  ...(timeout !== undefined && { timeout }),
});

async function* pagesFrom({ api }, from, options) {
  const { limit } = options;
  let [cursor, reset] = [from ?? undefined, !from];
  for (let more = true; more; ) {
    const query = { ...(cursor !== undefined && { cursor }), ...(limit !== undefined && { limit }) };
    const response = await api.sync.$get({ query }, callOptions(options));
    if (response.status === 410 && cursor !== undefined) {
      [cursor, reset] = [undefined, true];
      continue;
    }
    const page = await answer(response);
    yield { ...page, reset };
    [cursor, more, reset] = [page.cursor, page.more, false];
  }
}
