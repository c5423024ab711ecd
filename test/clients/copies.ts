// A copy as an app keeps one: in memory, but as JSON, as a phone's storage would have it.
import type { Copy, Doctor, Mapping, Outcome, Page, Patient, Write } from '../../clients/typescript/index.ts';

export const kinds = ['patients', 'doctors', 'mappings'] as const;
/** Without their versions, so that a copy compares with a list, which has none. */
type Kept = { patients: Patient[]; doctors: Doctor[]; mappings: Mapping[]; cursor: string | null };
const bare = <Row extends { version: number }>(rows: Row[]): Omit<Row, 'version'>[] =>
  rows.map(({ version: _, ...row }) => row);
const nothing: Kept = { patients: [], doctors: [], mappings: [], cursor: null };

/** Leaves out what a page brings anew and what it removes, then adds what it brings. */
const merged = <Row extends { id: number }>(rows: Row[], changed: Row[], removed: number[]): Row[] => {
  const gone = new Set([...removed, ...changed.map(({ id }) => id)]);
  return [...rows.filter(({ id }) => !gone.has(id)), ...changed].sort((a, b) => a.id - b.id);
};

export const memoryCopy = () => {
  let kept = JSON.stringify(nothing);
  let waiting = JSON.stringify([]);
  const now = (): Kept => JSON.parse(kept);
  const writes = (): Write[] => JSON.parse(waiting);
  const put = (part: Partial<Kept>) => {
    kept = JSON.stringify({ ...now(), ...part });
  };
  const keepWrites = (all: Write[]) => {
    waiting = JSON.stringify(all);
  };
  const outcomes: [string, Outcome][] = [];
  let resets = 0;

  const copy = {
    load: () => ({ cursor: now().cursor, writes: writes() }),
    apply: ({ patients, doctors, mappings, removed, cursor }: Page) => {
      const had = now();
      put({
        patients: merged(had.patients, bare(patients), removed.patients),
        doctors: merged(had.doctors, bare(doctors), removed.doctors),
        mappings: merged(had.mappings, mappings, removed.mappings),
        cursor,
      });
    },
    reset: () => {
      resets++;
      kept = JSON.stringify(nothing);
    },
    sent: (write: Write, outcome: Outcome) => {
      outcomes.push([write.key, outcome]);
      keepWrites(writes().filter(({ key }) => key !== write.key));
    },
  } satisfies Copy;
  return {
    ...copy,
    now,
    writes,
    write: (...more: Write[]) => keepWrites([...writes(), ...more]),
    outcomes,
    resets: () => resets,
    ids: () => kinds.map((kind) => now()[kind].map(({ id }) => id)),
  };
};
