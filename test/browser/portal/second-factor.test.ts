// The second factor in the portal: setting one up, signing in with it, recovery codes, and what a role needs.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, password, portal } from '../../support/portal.ts';
import { codeAt, stepNow } from '../../support/totp.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const typeIn = async (page: Page, { email }: Person) => {
  await page.getByLabel('Email or username').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await heading(page, 'Enter a code');
};

describe.skipIf(!hasBrowser)('a second factor', { timeout: 90_000 }, () => {
  const { call, person, open, accessible, press, asOwner } = portal({ MFA_REQUIRED_FOR: 'admin' });
  const confirmed = async (role: 'user' | 'admin') => {
    const ann = await person(role);
    await asOwner('update users set email_verified_at = now() where id = $1', [ann.id]);
    return ann;
  };
  /** Sets one up, on whatever page shows how, and answers the key. */
  const setUp = async (page: Page): Promise<string> => {
    await page.getByText('Set up a second factor', { exact: true }).last().click();
    await page.getByLabel('Your password').last().fill(password);
    await press(page, 'Begin');
    const key = (await page.locator('code.key').textContent())?.replaceAll(' ', '') ?? '';
    expect(key).toMatch(/^[A-Z2-7]{32}$/);
    expect(await page.locator('img.qr').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(20);
    await accessible(page);
    await page.getByLabel('Code of your app').fill('000000');
    await press(page, 'Confirm');
    await page.getByText('is wrong, or was used already').waitFor();
    await page.getByLabel('Code of your app').fill(await codeAt(key, stepNow()));
    await press(page, 'Confirm');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await accessible(page);
    return key;
  };

  test('is set up with an app, asked for at sign-in, and taken away with a recovery code', async () => {
    const ann = await confirmed('user');
    const page = await open('/portal/account', ann);
    await heading(page, 'My account');
    const key = await setUp(page);
    const codes = await page.locator('.codes li code').allTextContents();
    expect(codes).toHaveLength(10);
    await press(page, 'I have kept them');
    await page.getByText('Recovery codes that are left: 10').waitFor();
    await press(page, 'Sign out');
    await typeIn(page, ann);
    expect(await page.getByLabel('Code of your app').getAttribute('autocomplete')).toBe('one-time-code');
    await accessible(page);
    await page.getByLabel('Code of your app').fill('000000');
    await press(page, 'Sign in');
    await page.getByText('This code is wrong, or was used already').waitFor();
    // no half a minute has to pass: as if the first code had not been used
    await asOwner('update app.factors set last_step = null where user_id = $1', [ann.id]);
    await page.getByLabel('Code of your app').fill(await codeAt(key, stepNow()));
    await press(page, 'Sign in');
    await heading(page, 'My account');

    await page.getByText('Take the second factor away', { exact: true }).click();
    await press(page, 'Use a recovery code instead');
    const removal = page.locator('details').filter({ hasText: 'Take the second factor away' });
    await removal.getByLabel('Your password').fill(password);
    await removal.getByLabel('Recovery code').fill(codes[0] ?? '');
    await press(page, 'Take it away');
    await page.getByText('Your password alone signs you in now.').waitFor();
    const signedIn = await call('POST', '/api/auth/login/', { email: ann.email, password });
    expect(signedIn.status).toBe(200);
    await page.close();
  });

  test('is a page and no error where the role needs one, and opens what one came for', async () => {
    const boss = await confirmed('admin');
    const page = await open('/portal/accounts', boss);
    await heading(page, 'Set up a second factor');
    await accessible(page);
    await setUp(page);
    await press(page, 'I have kept them');
    await heading(page, 'Accounts');
    await page.close();
  });
});
