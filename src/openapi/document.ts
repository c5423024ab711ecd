// Makes the OpenAPI document from what routes and their pieces say of themselves (route.ts). This runs at build
// time, and is no part of the Worker: scripts/build/assets.ts writes the file that is served.
import type { Hono } from 'hono';
import { clearSpecsContext, generateSpecs, loadVendor, resolver, uniqueSymbol } from 'hono-openapi';
import * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import type { Env, Role } from '../config.ts';
import { type ProblemCode, problemOf, problems, problemType } from '../errors.ts';
import fixed from './fixed.json' with { type: 'json' };
import { docsOf, type RouteDocs } from './route.ts';

type Json = Record<string, unknown>;

const text = z.string();
const problem = z
  .object({
    type: text.describe('a name for this kind of problem, as a URI'),
    title: text,
    status: z.int().describe('the status of the answer'),
    detail: text.describe('for a person: what to do about it'),
    request_id: text.describe('what to quote to us'),
    code: z.enum(Object.keys(problems)).describe('for a program: which refusal this is'),
    errors: z.record(text, z.array(text)).optional().describe('messages by field'),
    otp_token: text.optional().describe('with `otp_required`: what the second step of the login needs'),
  })
  .meta({ id: 'Problem', examples: [fixed.examples.Problem] });

/** Adds int64, and drops bounds that are only the largest integers of JavaScript. */
const withIntegerFormat = ({ minimum, maximum, ...value }: Json) => ({
  ...value,
  format: 'int64',
  minimum: Number.isSafeInteger(Number(minimum) - 1) ? minimum : undefined,
  maximum: Number.isSafeInteger(Number(maximum) + 1) ? maximum : undefined,
});

/**
 * Writes "something or null" as one type, drops a pattern beside a format, and propertyNames, which are always text.
 */
const simplifySchema = (_key: string, value: Json) => {
  if (value?.type === 'integer') return withIntegerFormat(value);
  if (value?.format) return { ...value, pattern: undefined };
  if (value?.propertyNames) return { ...value, propertyNames: undefined };
  const [some, none] = Array.isArray(value?.anyOf) ? (value.anyOf as Json[]) : [];
  if (!some?.type || none?.type !== 'null') return value;
  const type = [...new Set([some.type, 'null'].flat())];
  const orNull = { type, enum: Array.isArray(some.enum) ? [...some.enum, null] : undefined };
  return { ...value, anyOf: undefined, ...some, ...orNull };
};

// Zod converts its schemas; one with an id becomes a reference. Where a body is transformed zod leaves out the
// examples, which could be those of the input or of the output: ours are of the input.
loadVendor('zod', {
  toOpenAPISchema: (schema, { components, options }) => {
    const made = z.toJSONSchema(z.object({ root: schema as z.ZodType }), options);
    const text = JSON.stringify(made).replaceAll('#/$defs/', '#/components/schemas/');
    const { properties, $defs } = JSON.parse(text, simplifySchema);
    for (const id in $defs)
      $defs[id].examples ??= z.globalRegistry.get(z.globalRegistry._idmap.get(id) as z.ZodType)?.examples;
    components.schemas = { ...components.schemas, ...$defs };
    return properties.root;
  },
});

type Parameter = {
  in: string;
  name: string;
  schema: Json;
  required?: boolean | undefined;
  description?: string | undefined;
};
type Answer = { content?: Record<string, { schema: Json }> };
type GeneratedOperation = { summary: string; parameters?: Parameter[]; responses: Record<string, Answer> };
type Operation = GeneratedOperation & { requestBody?: Json; description?: string };
type Components = Record<'parameters' | 'responses' | 'examples', Json>;

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const refs = (kind: string, names: string[]) => Object.fromEntries(names.map((name) => [name, ref(kind, name)]));
/** References to the headers whose condition is true. */
const headerRefs = (conditions: Record<string, boolean>) =>
  refs('headers', ['X-Request-Id', ...Object.keys(conditions).filter((name) => conditions[name])]);

/** The response for all problems of one status: a component that is named after them and has an example of each. */
const problemResponse = (codes: ProblemCode[], status: number, { examples, responses }: Components) => {
  const { request_id, errors } = fixed.examples.Problem;
  const more: Partial<Record<ProblemCode, Parameters<typeof problemOf>[2]>> = {
    invalid_input: { errors },
    otp_required: { otpToken: 'eyJhbGci.eyJhdWQi.c2lnbmVk' },
  };
  for (const code of codes) {
    const value = problemOf(code, request_id, more[code]);
    examples[code] = { summary: value.title, value };
  }
  responses[codes.join('-or-')] = {
    description: codes.map((code) => `\`${code}\`: ${problems[code][2].replace('<', '&lt;')}`).join('\n\n'),
    headers: headerRefs({ 'Retry-After': status === 429 || status === 503, 'WWW-Authenticate': status === 401 }),
    content: { [problemType]: { schema: ref('schemas', 'Problem'), examples: refs('examples', codes) } },
  };
  return ref('responses', codes.join('-or-'));
};

/** "QueryMinAge": the name of a parameter as a component, which is never that of a record. */
const componentName = ({ in: where, name }: Omit<Parameter, 'schema'>) =>
  [where, ...name.split(/[_-]/)].map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');

const withDescription = ({ required, ...parameter }: Parameter): Parameter => {
  const description = (fixed.parameters as Record<string, string>)[parameter.name];
  return { ...parameter, description, required: required && !('default' in parameter.schema) };
};

