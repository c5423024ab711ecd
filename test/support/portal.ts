// The portal in a real browser, in front of a Wardbook that runs: people who sign in, and what no page may do.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { asCli } from '../../scripts/cli/admin/account.ts';
import { connect } from '../../scripts/cli/connect.ts';
import { launch, type Watched, watch } from './browser.ts';
import { runningWardbook } from './running-wardbook.ts';
import { unique } from './unique.ts';

export const password = 'four unrelated words';
export type Role = 'user' | 'patient' | 'doctor' | 'waiting' | 'admin';
export interface Person {
  id: number;
  name: string;
  email: string;
  access: string;
}
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Chromium says of every refusal that it was one, and of each request without a connection. */
const isMeant = (line: string) =>
  /^Failed to load resource: the server responded with a status of (4\d\d|503)|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_FAILED/.test(
    line,
  );

/** Call it at the top of a `describe`; what it answers is there once tests run. */
export function portal(settings?: Record<string, string>) {
  const wardbook = runningWardbook(settings);
  let browser: Browser;
  const opened: Watched[] = [];
  beforeAll(async () => {
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    expect(opened.flatMap(({ elsewhere }) => elsewhere)).toEqual([]);
    expect(opened.flatMap(({ complaints }) => complaints).filter((line) => !isMeant(line))).toEqual([]);
  });

  const call = async (method: string, path: string, body?: object, access?: string, more: HeadersInit = {}) => {
    const headers = {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(access && { Authorization: `Bearer ${access}` }),
      ...more,
    };
    const answer = await fetch(wardbook().url + path, { method, headers, body: body ? JSON.stringify(body) : null });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
  };
  /** As the command line: no request can make an administrator, and nobody else may approve. */
  const asOwner = async (statement: string, params: unknown[] = []) => {
    const { sql, close } = await connect(wardbook().owner);
    try {
      return await asCli(sql, [sql.query(statement, params)]);
    } finally {
      await close();
    }
  };

  /** Somebody new with an account of that role; `waiting` is a doctor who is not approved. */
  const person = async (role: Role, name = `${role[0]?.toUpperCase()}${role.slice(1)} Person`): Promise<Person> => {
    const email = `${unique(role)}@example.com`;
    const way = role === 'patient' ? 'patient/' : role === 'doctor' || role === 'waiting' ? 'doctor/' : '';
    const own = way === 'doctor/' ? { specialization: 'Cardiology' } : {};
    const { status, body } = await call('POST', `/api/auth/register/${way}`, { name, email, password, ...own });
    expect(status, JSON.stringify(body)).toBe(201);
    const { user, access } = body;
    if (role === 'admin') await asOwner(`update users set role = 'admin' where id = $1`, [user.id]);
    if (role === 'doctor') await asOwner('update doctors set approved = true where user_id = $1', [user.id]);
    return { id: user.id, name, email, access };
  };

  /** The newest link to that page in the mails to an address. */
  const linkTo = (email: string, page: string): Promise<string> =>
    vi.waitFor(async () => {
      const pattern = new RegExp(`${wardbook().url}/portal/${page}#token=[\\w-]{43}$`, 'm');
      const mails = (await wardbook().mails()).filter(({ to, text }) => to === email && pattern.test(text));
      return pattern.exec(mails.at(-1)?.text ?? '')?.[0] ?? expect.fail(`no link to ${page} for ${email}`);
    }, 10_000);

  const asked = new WeakMap<Page, Set<Request>>();
  /** Once all is answered that the page asked for: what one leaves before would be a request that failed. */
  const quiet = async (page: Page) => {
    let still = 0;
    // one answer may lead to the next request
    for (const end = Date.now() + 5000; still < 4 && Date.now() < end; await sleep(20))
      still = asked.get(page)?.size ? 0 : still + 1;
  };
  const newPage = async (context?: BrowserContext, width = 1200): Promise<Page> => {
    const page = await (context ?? (await browser.newContext({ viewport: { width, height: 800 } }))).newPage();
    opened.push(watch(page, wardbook().url));
    const open = new Set<Request>();
    asked.set(page, open);
    page.on('request', (request) => open.add(request));
    page.on('requestfinished', (request) => open.delete(request));
    page.on('requestfailed', (request) => open.delete(request));
    const close = page.close.bind(page);
    page.close = async (options) => {
      await quiet(page);
      await close(options);
    };
    return page;
  };
  /** That page, as somebody who signs in there; nobody is signed in without a `who`. */
  const open = async (path: string, who?: Person, width?: number): Promise<Page> => {
    const page = await newPage(undefined, width);
    await page.goto(wardbook().url + path);
    if (who) await signIn(page, who);
    return page;
  };
  /** By its address; what the page before asked for has been answered. */
  const visit = async (page: Page, path: string) => {
    await quiet(page);
    await page.goto(wardbook().url + path, { waitUntil: 'networkidle' });
    await page.getByRole('heading', { level: 1 }).waitFor();
  };
  const signIn = async (page: Page, { email }: Person) => {
    await page.getByLabel('Email or username').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  };

  /** What axe finds, in the light and in the dark, and that nothing is wider than the window. */
  const accessible = async (page: Page) => {
    await page.evaluate(await readFile(axe, 'utf8'));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await page.evaluate(async () => {
        // biome-ignore lint/suspicious/noExplicitAny: axe is there since it was put there
        const { violations, incomplete } = await (globalThis as any).axe.run(document);
        type Found = { id: string; nodes: { html: string; failureSummary: string; any: { data?: Json }[] }[] };
        type Json = { messageKey?: string };
        // of text that has the very colour of what is behind it axe says that it may be hidden on purpose
        const invisible = (incomplete as Found[]).filter(({ nodes }) =>
          nodes.some(({ any }) => any.some(({ data }) => data?.messageKey === 'equalRatio')),
        );
        return [...(violations as Found[]), ...invisible].map(({ id, nodes }) => [
          id,
          ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
        ]);
      });
      expect(found, `${page.url()} in the ${colorScheme}`).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      page.url(),
    ).toBeLessThanOrEqual(0);
  };
  const press = (page: Pick<Page, 'getByRole'>, name: string) =>
    page.getByRole('button', { name, exact: true }).click();

  /** In the dialog that asks for one's own password. */
  const prove = async (page: Page) => {
    const dialog = page.getByRole('dialog', { name: 'Give your password' });
    await dialog.getByLabel('Your password').fill(password);
    await press(dialog, 'Go on');
    await dialog.waitFor({ state: 'hidden' });
  };

  return {
    prove,
    url: () => wardbook().url,
    wardbook,
    browser: () => browser,
    call,
    asOwner,
    person,
    linkTo,
    newPage,
    quiet,
    open,
    visit,
    signIn,
    accessible,
    press,
  };
}
