// Written by `npm run client`; change what is in clients/typescript/ instead.
import type {
  DoctorPatch,
  Mapping,
  NewDoctor,
  NewMapping,
  NewPatient,
  PatientPatch,
  Problem,
  SyncedDoctor,
  SyncedPatient,
} from './api.js';
import type { CallOptions } from './calls.js';
import type { Actor, Copy } from './sync.js';
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
  | Changing<'patients', PatientPatch>
  | Changing<'doctors', DoctorPatch>
  | {
      remove: 'patients' | 'doctors' | 'mappings';
      id: number;
    }
);
interface Changing<Kind, Patch> {
  change: Kind;
  id: number;
  json: Patch;
  /** The `version` of the record that was changed on the phone. Without it the last one who changes a field wins. */
  if_match?: number | undefined;
}
export type Change = Extract<
  Write,
  {
    change: unknown;
  }
>;
type Versioned = SyncedPatient | SyncedDoctor;
/**
 * What became of it: the record as it is now, nothing where it was removed, or why it was refused; and the record as others
 * made it, where that is the reason.
 */
export type Outcome =
  | {
      record?: Versioned | Mapping;
      problem?: undefined;
      current?: undefined;
    }
  | {
      problem: Problem;
      record?: undefined;
      current?: Versioned;
    };
/**
 * What still waits after one of these was sent: for `sent`, which keeps it. A later change of the same record is of the
 * version that this one made, also after the app was closed in between.
 */
export declare const remaining: (writes: readonly Write[], sent: Write, { record }: Outcome) => Write[];
export declare const sendWrites: ({ api, user }: Actor, copy: Copy, options: CallOptions) => Promise<void>;
