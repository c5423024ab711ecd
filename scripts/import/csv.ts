// Takes the patients of a spreadsheet in: `npm run import:csv -- patients.csv --owner you@example.com`.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type ColumnTarget, fields, guessColumns, notImported } from '../../portal/spreadsheet/columns.ts';
import {
  type CellText,
  columnLabel,
  type ExistingPatient,
  findDuplicates,
  type ParsedLine,
  parsePatients,
} from '../../portal/spreadsheet/patients.ts';
import { readSheet, type Sheet, Unreadable } from '../../portal/spreadsheet/read.ts';
import { newPatient } from '../../src/patients/table.ts';
import { type Account, called, printTable, whose } from '../cli/admin/account.ts';
import { withDatabase } from '../cli/database.ts';
import { agree, bold, dim, duration, Fatal, red, run, step } from '../support/terminal.ts';
import { openStore, type Store } from './database.ts';
import { beginStaging, endStaging } from './staging.ts';

const usage = `Usage: npm run import:csv -- patients.csv --owner WHO
  --owner WHO       email or id of the account whose patients they become
  --dry-run         says what was understood, and stops
  --write-map FILE  writes that down as JSON, for you to correct, and stops
  --map FILE        takes it from there
  --skip-doubled    leaves out who is there already, or twice in the file
  --keep-doubled    imports them as they are
  --yes             does not ask`;

const mapFile = z.strictObject({
  columns: z.record(z.string(), z.enum([...fields, notImported]).nullable()),
  dates: z.enum(['day first', 'month first']).optional(),
});
type MapFile = z.output<typeof mapFile>;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        owner: { type: 'string' },
        'dry-run': { type: 'boolean' },
        'write-map': { type: 'string' },
        map: { type: 'string' },
        'skip-doubled': { type: 'boolean' },
        'keep-doubled': { type: 'boolean' },
        yes: { type: 'boolean' },
      },
    });
    const [path, ...more] = positionals;
    if (!path || more.length > 0) throw new Error('Name one file.');
    const looks = values['dry-run'] || values['write-map'] !== undefined;
    if (!values.owner && !looks) throw new Error('Say whose patients they become, with --owner.');
    return { ...values, path, looks };
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}
type Options = ReturnType<typeof readArguments>;

async function readMap(path: string, { header }: Sheet): Promise<MapFile> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Fatal(`There is no file ${path}.`, 2);
  });
  try {
    const map = mapFile.parse(JSON.parse(text));
    const unknown = Object.keys(map.columns).find((name) => !header.includes(name));
    if (unknown) throw new Error(`the file has no column "${unknown}"`);
    return map;
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? `${error.issues[0]?.path.join(' ')}: ${error.issues[0]?.message}` : error;
    throw new Fatal(`${path}: ${reason instanceof Error ? reason.message : reason}.`, 2);
  }
}

/** Reads the file and says what was understood. Refuses what would lose something, or is wrong. */
async function look({ path, map, 'write-map': target }: Options): Promise<{ lines: ParsedLine[]; checksum: string }> {
  const bytes = await readFile(path).catch(() => {
    throw new Fatal(`There is no file ${path}.`);
  });
  const sheet = readable(path, bytes);
  const corrected = map === undefined ? undefined : await readMap(map, sheet);
  const guessed = guessColumns(sheet.header);
  const places = sheet.header.map((name, at): ColumnTarget => corrected?.columns[name] ?? guessed[at] ?? null);
  const understood = parsePatients(sheet, { places, order: corrected?.dates });
  show(sheet, { places, order: understood.order });
  if (target) {
    const columns = Object.fromEntries(sheet.header.map((name, at) => [name, places[at] ?? null]));
    await writeFile(target, `${JSON.stringify({ columns, dates: understood.order }, null, 2)}\n`);
    console.log(`Wrote ${target}. Nothing was imported.`);
    return { lines: [], checksum: '' };
  }
  const { refused, without, lines } = understood;
  if (refused)
    throw new Fatal(
      `${refused}\nWrite down what was understood with --write-map map.json, correct it, and come back with --map map.json.`,
    );
  if (without.length > 0) {
    throw new Fatal(
      `These columns have no place, and so would be lost: ${without.join(', ')}.\nSay where they go, or leave them out: --write-map map.json, correct it, and --map map.json.`,
    );
  }
  const wrong = [...understood.wrong, ...lines.flatMap(wrongIn)].toSorted((one, other) => one.line - other.line);
  if (wrong.length > 0)
    throw new Fatal(
      [
        `Wrong in ${path}:`,
        ...listed(wrong.map(({ line, what }) => `line ${line}: ${what}`)),
        'Nothing was written.',
      ].join('\n'),
    );
  return { lines, checksum: createHash('sha256').update(bytes).digest('hex') };
}

function readable(path: string, bytes: Uint8Array): Sheet {
  try {
    return readSheet(bytes);
  } catch (error) {
    throw error instanceof Unreadable ? new Fatal(`${path}: ${error.message}`) : error;
  }
}