/** Makes a component of each parameter that is the same on several routes. */
const shareParameters = (operations: Operation[], components: Components) => {
  const all = operations.flatMap(({ parameters = [] }) => parameters);
  const byName = Map.groupBy(all, componentName);
  for (const [name, [one, ...more]] of byName)
    if (one && more.length > 0 && new Set([one, ...more].map((each) => JSON.stringify(each))).size === 1)
      components.parameters[name] = withDescription(one);
};
const parameterRef = (parameter: Parameter, { parameters }: Components) => {
  const name = componentName(parameter);
  return name in parameters ? ref('parameters', name) : withDescription(parameter);
};

const isEverybody = (roles: readonly Role[]) => roles.length === Object.keys(fixed.roles).length;
const audience = (roles: readonly Role[] | undefined) => {
  if (!roles || isEverybody(roles)) return roles ? 'For everybody who is signed in.' : 'For anyone.';
  return `For ${new Intl.ListFormat('en').format(roles.map((role) => fixed.roles[role]))}.`;
};

/** "List the doctors of a patient" is listDoctorsOfPatient. */
const camelCase = (summary: string) => {
  const [first = '', ...more] = summary.replace(/\b(an?|the) /g, '').split(' ');
  return first.toLowerCase() + more.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
};

/** Completes an operation with what the pieces of its route add. */
const completeOperation = (path: string, operation: Operation, docs: readonly RouteDocs[], components: Components) => {
  const { parameters = [], responses, description = '', ...rest } = operation;
  const roles = docs.find((piece) => piece.roles)?.roles;
  const codes = new Set(docs.flatMap((piece) => piece.problems ?? []));
  // every route below /api needs the settings and the database
  if (path.startsWith('/api/')) codes.add('database_unavailable').add('misconfigured');
  // routes below /api/auth work before the email is confirmed, and before a second factor is set up
  if (roles && !path.startsWith('/api/auth/')) codes.add('email_unverified').add('mfa_required');
  const requestHeaders = new Set(docs.flatMap((piece) => piece.requestHeaders ?? []));

  const headers = refs('headers', ['X-Request-Id', ...new Set(docs.flatMap((piece) => piece.responseHeaders ?? []))]);
  const unchanged = { description: 'The record is still the one that you have.', headers };
  const answers: Json = docs.some((piece) => piece.notModified) ? { 304: unchanged } : {};
  for (const [status, answer] of Object.entries(responses)) answers[status] = { ...answer, headers };
  const returned = (Object.keys(problems) as ProblemCode[]).filter((code) => codes.has(code));
  for (const [status, sameStatus = []] of Object.entries(Object.groupBy(returned, (code) => problems[code][0])))
    answers[status] = problemResponse(sameStatus, Number(status), components);

  return {
    ...rest,
    tags: [fixed.tags.find(({ at }) => path.startsWith(at))?.name],
    operationId: camelCase(rest.summary),
    description: `${audience(roles)} ${description}`.trim(),
    'x-roles': roles,
    security: roles ? [{ bearer: [] }] : docs.some((piece) => piece.optionalToken) ? [{}, { bearer: [] }] : [],
    parameters: [
      ...parameters.map((one) => parameterRef(one, components)),
      ...[...requestHeaders].map((name) => ref('parameters', componentName({ in: 'header', name }))),
    ],
    responses: answers,
  };
};

const resolveSchema = (schema: z.ZodType, io: 'input' | 'output') => resolver(schema, { options: { io } });
const responseFor = ([status, schema]: [string, z.ZodType | null]) => {
  if (status.startsWith('3')) return [status, { description: 'At another address, which `Location` says.' }];
  if (!schema) return [status, { description: 'Done. The answer has no body.' }];
  const type = schema instanceof z.ZodString ? 'text/html' : 'application/json';
  const content = { [type]: { schema: resolveSchema(schema, 'output') } };
  return [status, { description: status === '201' ? 'Created.' : 'OK.', content }];
};

/**
 * Attaches to each handler what hono-openapi looks for there. Returns the documentation of the pieces by method and
 * path.
 */
const attachSpecs = (app: Hono<Env>) => {
  const docsByRoute = new Map<string, RouteDocs[]>();
  for (const { method, path, handler } of app.routes) {
    const attached = docsOf(handler);
    if (!attached) continue;
    const key = `${method.toLowerCase()} ${path}`;
    docsByRoute.set(key, [...(docsByRoute.get(key) ?? []), ...attached.docs]);
    if (attached.route) {
      const { answers, summary, detail } = attached.route;
      const responses = Object.fromEntries(Object.entries(answers).map(responseFor));
      Object.assign(handler, { [uniqueSymbol]: { spec: { summary, description: detail, responses } } });
    } else if (attached.validates) {
      // a body is documented as it is sent, a parameter as what it becomes
      const { target, schema } = attached.validates;
      Object.assign(handler, {
        [uniqueSymbol]: { target, ...resolveSchema(schema, target === 'json' ? 'input' : 'output') },
      });
    }
  }
  return docsByRoute;
};

export const documentOf = async (app: Hono<Env>) => {
  const docsByRoute = attachSpecs(app);
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
  const generated = await generateSpecs(app, options);
  shareParameters(
    Object.values(generated.paths).flatMap((methods) => Object.values(methods) as Operation[]),
    components,
  );
  const paths = Object.entries(generated.paths).map(([plain, methods]) => {
    const path = plain.startsWith('/api/') ? plain.replace(/\/?$/, '/') : plain;
    const operations = Object.entries(methods) as [string, Operation][];
    const docsFor = (method: string) => docsByRoute.get(`${method} ${plain.replace(/\{(\w+)\}/g, ':$1')}`) ?? [];
    return [
      path,
      Object.fromEntries(
        operations.map(([method, one]) => [method, completeOperation(path, one, docsFor(method), components)]),
      ),
    ];
  });
  const all = { ...generated.components, ...components };
  return JSON.parse(JSON.stringify({ ...generated, paths: Object.fromEntries(paths), components: all }));
};
