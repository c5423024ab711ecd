// The pages that links in mails lead to, in a real browser: each does its one thing when a person says so, and not before.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser, picture } from '../support/browser.ts';
import { password, portal } from '../support/portal.ts';
import { unique } from '../support/unique.ts';

const another = 'other unrelated words';

describe.skipIf(!hasBrowser)('the pages of links', { timeout: 60_000 }, () => {
  const { call, person, newPage, quiet, accessible, press, prove, signIn, linkTo, wardbook } = portal();
  const register = () => person('user', 'Ann');

  const forget = async ({ email }: { email: string }) => {
    expect((await call('POST', '/api/auth/password/forgot/', { email })).status).toBe(202);
    return linkTo(email, 'reset');
  };
  /** An address that replaces another is confirmed by its account, which has to be signed in. */
  const confirm = async (link: string, access?: string) => {
    const [, token] = link.split('#token=');
    expect((await call('POST', '/api/auth/email/verify/', { token }, access)).status).toBe(204);
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
    return { email, clinic, patient: patient.id, link: await linkTo(email, 'invitation') };
  };
  const signsIn = async (email: string, password: string) =>
    (await call('POST', '/api/auth/login/', { email, password })).status === 200;
  const me = async ({ access }: { access: string }) => (await call('GET', '/api/auth/me/', undefined, access)).body;

  /** As a program does that looks at every link of a mail, and then as the person. */
  const open = async (link: string): Promise<Page> => {
    const page = await newPage(undefined, 360);
    await page.goto(link, { waitUntil: 'networkidle' });
    await page.reload({ waitUntil: 'networkidle' });
    return page;
  };
  const done = async (page: Page, text: string) => {
    await page.getByText(text).waitFor();
    // what is done is read out, and nobody finds the token in the address any more
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(text);
    expect(page.url()).not.toContain('#');
    expect(await page.locator('form').count()).toBe(0);
    await accessible(page);
  };
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const refused = async (page: Page) => page.getByRole('alert').filter({ hasText: /\S/ }).innerText();

  test('reset: a new password, which counts at once, and the link only once', async () => {
    const ann = await register();
    const link = await forget(ann);
    const page = await open(link);
    expect(await page.title()).toBe('Choose a new password · Wardbook');
    await page.getByLabel('New password').fill(another);
    await press(page, 'Use this password');
    await done(page, 'Your password is changed');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await heading(page, 'Sign in');
    expect([await signsIn(ann.email, another), await signsIn(ann.email, password)]).toEqual([true, false]);
    await page.close();

    const again = await open(link);
    await again.getByLabel('New password').fill('words that are too late');
    await press(again, 'Use this password');
    expect(await refused(again)).toContain('This link was used, has expired, or is not one of ours.');
    // and what now
    await again.getByRole('link', { name: 'Send me another link' }).click();
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
      const described: string[] =
        (await field.getAttribute('aria-describedby'))?.split(' ').map((id) => `#${id}`) ?? [];
      expect((await page.locator(described.join()).allTextContents()).join()).toContain(says);
      await expect.poll(() => field.evaluate((box) => box === document.activeElement)).toBe(true);
      expect(await page.getByRole('alert').count()).toBe(0);
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
    await page.close();
    const again = await open(link);
    await press(again, 'Confirm');
    expect(await refused(again)).toContain('This link was used');
    await again.close();
  });

  test('verify while one is signed in leads on', async () => {
    const ann = await register();
    const page = await newPage();
    await page.goto(`${wardbook().url}/portal/account`);
    await signIn(page, ann);
    await page.getByText('not confirmed yet').waitFor();
    await quiet(page);
    const link = await newPage(page.context());
    await link.goto(await linkTo(ann.email, 'verify'));
    await press(link, 'Confirm');
    await done(link, 'Your email is confirmed.');
    // the other tab knows it as well
    await page.getByText('· confirmed').waitFor();
    await link.getByRole('link', { name: 'Go on' }).click();
    await heading(link, 'Patients');
    await quiet(link);
    await page.context().close();
  });

  test('undo gives an account back, and ends what the other one could do', async () => {
    const ann = await verified();
    const email = `${unique('thief')}@example.com`;
    expect((await call('PATCH', '/api/auth/me/', { email, password }, ann.access)).status).toBe(200);
    await confirm(await linkTo(email, 'verify'), ann.access);
    const page = await open(await linkTo(ann.email, 'undo'));
    expect((await me(ann)).email).toBe(email);
    await press(page, 'Undo it');
    await done(page, 'Undone');
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect((await call('GET', '/api/auth/me/', undefined, ann.access)).status).toBe(401);
    expect(await linkTo(ann.email, 'reset')).toContain('#token=');
    await page.close();
  });

  /** Signed in as whom the record belongs to. */
  const isHome = async (page: Page, name: string) => {
    await heading(page, 'My record');
    await page.getByRole('navigation').getByText(name).waitFor();
    await page.locator('main').getByText('Jane Doe').waitFor();
    expect(page.url()).toBe(`${wardbook().url}/portal/`);
    await quiet(page);
  };

  test('invitation: a new account for the record, which is signed in then', async () => {
    const { email, patient, link } = await invited();
    const page = await open(link);
    await page.getByLabel('Your name').fill('Jane');
    await page.getByLabel('New password').fill(password);
    await press(page, 'Open my account');
    await isHome(page, 'Jane');
    const { access, user } = (await call('POST', '/api/auth/login/', { email, password })).body;
    expect(user).toMatchObject({ name: 'Jane', role: 'patient', email_verified: true });
    expect((await call('GET', '/api/patient-profile/', undefined, access)).body.id).toBe(patient);
    await page.close();
  });

  test('invitation: says who invites whom, from where, and what a link is that no longer works', async () => {
    const { email, link, clinic } = await invited();
    const page = await open(link);
    const about = page.locator('section').filter({ hasText: 'Who invites you' });
    await about.getByText('Accept only if you know this person.').waitFor();
    const host = new URL(wardbook().url).host;
    for (const text of ['Ann', clinic.email, host, email, 'Jane Doe']) expect(await about.innerText()).toContain(text);
    await accessible(page);
    await page.getByLabel('New password').fill(password);
    await press(page, 'Open my account');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await quiet(page);
    await page.close();
    const again = await open(link);
    expect(await refused(again)).toContain('This link was used, has expired, or is not one of ours.');
    expect(await again.getByRole('button', { name: 'Open my account' }).count()).toBe(0);
    await accessible(again);
    await again.close();
  });

  test('invitation: with an account that is there', async () => {
    const { patient, link } = await invited();
    const ann = await register();
    const page = await open(link);
    await press(page, 'I have an account already');
    await heading(page, 'Accept with your account');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Accept with your account');
    await page.getByLabel('Email or username').fill(ann.email);
    await page.getByLabel('Password').fill('not my password');
    await press(page, 'Sign in and accept');
    expect(await refused(page)).toContain('No account has this email or username with this password.');
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in and accept');
    await isHome(page, 'Ann');
    expect((await call('GET', '/api/patient-profile/', undefined, ann.access)).body.id).toBe(patient);
    // one of `register`, and this one
    expect((await call('GET', '/api/auth/sessions/', undefined, ann.access)).body).toHaveLength(2);
    await page.close();
  });

  test('invitation: as whoever is signed in, or with a new account all the same', async () => {
    const { patient, link } = await invited();
    const ann = await register();
    const page = await newPage();
    await page.goto(`${wardbook().url}/portal/`);
    await signIn(page, ann);
    await page.getByText('No patients yet.').waitFor();
    await page.goto(link, { waitUntil: 'networkidle' });
    await page.reload({ waitUntil: 'networkidle' });
    await heading(page, 'Accept with your account');
    await page.getByText('You are signed in as Ann.').waitFor();
    await accessible(page);
    await press(page, 'Open a new account instead');
    await heading(page, 'Accept your invitation');
    await press(page, 'I have an account already');
    await press(page, 'Accept');
    await prove(page);
    await isHome(page, 'Ann');
    expect((await call('GET', '/api/patient-profile/', undefined, ann.access)).body.id).toBe(patient);
    await page.close();
  });

  test('invitation: says that the address has an account, and that an account has a record', async () => {
    const { email, link } = await invited();
    const other = await invited();
    expect((await call('POST', '/api/auth/register/', { email, password, name: 'Jane' })).status).toBe(201);
    const page = await open(link);
    await page.getByLabel('New password').fill(another);
    await press(page, 'Open my account');
    expect(await refused(page)).toBe('email: has an account already');
    await press(page, 'I have an account already');
    await page.getByLabel('Email or username').fill(email);
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in and accept');
    await isHome(page, 'Jane');
    await page.close();

    const second = await open(other.link);
    await press(second, 'I have an account already');
    await second.getByLabel('Email or username').fill(email);
    await second.getByLabel('Password').fill(password);
    await press(second, 'Sign in and accept');
    await second.getByText('Your account has a record already.').waitFor();
    // who is signed in by now, and may go home or leave the other record
    await second.getByText('You are signed in as Jane.').waitFor();
    await press(second, 'Accept');
    const leaving = second.getByRole('dialog', { name: 'Leave the record that you have?' });
    await leaving.waitFor();
    await accessible(second);
    await press(leaving, 'Cancel');
    const { access } = (await call('POST', '/api/auth/login/', { email, password })).body;
    const record = async () => (await call('GET', '/api/patient-profile/', undefined, access)).body.id;
    expect(await record()).not.toBe(other.patient);
    await press(second, 'Accept');
    await press(leaving, 'Leave it and accept');
    await isHome(second, 'Jane');
    expect(await record()).toBe(other.patient);
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
    // whom an invitation is for is asked before anything can be typed
    if (name !== 'invitation') await press(page, button);
    expect(await refused(page)).toContain('not one of ours');
    await page.close();
    const without = await open(`${wardbook().url}/portal/${name}`);
    await without.getByText('Open this page by the link in the mail that you got.').waitFor();
    expect(await without.locator('form').count()).toBe(0);
    await accessible(without);
    await without.close();
  });

  test('all of it goes by the keyboard alone', async () => {
    const { email, link } = await invited();
    const page = await open(link);
    await heading(page, 'Accept your invitation');
    await page.getByLabel('Your name').waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent);
    const steps: (string | null | undefined)[] = [];
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('Tab');
      steps.push(await focused());
    }
    // the heading has the focus, once it is known whom the invitation is for
    expect(steps).toEqual(['name', 'password', 'Open my account', 'I have an account already']);
    // where the focus is can be seen
    const outline = () => page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth);
    expect(await outline()).toBe('3px');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.type('password123');
    await page.keyboard.press('Enter');
    await page.getByText('is one of the commonest').waitFor();
    await expect.poll(focused).toBe('password');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await isHome(page, 'Jane Doe');
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
    await page.context().setOffline(true);
    await press(page, 'Send me a link');
    expect(await refused(page)).toContain('There is no connection.');
    expect(await page.getByLabel('Email').inputValue()).toBe('ann@example.com');
    await accessible(page);
    await page.context().setOffline(false);
    const detail = 'Slow down. Wait as long as Retry-After says.';
    await page.route('**/api/**', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'Retry-After': '600', 'Content-Type': 'application/problem+json' },
        body: JSON.stringify({ type: 'about:blank', title: 'x', status: 429, code: 'too_many_requests', detail }),
      }),
    );
    await press(page, 'Send me a link');
    await page.getByText('Slow down. Try again in 10 minutes.').waitFor();
    await page.close();
  });

  test.each(['forgot', 'reset', 'verify', 'undo'])('%s can be read and pressed on a phone', async (name) => {
    const page = await open(`${wardbook().url}/portal/${name}#token=${'A'.repeat(43)}`);
    const fits = async (state: string) => {
      await accessible(page);
      for (const target of await page.locator('form button, input').all())
        expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await contrastOfLines(page)).toBeGreaterThanOrEqual(3);
        await picture(page, 'portal', `${name}-${colorScheme}${state}`);
      }
    };
    await fits('');
    const field = page.locator('input').last();
    if (await field.count()) await field.fill(name === 'forgot' ? 'ann@example.com' : 'short');
    await page.locator('form button').click();
    if (name === 'forgot') await page.getByText('is on its way').waitFor();
    else await page.locator('.error, [role=alert]').filter({ hasText: /\S/ }).first().waitFor();
    await fits('-answered');
    await page.close();
  });
});

/** How well the lines round fields can be told from what is behind them, which axe does not look at. */
const contrastOfLines = (page: Page) =>
  page.evaluate(() => {
    const light = (color: string) => {
      const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? [])
        .map((value) => Number(value) / 255)
        .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = light(getComputedStyle(document.documentElement).backgroundColor);
    const ratios = [...document.querySelectorAll('input')].map((element) => {
      const line = light(getComputedStyle(element).borderTopColor);
      return (Math.max(line, behind) + 0.05) / (Math.min(line, behind) + 0.05);
    });
    return Math.min(21, ...ratios);
  });
