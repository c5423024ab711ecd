// Whoever opens a file in scripts/ reads in its first line what it is for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../scripts');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/node_modules|generators.made/.test(file))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

test('there are scripts to look at', () => expect(files.length).toBeGreaterThan(30));

test.each(files)('%s begins with what it is for', (file) => {
  const [first = ''] = readFileSync(join(root, file), 'utf8').split('\n');
  expect(first).toMatch(/^\/\/ [A-Z`].{20,}/);
});
