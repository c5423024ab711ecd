// A part of the patients of a spreadsheet, as it is sent: its key, and what it is called.
import type { ParsedLine } from './patients.ts';

/** The same key for the same patients: a part that is sent again, also after the page was closed, happens once. */
export const batchKey = async (part: ParsedLine[]): Promise<string> => {
  const text = new TextEncoder().encode(JSON.stringify(part.map(({ line, patient }) => [line, patient])));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return `import-${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
};

/** The lines of a part, as a person would say them: they are in the order of the file. */
export const lineRange = (part: ParsedLine[]): string => {
  const [first, last] = [part[0]?.line, part.at(-1)?.line];
  return first === last ? `Line ${first}` : `Lines ${first} to ${last}`;
};
