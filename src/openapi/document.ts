// The OpenAPI document: what routes and their middlewares say about themselves, and what follows from it.
import type { Hono } from 'hono';
import { clearSpecsContext, generateSpecs, loadVendor, resolver } from 'hono-openapi';
import * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { problem } from '../answers.ts';
import type { Env, Role } from '../config.ts';
import { type ProblemCode, problemOf, problems, problemType } from '../errors.ts';
import type { Note } from './describe.ts';
import fixed from './fixed.json' with { type: 'json' };

type Json = Record<string, unknown>;

/** "Something or null" as JSON Schema says it in one type; a format says as much as its pattern. */
const shorter = (_key: string, value: Json) => {
  if (value?.format) return { ...value, pattern: undefined };
  const [some, none] = Array.isArray(value?.anyOf) ? (value.anyOf as Json[]) : [];
  if (!some?.type || none?.type !== 'null') return value;
  const orNull = { type: [some.type, 'null'], enum: Array.isArray(some.enum) ? [...some.enum, null] : undefined };
  return { ...value, anyOf: undefined, ...some, ...orNull };
};

// Zod converts its schemas itself; one with an id becomes a reference, and gets its example.
loadVendor('zod', {
  toOpenAPISchema: (schema, { components, options }) => {
    const made = z.toJSONSchema(z.object({ root: schema as z.ZodType }), options);
    const text = JSON.stringify(made).replaceAll('#/$defs/', '#/components/schemas/');
    const { properties, $defs } = JSON.parse(text, shorter);
    for (const id in $defs) $defs[id].examples = [(fixed.examples as Json)[id]];
    components.schemas = { ...components.schemas, ...$defs };
    return properties.root;
  },
});

type Document = Awaited<ReturnType<typeof generateSpecs>>;
type Parameter = { in: string; name: string; schema: Json; required?: boolean };
type Answer = { content?: Record<string, { schema: Json }> };
type Said = { summary: string; parameters?: Parameter[]; responses: Record<string, Answer> };
type Operation = Said & Pick<Note, 'codes' | 'roles' | 'requestBody' | 'description'>;
type Components = Record<'parameters' | 'responses' | 'examples', Json>;

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const refs = (kind: string, names: string[]) => Object.fromEntries(names.map((name) => [name, ref(kind, name)]));
/** The names whose condition holds. */
const those = <Name extends string>(conditions: { [N in Name]?: unknown }) =>
  (Object.keys(conditions) as Name[]).filter((name) => conditions[name]);
const carrying = (conditions: Json) => refs('headers', ['X-Request-Id', ...those(conditions)]);

/** The response for all codes of one status: a component that is named after them, and shows each. */
const refusal = (codes: ProblemCode[], status: number, { examples, responses }: Components) => {
  const { request_id, errors } = fixed.examples.Problem;
  for (const code of codes) {
    const value = problemOf(code, request_id, code === 'invalid_input' ? errors : undefined);
    examples[code] = { summary: value.title, value };
  }
  responses[codes.join('-or-')] = {
    description: codes.map((code) => `\`${code}\`: ${problems[code][2].replace('<', '&lt;')}`).join('\n\n'),
    headers: carrying({ 'Retry-After': status === 429 || status === 503, 'WWW-Authenticate': status === 401 }),
    content: { [problemType]: { schema: ref('schemas', 'Problem'), examples: refs('examples', codes) } },
  };
  return ref('responses', codes.join('-or-'));
};

/** A parameter that several routes share becomes a component; the first of its name decides which. */
const shared = ({ required, ...parameter }: Parameter, { parameters }: Components) => {
  const { name, schema } = parameter;
  const one = {
    ...parameter,
    description: (fixed.queries as Record<string, string>)[name],
    required: required && !('default' in schema),
  };
  parameters[name] ??= one;
  return JSON.stringify(parameters[name]) === JSON.stringify(one) ? ref('parameters', name) : one;
};

const isEverybody = (roles: readonly Role[]) => roles.length === Object.keys(fixed.roles).length;
const whom = (roles: readonly Role[] | undefined) => {
  if (!roles || isEverybody(roles)) return roles ? 'For everybody who is signed in.' : 'For anyone.';
  return `For ${new Intl.ListFormat('en').format(roles.map((role) => fixed.roles[role]))}.`;
};

