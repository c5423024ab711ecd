// The package's example, as somebody runs it: a list of patients that is there without a connection.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runningWardbook } from '../../support/running-wardbook.ts';

const example = join(import.meta.dirname, '../../../clients/typescript/example/patients.ts');
const nobody = 'http://127.0.0.1:9';
const password = 'four unrelated words';
const wardbook = runningWardbook();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardbook-example-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = async (url: string, ...words: string[]): Promise<string> => {
  const env = { ...process.env, PATIENTS_FILE: join(folder, 'patients.json') };
  const said = promisify(execFile)(process.execPath, [example, url, ...words], { env });
  const { stdout, stderr } = await said.catch((failed) => failed);
  return stdout + stderr;
};
const call = async (method: string, path: string, body?: object, access = '') => {
  const headers = { 'Content-Type': 'application/json', ...(access && { Authorization: `Bearer ${access}` }) };
  const answer = await fetch(wardbook().url + path, { method, headers, body: body ? JSON.stringify(body) : null });
  return answer.json();
};

test('is short enough to be read', async () => {
  expect((await readFile(example, 'utf8')).split('\n').length).toBeLessThan(150);
});

test('keeps what was added offline, sends it once, and shows what others changed', { timeout: 60_000 }, async () => {
  const { url } = wardbook();
  const register = (name: string) =>
    call('POST', '/api/auth/register/', { name, email: `${name.toLowerCase()}@example.com`, password });
  const { access } = await register('Ann');
  await register('Bob');
  const patients = (): Promise<{ name: string }[]> => call('GET', '/api/patients/?sort=name', undefined, access);
  const kept = async () => JSON.parse(await readFile(join(folder, 'patients.json'), 'utf8'));

  expect(await run(url, 'sign-in', 'ann@example.com', 'not the password')).toContain('No account has this email');
  expect(await run(url, 'sign-in', 'ann@example.com', password)).toBe('Signed in as Ann.\n');
  expect(await run(nobody, 'add', 'Jane Doe', '1990-12-31')).toContain('Ann: 0 here, 1 to be sent\n  Jane Doe (waits)');
  await run(nobody, 'add', 'Too Old', '1790-01-01');
  expect(await run(nobody, 'sync')).toContain('what is kept stays');
  expect((await kept()).writes).toHaveLength(2);

  const synced = await run(url, 'sync');
  expect(synced).toMatch(/^Ann: 1 here, 0 to be sent\n {2}Jane Doe, \d+\n {2}not taken: Too Old: /);
  expect((await patients()).map(({ name }) => name)).toEqual(['Jane Doe']);

  await call('POST', '/api/patients/', { name: 'From Elsewhere' }, access);
  expect(await run(url, 'sync')).toContain('2 here');
  expect(await run(nobody, 'list')).toContain('From Elsewhere');
  expect(await patients()).toHaveLength(2);

  // the next person finds nothing of it
  await run(nobody, 'add', 'Waits For Ann');
  expect(await run(url, 'sign-in', 'bob@example.com', password)).toBe('Signed in as Bob.\n');
  expect(await run(url, 'sync')).toMatch(/^Bob: 0 here, 0 to be sent\n$/);
  expect(await patients()).toHaveLength(2);
});
