// What was released stays as it was: a database that applied a migration never sees it again, so a change of one reaches only
// new databases.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import releases from './released.json' with { type: 'json' };

const migrations = resolve(import.meta.dirname, '../../migrations');
const checksum = async (name: string) => {
  const text = await readFile(join(migrations, name), 'utf8').catch(() => '');
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
};

describe.each(Object.entries(releases))('release %s', (_version, files) => {
  const names = Object.keys(files);

  test.each(Object.entries(files))('%s is as it was', async (name, released) => {
    expect(await checksum(name), `${name} was released: put the change into a new migration`).toBe(released);
  });

  test('has no migration between its own', async () => {
    const here = (await readdir(migrations)).filter((name) => name.endsWith('.sql')).sort();
    expect(here.slice(0, names.length)).toEqual(names);
  });
});