/** What the API would refuse. */
function wrongIn({ line, patient }: ParsedLine): { line: number; what: string }[] {
  if (patient.name === '') return [];
  const { error } = newPatient.safeParse(patient);
  return (error?.issues ?? []).map(({ path, message }) => ({ line, what: `${path.join(' ')} ${message}` }));
}

const shownLines = 20;
const listed = (lines: string[]): string[] => [
  ...lines.slice(0, shownLines).map((line) => `  ${line}`),
  ...(lines.length > shownLines ? [`  and ${(lines.length - shownLines).toLocaleString('en')} more`] : []),
];

function show(sheet: Sheet, { places, order }: CellText): void {
  const separator = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' }[sheet.delimiter];
  console.log(`\n${sheet.rows.length.toLocaleString('en')} rows, ${sheet.encoding}, separated by ${separator}\n`);
  printTable(
    ['column', 'becomes', 'filled'],
    sheet.header.map((name, at) => {
      const filled = sheet.rows.filter(({ cells }) => (cells[at]?.trim() ?? '') !== '').length;
      const place = columnLabel(places[at] ?? null);
      return [printable(name), places[at] === null && filled > 0 ? red(place) : place, filled.toLocaleString('en')];
    }),
  );
  if (order) console.log(`\nDates with slashes: the ${order.replace(' ', ' comes ')}.`);
}

/** A file that somebody else made must not move the cursor. */
const printable = (text: string) => text.replace(/\p{C}/gu, '?');

/** What the owner can see already: an administrator sees all. */
async function whatIsThere(store: Store, { id, role }: Account): Promise<ExistingPatient[]> {
  const [rows] = await store.transaction([
    {
      text: `select name, date_of_birth::text, phone from patients where created_by = $1 or $2`,
      values: [id, role === 'admin'],
    },
  ]);
  return (rows ?? []) as ExistingPatient[];
}

async function withoutDoubled(
  store: Store,
  owner: Account,
  lines: ParsedLine[],
  options: Options,
): Promise<ParsedLine[]> {
  if (options['keep-doubled']) return lines;
  const twice = findDuplicates(lines, await whatIsThere(store, owner));
  if (twice.length === 0) return lines;
  const said = listed(
    twice.map(({ line, as }) => `line ${line} is ${as === null ? 'here already' : `the same as line ${as}`}`),
  );
  console.log(['\nThe same name with the same birth date or phone:', ...said].join('\n'));
  if (!options['skip-doubled'] && !options.looks) {
    throw new Fatal(
      'Add --skip-doubled to leave these lines out, or --keep-doubled to import them. Nothing was written.',
    );
  }
  const left = new Set(twice.map(({ line }) => line));
  return lines.filter(({ line }) => !left.has(line));
}

async function write(store: Store, owner: Account, lines: ParsedLine[], checksum: string): Promise<void> {
  const staging = await beginStaging(store);
  try {
    for (const { line, patient } of lines)
      staging.add('patients', { id: line, created_by: owner.id, ...newPatient.parse(patient) });
    await staging.flush(true);
    const columns = ['created_by', ...Object.keys(newPatient.shape)].join(', ');
    await store.transaction([
      { text: `select set_config('app.role', 'cli', true)` },
      { text: `insert into patients (${columns}) select ${columns} from importing.patients order by id` },
      {
        text: `insert into audit (action, resource, before) values ('import', 'database', $1::jsonb)`,
        values: [JSON.stringify({ patients: lines.length, sha256: checksum, created_by: owner.id })],
      },
      { text: 'drop schema importing cascade' },
    ]);
  } catch (error) {
    await endStaging(store, staging.run).catch(() => {});
    throw error;
  }
}

async function main(): Promise<void> {
  const options = readArguments();
  const { lines, checksum } = await look(options);
  if (options['write-map']) return;
  if (!options.owner) return console.log('Nothing was written.');
  await withDatabase(async (database) => {
    console.log(dim(`\nInto ${database.name}`));
    const owner = await whose(database.sql, options.owner ?? '');
    if (owner.role !== 'user' && owner.role !== 'admin') {
      throw new Fatal(`${called(owner)} is a ${owner.role}. Patients are kept by an account of role user or admin.`);
    }
    const store = await openStore(database);
    try {
      const wanted = await withoutDoubled(store, owner, lines, options);
      if (options.looks) return console.log('Nothing was written.');
      const count = `${wanted.length.toLocaleString('en')} ${wanted.length === 1 ? 'patient' : 'patients'}`;
      await agree(`Import ${count} as those of ${called(owner)}?`, options.yes, 'Nothing was written.');
      const started = performance.now();
      await step('importing, in one transaction', () => write(store, owner, wanted, checksum));
      console.log(`${bold('Imported')} ${count} in ${duration(performance.now() - started)}.`);
    } finally {
      await store.close();
    }
  });
}

if (import.meta.main) {
  await run(main);
}
