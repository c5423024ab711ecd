// What is made of a spreadsheet: its letters, columns, dates and words, and who is in it twice.
import { describe, expect, test } from 'vitest';
import { type ColumnTarget, columnErrors, guessColumns } from '../../../portal/spreadsheet/columns.ts';
import { findDuplicates, parsePatients } from '../../../portal/spreadsheet/patients.ts';
import { readSheet } from '../../../portal/spreadsheet/read.ts';
import {
  type DateOrder,
  detectDateOrder,
  parseAge,
  parseDate,
  parseGender,
} from '../../../portal/spreadsheet/values.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const sheetOf = (text: string) => readSheet(bytes(text));
/** A text in a code page of one byte a letter. */
const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const patientsOf = (text: string, order?: DateOrder, places?: ColumnTarget[]) => {
  const sheet = sheetOf(text);
  return parsePatients(sheet, { places: places ?? guessColumns(sheet.header), order });
};

describe('a file', () => {
  test.each<[string, Uint8Array, object]>([
    [
      'of Excel, with a mark and semicolons',
      bytes('\uFEFFName;Alter\r\nZoë;3\r\n'),
      { encoding: 'UTF-8', delimiter: ';' },
    ],
    ['of Excel in the code page of Windows', latin('Name;Alter\r\nZo\xeb;3\r\n'), { encoding: 'Windows-1252' }],
    ['with commas', bytes('Name,Alter\nZoë,3'), { delimiter: ',' }],
    ['with tabs', bytes('Name\tAlter\nZoë\t3'), { delimiter: '\t' }],
    [
      'of Excel as Unicode text',
      Uint8Array.from([
        0xff,
        0xfe,
        ...new Uint8Array(Uint16Array.from('Name\tAlter\nZoë\t3', (l) => l.charCodeAt(0)).buffer),
      ]),
      { encoding: 'UTF-16', delimiter: '\t' },
    ],
  ])('%s is read', (_, file, expected) => {
    const sheet = readSheet(file);
    expect(sheet).toMatchObject({ ...expected, header: ['Name', 'Alter'] });
    expect(sheet.rows).toEqual([{ line: 2, cells: ['Zoë', '3'] }]);
  });

  test('says of each row where it begins, past empty lines and cells with lines', () => {
    const { rows } = sheetOf('name,notes\n\n"Adam","one\ntwo, ""three"""\n,\nEve,x,,\n');
    expect(rows).toEqual([
      { line: 3, cells: ['Adam', 'one\ntwo, "three"'] },
      { line: 6, cells: ['Eve', 'x'] },
    ]);
  });

  test('keeps a formula as the text that it is', () => {
    expect(patientsOf('name,notes\n=1+1,"=HYPERLINK(""http://evil.example"")"').lines[0]?.patient).toEqual({
      name: '=1+1',
      medical_history: '=HYPERLINK("http://evil.example")',
    });
  });

  test.each([
    ['PK\x03\x04', 'Save it as CSV first'],
    ['', 'There are no rows'],
    ['name,age\n', 'There are no rows'],
    ['name;age\n"Adam;3\nEve;4', 'Line 2: a quotation mark is opened and not closed.'],
    ['name,age\nEve,4\nDoe, Adam,3', 'Line 3 has 3 cells, and the first line names 2 columns.'],
    ['na\0me', 'This is no text'],
  ])('that is none is refused with a sentence: %j', (text, sentence) => {
    expect(() => sheetOf(text)).toThrow(sentence);
  });
});

describe('columns', () => {
  test.each<[string, ColumnTarget[]]>([
    ['First Name,Last Name,DOB,Sex,Mobile,E-Mail', ['given', 'family', 'date_of_birth', 'gender', 'phone', 'email']],
    [
      'Nachname,Vorname,Geburtsdatum,Straße,PLZ,Ort',
      ['family', 'given', 'date_of_birth', 'address', 'address', 'address'],
    ],
    ['patient_name,Birth Date,born,Shoe size', ['name', 'date_of_birth', null, null]],
  ])('are known by their names: %s', (header, places) => {
    expect(guessColumns(header.split(','))).toEqual(places);
  });

  test('have to have a name among them, and each date once', () => {
    expect(columnErrors(['age'])).toMatch('No column is the name');
    expect(columnErrors(['name', 'email', 'email'])).toMatch('Two columns are "email"');
    expect(columnErrors(['family', 'phone', 'phone'])).toBeUndefined();
  });

  test('without a place are named, where they hold something', () => {
    expect(patientsOf('name,shoe,hat\nEve,,9').without).toEqual(['hat']);
    expect(patientsOf('name,shoe\nEve,38', undefined, ['name', 'leave out']).without).toEqual([]);
  });

  test('that are one field are joined, and notes say which is which', () => {
    const { lines } = patientsOf(
      'Vorname;Nachname;Straße;Ort;Allergien;Notizen\nZoë;Doe;1 Main Street;Ulm;Nuts;Tired\nAdam;;;Ulm;;Well',
    );
    expect(lines.map(({ patient }) => patient)).toEqual([
      { name: 'Zoë Doe', address: '1 Main Street, Ulm', medical_history: 'Allergien: Nuts\nNotizen: Tired' },
      { name: 'Adam', address: 'Ulm', medical_history: 'Notizen: Well' },
    ]);
  });
});

