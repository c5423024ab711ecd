// The document is about this app and no other. That its answers are as it says, conforms.ts holds in every test.
import { Validator } from '@cfworker/json-schema';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { app } from '../../src/index.ts';
import { documentOf } from '../../src/openapi/document.ts';
import { boot, type Json } from '../support/app.ts';
import { conforms } from '../support/conforms.ts';
import { routes } from '../support/routes.ts';

const document: Json = await documentOf(app);
const { paths, components } = document;
const operations: [string, string, Json][] = Object.entries<Json>(paths).flatMap(([path, methods]) =>
  Object.entries<Json>(methods).map(([method, one]): [string, string, Json] => [method, path, one]),
);
const names = Object.keys(components.schemas);
const zodOf = (id: string) => z.globalRegistry._idmap.get(id) as z.ZodType | undefined;
/** Every part of the document, and the way to it. */
const walk = function* (value: Json, way: string[] = []): Generator<[string[], Json]> {
  if (typeof value !== 'object' || value === null) return;
  yield [way, value];
  for (const [name, part] of Object.entries(value)) yield* walk(part, [...way, name]);
};
const isExample = (way: string[]) => way.some((name) => name === 'example' || name === 'examples');

test('has every route of the app, and no other', () => {
  const asWritten = routes.map((route) => route.replace(/:(\w+)/g, '{$1}').replace(/\/?$/, '/'));
  const written = operations.map(([method, path]) => `${method.toUpperCase()} ${path.replace(/\/?$/, '/')}`);
  expect(written.sort()).toEqual(asWritten.sort());
});

test('has the version of the package', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.info).toMatchObject({ title: 'Wardbook', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});

describe.each(operations)('%s %s', (method, path, one) => {
  test('says what it is for, in a section, under a name of its own', () => {
    expect(one.summary).toMatch(/^[A-Z].*[^.]$/);
    // more than for whom
    expect(one.description).toMatch(/^For [^.]*\. .+\.$/);
    expect(document.tags.map(({ name }: Json) => name)).toContain(one.tags[0]);
    expect(one.operationId).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operations.filter(([, , other]) => other.operationId === one.operationId)).toHaveLength(1);
  });

  test('says who may call it', () => {
    const isOpen =
      !path.startsWith('/api/') ||
      path.startsWith('/api/token/') ||
      /\/auth\/(register|login|refresh|password\/(forgot|reset)|email\/(verify|undo)|invitations\/look)\//.test(path);
    // open, signed in, or either
    const either = [[], [{}, { bearer: [] }]];
    expect(isOpen ? either : [[{ bearer: [] }]]).toContainEqual(one.security);
    expect(one['x-roles'] === undefined).toBe(isOpen);
    expect('401' in one.responses).toBe(!isOpen || /login|refresh|token|verify/.test(path));
  });

  test('names the schemas of its bodies', () => {
    const bodies = [one.requestBody, ...Object.values<Json>(one.responses)].flatMap((body) =>
      Object.values<Json>(body?.content ?? {}).map(({ schema }) => schema),
    );
    for (const schema of bodies) expect(schema.$ref ?? schema.items?.$ref ?? schema.type).toMatch(/^#|^string$/);
    if (['put', 'patch'].includes(method)) expect(one.requestBody.required).toBe(true);
  });
});

/** What a generated client makes of the document: names for types, and what the compiler then asks for. */
describe('for generators', () => {
  const parts = [...walk(document)].filter(([way]) => !isExample(way));

  test('no parameter shares its name with a record', () => {
    const taken = new Set(names.map((name) => name.toLowerCase()));
    for (const name of Object.keys(components.parameters)) {
      expect(name).toMatch(/^(Path|Query|Header)[A-Z]\w+$/);
      expect(taken).not.toContain(name.toLowerCase());
    }
  });

  // generators make a file of each, and where files ignore case one would be written over the other
  test('no two names are the same without regard to case', () => {
    const all = [...names, ...Object.keys(components.parameters), ...operations.map(([, , one]) => one.operationId)];
    const alike = Map.groupBy(all, (name: string) => name.toLowerCase());
    expect([...alike.values()].filter(({ length }) => length > 1)).toEqual([]);
  });

  test('each list has its own orders', () => {
    const sorted = operations.flatMap(([, , { parameters = [] }]) =>
      parameters.filter(({ name }: Json) => name === 'sort'),
    );
    expect(sorted.length).toBeGreaterThan(5);
    for (const { schema } of sorted) expect(schema.enum).toContain(schema.default);
    expect(Object.keys(components.parameters)).not.toContain('QuerySort');
  });

  test('each integer has its size, and no bound that is only that of a language', () => {
    const integers = parts.filter(([, { type }]) => [type].flat().includes('integer'));
    expect(integers.length).toBeGreaterThan(10);
    for (const [way, { format, minimum = 0, maximum = 0 }] of integers) {
      expect(format, way.join('/')).toBe('int64');
      expect(Math.max(-minimum, maximum), way.join('/')).toBeLessThan(2 ** 50);
    }
  });

  test('each parameter has a schema that says something', () => {
    const parameters = parts.filter(([, { in: where }]) => typeof where === 'string');
    expect(parameters.length).toBeGreaterThan(20);
    for (const [way, { schema }] of parameters) expect(schema?.type ?? schema?.$ref, way.join('/')).toBeTruthy();
  });

  test('a list of values has no other bounds', () => {
    for (const [way, part] of parts) if (part.enum) expect(Object.keys(part), way.join('/')).not.toContain('maxLength');
  });

  test('a body shows only what can be sent', () => {
    for (const [, , { requestBody }] of operations) {
      const { $ref } = requestBody?.content['application/json'].schema ?? {};
      if (!$ref) continue;
      const { properties = {} } = components.schemas[$ref.split('/').at(-1)];
      for (const name of ['id', 'user_id', 'created_by', 'approved', 'created_at', 'updated_at'])
        expect(Object.keys(properties), $ref).not.toContain(name);
    }
    for (const [way, part] of parts) expect(part.readOnly, way.join('/')).toBeUndefined();
  });

  test.each(['Credentials', 'Assignment'])('an empty %s is not one', (name) => {
    expect(new Validator({ ...components.schemas[name], components }, '2020-12').validate({}).valid).toBe(false);
  });
});

