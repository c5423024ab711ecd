// What was written offline, and how it is sent: the oldest first, each once, and no change over one that nobody has seen.
import { answer } from './answers.ts';
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
  SyncedDoctor,
  SyncedPatient,
} from './api.ts';
import type { Api, CallOptions, Refusal, Success } from './calls.ts';
import { Refused } from './errors.ts';
import type { Actor, Copy } from './sync.ts';

/** What was written offline: plain JSON, to be kept with the copy. `newKey()` makes its key. */
export type Write = { key: string } & (
  | { create: 'patients'; json: NewPatient }
  | { create: 'doctors'; json: NewDoctor }
  | { create: 'mappings'; json: NewMapping }
  | Changing<'patients', PatientPatch>
  | Changing<'doctors', DoctorPatch>
  | { remove: 'patients' | 'doctors' | 'mappings'; id: number }
);
interface Changing<Kind, Patch> {
  change: Kind;
  id: number;
  json: Patch;
  /** The `version` of the record that was changed on the phone. Without it the last one who changes a field wins. */
  if_match?: number | undefined;
}
export type Change = Extract<Write, { change: unknown }>;

type Versioned = SyncedPatient | SyncedDoctor;
/**
 * What became of it: the record as it is now, nothing where it was removed, or why it was refused; and the record as others
 * made it, where that is the reason.
 */
export type Outcome =
  | { record?: Versioned | Mapping; problem?: undefined; current?: undefined }
  | { problem: Problem; record?: undefined; current?: Versioned };

/**
 * What still waits after one of these was sent: for `sent`, which keeps it. A later change of the same record is of the
 * version that this one made, also after the app was closed in between.
 */
export const remaining = (writes: readonly Write[], sent: Write, { record }: Outcome): Write[] =>
  writes
    .filter(({ key }) => key !== sent.key)
    .map((write) =>
      'change' in sent && 'change' in write && placeOf(write) === placeOf(sent)
        ? ofVersion(write, versionIn(record))
        : write,
    );

const placeOf = ({ change, id }: Change) => `${change}/${id}`;
const versionIn = (record: Outcome['record']) => (record && 'version' in record ? record.version : 0);
/** Never an older one: the phone may have seen a newer one before it wrote this. */
const ofVersion = <W extends Write>(write: W, version: number): W =>
  'change' in write && write.if_match !== undefined && write.if_match < version
    ? { ...write, if_match: version }
    : write;

/** By copy and record, the version that the last change of it was answered: the app may not have kept it. */
const answered = new WeakMap<Copy, Map<string, number>>();

export const sendWrites = async ({ api, user }: Actor, copy: Copy, options: CallOptions): Promise<void> => {
  const versions = answered.get(copy) ?? new Map<string, number>();
  answered.set(copy, versions);
  for (const tried = new Set<string>(); ; ) {
    const writes = (await copy.load(user))?.writes ?? [];
    const write = writes.find(({ key }) => !tried.has(key));
    if (!write) return;
    if (!copy.sent) throw new Error('A copy with writes needs sent(), or they would be sent each time');
    tried.add(write.key);
    if ('change' in write) {
      const outcome = await sendChange(api, copy, ofVersion(write, versions.get(placeOf(write)) ?? 0), options);
      if (outcome.record) versions.set(placeOf(write), versionIn(outcome.record));
      await copy.sent(write, outcome);
    } else await copy.sent(write, await outcomeOf(sendWrite(api, write, options), write));
  }
};

const sendChange = async (api: Api, copy: Copy, write: Change, options: CallOptions): Promise<Outcome> => {
  for (let change = write; ; ) {
    const outcome = await outcomeOf(patch(api, change, options), change);
    if (outcome.problem?.code !== 'stale_version' || change.if_match === undefined) return outcome;
    const { record: theirs, problem } = await outcomeOf(current(api, change, options), change);
    if (!theirs || !('version' in theirs)) return { problem: problem ?? outcome.problem };
    // by an earlier try, whose answer got lost
    if (isIn(change.json, theirs)) return { record: theirs };
    const instead = await copy.conflict?.(change, theirs);
    if (instead === null) return { record: theirs };
    if (!instead) return { problem: outcome.problem, current: theirs };
    change = { ...change, json: instead, if_match: theirs.version } as Change;
  }
};

const isIn = (json: object, record: object) => {
  const there = new Map<string, unknown>(Object.entries(record));
  return Object.entries(json).every(([name, value]) => value === undefined || there.get(name) === value);
};

const patch = (api: Api, { change, id, json, if_match }: Change, options: CallOptions) => {
  const conditional = if_match === undefined ? options : { ...options, headers: { 'If-Match': `"${if_match}"` } };
  const args = { param: { id }, json };
  return change === 'patients'
    ? versioned<Patient>(api.patients[':id'].$patch(args, conditional))
    : versioned<Doctor>(api.doctors[':id'].$patch(args, conditional));
};

const current = (api: Api, { change, id }: Change, options: CallOptions) =>
  change === 'patients'
    ? versioned<Patient>(api.patients[':id'].$get({ param: { id } }, options))
    : versioned<Doctor>(api.doctors[':id'].$get({ param: { id } }, options));

const sendWrite = (api: Api, write: Exclude<Write, Change>, options: CallOptions) => {
  if ('remove' in write) return answer(api[write.remove][':id'].$delete({ param: { id: write.id } }, options));
  const keyed = { ...options, headers: { 'Idempotency-Key': write.key } };
  if (write.create === 'patients') return versioned<Patient>(api.patients.$post({ json: write.json }, keyed));
  if (write.create === 'doctors') return versioned<Doctor>(api.doctors.$post({ json: write.json }, keyed));
  return answer(api.mappings.$post({ json: write.json }, keyed));
};

/** As a row of sync has it: of one record the version stands in the ETag. */
const versioned = async <R extends Patient | Doctor>(asked: Promise<Success<R> | Refusal>) => {
  const response = await asked;
  const record = await answer(response);
  const [, version] = /^(?:W\/)?"(\d+)/.exec(response.headers.get('ETag') ?? '') ?? [];
  return { ...record, version: Number(version) };
};

const outcomeOf = async (sent: Promise<Versioned | Mapping | undefined>, write: Write): Promise<Outcome> => {
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