describe('dates', () => {
  test.each<[string, DateOrder | undefined, string]>([
    ['1990-12-31', undefined, '1990-12-31'],
    ['1990-12-31T00:00:00Z', undefined, '1990-12-31'],
    ['31.12.1990', undefined, '1990-12-31'],
    ['1. 2. 1990', undefined, '1990-02-01'],
    ['12/31/1990', 'month first', '1990-12-31'],
    ['1/2/1990', 'month first', '1990-01-02'],
    ['1/2/1990', 'day first', '1990-02-01'],
  ])('%s (%s) is %s', (text, order, date) => {
    expect(parseDate(text, order)).toEqual({ date });
  });
  test.each(['29.02.1990', '31/02/1990', '12/31/90', '33000', '0.0.1990', 'yesterday', '1990-12-31T10:00:00Z'])(
    '%s is none',
    (text) => {
      expect(parseDate(text, 'day first')).toHaveProperty('wrong');
    },
  );

  test('with slashes are read in the order that the file shows', () => {
    expect(detectDateOrder(['1/2/1990', '31/12/1990', ''])).toBe('day first');
    expect(detectDateOrder(['1/2/1990', '12/31/1990'])).toBe('month first');
    expect(detectDateOrder(['1/2/1990', '3/4/1990'])).toBeUndefined();
    expect(patientsOf('name,dob\nEve,1/2/1990\nAdam,12/31/1990').lines[0]?.patient.date_of_birth).toBe('1990-01-02');
    expect(patientsOf('name,dob\nEve,1/2/1990\nAdam,31/12/1990').lines[0]?.patient.date_of_birth).toBe('1990-02-01');
  });

  test('that nobody can tell are refused, until a person says', () => {
    const ambiguous = 'name,dob\nEve,1/2/1990\nAdam,3/4/1990';
    expect(patientsOf(ambiguous).refused).toMatch('No date shows whether the day or the month comes first');
    expect(patientsOf(ambiguous, 'month first')).toMatchObject({ refused: undefined, order: 'month first' });
    expect(patientsOf('name,dob\nEve,5/5/1990').refused).toBeUndefined();
    expect(patientsOf('name,dob\nEve,12/31/1990\nAdam,31/12/1990').refused).toMatch('Write them all in one way');
  });
});

test('words of a cell mean a gender or an age, or are wrong', () => {
  for (const word of ['F', 'Female', 'weiblich', 'W', 'Frau']) expect(parseGender(word)).toEqual({ gender: 'female' });
  for (const word of ['m', 'MALE', 'männlich', 'Mr.']) expect(parseGender(word)).toEqual({ gender: 'male' });
  expect(parseGender('divers')).toEqual({ gender: 'other' });
  expect(parseGender('?')).toHaveProperty('wrong');
  expect(parseAge('34')).toEqual({ age: 34 });
  for (const text of ['34 years', '-1', '3.5', '1e2']) expect(parseAge(text)).toHaveProperty('wrong');
});

test('what is wrong is said with its line and column', () => {
  const { wrong } = patientsOf('Name,Born on,DOB,Sex,Age\nEve,,1990-02-30,x y z,\n,,,f,3\nAdam,,,,old');
  expect(wrong).toEqual([
    { line: 2, what: 'DOB is a day that there is not' },
    { line: 2, what: 'Sex is none of male, female, other, unknown' },
    { line: 3, what: 'has no name' },
    { line: 4, what: 'Age is no whole number of years' },
  ]);
});

describe('somebody who is there twice', () => {
  const twice = (text: string, there: object[] = []) => findDuplicates(patientsOf(text).lines, there);
  test('is found by name and birth date, or by name and phone, however they are written', () => {
    expect(twice('name,dob,phone\nZoë Doe,1990-12-31,\nAdam,,123\nZOE  DOE,31.12.1990,9\nadam,,1-2-3')).toEqual([
      { line: 4, as: 2 },
      { line: 5, as: 3 },
    ]);
  });
  test('is not everybody of one name', () => {
    expect(twice('name,dob\nEve,1990-12-31\nEve,1991-12-31\nEve,')).toEqual([]);
    expect(twice('name\nEve\nEve')).toEqual([{ line: 3, as: 2 }]);
  });
  test('may be here already', () => {
    expect(twice('name,dob\nEve,1990-12-31', [{ name: 'eve', date_of_birth: '1990-12-31' }])).toEqual([
      { line: 2, as: null },
    ]);
  });
});
