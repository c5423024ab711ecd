// Sends the patients of a spreadsheet part by part. Each part is in as a whole or not at all, and sent again it is in once.
import { signal } from '@preact/signals';
import { answer, type Patient, pages, partsOf, Refused } from '../../clients/typescript/dist/index.js';
import { api, type Trouble, troubleOf } from '../session.ts';
import { batchKey } from '../spreadsheet/parts.ts';
import type { LineError, ParsedLine } from '../spreadsheet/patients.ts';

export interface Import {
  parts: ParsedLine[][];
  /** How many of them are in. */
  done: number;
  /** In seconds: the server takes no more before. */
  wait: number;
  /** Why it does not go on. */
  trouble: Trouble | undefined;
  /** What the server found wrong in the part that it is at. */
  wrong: LineError[];
  isBusy: boolean;
}

/** What the errors of a batch are about: `patients.3.name` is a field of its fourth line. */
const invalidRows = (part: ParsedLine[], errors: Record<string, string[]>): LineError[] =>
  Object.entries(errors).map(([place, said]) => {
    const [, at = '', ...field] = place.split('.');
    return { line: part[Number(at)]?.line ?? 0, what: [...field, said.join(', ')].join(' ') };
  });

/** Shorter than the pause that the server asks for: the client would wait for it where nobody sees why. */
const timeout = 60_000;
const sendBatch = async (part: ParsedLine[]): Promise<void> => {
  const headers = { 'Idempotency-Key': await batchKey(part) };
  const json = { patients: part.map(({ patient }) => patient) };
  try {
    await answer(api.patients.batch.$post({ json }, { headers, timeout }));
  } catch (error) {
    // it was in before, and one of these patients was deleted since
    if (!(error instanceof Refused && error.problem.code === 'not_found')) throw error;
  }
};

export const createImport = (lines: ParsedLine[]) => {
  const state = signal<Import>({
    parts: partsOf(lines, ({ patient }) => patient),
    done: 0,
    wait: 0,
    trouble: undefined,
    wrong: [],
    isBusy: false,
  });
  const set = (changes: Partial<Import>) => {
    state.value = { ...state.value, ...changes };
  };
  /** A minute, counted down so that one sees that it goes on. */
  const pause = async () => {
    for (let wait = 60; wait > 0; wait--) {
      set({ wait });
      await new Promise((done) => setTimeout(done, 1000));
    }
    set({ wait: 0 });
  };
  /** From where it is to the end, or to what stops it. */
  const run = async () => {
    if (state.value.isBusy) return;
    set({ isBusy: true, trouble: undefined, wrong: [] });
    for (let at = state.value.done; at < state.value.parts.length; ) {
      const part = state.value.parts[at] ?? [];
      try {
        await sendBatch(part);
        set({ done: ++at });
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble.code === 'too_many_requests') await pause();
        else {
          set({ trouble, wrong: trouble.errors ? invalidRows(part, trouble.errors) : [] });
          break;
        }
      }
    }
    set({ isBusy: false });
  };
  return { state, run };
};

/** All that the person keeps already, to tell who would be there twice. */
export const listExistingPatients = async (): Promise<Patient[]> => {
  const all: Patient[] = [];
  for await (const rows of pages(api.patients.$get, { query: { limit: 1000 } })) all.push(...rows);
  return all;
};
