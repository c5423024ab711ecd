// Reads what `manage.py dumpdata` wrote, JSON lines or one list, a piece at a time: a million rows in little memory.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Fatal } from '../support/terminal.ts';

export type Row = {
  /** Where it begins in the file; in a list of one line all have the same, so a row of a list also has its place. */
  at: Place;
  model: string;
  pk: number | string;
  fields: Record<string, unknown>;
  /** What --map says of this row beside Django's own fields. */
  given: Record<string, unknown>;
};
export type Place = { line: number; row?: number };

export function placeText({ line, row }: Place): string {
  return row === undefined ? `line ${line}` : `line ${line}, row ${row}`;
}

/** Rows as --map wants them, by model and id: some of their fields, or null to leave the whole row out. */
export type Corrections = Record<string, Record<string, Record<string, unknown> | null>>;

export type Dump = {
  path: string;
  /** All rows from the beginning, some hundreds at a time. The checksum is known behind the last. */
  rows(): AsyncGenerator<Row[]>;
  checksum(): string;
};

export function openDump(path: string, corrections: Corrections = {}): Dump {
  let checksum = '';
  return {
    path,
    async *rows() {
      const hash = createHash('sha256');
      for await (const pieces of split(path, (bytes) => hash.update(bytes))) {
        yield pieces.map(parse).flatMap((row) => correct(row, corrections[row.model]?.[row.pk]));
      }
      const read = hash.digest('hex');
      if (checksum && read !== checksum) throw new Fatal('The file changed while it was read. Nothing was written.');
      checksum = read;
    },
    checksum: () => checksum,
  };
}

type Piece = { at: Place; text: string };
type Splitter = { push(text: string): Piece[]; end(): Piece[] };

async function* split(path: string, see: (bytes: Buffer) => void): AsyncGenerator<Piece[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let splitter: Splitter | undefined;
  let line = 1;
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    if (!splitter && /^(fffe|feff)/.test(bytes.toString('hex', 0, 2))) {
      throw new Fatal(
        'The file is UTF-16, as PowerShell\'s ">" writes it. Make it with: python manage.py dumpdata --format jsonl --output dump.jsonl',
      );
    }
    see(bytes);
    const text = decode(decoder, bytes);
    if (!splitter) {
      const start = text.search(/\S/);
      if (start < 0) {
        line += text.split('\n').length - 1;
        continue;
      }
      splitter = text[start] === '[' ? listSplitter(line) : lineSplitter(line);
    }
    yield splitter.push(text);
  }
  if (!splitter) throw new Fatal('The file is empty.');
  decode(decoder);
  yield splitter.end();
}

function decode(decoder: TextDecoder, bytes?: Buffer): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new Fatal(
      'The file is not UTF-8, or was cut in the middle of a letter. Make it again with dumpdata --output.',
    );
  }
}

function lineSplitter(line: number): Splitter {
  let rest = '';
  const piecesOf = (lines: string[]): Piece[] =>
    lines.map((text) => ({ at: { line: line++ }, text })).filter(({ text }) => text.trim() !== '');
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      return piecesOf(lines);
    },
    end: () => piecesOf([rest]),
  };
}

const [newline, quote, comma, open, close, backslash, begin, end] = [...'\n",[]\\{}'].map((c) => c.charCodeAt(0));

/** Finds where each object of a list begins and ends, without looking at what is in it. */
function listSplitter(line: number): Splitter {
  let [depth, row, inText, escaped, closed] = [0, 0, false, false, false];
  let piece = '';
  let at: Place = { line };
  const cut = (why: string) => new Fatal(`${placeText(at)}: ${why} Make the dump again.`);
  return {
    push(text) {
      const pieces: Piece[] = [];
      let from = piece ? 0 : -1;
      for (let place = 0; place < text.length; place++) {
        const code = text.charCodeAt(place);
        if (code === newline) line++;
        if (inText) {
          if (escaped) escaped = false;
          else if (code === backslash) escaped = true;
          else if (code === quote) inText = false;
        } else if (code === quote && depth > 1) {
          inText = true;
        } else if (code === begin || code === open) {
          if (closed) throw cut('something follows the end of the list.');
          if (++depth === 2) {
            from = place;
            at = { line, row: ++row };
          }
        } else if (code === end || code === close) {
          depth--;
          if (depth === 1) {
            pieces.push({ at, text: piece + text.slice(from, place + 1) });
            piece = '';
            from = -1;
          }
          closed = depth === 0;
        } else if (depth < 2 && code !== comma && code !== undefined && text[place]?.trim()) {
          throw new Fatal(`line ${line}: this is no list of rows, as dumpdata makes it.`);
        }
      }
      if (from >= 0) piece += text.slice(from);
      return pieces;
    },
    end() {
      if (!closed) throw cut('the file ends before its list does: it was cut off.');
      return [];
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse({ at, text }: Piece): Row {
  const wrong = (what: string) => new Fatal(`${placeText(at)}: ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const isCut = text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}');
    if (isCut) throw wrong('the row does not end: the file was cut off. Make the dump again.');
    throw wrong('this is no JSON. Make the dump with: python manage.py dumpdata --format jsonl --output dump.jsonl');
  }
  if (!isObject(value) || typeof value.model !== 'string' || !isObject(value.fields)) {
    throw wrong('this is no row of dumpdata, which has a "model", a "pk" and "fields".');
  }
  const { model, pk, fields } = value;
  if (typeof pk !== 'number' && typeof pk !== 'string') {
    throw wrong(`${model} has no pk. Make the dump without --natural-primary.`);
  }
  if (typeof pk === 'number' && !Number.isSafeInteger(pk)) throw wrong(`the id of this ${model} is too large.`);
  return { at, model, pk, fields, given: {} };
}

function correct(row: Row, correction: Record<string, unknown> | null | undefined): Row[] {
  if (correction === undefined) return [row];
  if (correction === null) return [];
  for (const [name, value] of Object.entries(correction)) {
    if (name in row.fields) row.fields[name] = value;
    else row.given[name] = value;
  }
  return [row];
}
