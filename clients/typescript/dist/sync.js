// Written by `npm run client`; change what is in clients/typescript/ instead.
// A copy on the phone: what was written offline is sent, then what changed is fetched, page by page.
import { answer, Refused } from './answers.js';

import { callsBy } from './calls.js';

/**
 * A page of what changed. With `reset` it is the first of a copy that begins anew: what is there is to be forgotten
 * before it is applied.
 */

/** What was written offline: plain JSON, to be kept with the copy. `newKey()` makes its key. */

/** What became of it: the record as it is now, nothing where it was removed, or why it was refused. */

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
      await sendWrites(who, copy, options);
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

const sendWrites = async ({ api, user }, copy, { signal }) => {
  for (const tried = new Set(); ; ) {
    const writes = (await copy.load(user))?.writes ?? [];
    const write = writes.find(({ key }) => !tried.has(key));
    if (!write) return;
    if (!copy.sent) throw new Error('A copy with writes needs sent(), or they would be sent each time');
    tried.add(write.key);
    await copy.sent(write, await outcomeOf(sendWrite(api, write, { ...(signal && { signal }) }), write));
  }
};

const sendWrite = (api, write, options) => {
  if ('remove' in write) return answer(api[write.remove][':id'].$delete({ param: { id: write.id } }, options));
  if ('change' in write) {
    const param = { id: write.id };
    return write.change === 'patients'
      ? answer(api.patients[':id'].$patch({ param, json: write.json }, options))
      : answer(api.doctors[':id'].$patch({ param, json: write.json }, options));
  }
  const keyed = { ...options, headers: { 'Idempotency-Key': write.key } };
  if (write.create === 'patients') return answer(api.patients.$post({ json: write.json }, keyed));
  if (write.create === 'doctors') return answer(api.doctors.$post({ json: write.json }, keyed));
  return answer(api.mappings.$post({ json: write.json }, keyed));
};

const outcomeOf = async (sent, write) => {
  try {
    const record = await sent;
    return record ? { record } : {};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    // nothing that this write could do about it: it waits for another day
    if (problem.status === 401 || problem.status === 429 || problem.status >= 500) throw error;
    // by an earlier attempt, whose answer got lost, or by somebody else
    if ('remove' in write && problem.status === 404) return {};
    return { problem };
  }
};

const bringUpToDate = async (who, copy, options) => {
  for await (const page of pagesFrom(who, (await copy.load(who.user))?.cursor, options)) {
    if (page.reset) await copy.reset();
    await copy.apply(page);
  }
};

async function* pagesFrom({ api }, from, { limit, signal }) {
  let [cursor, reset] = [from ?? undefined, !from];
  for (let more = true; more; ) {
    const query = { ...(cursor !== undefined && { cursor }), ...(limit !== undefined && { limit }) };
    const response = await api.sync.$get({ query }, { ...(signal && { signal }) });
    if (response.status === 410 && cursor !== undefined) {
      [cursor, reset] = [undefined, true];
      continue;
    }
    const page = await answer(response);
    yield { ...page, reset };
    [cursor, more, reset] = [page.cursor, page.more, false];
  }
}
