// Written by `npm run client`; change what is in clients/typescript/ instead.
// Many patients, sent in parts that fit into a request: each part is in as a whole or not at all, and under a key once.
import { answer } from './answers.js';

import { Refused } from './errors.js';

/** What one request takes: so many records, and a body of 256 KiB, of which the rest is for what stands around them. */
const mostRows = 500;
const mostBytes = 250_000;

/** As UTF-8, in which React Native cannot encode by itself everywhere. */
const bytesOf = (text) => {
  let bytes = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
};

/** The rows in their order, in parts of which each fits into one request. `of` is what is sent of a row. */
export const partsOf = (rows, of = (row) => row) => {
  const parts = [];
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

/**
 * Creates the patients part by part, and answers all of them in their order. What stops it is thrown: the parts before are in.
 * A refusal names the place among all of them, like `patients.503.name`.
 */
export const createPatients = async (api, patients, { key, onProgress, signal }) => {
  const made = [];
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
const moved = ({ problem }, by) => {
  if (!problem.errors) return new Refused(problem);
  const errors = {};
  for (const [place, said] of Object.entries(problem.errors)) {
    errors[place.replace(/^patients\.(\d+)/, (_, at) => `patients.${Number(at) + by}`)] = said;
  }
  return new Refused({ ...problem, errors });
};
