// A dump is read as a stream, in either of dumpdata's formats, and what is wrong with it is said with its line.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Dump, openDump, type Row } from '../../../scripts/import/dump.ts';
import { fileOf, lines, patient, user } from '../../support/django-dump.ts';

const read = async (dump: Dump): Promise<Row[]> => {
  const all: Row[] = [];
  for await (const rows of dump.rows()) all.push(...rows);
  return all;
};
const readText = async (text: string | Uint8Array) => read(openDump(await fileOf(text)));
const nasty = 'a "quoted" } ] { [ \\ \u2028 name, with é and 🩺\n';
const rows = [user(1), patient(7, { name: nasty }), patient(8, { name: '' })];
const plain = (read: Row[]) => read.map(({ model, pk, fields }) => ({ model, pk, fields }));

describe('a dump', () => {
  test.each([
    ['JSON lines', lines(rows), [{ line: 1 }, { line: 2 }, { line: 3 }]],
    [
      'JSON lines with Windows ends, an empty line and a mark',
      `\uFEFF${lines(rows).replaceAll('\n', '\r\n')}\r\n`,
      [{ line: 1 }, { line: 2 }, { line: 3 }],
    ],
    ['JSON lines without an end', lines(rows).trimEnd(), [{ line: 1 }, { line: 2 }, { line: 3 }]],
    ['a list in one line', JSON.stringify(rows), [1, 2, 3].map((row) => ({ line: 1, row }))],
    [
      'a list with an indent',
      `\n${JSON.stringify(rows, null, 2)}\n`,
      [
        { line: 3, row: 1 },
        { line: 21, row: 2 },
        { line: 32, row: 3 },
      ],
    ],
  ])('is read as %s', async (_name, text, places) => {
    const found = await readText(text);
    expect(plain(found)).toEqual(rows);
    expect(found.map(({ at }) => at)).toEqual(places);
  });

  test.each(['lines', 'list'])('of several megabytes is read in pieces, as %s', async (kind) => {
    const many = Array.from({ length: 9_000 }, (_, pk) => patient(pk + 1, { name: `${nasty}${'é'.repeat(pk % 300)}` }));
    const found = await readText(kind === 'lines' ? lines(many) : JSON.stringify(many));
    expect(plain(found)).toEqual(many);
  });

  test('has the checksum of its file, which must stay the same', async () => {
    const path = await fileOf(lines(rows));
    const dump = openDump(path);
    await read(dump);
    expect(dump.checksum()).toBe(createHash('sha256').update(lines(rows)).digest('hex'));
    const { appendFile } = await import('node:fs/promises');
    await appendFile(path, lines([user(2)]));
    await expect(read(dump)).rejects.toThrow('The file changed while it was read');
  });

  test.each([
    ['the file was cut off', lines(rows).slice(0, -40), 'line 3: the row does not end'],
    ['a list was cut off in a row', JSON.stringify(rows).slice(0, -40), 'line 1, row 3: the file ends before its list'],
    ['a list was cut off behind a row', JSON.stringify(rows).slice(0, -1), 'the file ends before its list does'],
    ['something follows the list', `${JSON.stringify(rows)}\n[]`, 'something follows the end of the list'],
    ['it is no list of rows', '[1, 2]', 'line 1: this is no list of rows'],
    ['a line is something else', `${lines([user(1)])}Loading settings\n`, 'line 2: this is no JSON'],
    ['a row has no model', '{"pk": 1, "fields": {}}', 'line 1: this is no row of dumpdata'],
    ['a row has no fields', '{"model": "auth.user", "pk": 1}', 'line 1: this is no row of dumpdata'],
    ['a row is a list', '{"model": "auth.user", "pk": 1, "fields": []}', 'line 1: this is no row of dumpdata'],
    ['a row has no pk', '{"model": "auth.user", "fields": {}}', 'without --natural-primary'],
    [
      'an id is too large',
      '{"model": "a.b", "pk": 9007199254740993, "fields": {}}',
      'line 1: the id of this a.b is too large',
    ],
    ['it is empty', ' \n', 'The file is empty'],
  ])('is refused with its line when %s', async (_name, text, message) => {
    await expect(readText(text)).rejects.toThrow(message);
  });

  test('is refused in other encodings, with what to do', async () => {
    await expect(readText(Buffer.from(`\uFEFF${lines(rows)}`, 'utf16le'))).rejects.toThrow('UTF-16, as PowerShell');
    await expect(readText(Buffer.from(lines([user(1, { first_name: 'é' })]), 'latin1'))).rejects.toThrow('not UTF-8');
    const cutInLetter = Buffer.from(`${lines(rows)}{"model": "é`).subarray(0, -1);
    await expect(readText(cutInLetter)).rejects.toThrow('cut in the middle of a letter');
  });

  test('is corrected row by row, where --map says so', async () => {
    const dump = openDump(await fileOf(lines(rows)), {
      'clinic.patient': { 7: { name: 'Jane', role: 'patient' }, 8: null },
    });
    const found = await read(dump);
    expect(found.map(({ pk }) => pk)).toEqual([1, 7]);
    expect([found[1]?.fields.name, found[1]?.given]).toEqual(['Jane', { role: 'patient' }]);
  });
});
