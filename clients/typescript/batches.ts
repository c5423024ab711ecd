// Many patients, sent in parts that fit into a request: each part is in as a whole or not at all, and under a key once.
import { answer } from './answers.ts';
import type { NewPatient, Patient } from './api.ts';
import type { Api, CallOptions } from './calls.ts';
import { Refused } from './errors.ts';

/** What one request takes: so many records, and a body of 256 KiB, of which the rest is for what stands around them. */
const mostRows = 500;
const mostBytes = 250_000;

/** As UTF-8, in which React Native cannot encode by itself everywhere. */
const bytesOf = (text: string): number => {
  let bytes = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
};

/** The rows in their order, in parts of which each fits into one request. `of` is what is sent of a row. */
export const partsOf = <Row>(rows: readonly Row[], of: (row: Row) => unknown = (row) => row): Row[][] => {
  const parts: Row[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = bytesOf(JSON.stringify(of(row))) + 1;
    const last = parts[parts.length - 1];
    if (last && last.length < mostRows && bytes + size <= mostBytes) {
      last.push(row);
      bytes += size;
    } else {
      parts.push([row]);
      bytes = size;
    }
  }
  return parts;
};

export interface BatchOptions extends Pick<CallOptions, 'signal'> {
  /** Names all of it. Sent again under the same key, with the same patients, what is in already is not there twice. */
  key: string;
  /** After each part: how many are in. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Creates the patients part by part, and answers all of them in their order. What stops it is thrown: the parts before are in.
 * A refusal names the place among all of them, like `patients.503.name`.
 */
export const createPatients = async (
  api: Pick<Api, 'patients'>,
  patients: readonly NewPatient[],
  { key, onProgress, signal }: BatchOptions,
): Promise<Patient[]> => {
  const made: Patient[] = [];
  for (const [part, rows] of partsOf(patients).entries()) {
    const headers = { 'Idempotency-Key': `${key}-${part}` };
    try {
      made.push(
        ...(await answer(
          api.patients.batch.$post({ json: { patients: rows } }, { headers, ...(signal && { signal }) }),
        )),
      );
    } catch (error) {
      throw error instanceof Refused ? moved(error, made.length) : error;
    }
    onProgress?.(made.length, patients.length);
  }
  return made;
};

/** Counts the places of a part on from what is in. */
const moved = ({ problem }: Refused, by: number): Refused => {
  if (!problem.errors) return new Refused(problem);
  const errors: Record<string, string[]> = {};
  for (const [place, said] of Object.entries(problem.errors)) {
    errors[place.replace(/^patients\.(\d+)/, (_, at) => `patients.${Number(at) + by}`)] = said;
  }
  return new Refused({ ...problem, errors });
};
