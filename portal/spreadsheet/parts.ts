// The patients of a spreadsheet in the parts in which they are sent.
import type { Line } from './patients.ts';

/** What one request may bring. A body may have 256 KiB; the rest is for the brackets. */
const mostRows = 500;
const mostBytes = 250_000;

export const partsOf = (lines: Line[]): Line[][] => {
  const parts: Line[][] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = new TextEncoder().encode(JSON.stringify(line.patient)).length + 1;
    const last = parts.at(-1);
    if (last && last.length < mostRows && bytes + size <= mostBytes) {
      last.push(line);
      bytes += size;
    } else {
      parts.push([line]);
      bytes = size;
    }
  }
  return parts;
};

/** The same key for the same patients: a part that is sent again, also after the page was closed, happens once. */
export const keyOf = async (part: Line[]): Promise<string> => {
  const text = new TextEncoder().encode(JSON.stringify(part.map(({ line, patient }) => [line, patient])));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return `import-${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
};

/** The lines of a part, as a person would say them: they are in the order of the file. */
export const linesOf = (part: Line[]): string => {
  const [first, last] = [part[0]?.line, part.at(-1)?.line];
  return first === last ? `Line ${first}` : `Lines ${first} to ${last}`;
};
