// The fields that bodies, paths and queries are made of, each with what it says to a person who got it wrong.
import * as z from 'zod';

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
export const storable = (text: string) => text.isWellFormed() && !text.includes('\0');

export const text = (most: number) =>
  z
    .string()
    .max(most, `at most ${most} characters`)
    .refine(storable, 'contains characters that cannot be stored')
    .trim();
export const requiredText = (most: number) => text(most).min(1, 'must not be empty');
/** Forms send '' for "nothing". */
export const optionalText = (most: number) =>
  text(most)
    .transform((value) => value || null)
    .nullish();

export const emailAddress = text(254).toLowerCase().pipe(z.email('not an email address')).meta({ format: 'email' });
export const optionalEmail = z
  .union([emailAddress, z.literal('').transform(() => null)], { error: 'not an email address' })
  .nullish();

export const recordId = z
  .int('must be the id of a record')
  .positive('must be the id of a record')
  .meta({ id: 'Id', examples: [7] });

export const dateText = z.iso
  .date({ error: 'must be a date like 1990-12-31', abort: true })
  .refine((date) => date >= '0001', { error: 'must be a date like 1990-12-31', abort: true });

/** A number, an id or a time out of a query string. */
export const numberText = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be ${least} or more`).max(most, `must be ${most} or less`));
export const idText = numberText(1, Number.MAX_SAFE_INTEGER);

/** Words, of which each begins a word of the record or is a typo away from one. */
export const searchText = requiredText(100);
