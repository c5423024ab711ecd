// What the portal is served as: a page that no script gets into, that asks nobody else, and that is small.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { portal } from '../../support/portal.ts';

const mostKiB = 60;

describe.skipIf(!hasBrowser)('the page', { timeout: 60_000 }, () => {
  const { person, open, quiet, browser, url } = portal();
  const get = (path: string) => fetch(url() + path, { redirect: 'manual' });

  test('has a strict policy, and so has all that it loads', async () => {
    for (const path of ['/portal/', '/portal/patients/7', '/portal/app.js', '/portal/style.css']) {
      const { status, headers } = await get(path);
      expect(status, path).toBe(200);
      const policy = headers.get('Content-Security-Policy')?.split('; ') ?? [];
      expect(policy, path).toEqual(
        expect.arrayContaining([
          ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'"],
          ...[
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
          ],
        ]),
      );
      expect(policy.join(), path).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get('X-Content-Type-Options'), path).toBe('nosniff');
      expect(headers.get('Referrer-Policy'), path).toBe('no-referrer');
      expect(headers.get('Cross-Origin-Resource-Policy'), path).toBe('same-origin');
    }
    expect((await get('/portal/')).headers.get('Cache-Control')).toBe('no-store');
    expect((await get('/portal/app.js')).headers.get('Content-Type')).toContain('javascript');
  });

  test('swallows nothing that is not its own', async () => {
    for (const path of ['/portal/app.js.map', '/portal/elsewhere.js', '/portalx', '/api/portal', '/portal/../api/x'])
      expect((await get(path)).status, path).toBeGreaterThanOrEqual(401);
    expect(await (await get('/docs')).text()).toContain('Wardbook API');
    expect((await (await get('/openapi.json')).json()).openapi).toMatch(/^3/);
    const problem = await get('/api/nothing-here');
    expect([problem.status, problem.headers.get('Content-Type')]).toEqual([401, 'application/problem+json']);
  });

  test('runs no script that somebody put into it', async () => {
    // watched by nobody, because it complains, as it should
    const page = await browser().newPage();
    await page.goto(`${url()}/portal/`, { waitUntil: 'networkidle' });
    const tried = await page.evaluate(async () => {
      const named = (act: () => unknown) => {
        try {
          act();
          return 'done';
        } catch (error) {
          return (error as Error).name;
        }
      };
      const html = '<img src="x" onerror="window.ran = 1">';
      const outcomes = [
        named(() => {
          document.body.innerHTML = html;
        }),
        named(() => document.body.insertAdjacentHTML('beforeend', html)),
        named(() => new DOMParser().parseFromString(html, 'text/html')),
        named(() => {
          document.createElement('script').src = 'https://elsewhere.example/x.js';
        }),
      ];
      // by itself, because what a test runs may evaluate
      const evaluated = await new Promise((resolve) => {
        setTimeout(() => resolve(named(() => new Function('window.ran = 1')())));
      });
      // what Trusted Types do not see: an attribute, a style, a script of text that the parser would have met
      const button = document.createElement('button');
      named(() => button.setAttribute('onclick', 'window.ran = 1'));
      document.body.append(button);
      button.click();
      const link = document.createElement('a');
      link.href = 'javascript:window.ran=1';
      document.body.append(link);
      link.click();
      const fetched = await fetch('https://elsewhere.example/').then(
        () => 'done',
        (error: Error) => error.name,
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { outcomes, evaluated, fetched, ran: 'ran' in window };
    });
    expect(tried.outcomes).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError']);
    expect(tried).toMatchObject({ evaluated: 'EvalError', fetched: 'TypeError', ran: false });
    await page.close();
  });

  test('what people wrote is text and nothing else', async () => {
    const name = '<img src=x onerror="window.ran=1"><b>Bold</b>';
    const ann = await person('user', name);
    const page = await open('/portal/account', ann);
    await page.getByRole('navigation').getByText(name).waitFor();
    expect(await page.evaluate(() => ['ran' in window, document.querySelectorAll('b, img').length])).toEqual([
      false,
      0,
    ]);
    await page.close();
  });

  test('cannot be shown within another', async () => {
    const page = await browser().newPage();
    await page.goto(`${url()}/docs`);
    const isShown = await page.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.src = '/portal/';
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve));
      try {
        return Boolean(frame.contentDocument?.querySelector('main'));
      } catch {
        return false;
      }
    });
    expect(isShown).toBe(false);
    await page.close();
  });

  test.each(['user', 'patient', 'doctor', 'admin'] as const)(
    'of role %s is small, and is all from here',
    async (role) => {
      const who = await person(role);
      const page = await open('/portal/', who);
      await quiet(page);
      const loaded: string[] = [];
      page.on('response', (response) => loaded.push(response.url()));
      await page.reload({ waitUntil: 'networkidle' });
      const scripts = [...new Set(loaded)].filter((address) => address.endsWith('.js'));
      expect(scripts.length).toBeGreaterThan(0);
      let size = 0;
      for (const address of scripts) size += gzipSync(Buffer.from(await (await fetch(address)).arrayBuffer())).length;
      expect(size / 1024).toBeLessThan(mostKiB);
      expect(loaded.filter((address) => !address.startsWith(url()))).toEqual([]);
      await page.close();
    },
  );
});