describe.each(names)('the schema %s', (name) => {
  test('has examples that it and its zod schema accept', () => {
    const { examples, ...schema } = components.schemas[name];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(new Validator({ ...schema, components }, '2020-12').validate(example).errors).toEqual([]);
      expect(zodOf(name)?.safeParse(example).error?.issues).toBeUndefined();
    }
  });
});

test('the example of every refusal is a Problem', () => {
  for (const { value } of Object.values<Json>(components.examples)) expect(zodOf('Problem')?.parse(value)).toBeTruthy();
});

test('every named schema is used, every reference leads somewhere, no object goes without a name', () => {
  const references = new Set<string>();
  const nameless: string[] = [];
  for (const [way, part] of walk(document)) {
    if (isExample(way) && typeof part.$ref !== 'string') continue;
    if (part.$ref) references.add(part.$ref);
    const isNamed = way.length === 3 && way[1] === 'schemas';
    if (part.properties && !isNamed && !way.includes('responses')) nameless.push(way.join('/'));
  }
  for (const reference of references) {
    const [, ...way] = reference.split('/');
    expect(
      way.reduce((part, name) => part?.[name], document),
      reference,
    ).toBeDefined();
  }
  for (const name of names) expect(references).toContain(`#/components/schemas/${name}`);
  expect(nameless).toEqual([]);
  const shapes = names.map((name) => {
    const { properties = name, required } = components.schemas[name];
    return JSON.stringify([properties, required]);
  });
  const twins = names.filter((_, at) => shapes.indexOf(shapes[at] ?? '') !== at);
  expect(twins).toEqual([]);
});

describe('served', async () => {
  const { call } = await boot();

  test.each(['/docs', '/docs/'])(
    '%s as a page that loads nothing from elsewhere and runs nothing inline',
    async (path) => {
      const { text, headers } = await call('GET', path);
      expect(headers.get('Content-Security-Policy')).toMatch(
        /default-src 'none'; script-src 'self';.* connect-src 'self'/,
      );
      expect(headers.get('Content-Security-Policy')).not.toMatch(/unsafe|https?:|\*/);
      expect(text).not.toMatch(/https?:|<script>|\son\w+=/);
    },
  );

  test('and the service names both', async () => {
    const { body } = await call('GET', '/');
    const { openapi, ...links } = body.links;
    // a file beside the Worker: test/scripts/start.test.ts asks for it
    expect(openapi).toBe('/openapi.json');
    for (const link of Object.values<string>(links)) expect((await call('GET', link)).status).toBe(200);
  });
});

describe('an answer that is not as the document says is noticed', () => {
  const request_id = '0c8f3c1e-6f0b-4d7e-9a53-0f6d0a1c2b3d';
  const answer = (status: number, body: Json, headers: Record<string, string> = {}) => ({
    status,
    body,
    text: JSON.stringify(body),
    headers: new Headers({
      'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
      ...headers,
    }),
  });
  const [jane] = components.schemas.Patient.examples;
  const { name: _, ...nameless } = jane;
  const missing = components.examples.not_found.value;
  const read = (one: ReturnType<typeof answer>) => conforms('GET', '/api/patients/7', one);

  test.each([
    ['a status', answer(418, {})],
    ['a missing field', answer(200, nameless, { ETag: '"1"' })],
    ['an extra field', answer(200, { ...jane, name_key: 'jane doe' }, { ETag: '"1"' })],
    ['a missing tag', answer(200, jane)],
    ['a stray header', answer(200, jane, { ETag: '"1"', Link: '</>; rel="next"' })],
    ['another type', answer(200, jane, { ETag: '"1"', 'Content-Type': 'text/plain' })],
    ['a code of another route', answer(404, { ...missing, code: 'duplicate' })],
    ['an incomplete problem', answer(404, { code: 'not_found', request_id })],
  ])('%s', (_, one) => expect(read(one)).rejects.toThrow('against the document'));

  test('and one that is passes', async () => {
    await expect(read(answer(200, jane, { ETag: '"1"' }))).resolves.toBeTruthy();
    await expect(read(answer(404, missing))).resolves.toBeTruthy();
  });
});
