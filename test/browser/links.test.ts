// The pages that links in mails lead to, in a real browser: each does its one thing when a person says so, and not before.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasBrowser, launch, picture, type Watched, watch } from '../support/browser.ts';
import { runningWardbook } from '../support/running-wardbook.ts';
import { unique } from '../support/unique.ts';

const password = 'four unrelated words';
const another = 'other unrelated words';
/** Chromium says of every refusal that it was one. */
const isRefusal = (line: string) => /^Failed to load resource: the server responded with a status of 4/.test(line);

describe.skipIf(!hasBrowser)('the pages of links', { timeout: 60_000 }, () => {
  const wardbook = runningWardbook();
  let browser: Browser;
  const opened: Watched[] = [];

  beforeAll(async () => {
    browser = await launch();
  }, 60_000);
  afterAll(() => browser?.close());

  interface Person {
    email: string;
    access: string;
  }
  const call = async (method: string, path: string, body?: object, access?: string) => {
    const headers = {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(access && { Authorization: `Bearer ${access}` }),
    };
    const answer = await fetch(wardbook().url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : undefined };
  };
  const register = async (): Promise<Person> => {
    const email = `${unique('ann')}@example.com`;
    const { status, body } = await call('POST', '/api/auth/register/', { email, password, name: 'Ann' });
    expect(status).toBe(201);
    return { email, access: body.access };
  };
  /** The newest link to that page in the mails to an address. */
  const linkTo = (email: string, page: string): Promise<string> =>
    vi.waitFor(async () => {
      const pattern = new RegExp(`${wardbook().url}/portal/${page}#token=[\\w-]{43}$`, 'm');
      const mails = (await wardbook().mails()).filter(({ to, text }) => to === email && pattern.test(text));
      return pattern.exec(mails.at(-1)?.text ?? '')?.[0] ?? expect.fail(`no link to ${page} for ${email}`);
    }, 10_000);
  const forget = async ({ email }: { email: string }) => {
    expect((await call('POST', '/api/auth/password/forgot/', { email })).status).toBe(202);
    return linkTo(email, 'reset');
  };
  const confirm = async (link: string) => {
    const [, token] = link.split('#token=');
    expect((await call('POST', '/api/auth/email/verify/', { token })).status).toBe(204);
  };
  const verified = async () => {
    const ann = await register();
    await confirm(await linkTo(ann.email, 'verify'));
    return ann;
  };
  const invited = async () => {
    const clinic = await verified();
    const patient = (await call('POST', '/api/patients/', { name: 'Jane Doe' }, clinic.access)).body;
    const email = `${unique('jane')}@example.com`;
    const answer = await call('POST', `/api/patients/${patient.id}/invitation/`, { email }, clinic.access);
    expect(answer.status).toBe(201);
    return { email, patient: patient.id, link: await linkTo(email, 'invitation') };
  };
  const signsIn = async (email: string, password: string) =>
    (await call('POST', '/api/auth/login/', { email, password })).status === 200;
  const me = async ({ access }: Person) => (await call('GET', '/api/auth/me/', undefined, access)).body;

  const newPage = async (options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, ...options });
    opened.push(watch(page, wardbook().url));
    return page;
  };
  /** As a program does that looks at every link of a mail, and then as the person. */
  const open = async (link: string): Promise<Page> => {
    const page = await newPage();
    for (let times = 0; times < 2; times++) {
      await page.goto('about:blank');
      await page.goto(link, { waitUntil: 'networkidle' });
    }
    return page;
  };
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const done = async (page: Page, text: string) => {
    await page.getByText(text).waitFor();
    // what is done is read out, and nobody finds the token in the address any more
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(text);
    expect(page.url()).not.toContain('#');
    expect(await page.locator('form').count()).toBe(0);
  };
  const refused = async (page: Page) => page.getByRole('alert').filter({ hasText: /\S/ }).innerText();

  test('reset: a new password, which counts at once, and the link only once', async () => {
    const ann = await register();
    const link = await forget(ann);
    const page = await open(link);
    expect(await page.title()).toBe('Choose a new password');
    await page.getByLabel('New password').fill(another);
    await press(page, 'Use this password');
    await done(page, 'Your password is changed');
    expect([await signsIn(ann.email, another), await signsIn(ann.email, password)]).toEqual([true, false]);
    await page.close();

    const again = await open(link);
    await again.getByLabel('New password').fill('words that are too late');
    await press(again, 'Use this password');
    expect(await refused(again)).toContain('This link was used, has expired, or is not one of ours.');
    // and what now
    await press(again, 'Send me another link');
    await again.getByLabel('Email').fill(ann.email);
    await press(again, 'Send me a link');
    await done(again, 'a link is on its way');
    await again.close();
  });

  test('a weak password is refused beside its field, and the link still works', async () => {
    const ann = await register();
    const page = await open(await forget(ann));
    const field = page.getByLabel('New password');
    for (const [weak, says] of [
      ['password123', 'is one of the commonest passwords'],
      [ann.email, 'is your name or email'],
      ['short', 'use 8 characters or more'],
    ] as const) {
      await field.fill(weak);
      await press(page, 'Use this password');
      await page.getByText(says).waitFor();
      // as a screen reader finds it
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      const described = (await field.getAttribute('aria-describedby'))?.split(' ').map((id) => `#${id}`) ?? [];
      expect((await page.locator(described.join()).allTextContents()).join()).toContain(says);
      expect(await field.evaluate((box) => box === document.activeElement)).toBe(true);
      expect(await page.getByRole('alert').innerText()).toBe('');
    }
    await field.fill(another);
    await press(page, 'Use this password');
    await done(page, 'Your password is changed');
    await page.close();
  });

  test('verify, and a link that was used', async () => {
    const ann = await register();
    const link = await linkTo(ann.email, 'verify');
    const page = await open(link);
    expect((await me(ann)).email_verified).toBe(false);
    await press(page, 'Confirm');
    await done(page, 'Your email is confirmed.');
    expect((await me(ann)).email_verified).toBe(true);
    await page.goto('about:blank');
    await page.goto(link);
    await press(page, 'Confirm');
    expect(await refused(page)).toContain('This link was used');
    await page.close();
  });

  test('undo gives an account back, and ends what the other one could do', async () => {
    const ann = await verified();
    const email = `${unique('thief')}@example.com`;
    expect((await call('PATCH', '/api/auth/me/', { email, password }, ann.access)).status).toBe(200);
    await confirm(await linkTo(email, 'verify'));
    const page = await open(await linkTo(ann.email, 'undo'));
    expect((await me(ann)).email).toBe(email);
    await press(page, 'Undo it');
    await done(page, 'Undone');
    expect((await call('GET', '/api/auth/me/', undefined, ann.access)).status).toBe(401);
    expect(await linkTo(ann.email, 'reset')).toContain('#token=');
    await page.close();
  });

  test('invitation: a new account for the record', async () => {
    const { email, patient, link } = await invited();
    const page = await open(link);
    await page.getByLabel('Your name').fill('Jane');
    await page.getByLabel('New password').fill(password);
    await press(page, 'Open my account');
    await done(page, 'Your account is open.');
    const { access, user } = (await call('POST', '/api/auth/login/', { email, password })).body;
    expect(user).toMatchObject({ name: 'Jane', role: 'patient', email_verified: true });
    expect((await call('GET', '/api/patient-profile/', undefined, access)).body.id).toBe(patient);
    await page.close();
  });

  test('invitation: with an account that is there, and no session is left behind', async () => {
    const { patient, link } = await invited();
    const ann = await register();
    const page = await open(link);
    await press(page, 'I have an account already');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Accept with your account');
    await page.getByLabel('Email or username').fill(ann.email);
    await page.getByLabel('Password').fill('not my password');
    await press(page, 'Sign in and accept');
    expect(await refused(page)).toContain('No account has this email or username with this password.');
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in and accept');
    await done(page, 'Your account has what the invitation was for.');
    expect((await call('GET', '/api/patient-profile/', undefined, ann.access)).body.id).toBe(patient);
    expect((await call('GET', '/api/auth/sessions/', undefined, ann.access)).body).toHaveLength(1);
    await page.close();
  });

  test('invitation: says that the address has an account, and that an account has a record', async () => {
    const { email, link } = await invited();
    const other = await invited();
    expect((await call('POST', '/api/auth/register/', { email, password, name: 'Jane' })).status).toBe(201);
    const page = await open(link);
    await page.getByLabel('New password').fill(another);
    await press(page, 'Open my account');
    expect(await refused(page)).toBe('Email has an account already.');
    await press(page, 'I have an account already');
    await page.getByLabel('Email or username').fill(email);
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in and accept');
    await done(page, 'Your account has what the invitation was for.');
    await page.close();

    const second = await open(other.link);
    await press(second, 'I have an account already');
    await second.getByLabel('Email or username').fill(email);
    await second.getByLabel('Password').fill(password);
    await press(second, 'Sign in and accept');
    expect(await refused(second)).toContain('belongs to somebody already');
    await second.close();
  });

  test('forgot says the same whoever asks, and a mail comes to whom it may concern', async () => {
    const ann = await register();
    const page = await open(`${wardbook().url}/portal/forgot`);
    for (const email of [`${unique('nobody')}@example.com`, ann.email]) {
      await page.goto(`${wardbook().url}/portal/forgot`);
      await page.getByLabel('Email').fill(email);
      await press(page, 'Send me a link');
      await done(page, 'If an account has this email, a link is on its way to it.');
    }
    expect(await linkTo(ann.email, 'reset')).toContain('#token=');
    await page.close();
  });

  test.each([
    ['reset', 'Use this password'],
    ['verify', 'Confirm'],
    ['undo', 'Undo it'],
    ['invitation', 'Open my account'],
  ])('%s with a wrong token, and with none', async (name, button) => {
    const page = await open(`${wardbook().url}/portal/${name}#token=${'A'.repeat(43)}`);
    const field = page.getByLabel('New password');
    if (await field.count()) await field.fill(password);
    await press(page, button);
    expect(await refused(page)).toContain('not one of ours');
    await page.goto('about:blank');
    await page.goto(`${wardbook().url}/portal/${name}`);
    await page.getByText('Open this page by the link in the mail that you got.').waitFor();
    expect(await page.locator('form').count()).toBe(0);
    await page.close();
  });

  test('there are no other pages', async () => {
    for (const path of ['/portal/accept', '/portal/elsewhere', '/portal/'])
      expect((await fetch(wardbook().url + path)).status).toBe(404);
  });

  test('all of it goes by the keyboard alone', async () => {
    const { email, link } = await invited();
    const page = await open(link);
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    const steps: (string | null | undefined)[] = [];
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('Tab');
      steps.push(await focused());
    }
    expect(steps).toEqual(['name', 'password', 'Open my account', 'I have an account already']);
    // where the focus is can be seen
    const outline = () => page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth);
    expect(await outline()).toBe('3px');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.type('password123');
    await page.keyboard.press('Enter');
    await page.getByText('is one of the commonest').waitFor();
    expect(await focused()).toBe('password');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await done(page, 'Your account is open.');
    expect(await signsIn(email, password)).toBe(true);
    await page.close();
  });

  test('a button that is pressed twice asks once', async () => {
    const ann = await register();
    const page = await open(await linkTo(ann.email, 'verify'));
    const asked: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && asked.push(request.url()));
    await page.getByRole('button', { name: 'Confirm' }).dblclick();
    await done(page, 'Your email is confirmed.');
    expect(asked).toHaveLength(1);
    await page.close();
  });

  test('a server out of reach, and one that wants to be asked less, are said in words for people', async () => {
    const page = await open(`${wardbook().url}/portal/forgot`);
    await page.getByLabel('Email').fill('ann@example.com');
    await page.route('**/api/**', (route) => route.abort());
    await press(page, 'Send me a link');
    expect(await refused(page)).toBe('That did not arrive. Try again in a moment.');
    const limited = {
      status: 429,
      headers: { 'Retry-After': '600' },
      json: { detail: 'Wait as long as Retry-After says' },
    };
    await page.route('**/api/**', (route) => route.fulfill(limited));
    await press(page, 'Send me a link');
    await page.getByText('That was too often. Try again in 10 minutes.').waitFor();
    // that these failed was on purpose
    opened.pop();
    await page.close();
  });

  describe.each(['light', 'dark'] as const)('%s, on a phone', (colorScheme) => {
    /** How well the text of each element can be told from what is behind it, and the lines of fields from theirs. */
    const contrasts = (page: Page) =>
      page.evaluate(() => {
        const numbers = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
        const behind = (element: Element | null): number[] => {
          for (let at = element; at; at = at.parentElement) {
            const color = numbers(getComputedStyle(at).backgroundColor);
            if (color[3] !== 0) return color;
          }
          return [255, 255, 255];
        };
        const light = (color: number[]) => {
          const [r = 0, g = 0, b = 0] = color.map((value) =>
            value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
          );
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ratio = (a: number[], b: number[]) => {
          const [low = 0, high = 0] = [light(a), light(b)].sort((x, y) => x - y);
          return (high + 0.05) / (low + 0.05);
        };
        const texts = [...document.querySelectorAll('h1, p, label, button, input')].map((element) =>
          ratio(numbers(getComputedStyle(element).color), behind(element)),
        );
        const lines = [...document.querySelectorAll('input')].map((element) =>
          ratio(numbers(getComputedStyle(element).borderTopColor), behind(element.parentElement)),
        );
        return { texts: Math.min(...texts), lines: Math.min(21, ...lines) };
      });
    const fits = async (page: Page) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      const { texts, lines } = await contrasts(page);
      expect(texts).toBeGreaterThanOrEqual(4.5);
      expect(lines).toBeGreaterThanOrEqual(3);
      for (const target of await page.locator('button, input').all())
        expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    };

    test.each(['forgot', 'reset', 'verify', 'undo', 'invitation'])('%s can be read', async (name) => {
      const page = await newPage({ colorScheme, viewport: { width: 360, height: 740 } });
      await page.goto(`${wardbook().url}/portal/${name}#token=${'A'.repeat(43)}`, { waitUntil: 'networkidle' });
      await fits(page);
      await picture(page, 'portal', `${name}-${colorScheme}`);
      const field = page.locator('input').last();
      if (await field.count()) await field.fill(name === 'forgot' ? 'ann@example.com' : 'short');
      await page.locator('form button').click();
      if (name === 'forgot') await page.getByText('is on its way').waitFor();
      else await page.locator('.error', { hasText: /\S/ }).first().waitFor();
      await fits(page);
      await picture(page, 'portal', `${name}-${colorScheme}-answered`);
      await page.close();
    });
  });

  test('no page asks anybody else, nor complains', () => {
    expect(opened.length).toBeGreaterThan(20);
    expect(opened.flatMap(({ elsewhere }) => elsewhere).filter((url) => url !== 'about:blank')).toEqual([]);
    expect(opened.flatMap(({ complaints }) => complaints).filter((line) => !isRefusal(line))).toEqual([]);
  });
});
