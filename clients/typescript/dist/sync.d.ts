// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { DoctorPatch, PatientPatch, Sync, SyncedDoctor, SyncedPatient, User } from './api.js';
import { type Api, type CallOptions } from './calls.js';
import type { Send } from './signing.js';
import type { Awaitable } from './tokens.js';
import { type Change, type Outcome, type Write } from './writes.js';
/**
 * A page of what changed. With `reset` it is the first of a copy that begins anew: what is there is to be forgotten
 * before it is applied.
 */
export interface Page extends Sync {
  reset: boolean;
}
/** A copy that the app keeps: a database, a file, memory. */
export interface Copy {
  /**
   * The cursor of the last page that was applied, and what was written offline, the oldest first. Asked again after each
   * write, so that `sent` may put the id of a new record into those that follow. A copy is of one person: what is kept
   * for somebody else than `user` is not theirs to see, and not sent in their name.
   */
  load(user: User): Awaitable<
    | {
        cursor?: string | null;
        writes?: readonly Write[];
      }
    | null
    | undefined
  >;
  /** Puts the records of a page, forgets those that are removed and keeps the cursor: all of it or nothing. */
  apply(page: Page): Awaitable<unknown>;
  /** Forgets all records and the cursor, and nothing that was written and not sent. */
  reset(): Awaitable<unknown>;
  /** Takes what was sent off those that wait. One that was refused may stay, and is tried again with the next sync. */
  sent?(write: Write, outcome: Outcome): Awaitable<unknown>;
  /**
   * Somebody else changed the record since `write.if_match`. `write.json` is what was to be changed, `theirs` the record as
   * it is now. Says what of it to change instead (all, some, a text made of both), or null to leave it as they did. Without
   * this the change is refused, and `sent` has `current` beside the problem.
   */
  conflict?(
    write: Change,
    theirs: SyncedPatient | SyncedDoctor,
  ): Awaitable<PatientPatch | DoctorPatch | null | undefined>;
}
export interface SyncOptions {
  /** How much a page holds at most. */
  limit?: number;
  signal?: CallOptions['signal'];
  /** For each of its requests, as for any call. */
  timeout?: number;
}
export interface Syncing {
  /** Page by page, from a cursor on. Begins anew where the server cannot go on from it. */
  (
    from?: SyncOptions & {
      cursor?: string | null | undefined;
    },
  ): AsyncGenerator<Page, void, undefined>;
  /** Sends what the copy holds, and brings it up to date. Asked for twice at once, it is done one after the other. */
  (copy: Copy, options?: SyncOptions): Promise<void>;
}
/** For one account: whoever signs in meanwhile gets nothing of it. */
export interface Actor {
  api: Api;
  user: User;
}
export declare const syncing: (send: Send, user: () => Promise<User | null>) => Syncing;
