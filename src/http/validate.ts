// Input is refused here or it is well-formed: zod schemas for bodies, ids and queries, and the fields they share.
import { zValidator } from '@hono/zod-validator';
import type { Context } from 'hono';
import * as z from 'zod';
import { type FieldErrors, Problem } from '../errors.ts';
import { checking } from '../openapi/describe.ts';

/** What zod would say in words for programmers. */
z.config({
  customError: (issue) => {
    if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
    if (issue.code !== 'invalid_type') return undefined;
    if (issue.input === undefined) return 'is required';
    return `must be ${/^[aio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  },
});

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
export const storable = (text: string) => text.isWellFormed() && !text.includes('\0');

/**
 * Control characters, and what turns the direction of the text around it: an attacker's name could otherwise be shown as
 * somebody else's, and one control character takes six bytes of JSON. The marks that right-to-left scripts need,
 * U+200E, U+200F and U+061C, turn nothing but their neighbours and stay.
 */
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
/** What a text may hold that has lines. */
const linesAndTabs = /[\t\n\r\u2028\u2029]/g;
const lineBreaks = /[\u2028\u2029]/;
const plain = (text: string) => !unseen.test(text) && !lineBreaks.test(text);
/** The same text without any of these: for what a client says of itself, which is no reason to refuse it. */
export const withoutUnseen = (text: string) => text.replace(new RegExp(unseen, 'gu'), '');

const trimmed = (most: number) => z.string().max(most, `at most ${most} characters`).trim();
const storableText = (most: number) => trimmed(most).refine(storable, 'contains characters that cannot be stored');
/** One line of text. What a paste brings along at either end is cut off before it is looked at. */
export const text = (most: number) =>
  storableText(most).refine(plain, 'contains control characters, line breaks or marks of direction');
export const requiredText = (most: number) => text(most).min(1, 'must not be empty');
/** Forms send '' for "nothing". */
const emptyIsNull = <Text extends z.ZodType<string, string>>(text: Text) =>
  text.transform((value) => value || null).nullish();
export const optionalText = (most: number) => emptyIsNull(text(most));
/** The same with tabs and lines: an address, a history. */
export const lines = (most: number) =>
  storableText(most).refine(
    (value) => !unseen.test(value.replace(linesAndTabs, '')),
    'contains control characters or marks of direction',
  );
export const optionalLines = (most: number) => emptyIsNull(lines(most));

export const emailAddress = text(254).toLowerCase().pipe(z.email('not an email address')).meta({ format: 'email' });
export const optionalEmail = z
  .union([emailAddress, z.literal('').transform(() => null)], { error: 'not an email address' })
  .nullish();

export const recordId = z.int('must be the id of a record').positive('must be the id of a record').meta({ id: 'Id' });

const ignored = z.unknown().optional().meta({ readOnly: true, description: 'Accepted and ignored.' });

/** The body of a PUT. Our own answers may be sent back whole: their read-only fields are accepted and dropped. */
export const whole = <Shape extends z.ZodRawShape>(shape: Shape, readOnly: readonly string[]) => {
  // not in the type of a body: a client need not know them, and any other name is a mistake that its compiler finds
  const dropped = Object.fromEntries(readOnly.map((name) => [name, ignored])) as Record<never, typeof ignored>;
  return z.strictObject({ ...dropped, ...shape }).transform((sent) => {
    for (const name of readOnly) if (name in sent) delete (sent as Record<string, unknown>)[name];
    return sent as z.output<z.ZodObject<Shape>>;
  });
};

/** The body of a PATCH: only what is to change. A read-only field is refused, or a 200 would claim what was not done. */
export const partial = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(z.object(shape).partial().shape);

const fieldErrors = (issues: readonly z.core.$ZodIssue[], allowed: string[]): FieldErrors => {
  const errors: FieldErrors = {};
  for (const { code, path, message } of issues) {
    // the name of an unknown field is the client's own text, so it is not repeated
    const [field, error] =
      code === 'unrecognized_keys'
        ? ['non_field_errors', `unknown field; allowed are ${allowed.join(', ')}`]
        : [String(path[0] ?? 'non_field_errors'), message];
    errors[field] = [...(errors[field] ?? []), error];
  }
  return errors;
};

const shapeOf = (schema: z.ZodType): string[] => {
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in as z.ZodType);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
};

const refuse =
  (schema: z.ZodType) => (result: { success: boolean; error?: { issues: readonly z.core.$ZodIssue[] } }) => {
    if (!result.success)
      throw new Problem('invalid_input', { errors: fieldErrors(result.error?.issues ?? [], shapeOf(schema)) });
  };

/** How long a body says that it is, so that its stream, which costs as much to look at as to read, need not be touched. */
export const declaredLength = (c: Context): string | undefined =>
  c.req.header('Transfer-Encoding') === undefined ? c.req.header('Content-Length') : undefined;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
// Hono would read broken UTF-8 as replacement characters, and a body of another type as no body at all.
const readable = async (c: Context) => {
  const length = declaredLength(c);
  if (length === undefined ? !c.req.raw.body : length === '0') return;
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new Problem('unsupported_media_type');
  const bytes = await c.req.raw.arrayBuffer();
  try {
    // where Hono keeps what it has read
    Object.assign(c.req.bodyCache, { text: Promise.resolve(utf8.decode(bytes)) });
  } catch {
    throw new Problem('malformed_json');
  }
};

export const json = <Schema extends z.ZodType>(schema: Schema) => {
  const validate = zValidator('json', schema, refuse(schema));
  const middleware: typeof validate = async (c, next) => {
    await readable(c);
    return validate(c, next);
  };
  return checking('json', schema, middleware);
};

/** An id in a path. What cannot be one is not found, like one that nobody has. */
const pathId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .transform(Number)
  .pipe(recordId);

export const params = <Name extends string>(...names: Name[]) => {
  const shape = Object.fromEntries(names.map((name) => [name, pathId])) as Record<Name, typeof pathId>;
  const schema = z.object(shape);
  const validate = zValidator('param', schema, ({ success }) => {
    if (!success) throw new Problem('not_found');
  });
  return checking('param', schema, validate);
};

export const byId = params('id');

/** The parameters behind the question mark, of which an unknown one is an error too. */
export const query = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const schema = z.strictObject(shape);
  const validate = zValidator('query', schema, (result) => {
    const doubled = Object.keys(shape).filter((name) => Array.isArray((result.data as Record<string, unknown>)[name]));
    const errors = Object.fromEntries(doubled.map((name) => [name, ['must be given once']]));
    if (doubled.length > 0) throw new Problem('invalid_input', { errors });
    refuse(schema)(result);
  });
  return checking('query', schema, validate);
};

/** A number, an id or a time out of a query string. */
export const numberText = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be ${least} or more`).max(most, `must be ${most} or less`));
export const idText = numberText(1, Number.MAX_SAFE_INTEGER);
