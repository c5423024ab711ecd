// The rows of a spreadsheet as patients: what goes where, which rows are wrong, and which are there twice.
import { type ColumnTarget, columnErrors, type Field, notImported } from './columns.ts';
import type { Sheet } from './read.ts';
import {
  type DateOrder,
  detectDateOrder,
  type Gender,
  isAmbiguous,
  parseAge,
  parseDate,
  parseGender,
} from './values.ts';

export type Patient = { name: string } & Partial<
  Record<'date_of_birth' | 'phone' | 'email' | 'address' | 'medical_history', string> & { age: number; gender: Gender }
>;
export interface ParsedLine {
  line: number;
  patient: Patient;
}
export interface LineError {
  line: number;
  what: string;
}
export interface ParsedSheet {
  lines: ParsedLine[];
  wrong: LineError[];
  /** How dates with slashes were read, where there are any. */
  order: DateOrder | undefined;
  /** Columns that hold something and have no place: it would be lost. */
  without: string[];
  /** Why none of it can be imported as it is. */
  refused: string | undefined;
}
/** What a person says about a file, where it does not show it by itself. */
export interface CellText {
  places: ColumnTarget[];
  order?: DateOrder | undefined;
}

/** The cells of a row that are of one field, with the names of their columns. */
const cellsOf = (field: Field, { header }: Sheet, places: ColumnTarget[], cells: string[]) =>
  places.flatMap((place, at) => {
    const text = cells[at]?.trim() ?? '';
    return place === field && text !== '' ? [{ text, column: header[at] ?? '' }] : [];
  });

/** Several columns of notes say which is which: "Allergies: nuts". */
const joined = (parts: { text: string; column: string }[], places: number) =>
  parts.map(({ text, column }) => (places > 1 ? `${column}: ${text}` : text)).join('\n');

export const parsePatients = (sheet: Sheet, said: CellText): ParsedSheet => {
  const { places } = said;
  const column = places.indexOf('date_of_birth');
  const dates = sheet.rows.flatMap(({ cells }) => (column < 0 ? [] : [cells[column]?.trim() ?? '']));
  const shown = detectDateOrder(dates);
  const order = said.order ?? (shown === 'both' ? undefined : shown);
  const without = sheet.header.filter(
    (_, at) => places[at] === null && sheet.rows.some(({ cells }) => (cells[at]?.trim() ?? '') !== ''),
  );
  const refused =
    columnErrors(places) ??
    (said.order === undefined && shown === 'both'
      ? 'Some dates begin with the day and others with the month. Write them all in one way.'
      : order === undefined && isAmbiguous(dates)
        ? 'No date shows whether the day or the month comes first. Say which.'
        : undefined);
  const wrong: LineError[] = [];
  const notes = places.filter((place) => place === 'medical_history').length;
  const lines = sheet.rows.map(({ line, cells }): ParsedLine => {
    const of = (field: Field) => cellsOf(field, sheet, places, cells);
    const text = (field: Field, between = ', ') =>
      of(field)
        .map(({ text }) => text)
        .join(between);
    const patient: Patient = {
      name: text('name') || [text('given', ' '), text('family', ' ')].filter(Boolean).join(' '),
    };
    const note = (field: Field, what: string) => wrong.push({ line, what: `${of(field)[0]?.column ?? field} ${what}` });
    if (patient.name === '') wrong.push({ line, what: 'has no name' });
    const [born, age, gender] = [text('date_of_birth'), text('age'), text('gender')];
    if (born) take(parseDate(born, order), (what) => note('date_of_birth', what), patient);
    // a date says it better, and changes with the years
    if (age && !born) take(parseAge(age), (what) => note('age', what), patient);
    if (gender) take(parseGender(gender), (what) => note('gender', what), patient);
    const rest = {
      phone: text('phone'),
      email: text('email'),
      address: text('address'),
      medical_history: joined(of('medical_history'), notes),
    };
    for (const [name, value] of Object.entries(rest)) if (value !== '') Object.assign(patient, { [name]: value });
    return { line, patient };
  });
  return { lines, wrong, order: isAmbiguous(dates) ? order : undefined, without, refused };
};

/** Keeps what was read with the patient, under the name of its field. */
const take = (read: object, note: (what: string) => void, patient: Patient): void => {
  if ('wrong' in read) note(String(read.wrong));
  else Object.assign(patient, 'date' in read ? { date_of_birth: read.date } : read);
};

/** The name as two records of one person would have it. */
const folded = (name: string) =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
/** What two records of one person have in common. */
export type ExistingPatient = { [Field in 'name' | 'date_of_birth' | 'phone']?: string | null | undefined };
/** Two patients with one of these in common are probably one: the same name and birth date, or the same name and phone. */
export const duplicateKeys = ({ name, date_of_birth, phone }: ExistingPatient): string[] => {
  const digits = phone?.replace(/\D/g, '');
  const who = folded(name ?? '');
  if (date_of_birth || digits)
    return [date_of_birth && `${who}|${date_of_birth}`, digits && `${who}|${digits}`].flatMap((key) => key || []);
  return [`${who}|`];
};

export interface Duplicate {
  line: number;
  /** The line that was there before, or null for a record that Wardbook has. */
  as: number | null;
}
/** Who is there twice, in the file itself or beside what Wardbook has already. */
export const findDuplicates = (lines: ParsedLine[], there: ExistingPatient[] = []): Duplicate[] => {
  const seen = new Map<string, number | null>(
    there.flatMap((one) => duplicateKeys(one).map((key) => [key, null] as const)),
  );
  return lines.flatMap(({ line, patient }) => {
    const keys = duplicateKeys(patient);
    const same = keys.find((key) => seen.has(key));
    if (same !== undefined) return [{ line, as: seen.get(same) ?? null }];
    for (const key of keys) seen.set(key, line);
    return [];
  });
};

/** What each column becomes, to be read by a person. */
export const columnLabel = (place: ColumnTarget): string =>
  place === null ? 'no place' : place === notImported ? 'left out' : place;
