// `npm run postman`: writes the Postman collection. What a request is, what it takes and what it answers stands in the
// API's own document; the order in which a person clicks through them stands in steps.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app } from '../../../src/index.ts';
import { documentOf } from '../../../src/openapi/document.ts';
import { root, short } from '../../support/paths.ts';
import { Fatal, run } from '../../support/terminal.ts';
import { tidy } from '../../support/tidy.ts';
import { type Fields, header, type Json, type Step } from './step.ts';
import { chapters } from './steps.ts';

export const collectionFile = join(root, 'clients/postman/wardbook.postman_collection.json');

const variables: Record<string, string> = {
  baseUrl: 'http://127.0.0.1:8787',
  ADMIN_EMAIL: '',
  ADMIN_PASSWORD: '',
  password: 'four unrelated words here',
  mailbox: '',
  page: 'verify',
  no_mail: '999999999',
};

const about = `Every route of Wardbook, in the order in which a person clicks through it. Run the whole collection, or request by
request from the top: tokens and ids are carried along, and every run registers accounts of its own.

Start Wardbook with \`npm start\`. Elsewhere than on this machine set \`baseUrl\`.

An administrator cannot be made by a request. Make one with \`npm run admin -- create you@example.com\` and set
\`ADMIN_EMAIL\` and \`ADMIN_PASSWORD\`; without them those chapters are skipped.

Links that come by mail are shown by \`npm start\`. What stands behind \`#token=\` in one goes into the variable that its request
names, such as \`verify_token\`; until then that request is skipped. (\`npm run test:postman\` has a mailbox that is asked for them.)

Written by \`npm run postman\` from the API's own document, /openapi.json.`;

