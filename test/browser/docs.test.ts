// The page at /docs in a real browser, from `npm start`: it loads, lists every route, signs in and tries one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`Skipped: no browser at ${executablePath}. apt-get install chromium, or set CHROMIUM.`);

const root = join(import.meta.dirname, '../..');
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet];

describe.skipIf(!hasBrowser)('the reference at /docs', { timeout: 60_000 }, () => {
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  let state: string;
  let wardbook: ChildProcess;
  let url: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'wardbook-docs-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const env = { ...process.env, WARDBOOK_STATE: state, PORT: String(port) };
    wardbook = spawn(process.execPath, [join(root, 'scripts/dev/start.ts')], { cwd: root, env, stdio: 'pipe' });
    let said = '';
    const running = new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said += chunk;
        if (said.includes('is running at')) resolve();
      };
      wardbook.stdout?.on('data', hear);
      wardbook.stderr?.on('data', hear);
      wardbook.once('exit', () => reject(new Error(said)));
    });
    [browser] = await Promise.all([chromium.launch({ executablePath, args: flags }), running]);

    page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    page.on('console', (line) => ['error', 'warning'].includes(line.type()) && complaints.push(line.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
    page.on('request', (request) => request.url().startsWith(url) || elsewhere.push(request.url()));
    await page.goto(`${url}/docs`, { waitUntil: 'networkidle' });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    if (wardbook && wardbook.exitCode === null) {
      wardbook.kill('SIGTERM');
      await once(wardbook, 'exit');
    }
    if (state) await rm(state, { recursive: true, force: true });
  });

  const picture = async (name: string) => {
    await mkdir(join(root, '.wrangler/docs'), { recursive: true });
    await page.screenshot({ path: join(root, `.wrangler/docs/${name}.png`) });
  };

  test('lists every route', async () => {
    const { paths } = await (await fetch(`${url}/openapi.json`)).json();
    const summaries = Object.values(paths as Record<string, Record<string, { summary: string }>>)
      .flatMap((methods) => Object.values(methods))
      .map(({ summary }) => summary);
    const entries = page.getByRole('navigation').or(page.locator('aside')).first();
    await expect.poll(() => entries.innerText()).toContain(summaries.at(-1));
    const text = await entries.innerText();
    expect(summaries.filter((summary) => !text.includes(summary))).toEqual([]);
    expect(await page.title()).toBe('Wardbook API');
    await picture('top');
  });

  test('signs in once, and a request that is tried answers 200', async () => {
    const password = 'a long enough password';
    const body = JSON.stringify({ username: 'john_doe', name: 'John Doe', email: 'john@example.com', password });
    const headers = { 'Content-Type': 'application/json' };
    expect((await fetch(`${url}/api/auth/register/`, { method: 'POST', headers, body })).status).toBe(201);

    await page.getByLabel('Email or username').fill('john_doe');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('John Doe (user)').waitFor();

    await page.locator('aside').getByText('Read my account').first().click();
    const section = page.locator('[id$="tag/accounts/GET/api/auth/me/"]').first();
    await section.getByRole('button', { name: /test request/i }).click();
    const answered = page.waitForResponse((answer) => answer.url() === `${url}/api/auth/me/`);
    await page.getByRole('button', { name: /^send/i }).first().click();
    expect((await answered).status()).toBe(200);
    await expect.poll(() => page.getByText('john@example.com').count()).toBeGreaterThan(0);
    await picture('tried');
  });

  test('asks nobody else, and nothing fails', () => {
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
