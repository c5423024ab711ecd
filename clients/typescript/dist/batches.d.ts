// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { NewPatient, Patient } from './api.js';
import type { Api, CallOptions } from './calls.js';
/** The rows in their order, in parts of which each fits into one request. `of` is what is sent of a row. */
export declare const partsOf: <Row>(rows: readonly Row[], of?: (row: Row) => unknown) => Row[][];
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
export declare const createPatients: (
  api: Pick<Api, 'patients'>,
  patients: readonly NewPatient[],
  { key, onProgress, signal }: BatchOptions,
) => Promise<Patient[]>;
