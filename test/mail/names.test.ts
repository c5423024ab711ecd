// What of a name we repeat in our own: nothing that can be called, opened, or taken for a sentence of ours.
import { expect, test } from 'vitest';
import { quotableName } from '../../src/mail/names.ts';

test.each([
  ['Jane Doe', 'Jane Doe'],
  ['Dr. Anne-Marie O’Brien', 'Dr Anne-Marie O’Brien'],
  ["D'Arcy", "D'Arcy"],
  ['José Ñuñez', 'José Ñuñez'],
  ['דוד לוי', 'דוד לוי'],
  ['राजेश कुमार', 'राजेश कुमार'],
  ['王小明', '王小明'],
])('a name stays one: %s', (name, said) => {
  expect(quotableName(name)).toBe(said);
});

test.each([
  ['call +1 900 555 0100', 'call'],
  ['call ١٢٣٤ or １２３４ or ①②③ or ½', 'call or or or'],
  ['evil.example', 'evil example'],
  ['evil。example', 'evil example'],
  ['evil․example', 'evil example'],
  ['https://evil.example/?a=1#b', 'https evil example a b'],
  ['write to help@evil.example', 'write to help evil example'],
  ['<a href="//evil">x</a>', 'a href evil x a'],
  ['“ invites you. Pay now: “', 'invites you Pay now'],
  ['two\nlines\tand tabs', 'two lines and tabs'],
  ['a\u200bb\u3164c\u202ed', 'abcd'],
  ["--'x'--y--'--z", "x'y-z"],
  ['a\u0301\u0302\u0303\u0304\u0305\u0306', 'á\u0302\u0303\u0304'],
])('a lure becomes words: %s', (name, said) => {
  expect(quotableName(name)).toBe(said);
});

test.each(['', '12345', '...', '\u3164\u200b', '+1 900 555 0100', '\u0301'])('nothing is left of "%s"', (name) => {
  expect(quotableName(name)).toBe(null);
});

test('forty characters at most, whole ones', () => {
  expect(quotableName('Your account is locked and you have to call us at once')).toBe(
    'Your account is locked and you have to c…',
  );
  expect([...(quotableName('𝔞'.repeat(100)) ?? '')]).toHaveLength(41);
  expect([...(quotableName('𠮷'.repeat(100)) ?? '')]).toHaveLength(41);
});
