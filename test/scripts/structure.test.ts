// How src/ may look: small files, imports that point one way, each kind of knowledge in one place.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const text = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const lines = (file: string) => (text.get(file) ?? '').trimEnd().split('\n').length;
/** Without comments: those may name what the code may not. */
const code = (file: string) => (text.get(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
const imports = (file: string): string[] =>
  [...code(file).matchAll(/^(?:import|export)\b[^;]*?from\s+'([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    ([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '',
  );
const own = (file: string) =>
  imports(file)
    .filter((from) => from.startsWith('.'))
    .map((from) => normalize(join(dirname(file), from)));

// what a file may import stands on its own level or below
const levels = [
  /^(config|errors)\.ts$/,
  /^(db|openapi)\//,
  /^http\//,
  // of a feature, in the order in which they may use each other, and those of other features
  /(^|[/-])(table|shapes|fields)\.ts$/,
  /^(?!.*routes\.ts$)\w+\//,
  /routes\.ts$/,
  /^index\.ts$/,
];
const level = (file: string) => levels.findIndex((kind) => kind.test(file));
const whoSays = (pattern: RegExp) => files.filter((file) => pattern.test(code(file)));
const whoImports = (name: RegExp) => files.filter((file) => imports(file).some((from) => name.test(from)));

test('there is something to look at, and every import is understood', () => {
  expect(files.length).toBeGreaterThan(15);
  for (const file of files) {
    const statements = code(file).match(/^import\b/gm)?.length ?? 0;
    expect(imports(file).length, file).toBeGreaterThanOrEqual(statements);
  }
});

describe('size', () => {
  test.each(files)('%s has at most 250 lines', (file) => expect(lines(file)).toBeLessThanOrEqual(250));
});

describe('imports', () => {
  test.each(files)('of %s point downwards', (file) => {
    for (const imported of own(file).filter((name) => name.endsWith('.ts') && !name.startsWith('..'))) {
      expect(files, imported).toContain(imported);
      expect(level(imported), `${file} imports ${imported}`).toBeLessThanOrEqual(level(file));
      if (file !== 'index.ts') expect(imported, 'routes are for index.ts alone').not.toMatch(/routes\.ts$/);
    }
  });

  test('leave src only for the manifest', () => {
    const outside = files.flatMap(own).filter((name) => name.startsWith('..'));
    expect(new Set(outside)).toEqual(new Set(['../package.json']));
  });

  test('make no circle', () => {
    const circles: string[] = [];
    const walk = (file: string, path: string[]) => {
      if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      for (const next of own(file).filter((name) => text.has(name))) walk(next, [...path, file]);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  test('are all used: every file is reached from index.ts, or makes the document', () => {
    const reached = new Set<string>();
    const reach = (file: string) => {
      if (reached.has(file) || !text.has(file)) return;
      reached.add(file);
      own(file).forEach(reach);
    };
    reach('index.ts');
    expect([...reached], 'what makes the document stays out of the Worker').not.toContain('openapi/document.ts');
    reach('openapi/document.ts');
    // of some tables the Worker needs nothing but the functions that use them: Drizzle knows those for the schema's test
    files.filter((file) => /table\.ts$/.test(file)).forEach(reach);
    expect([...reached].sort()).toEqual(files);
  });
});

describe('each kind of knowledge is in one place', () => {
  test('the Neon driver in db/client.ts', () => expect(whoImports(/^@neondatabase\//)).toEqual(['db/client.ts']));
  test('Drizzle for Neon in db/', () =>
    expect(whoImports(/^drizzle-orm\/neon/)).toEqual(['db/client.ts', 'db/prepare.ts']));
  test('what Drizzle does not say of its queries in db/prepare.ts', () =>
    expect(whoSays(/as unknown as|as never|<unknown> as/)).toEqual(['db/prepare.ts']));
  test("Hono's check of tokens in http/auth.ts, how they are made in http/tokens.ts, Django’s in django/", () =>
    expect(whoImports(/^hono\/jwt/)).toEqual(['django/tokens.ts', 'http/auth.ts', 'http/tokens.ts']));
  test('key derivation in accounts/passwords.ts, and Django’s in django/hashes.ts', () =>
    expect(whoSays(/PBKDF2|pbkdf2\(|deriveBits/)).toEqual(['accounts/passwords.ts', 'django/hashes.ts']));
  test('SQLSTATEs in errors.ts', () => {
    expect(whoSays(/['"`](\d[\dA-Z]{4}|(WB|P0|XX|HV|F0)[\dA-Z]{3})['"`]/)).toEqual(['errors.ts']);
  });
  test('the shape of a problem in errors.ts', () =>
    expect(whoSays(/application\/problem\+json/)).toEqual(['errors.ts']));
});

test('no raw SQL, no any, no assertion through any, nothing ignored', () => {
  expect(whoSays(/\bsql\.raw\b/)).toEqual([]);
  expect(whoSays(/\bas any\b|: any\b|<any\b|\bany\[\]/)).toEqual([]);
  const ignored = files.filter((file) => /@ts-(ignore|expect-error|nocheck)|biome-ignore/.test(text.get(file) ?? ''));
  expect(ignored).toEqual([]);
});

test('the Worker uses nothing of Node', () => {
  expect(whoImports(/^node:|^pg$|^fs$|^crypto$/)).toEqual([]);
  expect(whoSays(/\bprocess\.|\bBuffer\b/)).toEqual([]);
});

describe('the portal', () => {
  const folder = join(root, '../portal');
  const parts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => file.replaceAll('\\', '/'));
  const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');
  const steps = [/^session\.ts$/, /^spreadsheet\//, /^kit\//, /^pages\//, /^header\.tsx$/, /^app\.tsx$/, /^main\.tsx$/];
  const step = (file: string) => steps.findIndex((one) => one.test(file));

  test.each(parts)('%s is short, and its imports point downwards', (file) => {
    expect(textOf(file).trimEnd().split('\n').length).toBeLessThanOrEqual(250);
    const from = [...textOf(file).matchAll(/from '(\.[^']+)'/g)].map(([, name = '']) =>
      normalize(join(dirname(file), name)),
    );
    for (const imported of from.filter((name) => !name.startsWith('..')))
      expect(step(imported), `${file} imports ${imported}`).toBeLessThanOrEqual(step(file));
    // a client like any other
    for (const outside of from.filter((name) => name.startsWith('..')))
      expect(outside).toBe('../clients/typescript/dist/index.js');
  });
});
