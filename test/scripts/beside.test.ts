// Two Wardbooks on one machine, as of two checkouts.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { npmStart, processes } from '../support/npm-start.ts';

const { state, start, url, post } = await npmStart();
const ann = { email: 'ann@example.com', password: 'four unrelated words' };

test('another beside it takes the next free ports, says which, and names no password', async () => {
  const first = await start();
  expect(first.said()).toContain('is running');
  const vars = await readFile(join(state, '.dev.vars'), 'utf8');
  // as in another checkout, which has the same ports in its .dev.vars
  const other = await mkdtemp(join(tmpdir(), 'wardbook-start-'));
  await writeFile(join(other, '.dev.vars'), vars, { mode: 0o600 });
  const usual = createServer();
  await new Promise<void>((resolve) => usual.once('error', () => resolve()).listen(8787, '127.0.0.1', resolve));
  const second = await start({ WARDBOOK_STATE: other, PORT: '' });
  const [, api] = /is running at (http:\/\/127\.0\.0\.1:\d+)/.exec(second.said()) ?? [];
  expect(second.said()).toContain('Port 8787 is in use by another program, so this is the next free one.');
  expect(Number(api?.split(':')[2])).toBeGreaterThan(8787);
  expect((await fetch(`${api}/readyz`)).status).toBe(200);
  expect((await fetch(url('/readyz'))).status).toBe(200);
  // each has its own database
  expect((await post('/api/auth/register/', { name: 'Ann', ...ann })).status).toBe(201);
  const login = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ann) };
  expect((await fetch(`${api}/api/auth/login/`, login)).status).toBe(401);
  // and the command line knows where it is
  const { password } = new URL(/^DATABASE_URL=(.*)$/m.exec(vars)?.[1] ?? '');
  expect(first.said() + second.said()).not.toContain(password);
  expect((await processes()).map(({ args }) => args).join('\n')).not.toContain(password);
  expect(JSON.parse(await readFile(join(other, 'pglite.lock'), 'utf8'))).toMatchObject({ api });
  for (const { child, ended } of [first, second]) {
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }
  expect(await readFile(join(other, '.dev.vars'), 'utf8')).toBe(vars);
  expect((await readdir(other)).filter((name) => name.endsWith('.vars') || name.includes('lock'))).toEqual([
    '.dev.vars',
  ]);
  await rm(other, { recursive: true, force: true });
  usual.close();
});
