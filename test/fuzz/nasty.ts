// Values that somebody means badly, or that nobody thought of. Each that is text carries the canary where it can: an
// answer that repeats it would repeat anything.
import * as fc from 'fast-check';

/** In a description of a request; what is sent has eight more letters, its own. */
export const canaryPrefix = 'kAnArY';
const K = canaryPrefix;

const words = (text: string) => text.trim().split(/\s+/);

const injected =
  words(`';drop/**/table/**/users;--${K} "${K}\\ {${K}} {"a":"${K} $1${K} %s%n${K} %00${K} {{7*7}}${K} ../../${K}
  <script>${K}</script> \\N \\x${K} ${K},${K} (${K}) ${K}% _${K} ${K}\\ %${K}_ ${K}|${K} ${K}:* &${K}! ${K}' ''${K}`);
const numbers = words(`0 -0 -1 1.5 151 1e2 1e999 -1e400 1e-400 0x10 1_000 2147483648 9007199254740991 9007199254740992
  9223372036854775807 9223372036854775808 123456789012345678901234567890 00 +1 NaN Infinity`);
const times =
  words(`2024-02-30 0000-00-00 9999-12-31 1900-02-29 -000001-01-01 +275760-09-13 1990-12-31T00:00:00Z infinity now
  0001-01-01T00:00:00Z 9999-12-31T23:59:59+23:59 2024-12-31T23:59:60Z 2024-01-01T00:00:00.123456789Z epoch 24:00 -infinity`);
const addresses = words(
  `${K}@example.com ${K}@ @${K} a@${K} "${K}"@example.com ${K}@xn--${K}.com ${K}@[127.0.0.1] ${K}+a@b.co`,
);
const keywords = words('null true false undefined __proto__ constructor toString prototype then valueOf admin');
const foreign = words(
  '٣ １ İ ß ﬃ Ⅷ ｋ ñ n\u0303 \u{1f469}\u200d\u{1f4bb} \u{10ffff} \uffff \u0085 ಠ_ಠ a\u0301\u0301\u0301',
);
const unseen = [
  `${K}\0`,
  '\0',
  `${K}\ud800`,
  `\udfff${K}`,
  `\u202e${K}\u202c`,
  `${K}\r\nSet-Cookie: a=b`,
  `\ufeff${K}`,
  `\t${K}\v`,
];
const long = [20, 50, 400, 4000].map((times) => K.repeat(times));

export const nastyText = fc.oneof(
  fc.constantFrom('', ' ', K, ...injected, ...numbers, ...times, ...addresses, ...keywords),
  fc.constantFrom(...foreign, ...foreign.map((text) => text + K), ...unseen, ...long),
  fc.string({ unit: 'binary' }).map((text) => text + K),
  fc.string({ unit: 'grapheme' }).map((text) => K + text),
);

/** Text for a place that an address has for it. Half of a surrogate pair cannot be there at all. */
export const nastyPart = nastyText.map((text) => encodeURIComponent(text.toWellFormed()));

const deep = ['['.repeat(3000) + ']'.repeat(3000), `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`];
const odd =
  words(`-0 1E400 -1e400 1e-400 0.1e1 1.0 true false null [] {} [[]] [null] ["${K}"] {"${K}":"${K}"} [1,"${K}"]
  {"__proto__":{"role":"admin"}} {"constructor":{"prototype":1}} {"$ne":null} {"toString":1} {"length":1e9} {"toJSON":1}
  "\\ud800" "\\u0000${K}" "\\udc00\\ud800" "\\u0022${K}"`);

/** A value as it stands in a JSON text, which may hold what JSON.stringify cannot write. */
export const nastyJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: nastyText.map((text) => JSON.stringify(text)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...odd, ...numbers.filter((text) => /^-?(0|[1-9])[\d.e-]*$/.test(text)), ...deep),
  },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
);

/** A whole body that is no object that we know. */
export const nastyBody = fc.oneof(
  nastyJson,
  fc.constantFrom(
    '',
    ' ',
    '//',
    ...words(`{ } {" {"${K} {${K}} ${K} {'a':1} {"a":1,} [1,] \ufeff{} {}{} {"a":01} {"a":+1} {"a":.5}`),
  ),
  fc.nat({ max: 200 }).map((cut) => ({ cut })),
  fc
    .constantFrom([0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0], [0x1f, 0x8b])
    .map((bytes) => ({ bytes })),
  fc.constant({ padTo: 300_000 }),
);

export const nastyNames = [
  '',
  `${K}\0`,
  'name ',
  ...keywords,
  ...words(`${K} id role user_id created_by approved disabled
  disabled_at version password_hash created_at name_key NAME patient[] a.b`),
];

const tags = words(
  `"1" W/"1" "1-34" "1","2" "99999999999999999999" "-1" "${K}" "${K} , ,,, "1",${K} {1} "1}" "none" 1 w/"1"`,
);

/** Text that a header can carry at all. */
export const nastyHeader = fc.oneof(
  fc.constantFrom('', '*', K, `${K}; a=b`, `${K}\t`, 'null', '%00', K.repeat(100), ...tags),
  fc.string({ maxLength: 300 }).map((text) => text.replace(/[^\x20-\x7e]/g, '~') + K),
);

export const nastyAddress = fc.constantFrom(
  ...words(`203.0.113.1 :: ::1 2001:db8::1 ::: 1::2::3 ::ffff:1.2.3.4 ${':'.repeat(500)} ${K} fe80::1%${K}`),
);

export const nastyType = fc.constantFrom(
  ...['', 'application/json; charset=utf-8', 'application/json;charset=utf-16', `multipart/form-data; boundary=${K}`],
  ...words(`APPLICATION/JSON text/plain multipart/form-data application/x-www-form-urlencoded application/problem+json
    application/${K} application/json,${K} application/json-patch+json */*`),
);
