// The fields of bodies, paths and queries, each with its message for a person who got it wrong.
import * as z from 'zod';

/** PostgreSQL can store neither NUL nor half of a surrogate pair. */
export const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0');

/**
 * Control characters, each of which takes six bytes of JSON, and the marks that reverse the text around them, with
 * which an attacker's name could look like somebody else's. Allowed are the marks that right-to-left scripts need,
 * U+200E, U+200F and U+061C: they only affect their neighbours.
 */
const invisible = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
/** Allowed in text of several lines. */
const linesAndTabs = /[\t\n\r\u2028\u2029]/g;
const lineBreaks = /[\u2028\u2029]/;
const isPlainLine = (text: string) => !invisible.test(text) && !lineBreaks.test(text);
/** Removes them: for a User-Agent, which is no reason to refuse a request. */
export const stripInvisible = (text: string) => text.replace(new RegExp(invisible, 'gu'), '');

const trimmed = (most: number) => z.string().max(most, `at most ${most} characters`).trim();
const storableText = (most: number) => trimmed(most).refine(isStorable, 'contains characters that cannot be stored');
/** One line of text. White space at both ends is cut off first, because pasted text often has some. */
export const text = (most: number) =>
  storableText(most).refine(isPlainLine, 'contains control characters, line breaks or marks of direction');
export const requiredText = (most: number) => text(most).min(1, 'must not be empty');
/**
 * Letters and digits that can be seen. Unicode also has letters that cannot: the fillers of Hangul, the blanks of
 * Egyptian hieroglyphs. The empty pattern of Braille, U+2800, is no letter.
 */
const visibleCharacter = /(?![\p{Default_Ignorable_Code_Point}\u{13441}\u{13442}])[\p{L}\p{N}]/u;
/** How many letters and digits of a text can be seen. */
export const visibleLength = (text: string) => text.match(new RegExp(visibleCharacter, 'gu'))?.length ?? 0;
/** The name of a person. It needs a visible character, or lists and the trail would show nobody. */
export const nameText = requiredText(200).refine((name) => name === '' || visibleCharacter.test(name), {
  error: 'must have a letter or a digit that can be seen',
});
/** Forms send '' for "nothing". */
const emptyIsNull = <Text extends z.ZodType<string, string>>(text: Text) =>
  text.transform((value) => value || null).nullish();
export const optionalText = (most: number) => emptyIsNull(text(most));
/** The same with tabs and lines: an address, a history. */
export const multilineText = (most: number) =>
  storableText(most).refine(
    (value) => !invisible.test(value.replace(linesAndTabs, '')),
    'contains control characters or marks of direction',
  );
export const optionalMultilineText = (most: number) => emptyIsNull(multilineText(most));

export const emailAddress = text(254).toLowerCase().pipe(z.email('not an email address')).meta({ format: 'email' });
export const optionalEmail = z
  .preprocess((sent: string) => (sent === '' ? null : sent), emailAddress.nullable())
  .nullish();

export const recordId = z
  .int('must be the id of a record')
  .min(1, 'must be the id of a record')
  .meta({ id: 'Id', examples: [7] });

export const dateText = z.iso
  .date({ error: 'must be a date like 1990-12-31', abort: true })
  .refine((date) => date >= '0001', { error: 'must be a date like 1990-12-31', abort: true });

/** A number in a query string. */
export const numberText = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be ${least} or more`).max(most, `must be ${most} or less`));
export const idText = numberText(1, Number.MAX_SAFE_INTEGER);

/** Words to search for. Each has to begin a word of the record, or be one typo away from it. */
export const searchText = multilineText(100).min(1, 'must not be empty');
