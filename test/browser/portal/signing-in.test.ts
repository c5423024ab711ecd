// Who is signed in in the portal: by a password, by registering, in several tabs at once; and until when.
import type { BrowserContext, Page, Request } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, password, portal } from '../../support/portal.ts';
import { unique } from '../../support/unique.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const isRefresh = (request: Request) => request.url().endsWith('/api/auth/refresh');

describe.skipIf(!hasBrowser)('signing in', { timeout: 60_000 }, () => {
  const { call, person, open, visit, newPage, quiet, accessible, press, signIn, asOwner, url } = portal();
  const sessions = async ({ access }: Person) => (await call('GET', '/api/auth/sessions/', undefined, access)).body;

  test('with nobody there yet, the page says how to make the first administrator', async () => {
    const page = await open('/portal/');
    await heading(page, 'Sign in');
    await page.getByText('npm run admin -- create').waitFor();
    await accessible(page);
    await person('admin');
    // the answer of /readyz is kept for some seconds
    await expect
      .poll(
        async () => {
          await visit(page, '/portal/');
          return page.getByText('npm run admin -- create').count();
        },
        { timeout: 20_000 },
      )
      .toBe(0);
    await page.close();
  });

  test('by email or username; a wrong password is said in place, and what was typed stays', async () => {
    const ann = await person('user');
    const page = await open('/portal/');
    await page.getByLabel('Email or username').fill(ann.email);
    await page.getByLabel('Password').fill('not my password');
    await press(page, 'Sign in');
    await page.getByRole('alert').getByText('No account has this email or username with this password.').waitFor();
    expect(await page.getByLabel('Email or username').inputValue()).toBe(ann.email);
    await accessible(page);
    const { username } = (await call('GET', '/api/auth/me/', undefined, ann.access)).body;
    await page.getByLabel('Email or username').fill(` ${username} `);
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await heading(page, 'Patients');
    // the access token is nowhere but in memory
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).toContain('refresh');
    expect(kept).not.toMatch(/access|eyJ/);
    await visit(page, '/portal/');
    await heading(page, 'Patients');
    await page.close();
  });

  test('too many wrong passwords are said in words for people', async () => {
    const ann = await person('user');
    for (let guess = 0; guess < 12; guess++)
      await call('POST', '/api/auth/login/', { email: ann.email, password: `not my password ${guess}` });
    const page = await open('/portal/');
    await page.getByLabel('Email or username').fill(ann.email);
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in');
    await page.getByText(/^Too many wrong passwords\. Try again in (a minute|\d+ minutes)\.$/).waitFor();
    await page.close();
  });

  test.each([
    ['I keep the records of patients', 'user', {}, 'Patients'],
    ['I am a patient', 'patient', { 'Date of birth': '1990-04-12', Phone: '+1 555 0100' }, 'My record'],
    ['I am a doctor', 'doctor', { Specialization: 'Cardiology' }, 'Awaiting approval'],
  ] as const)('by registering: %s', async (label, role, fields, first) => {
    const page = await open('/portal/');
    await page.getByRole('link', { name: 'Register' }).click();
    await heading(page, 'Register');
    await page.getByLabel(label).check();
    await accessible(page);
    await press(page, 'Register');
    for (const name of ['Name', 'Email', 'Password'])
      await expect.poll(() => page.getByLabel(name, { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await accessible(page);
    const email = `${unique('new')}@example.com`;
    await page.getByLabel('Name', { exact: true }).fill('Nina New');
    await page.getByLabel('Email', { exact: true }).fill(email);
    for (const [name, value] of Object.entries(fields)) await page.getByLabel(name).fill(value);
    await page.getByLabel('Password', { exact: true }).fill('password123');
    await press(page, 'Register');
    await page.getByText('is one of the commonest').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await press(page, 'Register');
    await heading(page, first);
    await page.getByRole('navigation').getByText('Nina New').waitFor();
    expect(page.url()).toBe(`${url()}/portal/`);
    const { body } = await call('POST', '/api/auth/login/', { email, password });
    expect(body.user).toMatchObject({ name: 'Nina New', role });
    await page.close();
  });

  test('an address with an account is said beside the field', async () => {
    const ann = await person('user');
    const page = await open('/portal/register');
    await page.getByLabel('I keep the records of patients').check();
    await page.getByLabel('Name', { exact: true }).fill('Ann Again');
    await page.getByLabel('Email', { exact: true }).fill(ann.email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await press(page, 'Register');
    await page.getByText('has an account already').waitFor();
    expect(await page.getByLabel('Email', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await page.close();
  });

  test('a deep link survives it, with what it asks for', async () => {
    const ann = await person('user');
    await call('POST', '/api/patients/', { name: 'Jane Deep', gender: 'female' }, ann.access);
    const page = await open('/portal/patients?search=deep&gender=female', ann);
    await page.getByText('1 patient', { exact: true }).waitFor();
    expect(await page.getByLabel('Search').inputValue()).toBe('deep');
    expect(page.url()).toContain('search=deep&gender=female');
    await page.close();
  });

  test('a session that was ended elsewhere leads to the sign-in, and back', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients', ann);
    await page.getByText('No patients yet.').waitFor();
    expect((await call('DELETE', '/api/auth/sessions/', undefined, ann.access)).status).toBe(204);
    await page.getByRole('link', { name: 'Doctors' }).click();
    await heading(page, 'Sign in');
    await page.getByText(/Log in again\./).waitFor();
    await accessible(page);
    await signIn(page, ann);
    await heading(page, 'Doctors');
    expect(await page.getByText(/Log in again\./).count()).toBe(0);
    await page.close();
  });

  test('an account that was disabled is out, and told so', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients', ann);
    await page.getByText('No patients yet.').waitFor();
    await asOwner('update users set disabled_at = now() where id = $1', [ann.id]);
    await page.getByRole('link', { name: 'Doctors' }).click();
    await heading(page, 'Sign in');
    await page.getByLabel('Email or username').fill(ann.email);
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in');
    await page.getByRole('alert').getByText('Ask an administrator to enable this account.').waitFor();
    await page.close();
  });

  test('another role that an administrator gave counts at the next page that is loaded', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients', ann);
    await page.getByText('No patients yet.').waitFor();
    await asOwner(`update users set role = 'admin' where id = $1`, [ann.id]);
    await visit(page, '/portal/account');
    const kept = () => page.evaluate(() => JSON.parse(localStorage.getItem('wardbook.session') ?? '{}').user.role);
    await expect.poll(kept).toBe('admin');
    await page.close();
  });

  describe('several tabs', () => {
    const tabs = async (who: Person): Promise<[BrowserContext, Page, Page]> => {
      const one = await open('/portal/patients', who);
      await one.getByText('No patients yet.').waitFor();
      const two = await newPage(one.context());
      await two.goto(`${url()}/portal/doctors`, { waitUntil: 'networkidle' });
      await heading(two, 'Doctors');
      await quiet(one);
      return [one.context(), one, two];
    };

    test('are signed in by one, and signed out by one', async () => {
      const ann = await person('user');
      const [context, one, two] = await tabs(ann);
      expect(await sessions(ann)).toHaveLength(2);
      await press(one, 'Sign out');
      await heading(one, 'Sign in');
      await heading(two, 'Sign in');
      await expect.poll(async () => (await sessions(ann)).length).toBe(1);
      expect(await two.evaluate(() => localStorage.length)).toBe(0);
      await signIn(two, ann);
      await heading(two, 'Doctors');
      await heading(one, 'Patients');
      for (const page of [one, two]) await quiet(page);
      await context.close();
    });

    test('are somebody else at once when one signs in as somebody else', async () => {
      const [ann, pat] = [await person('user', 'Ann First'), await person('patient', 'Pat Second')];
      const [context, one, two] = await tabs(ann);
      await press(one, 'Sign out');
      await signIn(one, pat);
      await two.getByRole('navigation').getByText('Pat Second').waitFor();
      await visit(two, '/portal/');
      await heading(two, 'My record');
      expect(await two.getByText('Ann First').count()).toBe(0);
      await quiet(one);
      await context.close();
    });
  });
});

describe.skipIf(!hasBrowser)('an access token that expires', { timeout: 60_000 }, () => {
  const { call, person, open, newPage, quiet, url } = portal({ ACCESS_TOKEN_TTL: '8' });
  const expire = () => new Promise((resolve) => setTimeout(resolve, 8_500));

  test('is renewed by one tab for all', async () => {
    const ann = await person('user');
    const one = await open('/portal/patients', ann);
    await one.getByText('No patients yet.').waitFor();
    const two = await newPage(one.context());
    await two.goto(`${url()}/portal/patients`, { waitUntil: 'networkidle' });
    await two.getByText('No patients yet.').waitFor();
    // as a tab that was duplicated begins: with what is kept, and nothing in memory
    const three = await newPage(one.context());
    await three.goto(`${url()}/portal/patients`, { waitUntil: 'networkidle' });
    await three.getByText('No patients yet.').waitFor();
    const refreshed: string[] = [];
    const refused: string[] = [];
    for (const page of [one, two, three]) {
      page.on('request', (request) => isRefresh(request) && refreshed.push(request.url()));
      page.on('response', (response) => response.status() >= 400 && refused.push(response.url()));
    }
    const all = [one, two, three];
    for (const [round, [link, title]] of (
      [
        ['Doctors', 'Doctors'],
        [ann.name, 'My account'],
      ] as const
    ).entries()) {
      await expire();
      await Promise.all(all.map((page) => page.getByRole('navigation').getByRole('link', { name: link }).click()));
      for (const page of all) {
        await heading(page, title);
        await quiet(page);
        await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
        expect(await page.getByRole('alert').count()).toBe(0);
      }
      expect(refreshed).toHaveLength(round + 1);
    }
    expect(refused).toEqual([]);
    const { access } = (await call('POST', '/api/auth/login/', { email: ann.email, password })).body;
    // `person`, the tabs, and the one that asks
    expect((await call('GET', '/api/auth/sessions/', undefined, access)).body).toHaveLength(3);
    await one.context().close();
  });

  test('is renewed once for all that a page asks at once', async () => {
    const ann = await person('user');
    const { id } = (await call('POST', '/api/patients/', { name: 'Jane Doe' }, ann.access)).body;
    const page = await open('/portal/patients', ann);
    await page.getByRole('link', { name: 'Jane Doe' }).waitFor();
    const refreshed: string[] = [];
    page.on('request', (request) => isRefresh(request) && refreshed.push(request.url()));
    await expire();
    await page.getByRole('link', { name: 'Jane Doe' }).click();
    await heading(page, 'Jane Doe');
    await page.getByText('Nobody is assigned yet.').waitFor();
    expect(page.url()).toContain(`/portal/patients/${id}`);
    expect(refreshed).toHaveLength(1);
    await page.close();
  });
});
