// `npm run deploy` refuses a configuration that does not say who may register; and what the tracked one says.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Unstable_Config, unstable_readConfig } from 'wrangler';
import { check } from '../../scripts/cli/deploy.ts';

const tracked = resolve(import.meta.dirname, '../../wrangler.toml');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardbook-deploy-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (config: string, env?: string) => unstable_readConfig({ config, env }, { hideWarnings: true });
const written = async (text: string, env?: string) => {
  const path = join(folder, 'wrangler.toml');
  await writeFile(path, `name = "x"\nmain = "x.ts"\ncompatibility_date = "2026-10-01"\n${text}`);
  return read(path, env);
};

test('the tracked configuration does not say it, and the refusal names the three answers', () => {
  expect(() => check([], read(tracked))).toThrow(
    /Nothing was deployed.*under \[vars\] in wrangler\.toml:\n {2}REGISTRATION = "" \(nobody\)\n {2}REGISTRATION = "patient" \(patients\)\n {2}REGISTRATION = "user patient doctor" \(everybody, as in the Django originals\)/s,
  );
});

test.each(['', 'patient', 'user patient doctor', 'user, doctor'])(
  'REGISTRATION = "%s" is an answer',
  async (answer) => {
    expect(check([], await written(`workers_dev = true\n[vars]\nREGISTRATION = "${answer}"`))).toEqual([]);
  },
);

test('so is one on the command line, which counts before that of the file', async () => {
  const config = await written('workers_dev = true\n[vars]\nREGISTRATION = "patients"');
  expect(() => check([], config)).toThrow('"patients" is no answer');
  for (const args of [['--var', 'REGISTRATION:patient'], ['--var=REGISTRATION:']])
    expect(check(args, config)).toEqual([]);
  expect(() => check(['--var', 'REGISTRATION:nobody'], config)).toThrow('"nobody" is no answer');
});

test('an environment has to say for itself: wrangler inherits no vars', async () => {
  const text = '[vars]\nREGISTRATION = ""\n[env.staging.vars]\nDOCTOR_APPROVAL = "manual"';
  const staging = await written(text, 'staging');
  expect(() => check([], read(join(folder, 'wrangler.toml')))).not.toThrow();
  expect(() => check([], staging)).toThrow('[env.staging.vars]');
});

test('says where no address leads to what is deployed', async () => {
  const vars = '[vars]\nREGISTRATION = ""';
  expect(check([], await written(`workers_dev = false\n${vars}`))[0]).toContain('No address leads there');
  const routes = '[[routes]]\npattern = "wardbook.example"\ncustom_domain = true';
  expect(check([], await written(`workers_dev = false\n${vars}\n${routes}`))).toEqual([]);
});

test('old versions are not reachable, and staging has all that wrangler does not inherit', () => {
  const [production, staging] = [read(tracked), read(tracked, 'staging')];
  for (const one of [production, staging]) expect([one.workers_dev, one.preview_urls]).toEqual([false, false]);
  expect(staging.vars).toEqual({ ...production.vars, REGISTRATION: '' });
  const limits = ({ ratelimits }: Unstable_Config) =>
    ratelimits.map(({ name, simple }: { name: string; simple: object }) => ({ name, simple }));
  expect(limits(staging)).toEqual(limits(production));
  expect(limits(production).length).toBeGreaterThan(2);
  const numbers = [...production.ratelimits, ...staging.ratelimits].map(({ namespace_id }) => namespace_id);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(staging.name).not.toBe(production.name);
  expect(staging.routes).toEqual([]);
});
