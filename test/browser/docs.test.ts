// The page at /docs in a real browser, from `npm start`: it loads, lists every route, signs in and tries one.
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launch, picture, type Watched, watch } from '../support/browser.ts';
import { runningWardbook } from '../support/running-wardbook.ts';

describe.skipIf(!hasBrowser)('the reference at /docs', { timeout: 60_000 }, () => {
  const wardbook = runningWardbook();
  let url: string;
  let page: Page;
  /** The viewer, whose origin is its own. */
  let frame: FrameLocator;
  let watched: Watched;

  beforeAll(async () => {
    url = wardbook().url;
    page = await (await launch()).newPage({ viewport: { width: 1440, height: 1000 } });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
    watched = watch(page, url);
    await page.goto(`${url}/docs`, { waitUntil: 'networkidle' });
    frame = page.frameLocator('iframe');
  }, 120_000);
  afterAll(() => page?.context().browser()?.close());

  const sectionOf = (route: string) => frame.locator(`[id$="tag/accounts/${route}"]`).first();
  /** What somebody pastes who copies the sample of a request; on the page its token is hidden behind dots. */
  const copiedSample = async (route: string) => {
    const section = sectionOf(route);
    await section.scrollIntoViewIfNeeded();
    await section.locator('.request-card .scalar-code-copy').click();
    return page.evaluate(() => navigator.clipboard.readText());
  };

  test('lists every route', async () => {
    const { paths } = await (await fetch(`${url}/openapi.json`)).json();
    const summaries = Object.values(paths as Record<string, Record<string, { summary: string }>>)
      .flatMap((methods) => Object.values(methods))
      .map(({ summary }) => summary);
    const entries = frame.getByRole('navigation').or(frame.locator('aside')).first();
    await expect.poll(() => entries.innerText()).toContain(summaries.at(-1));
    const text = await entries.innerText();
    expect(summaries.filter((summary) => !text.includes(summary))).toEqual([]);
    expect(await page.title()).toBe('Wardbook API');
    await frame.getByText('Bearer Token').first().waitFor();
    expect(await frame.getByText('No authentication selected').count()).toBe(0);
    await picture(page, 'docs', 'top');
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

    await frame.locator('aside').getByText('Read my account').first().click();
    const section = sectionOf('GET/api/auth/me/');
    await section.getByRole('button', { name: /test request/i }).click();
    const answered = page.waitForResponse((answer) => answer.url() === `${url}/api/auth/me/`);
    await frame.getByRole('dialog').getByRole('button', { name: /^send/i }).first().click();
    expect((await answered).status()).toBe(200);
    await expect.poll(() => frame.getByText('john@example.com').count()).toBeGreaterThan(0);
    await picture(page, 'docs', 'tried');
  });

  test('shows a curl that carries the token, where one is needed and as long as one is signed in', async () => {
    await frame.getByRole('dialog').getByRole('button', { name: /close/i }).first().click();
    const token = await page.evaluate(() => JSON.parse(sessionStorage.getItem('wardbook') ?? '{}').access);
    expect(token).toMatch(/^ey/);
    const curl = await copiedSample('GET/api/auth/me/');
    expect(curl).toContain(`--header 'Authorization: Bearer ${token}'`);
    expect(await copiedSample('POST/api/auth/login/')).not.toContain('Authorization');
    await picture(page, 'docs', 'sample');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await expect.poll(() => copiedSample('GET/api/auth/me/')).not.toContain(token);
  });

  test('an address leads to one route, and changes with what is read', async () => {
    await page.goto(`${url}/docs#tag/patients/GET/api/patients/`);
    await page.reload({ waitUntil: 'networkidle' });
    await frame.locator('[id$="tag/patients/GET/api/patients/"]').first().waitFor();
    await frame.locator('aside').getByText('Read my account').first().click();
    await expect.poll(() => page.url()).toContain('#tag/accounts/GET/api/auth/me/');
  });

  test('a script in the viewer reaches nothing that the portal keeps, and no server', async () => {
    await page.evaluate(() => localStorage.setItem('wardbook.session', 'the token of the portal'));
    const viewer = page.frames().find((one) => one.url().includes('reference.html'));
    const reached = await viewer?.evaluate(async () => {
      const tried = (act: () => unknown) => {
        try {
          return String(act());
        } catch (error) {
          return (error as Error).name;
        }
      };
      // the browser's own, which what stands in its place cannot hide
      const own = Object.getOwnPropertyDescriptor(Storage.prototype, 'getItem')?.value;
      return {
        origin: self.origin,
        kept: tried(() => localStorage.getItem('wardbook.session')),
        own: tried(() => own.call(localStorage, 'wardbook.session')),
        around: tried(() => parent.localStorage.length),
        top: tried(() => parent.document.title),
        asked: await fetch('/healthz').then(
          () => 'answered',
          (error: Error) => error.name,
        ),
      };
    });
    expect(reached).toEqual({
      ...{ origin: 'null', kept: 'null', own: 'TypeError', around: 'SecurityError', top: 'SecurityError' },
      asked: 'TypeError',
    });
    // what was tried is refused aloud
    watched.complaints = watched.complaints.filter((line) => !/healthz|Content Security Policy/.test(line));
    // and by itself it has no other origin either
    const alone = await fetch(`${url}/docs/reference.html`);
    expect(alone.headers.get('Content-Security-Policy')).toMatch(/; sandbox (?!.*allow-same-origin)/);
  });

  test('asks nobody else, and nothing fails', () => {
    expect(watched).toEqual({ elsewhere: [], complaints: [] });
  });
});
