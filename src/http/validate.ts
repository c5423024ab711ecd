// Checks bodies, ids in paths and queries against zod schemas, and refuses what does not fit. fields.ts has the fields.
import { zValidator } from '@hono/zod-validator';
import type { Context } from 'hono';
import * as z from 'zod';
import { type FieldErrors, Problem } from '../errors.ts';
import { documentedValidator, type RouteDocs } from '../openapi/route.ts';
import { recordId } from './fields.ts';

/** What zod would say in words for programmers. */
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
 * A body of which more is accepted than a new client needs to know. The document shows `schema`, and a typed client has
 * to send it; `accepted` is what requests are checked against.
 */
export const documentedAs = <Shown extends z.ZodType, Accepted extends z.ZodType>(
  schema: Shown,
  accepted: Accepted,
) => {
  const body = z.preprocess((sent: z.input<Shown>) => sent, accepted);
  documentedSchemas.set(body, schema);
  return body;
};

/** Generated clients may send each unset field as null. To refuse null would cost honest clients the way to clear a field. */
export const putDetail =
  'A field that is left out keeps its value, and `null` clears it: never send null for what you only do not know.';
export const patchDetail =
  'Only what is to change. `null` clears a field, so leave out what you do not mean to change. A client that sends each ' +
  'unset field as null is refused, because a name cannot be null.';

const ignored = z.unknown().optional();

/**
 * The body of a PUT is that of a POST. Our own answers may be sent back whole: their read-only fields are accepted and
 * dropped, and not shown as fields of a body.
 */
export const putBody = <Shape extends z.ZodRawShape>(posted: z.ZodObject<Shape>, readOnly: readonly string[]) => {
  const dropped = Object.fromEntries(readOnly.map((name) => [name, ignored])) as Record<never, typeof ignored>;
  const accepted = z.strictObject({ ...dropped, ...posted.shape }).transform((sent) => {
    for (const name of readOnly) if (name in sent) delete (sent as Record<string, unknown>)[name];
    return sent as z.output<z.ZodObject<Shape>>;
  });
  return documentedAs(posted, accepted);
};

/** The body of a PATCH: only what is to change. A read-only field is refused: a 200 would say that it was changed. */
export const patchBody = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(z.object(shape).partial().shape);

/** A field of a body, or of one record in a list: `name`, `patients.3.name`. */
const fieldErrors = (issues: readonly z.core.$ZodIssue[], schema: z.ZodType): FieldErrors => {
  const errors: FieldErrors = {};
  for (const { code, path, message } of issues) {
    // the name of an unknown field is the client's own text, so it is not repeated
    const [field, error] =
      code === 'unrecognized_keys'
        ? [path.join('.') || 'non_field_errors', `unknown field; allowed are ${allowedFields(schema, path).join(', ')}`]
        : [path.join('.') || 'non_field_errors', message];
    errors[field] = [...(errors[field] ?? []), error];
  }
  return errors;
};

/** The names that a schema takes, at a place inside of it. */
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
 * How long a body says that it is. Workers make its stream when it is first looked at, which costs as much as reading
 * it.
 */
export const declaredLength = (c: Context): string | undefined =>
  c.req.header('Transfer-Encoding') === undefined ? c.req.header('Content-Length') : undefined;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
// Hono would read broken UTF-8 as replacement characters, and a body of another type as no body at all.
const readBody = async (c: Context) => {
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

const bodyProblems = ['invalid_input', 'malformed_json', 'body_too_large', 'unsupported_media_type'] as const;

export const json = <Schema extends z.ZodType>(schema: Schema) => {
  const validate = zValidator('json', schema, throwIfInvalid(schema));
  const middleware: typeof validate = async (c, next) => {
    await readBody(c);
    return validate(c, next);
  };
  return documentedValidator('json', documentedSchemas.get(schema) ?? schema, middleware, { problems: bodyProblems });
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
  return documentedValidator('param', schema, validate, { problems: ['not_found'] });
};

export const byId = params('id');

/** The parameters behind the question mark, of which an unknown one is an error too. */
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
