// Written by `npm run client`; change what is in clients/typescript/ instead.
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
} from './api.js';
import { type CallOptions } from './calls.js';
import type { Send } from './signing.js';
import type { Awaitable } from './tokens.js';
/**
 * A page of what changed. With `reset` it is the first of a copy that begins anew: what is there is to be forgotten
 * before it is applied.
 */
export interface Page extends Sync {
  reset: boolean;
}
/** What was written offline: plain JSON, to be kept with the copy. `newKey()` makes its key. */
export type Write = {
  key: string;
} & (
  | {
      create: 'patients';
      json: NewPatient;
    }
  | {
      create: 'doctors';
      json: NewDoctor;
    }
  | {
      create: 'mappings';
      json: NewMapping;
    }
  | {
      change: 'patients';
      id: number;
      json: PatientPatch;
    }
  | {
      change: 'doctors';
      id: number;
      json: DoctorPatch;
    }
  | {
      remove: 'patients' | 'doctors' | 'mappings';
      id: number;
    }
);
/** What became of it: the record as it is now, nothing where it was removed, or why it was refused. */
export type Outcome =
  | {
      record?: Row;
      problem?: undefined;
    }
  | {
      problem: Problem;
      record?: undefined;
    };
type Row = Patient | Doctor | Mapping;
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
}
export interface SyncOptions {
  /** How much a page holds at most. */
  limit?: number;
  signal?: CallOptions['signal'];
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
export declare const syncing: (send: Send, user: () => Promise<User | null>) => Syncing;
