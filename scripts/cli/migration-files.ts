// What is in migrations/: files that run once each, in order, and in functions/ what is applied again when it changed.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fatal } from '../support/terminal.ts';

export interface SqlFile {
  /** What the journal knows it by: `0001_roles.sql`, or `functions/audit.sql`. */
  name: string;
  text: string;
  checksum: string;
}

export async function readMigrations(folder: string): Promise<SqlFile[]> {
  const names = await sqlFiles(folder);
  for (const [index, name] of names.entries()) {
    if (!/^\d{4}_\w+\.sql$/.test(name)) {
      throw new Fatal(`${name}: a migration is named NNNN_what_it_does.sql, with a number that sets the order.`);
    }
    if (name.slice(0, 4) === names[index - 1]?.slice(0, 4)) {
      throw new Fatal(`${names[index - 1]} and ${name} have the same number; renumber the newer one.`);
    }
  }
  return Promise.all(names.map((name) => readSql(folder, name)));
}

/** The functions and triggers as they are now, one file a subject. */
export async function readFunctions(folder: string): Promise<SqlFile[]> {
  const names = await sqlFiles(join(folder, 'functions')).catch(() => []);
  return Promise.all(names.map((name) => readSql(folder, `functions/${name}`)));
}

async function sqlFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
}

async function readSql(folder: string, name: string): Promise<SqlFile> {
  const text = (await readFile(join(folder, name), 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
}

/** Negative when release `a` is older than `b`. */
export function compareReleases(a: string, b: string): number {
  const [first, second] = [a, b].map((release) => release.split('.').map(Number));
  for (let place = 0; place < 3; place++) {
    const difference = (first?.[place] ?? 0) - (second?.[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
