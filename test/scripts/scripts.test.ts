// How scripts/ may look: few folders, in the first line of each file what it is for, and no files that import each other
// in a circle.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../scripts');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/node_modules|generators.made/.test(file))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const text = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const importsOf = (file: string): string[] =>
  [...(text.get(file) ?? '').matchAll(/^(?:import|export)\b[^;]*?from '(\.[^']+)'|^import '(\.[^']+)'/gm)]
    .map(([, from, bare]) => normalize(join(dirname(file), from ?? bare ?? '')))
    .filter((imported) => text.has(imported));

test('there are scripts to look at', () => expect(files.length).toBeGreaterThan(30));

test.each(files)('%s begins with what it is for', (file) => {
  const [first = ''] = text.get(file)?.split('\n') ?? [];
  expect(first).toMatch(/^\/\/ [A-Z`].{20,}/);
});

test('are in ten folders at most', () => {
  expect(new Set(files.map((file) => file.split('/')[0])).size).toBeLessThanOrEqual(10);
});

test('imports make no circle', () => {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: string[]) => {
    if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file)) return;
    for (const imported of importsOf(file)) walk(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  expect(circles).toEqual([]);
});
