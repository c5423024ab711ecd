// A spreadsheet as a file: its letters, its columns and its rows, each with the line of the file where it begins.
import Papa from 'papaparse';

export interface SheetRow {
  /** In the file, counted from 1: what an editor or a spreadsheet shows beside it. */
  line: number;
  cells: string[];
}
export interface Sheet {
  encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
  delimiter: string;
  header: string[];
  rows: SheetRow[];
}

/** What is wrong with the file as a whole, in a sentence for whoever chose it. */
export class Unreadable extends Error {}

/** Excel writes UTF-8 with a mark, UTF-16 ("Unicode text"), or the Windows code page of western Europe ("CSV"). */
const decode = (bytes: Uint8Array): { text: string; encoding: Sheet['encoding'] } => {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new Unreadable('This is an Excel workbook. Save it as CSV first: File, Save as, CSV UTF-8.');
  }
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'UTF-16' };
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'UTF-16' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'Windows-1252' };
  }
};

const isEmpty = (cells: string[]) => cells.every((cell) => cell.trim() === '');
const breaks = (text: string) => text.match(/\r\n|\r|\n/g)?.length ?? 0;

/** What stands between the names of the columns. Where numbers have a decimal comma Excel writes semicolons. */
const delimiterOf = (text: string): string => {
  const [header = ''] = text.replace(/"[^"]*"/g, '').split(/[\r\n]/, 1);
  const counts = [',', ';', '\t', '|'].map((mark) => ({ mark, count: header.split(mark).length }));
  return counts.reduce((most, one) => (one.count > most.count ? one : most)).mark;
};

/** Rows without anything in them are left out; every other one has to have as many cells as the header. */
export const readSheet = (bytes: Uint8Array): Sheet => {
  const { text, encoding } = decode(bytes);
  if (text.includes('\0')) throw new Unreadable('This is no text. Save the spreadsheet as CSV first.');
  const delimiter = delimiterOf(text);
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { delimiter });
  let line = 1;
  const rows = data.map((cells): SheetRow => {
    const row = { line, cells };
    // a cell in quotation marks may have lines
    line += 1 + cells.reduce((sum, cell) => sum + breaks(cell), 0);
    return row;
  });
  const quotes = errors.find(({ type }) => type === 'Quotes');
  if (quotes) {
    throw new Unreadable(`Line ${rows[quotes.row ?? 0]?.line ?? 1}: a quotation mark is opened and not closed.`);
  }
  const filled = rows.filter(({ cells }) => !isEmpty(cells));
  const [head, ...body] = filled;
  if (!head || body.length === 0) throw new Unreadable('There are no rows in it below the names of the columns.');
  const header = head.cells.map((name) => name.trim());
  for (const row of body) {
    // Excel ends some rows with empty cells, and others not
    while (row.cells.length > header.length && row.cells.at(-1)?.trim() === '') row.cells.pop();
    if (row.cells.length > header.length) {
      throw new Unreadable(
        `Line ${row.line} has ${row.cells.length} cells, and the first line names ${header.length} columns. ` +
          'A cell that holds the separator has to stand in quotation marks.',
      );
    }
  }
  return { encoding, delimiter, header, rows: body };
};
