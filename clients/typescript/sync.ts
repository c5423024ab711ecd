// A copy on the phone: what was written offline is sent, then what changed is fetched, page by page.
import { answer, Refused } from './answers.ts';
import type {
  Doctor,
  DoctorPatch,
  Mapping,
  NewDoctor,
  NewMapping,
  NewPatient,
  Patient,
  PatientPatch,
  Problem,
  Sync,
  User,
} from './api.ts';
import { type Api, type CallOptions, callsBy } from './calls.ts';
import type { Send } from './signing.ts';
import type { Awaitable } from './tokens.ts';

/**
 * A page of what changed. With `reset` it is the first of a copy that begins anew: what is there is to be forgotten
 * before it is applied.
 */
export interface Page extends Sync {
  reset: boolean;
}

/** What was written offline: plain JSON, to be kept with the copy. `newKey()` makes its key. */
export type Write = { key: string } & (
  | { create: 'patients'; json: NewPatient }
  | { create: 'doctors'; json: NewDoctor }
  | { create: 'mappings'; json: NewMapping }
  | { change: 'patients'; id: number; json: PatientPatch }
  | { change: 'doctors'; id: number; json: DoctorPatch }
  | { remove: 'patients' | 'doctors' | 'mappings'; id: number }
);
/** What became of it: the record as it is now, nothing where it was removed, or why it was refused. */
export type Outcome = { record?: Row; problem?: undefined } | { problem: Problem; record?: undefined };
type Row = Patient | Doctor | Mapping;

/** A copy that the app keeps: a database, a file, memory. */
export interface Copy {
  /**
   * The cursor of the last page that was applied, and what was written offline, the oldest first. Asked again after each
   * write, so that `sent` may put the id of a new record into those that follow. A copy is of one person: what is kept
   * for somebody else than `user` is not theirs to see, and not sent in their name.
   */
  load(user: User): Awaitable<{ cursor?: string | null; writes?: readonly Write[] } | null | undefined>;
  /** Puts the records of a page, forgets those that are removed and keeps the cursor: all of it or nothing. */
  apply(page: Page): Awaitable<unknown>;
  /** Forgets all records and the cursor, and nothing that was written and not sent. */
  reset(): Awaitable<unknown>;
  /** Takes what was sent off those that wait. One that was refused may stay, and is tried again with the next sync. */
  sent?(write: Write, outcome: Outcome): Awaitable<unknown>;
}

export interface SyncOptions {
  /** How much a page holds at most. */
  limit?: number;
  signal?: CallOptions['signal'];
}
export interface Syncing {
  /** Page by page, from a cursor on. Begins anew where the server cannot go on from it. */
  (from?: SyncOptions & { cursor?: string | null | undefined }): AsyncGenerator<Page, void, undefined>;
  /** Sends what the copy holds, and brings it up to date. Asked for twice at once, it is done one after the other. */
  (copy: Copy, options?: SyncOptions): Promise<void>;
}

/** For one account: whoever signs in meanwhile gets nothing of it. */
interface Actor {
  api: Api;
  user: User;
}

export const syncing = (send: Send, user: () => Promise<User | null>): Syncing => {
  const actor = async (): Promise<Actor> => {
    const known = await user();
    if (!known) throw new Error('Nobody is signed in');
    return { user: known, api: callsBy((request) => send(request, known.id)) };
  };
  const running = new WeakMap<Copy, Promise<void>>();
  const oneByOne = (copy: Copy, options: SyncOptions): Promise<void> => {
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
  async function* fromCursor(given: SyncOptions & { cursor?: string | null | undefined }) {
    yield* pagesFrom(await actor(), given.cursor, given);
  }
  function sync(from?: SyncOptions & { cursor?: string | null | undefined }): AsyncGenerator<Page, void, undefined>;
  function sync(copy: Copy, options?: SyncOptions): Promise<void>;
  function sync(given: Copy | (SyncOptions & { cursor?: string | null | undefined }) = {}, options: SyncOptions = {}) {
    return 'apply' in given ? oneByOne(given, options) : fromCursor(given);
  }
  return sync;
};

const sendWrites = async ({ api, user }: Actor, copy: Copy, { signal }: SyncOptions): Promise<void> => {
  for (const tried = new Set<string>(); ; ) {
    const writes = (await copy.load(user))?.writes ?? [];
    const write = writes.find(({ key }) => !tried.has(key));
    if (!write) return;
    if (!copy.sent) throw new Error('A copy with writes needs sent(), or they would be sent each time');
    tried.add(write.key);
    await copy.sent(write, await outcomeOf(sendWrite(api, write, { ...(signal && { signal }) }), write));
  }
};

const sendWrite = (api: Api, write: Write, options: CallOptions): Promise<Row | undefined> => {
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

const outcomeOf = async (sent: Promise<Row | undefined>, write: Write): Promise<Outcome> => {
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

const bringUpToDate = async (who: Actor, copy: Copy, options: SyncOptions): Promise<void> => {
  for await (const page of pagesFrom(who, (await copy.load(who.user))?.cursor, options)) {
    if (page.reset) await copy.reset();
    await copy.apply(page);
  }
};

async function* pagesFrom({ api }: Actor, from: string | null | undefined, { limit, signal }: SyncOptions) {
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