/** "List the doctors of a patient" is listDoctorsOfPatient. */
const camelCase = (summary: string) => {
  const [first = '', ...more] = summary.replace(/\b(an?|the) /g, '').split(' ');
  return first.toLowerCase() + more.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
};

const versioned = ['Patient', 'Doctor', 'User', 'Account'].map((name) => ref('schemas', name).$ref);
/** Puts together what was said of a route, and adds what follows from it. */
const complete = (path: string, method: string, operation: Operation, components: Components) => {
  const { codes = [], roles, parameters = [], responses, description = '', ...rest } = operation;
  const has = (where: string) => parameters.some((one) => one.in === where);
  const schemas = Object.values(responses).map(({ content }) => content?.['application/json']?.schema);
  const tag = schemas.some((schema) => versioned.includes(String(schema?.$ref)));
  const page = schemas.some((schema) => schema?.type === 'array') && parameters.some(({ name }) => name === 'cursor');
  const once = method === 'post' && '201' in responses && roles !== undefined;
  const reads = method === 'get' && tag;
  const writes = codes.includes('stale_version') || codes.includes('not_owner') || (tag && !reads && !once);

  const body = rest.requestBody;
  const database = path.startsWith('/api/') || codes.includes('database_unavailable');
  const refusals: { [Code in ProblemCode]?: unknown } = {
    ...{
      invalid_input: body || has('query'),
      malformed_json: body,
      body_too_large: body,
      unsupported_media_type: body,
    },
    ...{ unauthenticated: roles, session_ended: roles, wrong_role: roles && !isEverybody(roles) },
    ...{ doctor_not_approved: roles?.includes('doctor') && !roles.includes('pending_doctor') },
    ...{ not_found: has('path') || once, stale_version: writes, answered_before: once, key_reused: once },
    ...{ too_many_requests: roles, database_unavailable: database, misconfigured: database },
    ...Object.fromEntries(codes.map((code) => [code, true])),
  };
  const headers = carrying({ ETag: tag, Link: page, 'X-Total-Count': page, 'Idempotency-Replayed': once });
  const answers: Json = reads ? { 304: { description: 'The record is still the one that you have.', headers } } : {};
  for (const [status, answer] of Object.entries(responses)) answers[status] = { ...answer, headers };
  const refused = those(problems).filter((code) => refusals[code]);
  for (const [status, alike = []] of Object.entries(Object.groupBy(refused, (code) => problems[code][0])))
    answers[status] = refusal(alike, Number(status), components);

  const asked = those({ 'If-Match': writes, 'If-None-Match': reads, 'Idempotency-Key': once });
  return {
    ...rest,
    tags: [fixed.tags.find(({ at }) => path.startsWith(at))?.name],
    operationId: camelCase(rest.summary),
    description: `${whom(roles)} ${description}`.trim(),
    'x-roles': roles,
    security: roles ? [{ bearer: [] }] : [],
    parameters: [...parameters.map((one) => shared(one, components)), ...asked.map((name) => ref('parameters', name))],
    responses: answers,
  };
};

const make = async (app: Hono<Env>): Promise<Document> => {
  clearSpecsContext();
  const { info, components, ...base } = structuredClone(fixed.document);
  const tags = fixed.tags.map(({ at, ...tag }) => tag);
  const any = { description: '', content: { any: { schema: resolver(problem) } } };
  const documentation = {
    ...base,
    info: { ...info, version: manifest.version },
    tags,
    components: { responses: { any } },
  };
  const options = { documentation, excludeStaticFile: false, defaultValidationErrorResponse: false };
  const said = await generateSpecs(app, options);
  const paths = Object.entries(said.paths).map(([plain, methods]) => {
    const path = plain.startsWith('/api/') ? plain.replace(/\/?$/, '/') : plain;
    const operations = Object.entries(methods) as [string, Operation][];
    return [
      path,
      Object.fromEntries(operations.map(([method, one]) => [method, complete(path, method, one, components)])),
    ];
  });
  return JSON.parse(
    JSON.stringify({ ...said, paths: Object.fromEntries(paths), components: { ...said.components, ...components } }),
  );
};

let made: Promise<Document> | undefined;
/** Made on the first request of an isolate, from the very schemas that validate. */
export const documentOf = (app: Hono<Env>): Promise<Document> => {
  made ??= make(app);
  return made;
};