interface Schema {
  $ref?: string;
  examples?: Json[];
  properties?: object;
  [keyword: string]: unknown;
}
interface Response {
  $ref?: string;
  content?: Record<string, { schema: Schema }>;
}
interface Operation {
  summary: string;
  description?: string;
  security: unknown[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Response>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, Schema & Response>>;
}

async function collection() {
  const document: Document = JSON.parse(JSON.stringify(await documentOf(app)));
  const clicked = new Set(chapters.flatMap(({ steps }) => steps.map(({ on }) => on)));
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const missing = routes.filter((route) => !clicked.has(route));
  if (missing.length > 0) throw new Fatal(`No step of scripts/clients/postman/chapters clicks ${missing.join(', ')}.`);
  return {
    info: {
      name: 'Wardbook',
      description: about,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: bearer('access'),
    variable: Object.entries(variables).map(([key, value]) => ({ key, value, type: 'string' })),
    event: [
      script('prerequest', [
        "pm.collectionVariables.get('run') || pm.collectionVariables.set('run', Date.now().toString(36));",
      ]),
    ],
    item: chapters.map(({ name, about, admin, steps }) => ({
      name,
      description: about,
      event: admin && [script('prerequest', skipWithoutAdmin)],
      item: steps.map((step) => request(document, step)),
    })),
  };
}

const skipWithoutAdmin = [
  "if (!pm.variables.get('ADMIN_EMAIL') || !pm.variables.get('ADMIN_PASSWORD')) {",
  "  console.log('Skipped: ' + pm.info.requestName + ' (ADMIN_EMAIL and ADMIN_PASSWORD are not set)');",
  '  pm.execution.skipRequest();',
  '}',
];

/** Asks the mailbox for the token of a link, where there is one; else somebody has to have brought it. */
const bringToken = ({ token, to, page }: NonNullable<Step['link']>) => [
  ...(to
    ? [
        "const mailbox = pm.variables.get('mailbox');",
        `const to = encodeURIComponent(pm.variables.replaceIn('${to}'));`,
        `if (mailbox) pm.sendRequest(mailbox + '?page=${page}&to=' + to, (error, answer) => {`,
        `  pm.collectionVariables.set('${token}', error ? '' : answer.text());`,
        '});',
      ]
    : ["const mailbox = '';"]),
  `if (!mailbox && !pm.variables.get('${token}')) {`,
  `  console.log('Skipped: ' + pm.info.requestName + ' (${token} is not set)');`,
  '  pm.execution.skipRequest();',
  '}',
];

const bearer = (variable: string) => ({
  type: 'bearer',
  bearer: [{ key: 'token', value: `{{${variable}}}`, type: 'string' }],
});
const script = (listen: 'prerequest' | 'test', exec: string[]) => ({
  listen,
  script: { type: 'text/javascript', exec },
});

function request(document: Document, step: Step) {
  const [method = '', path = ''] = step.on.split(' ');
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (!operation)
    throw new Fatal(`scripts/clients/postman/chapters clicks ${step.on}, which the document does not have.`);
  const [well = 0] = Object.keys(operation.responses).map(Number).sort();
  const status = step.status ?? well;
  const answer = resolved(document, operation.responses[status]);
  if (!answer)
    throw new Fatal(
      `scripts/clients/postman/chapters expects ${status} of ${step.on}, which the document does not have.`,
    );

  const name = step.name ?? operation.summary;
  const where = path.replace(/\{(\w+)\}/g, (_, parameter) => `{{${step.path?.[parameter] ?? parameter}}}`);
  const query = Object.entries(step.query ?? {}).map(([key, value]) => ({ key, value }));
  const raw = `{{baseUrl}}${where}${query.map(({ key, value }, at) => `${at ? '&' : '?'}${key}=${value}`).join('')}`;
  const body = bodyOf(document, operation, step);
  const first = [...(step.before ?? []), ...(step.link ? bringToken(step.link) : [])];
  return {
    name,
    event: [
      ...(first.length > 0 ? [script('prerequest', first)] : []),
      script('test', checks(document, step, status, answer)),
    ],
    request: {
      method,
      auth: operation.security.length === 0 ? { type: 'noauth' } : step.as && bearer(`${step.as}_access`),
      header: [
        ...(body ? [{ key: 'Content-Type', value: 'application/json' }] : []),
        ...Object.entries(step.headers ?? {}).map(([key, value]) => ({ key, value })),
      ],
      body,
      url: { raw, host: ['{{baseUrl}}'], path: where.slice(1).split('/'), query: query.length > 0 ? query : undefined },
      description: operation.description,
    },
    response: [],
  };
}

const resolved = <T extends { $ref?: string }>(document: Document, part: T | undefined): T | undefined => {
  const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(part?.$ref ?? '') ?? [];
  return part?.$ref ? (document.components[kind]?.[name] as T | undefined) : part;
};

function bodyOf(document: Document, operation: Operation, step: Step) {
  const schema = resolved(document, operation.requestBody?.content['application/json']?.schema);
  if (!schema) return undefined;
  const example = schema.examples?.[0];
  if (!step.instead && !example) throw new Fatal(`The document has no example for the body of ${step.on}.`);
  const fields = step.instead ?? { ...(example as Fields), ...step.body };
  const raw = JSON.stringify(fields, null, 2).replace(/"#(\w+)"/g, '{{$1}}');
  return { mode: 'raw', raw, options: { raw: { language: 'json' } } };
}

function checks(
  document: Document,
  { code, keep = {}, also = {} }: Step,
  status: number,
  { content }: Response,
): string[] {
  const [[type, { schema }] = ['', { schema: {} }]] = Object.entries(content ?? {});
  const test = (name: string, check: string) => `pm.test(${quoted(name)}, () => ${check});`;
  const lines = [
    test(`answers ${status}`, `pm.response.to.have.status(${status})`),
    test('has a request id', "pm.response.to.have.header('X-Request-Id')"),
  ];
  if (type === '') return [...lines, test('has no body', "pm.expect(pm.response.text()).to.equal('')")];
  lines.push(test(`is ${type}`, `pm.expect(${header('Content-Type')}).to.include('${type}')`));
  if (!type.endsWith('json')) return lines;
  // in refs, so that one who reads a request sees at once what is answered
  const text = JSON.stringify(written(document, schema));
  lines.push(
    'const body = pm.response.json();',
    test(`is ${nameOf(schema)}`, `pm.response.to.have.jsonSchema(${text}, { unknownFormats: 'ignore' })`),
  );
  if (code) lines.push(test(`says ${code}`, `pm.expect(body.code).to.equal('${code}')`));
  for (const [name, check] of Object.entries(also)) lines.push(test(name, `pm.expect(${check}).to.equal(true)`));
  for (const [name, value] of Object.entries(keep)) lines.push(`pm.collectionVariables.set('${name}', ${value});`);
  return lines;
}

const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
const nameOf = ({ $ref, items }: Schema & { items?: Schema }) =>
  items ? `a list of ${items.$ref?.split('/').at(-1)}` : `a ${$ref?.split('/').at(-1)}`;

/** A schema with what it refers to written out, and without what only people read. */
function written(document: Document, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((one) => written(document, one));
  if (typeof part !== 'object' || part === null) return part;
  const { description, examples, properties, ...schema } = resolved(document, part as Schema) as Schema;
  const each = (parts: object) =>
    Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, written(document, value)]));
  return { ...each(schema), ...(properties ? { properties: each(properties) } : {}) };
}

export const textOf = async () => tidy(short(collectionFile), JSON.stringify(await collection()));

if (import.meta.main) {
  await run(async () => {
    const text = await textOf();
    const before = await readFile(collectionFile, 'utf8').catch(() => '');
    await writeFile(collectionFile, text);
    console.log(`${before === text ? 'Nothing new in' : 'Wrote'} ${short(collectionFile)}`);
  });
}
