// Validates bodies, ids in paths and query strings with zod. The fields are in fields.ts.
import { zValidator } from '@hono/zod-validator';
import type { Context } from 'hono';
import * as z from 'zod';
import { type FieldErrors, Problem } from '../errors.ts';
import { documentedValidator, type RouteDocs } from '../openapi/route.ts';
import { recordId } from './fields.ts';

/** Replaces messages of zod that are written for programmers. */
z.config({
  customError: (issue) => {
    if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
    if (issue.code !== 'invalid_type') return undefined;
    if (issue.input === undefined) return 'is required';
    return `must be ${/^[aio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  },
});

const documentedSchemas = new WeakMap<z.ZodType, z.ZodType>();
/**
 * A body that accepts more than the document shows. New clients are typed by `schema`; requests are validated with
 * `accepted`, which also takes what older clients send.
 */
export const documentedAs = <Shown extends z.ZodType, Accepted extends z.ZodType>(
  schema: Shown,
  accepted: Accepted,
) => {
  const body = z.preprocess((sent: z.input<Shown>) => sent, accepted);
  documentedSchemas.set(body, schema);
  return body;
};

/**
 * Some generated clients send each unset field as null. It cannot be refused, because null is how a field is cleared.
 */
export const putDetail =
  'A field that is left out keeps its value, and `null` clears it: never send null for what you only do not know.';
export const patchDetail =
  'Only what is to change. `null` clears a field, so leave out what you do not mean to change. A client that sends each ' +
  'unset field as null is refused, because a name cannot be null.';

const ignored = z.unknown().optional();

/**
 * The body of a PUT is that of a POST. A client may send our answer back whole: its read-only fields are accepted and
 * dropped, and the document does not show them.
 */
export const putBody = <Shape extends z.ZodRawShape>(posted: z.ZodObject<Shape>, readOnly: readonly string[]) => {
  const dropped = Object.fromEntries(readOnly.map((name) => [name, ignored])) as Record<never, typeof ignored>;
  const accepted = z.strictObject({ ...dropped, ...posted.shape }).transform((sent) => {
    for (const name of readOnly) if (name in sent) delete (sent as Record<string, unknown>)[name];
    return sent as z.output<z.ZodObject<Shape>>;
  });
  return documentedAs(posted, accepted);
};

/**
 * The body of a PATCH: only what changes. A read-only field is refused, because a 200 would say that it was changed.
 */
export const patchBody = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(z.object(shape).partial().shape);

/** Messages by field of the body, `name`, or of a record in a list, `patients.3.name`. */
const fieldErrors = (issues: readonly z.core.$ZodIssue[], schema: z.ZodType): FieldErrors => {
  const errors: FieldErrors = {};
  for (const { code, path, message } of issues) {
    // the name of an unknown field is not repeated, because it is text of the client
    const [field, error] =
      code === 'unrecognized_keys'
        ? [path.join('.') || 'non_field_errors', `unknown field; allowed are ${allowedFields(schema, path).join(', ')}`]
        : [path.join('.') || 'non_field_errors', message];
    errors[field] = [...(errors[field] ?? []), error];
  }
  return errors;
};

/** The names of the fields that a schema allows at a path inside of it. */
const allowedFields = (schema: z.ZodType, path: PropertyKey[]): string[] => {
  if (schema instanceof z.ZodPipe)
    return allowedFields((schema.in instanceof z.ZodTransform ? schema.out : schema.in) as z.ZodType, path);
  if (schema instanceof z.ZodArray) return allowedFields(schema.element as z.ZodType, path.slice(1));
  if (!(schema instanceof z.ZodObject)) return [];
  const [field, ...rest] = path;
  return field === undefined ? Object.keys(schema.shape) : allowedFields(schema.shape[String(field)], rest);
};

const throwIfInvalid =
  (schema: z.ZodType) => (result: { success: boolean; error?: { issues: readonly z.core.$ZodIssue[] } }) => {
    if (!result.success)
      throw new Problem('invalid_input', { errors: fieldErrors(result.error?.issues ?? [], schema) });
  };

/**
 * The Content-Length of a body. To look at the body itself makes Workers create its stream, which costs as much as
 * reading it.
 */
export const declaredLength = (c: Context): string | undefined =>
  c.req.header('Transfer-Encoding') === undefined ? c.req.header('Content-Length') : undefined;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
// Hono alone would replace broken UTF-8, and would treat a body of another type as none.
const readBody = async (c: Context) => {
  const length = declaredLength(c);
  if (length === undefined ? !c.req.raw.body : length === '0') return;
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new Problem('unsupported_media_type');
  const bytes = await c.req.raw.arrayBuffer();
  try {
    // Hono takes the body from its cache
    Object.assign(c.req.bodyCache, { text: Promise.resolve(utf8.decode(bytes)) });
  } catch {
    throw new Problem('malformed_json');
  }
};

const bodyProblems = ['invalid_input', 'malformed_json', 'body_too_large', 'unsupported_media_type'] as const;

export const json = <Schema extends z.ZodType>(schema: Schema) => {
  const validate = zValidator('json', schema, throwIfInvalid(schema));
  const middleware: typeof validate = async (c, next) => {
    await readBody(c);
    return validate(c, next);
  };
  return documentedValidator('json', documentedSchemas.get(schema) ?? schema, middleware, { problems: bodyProblems });
};

/** An id in a path. What cannot be an id is a 404, like an id that does not exist. */
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
  return documentedValidator('param', schema, validate, { problems: ['not_found'] });
};

export const byId = params('id');

/** A query string. An unknown parameter is an error. */
export const query = <Shape extends z.ZodRawShape>(shape: Shape, docs: RouteDocs = {}) => {
  const schema = z.strictObject(shape);
  const validate = zValidator('query', schema, (result) => {
    const doubled = Object.keys(shape).filter((name) => Array.isArray((result.data as Record<string, unknown>)[name]));
    const errors = Object.fromEntries(doubled.map((name) => [name, ['must be given once']]));
    if (doubled.length > 0) throw new Problem('invalid_input', { errors });
    throwIfInvalid(schema)(result);
  });
  return documentedValidator('query', schema, validate, { problems: ['invalid_input'] }, docs);
};
