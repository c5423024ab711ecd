// Chromium, for tests of pages: found, started, and watched for what a page must not do.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`Skipped: no browser at ${executablePath}. apt-get install chromium, or set CHROMIUM.`);

const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet];
export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args: flags });

export interface Watched {
  /** Errors and warnings of its console, and requests that failed. */
  complaints: string[];
  /** What it asked another server than the one at `url`. */
  elsewhere: string[];
}

export function watch(page: Page, url: string): Watched {
  const watched: Watched = { complaints: [], elsewhere: [] };
  const { complaints, elsewhere } = watched;
  page.on('console', (line) => ['error', 'warning'].includes(line.type()) && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => request.url().startsWith(url) || elsewhere.push(request.url()));
  return watched;
}

/** To look at afterwards. */
export async function picture(page: Page, folder: string, name: string): Promise<void> {
  const path = join(import.meta.dirname, '../../.wrangler', folder);
  await mkdir(path, { recursive: true });
  await page.screenshot({ path: join(path, `${name}.png`) });
}
