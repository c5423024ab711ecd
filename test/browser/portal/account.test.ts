// What everybody does with their own account in the portal: its names, its email, its password, its devices, its end.
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, password, portal } from '../../support/portal.ts';
import { unique } from '../../support/unique.ts';

const another = 'other unrelated words';
const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const section = (page: Page, name: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name, exact: true }) });
/** As when somebody comes back to a tab, which asks at once. */
const comeBack = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

describe.skipIf(!hasBrowser)('an account', { timeout: 60_000 }, () => {
  const { call, person, open, accessible, press, prove, asOwner, signIn, linkTo } = portal();

  const me = async ({ access }: Person) => (await call('GET', '/api/auth/me/', undefined, access)).body;
  const signsIn = (email: string, secret = password, device = 'Test') =>
    call('POST', '/api/auth/login/', { email, password: secret }, undefined, { 'User-Agent': device });
  const sessions = async (access: string) => (await call('GET', '/api/auth/sessions/', undefined, access)).body;
  const tokenTo = async (email: string, page: string) => (await linkTo(email, page)).split('#token=')[1];

  test('is called otherwise; and chosen field by field where it was renamed elsewhere', async () => {
    const ann = await person('user');
    const page = await open('/portal/account', ann);
    await heading(page, 'My account');
    await accessible(page);
    const who = section(page, 'Who you are');
    await who.getByLabel('Username').fill('no spaces allowed');
    await who.getByRole('button', { name: 'Save' }).click();
    await who.getByText('only letters, digits and').waitFor();
    await accessible(page);
    const username = unique('ann').replaceAll('-', '');
    await who.getByLabel('Username').fill(username);
    await who.getByLabel('Name', { exact: true }).fill('Ann Renamed');
    await who.getByRole('button', { name: 'Save' }).click();
    await prove(page);
    await page.getByText('Saved.').waitFor();
    // the bar says so as well
    await page.getByRole('navigation').getByText('Ann Renamed').waitFor();
    expect(await me(ann)).toMatchObject({ name: 'Ann Renamed', username });

    await who.getByLabel('Name', { exact: true }).fill('Ann Here');
    expect((await call('PATCH', '/api/auth/me/', { name: 'Ann There' }, ann.access)).status).toBe(200);
    await who.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    await dialog.getByText('Ann There').waitFor();
    await accessible(page);
    await press(page, 'Save what I chose');
    await page.getByRole('navigation').getByText('Ann Here').waitFor();
    expect((await me(ann)).name).toBe('Ann Here');
    await page.close();
  });

  test('its email is confirmed by a link, which can be sent again', async () => {
    const ann = await person('user');
    const page = await open('/portal/account', ann);
    const email = section(page, 'Email');
    await email.getByText('not confirmed yet').waitFor();
    const first = await tokenTo(ann.email, 'verify');
    await asOwner(`update mails set asked_at = asked_at - interval '1 hour' where user_id = $1`, [ann.id]);
    await email.getByRole('button', { name: 'Send the link again' }).click();
    await page.getByText('A link is on its way.').waitFor();
    const second = await vi.waitFor(async () => {
      const token = await tokenTo(ann.email, 'verify');
      expect(token).not.toBe(first);
      return token;
    }, 10_000);
    // at once once more
    await email.getByRole('button', { name: 'Send the link again' }).click();
    await page.getByText(/Try again in (a minute|\d+ minutes)\./).waitFor();
    expect((await call('POST', '/api/auth/email/verify/', { token: second })).status).toBe(204);
    await comeBack(page);
    await email.getByText('· confirmed').waitFor();
    expect(await email.getByRole('button', { name: 'Send the link again' }).count()).toBe(0);
    await page.close();
  });

  test('its email is changed with the password, and counts once the link is used', async () => {
    const ann = await person('user');
    const next = `${unique('next')}@example.com`;
    const page = await open('/portal/account', ann);
    const email = section(page, 'Email');
    await email.getByText('Change my email').first().click();
    await email.getByText('The new one counts once you have used the link').waitFor();
    await accessible(page);
    await email.getByLabel('New email').fill(next);
    const change = email.getByRole('button', { name: 'Change my email' });
    await change.click();
    await email.getByRole('alert').getByText('Send your password as well').waitFor();
    await email.getByLabel('Your password').fill('not my password');
    await change.click();
    await email.getByText('is not your password').waitFor();
    await accessible(page);
    await email.getByLabel('Your password').fill(password);
    await change.click();
    await page.getByText(`A link is on its way to ${next}.`).waitFor();
    await email.getByText('takes its place once you use the link').waitFor();
    await accessible(page);
    expect(await me(ann)).toMatchObject({ email: ann.email, pending_email: next });
    const link = { token: await tokenTo(next, 'verify') };
    // a change takes a session of the account
    expect((await call('POST', '/api/auth/email/verify/', link)).status).toBe(401);
    expect((await call('POST', '/api/auth/email/verify/', link, ann.access)).status).toBe(204);
    await comeBack(page);
    await email.getByText('takes its place').waitFor({ state: 'hidden' });
    await email.getByText(next).waitFor();
    expect((await signsIn(next)).status).toBe(200);
    await page.close();
  });

  test('gets a new password, and every other device is signed out', async () => {
    const ann = await person('user');
    const page = await open('/portal/account', ann);
    await page.getByText('Change my password').first().click();
    const form = section(page, 'Password');
    const change = form.getByRole('button', { name: 'Change my password' });
    await form.getByLabel('Password until now').fill('not my password');
    await form.getByLabel('New password').fill(another);
    await change.click();
    await form.getByText('is not your password').waitFor();
    await form.getByLabel('Password until now').fill(password);
    await form.getByLabel('New password').fill('password123');
    await change.click();
    await form.getByText('is one of the commonest').waitFor();
    await accessible(page);
    await form.getByLabel('New password').fill(another);
    await change.click();
    await page.getByText('Your password is changed. Every other device is signed out.').waitFor();
    // the device of `person` is out, this one goes on
    expect((await call('GET', '/api/auth/me/', undefined, ann.access)).status).toBe(401);
    await expect.poll(() => section(page, 'Devices').getByRole('listitem').count()).toBe(1);
    expect([(await signsIn(ann.email)).status, (await signsIn(ann.email, another)).status]).toEqual([401, 200]);
    await page.getByRole('link', { name: 'Patients' }).click();
    await page.getByText('No patients yet.').waitFor();
    await page.close();
  });

  test('shows its devices, and ends one or all others', async () => {
    const ann = await person('user');
    const phone = (await signsIn(ann.email, password, iPhone)).body;
    await signsIn(ann.email, password, 'Wardbook/2 (my app)');
    const page = await open('/portal/account', ann);
    const devices = section(page, 'Devices');
    const device = (name: string) => devices.getByRole('listitem').filter({ hasText: name });
    await device('Chrome on Linux').getByText('this one').waitFor();
    await device('Wardbook/2 (my app)').waitFor();
    expect(await devices.getByRole('listitem').count()).toBe(4);
    expect(await device('this one').getByRole('button').count()).toBe(0);
    await accessible(page);
    await press(page, 'Sign out Safari on iPhone');
    await page.getByText('Safari on iPhone is signed out.').waitFor();
    await device('Safari on iPhone').waitFor({ state: 'hidden' });
    expect((await call('GET', '/api/auth/me/', undefined, phone.access)).status).toBe(401);
    expect(await sessions(ann.access)).toHaveLength(3);
    await press(page, 'Sign out everywhere else');
    await page.getByText('You are signed out everywhere but here.').waitFor();
    await expect.poll(() => devices.getByRole('listitem').count()).toBe(1);
    expect((await call('GET', '/api/auth/me/', undefined, ann.access)).status).toBe(401);
    await page.close();
  });

  test.each([
    ['user', 'The records that you made'],
    ['patient', 'Your patient record stays'],
    ['doctor', 'Your doctor record stays'],
  ] as const)('of a %s is erased, having read what stays', async (role, stays) => {
    const ann = await person(role);
    const page = await open('/portal/account', ann);
    await press(page, 'Erase my account');
    const dialog = page.getByRole('dialog', { name: 'Erase your account?' });
    await dialog.getByText(stays).waitFor();
    await accessible(page);
    await dialog.getByRole('button', { name: 'Erase it for good' }).click();
    await dialog.getByRole('alert').or(dialog.locator('.error')).first().waitFor();
    await dialog.getByLabel('Your password').fill('not my password');
    await press(page, 'Erase it for good');
    await dialog.getByText('is not your password').waitFor();
    await dialog.getByLabel('Your password').fill(password);
    await press(page, 'Erase it for good');
    await page.getByText('Your account is erased.').waitFor();
    await heading(page, 'Sign in');
    await accessible(page);
    expect((await signsIn(ann.email)).status).toBe(401);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    await page.close();
  });

  test('of the last administrator is not erased', async () => {
    const ada = await person('admin');
    const page = await open('/portal/account', ada);
    await press(page, 'Erase my account');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your password').fill(password);
    await press(page, 'Erase it for good');
    await dialog.getByRole('alert').getByText('Make another account an administrator first.').waitFor();
    await accessible(page);
    await press(page, 'Cancel');
    expect((await me(ada)).role).toBe('admin');
    await page.close();
  });

  test('on a phone all of it fits', async () => {
    const ann = await person('user', `A Name That Is ${'Long'.repeat(20)}`);
    await signsIn(ann.email, password, `An app ${'with/a/long/name'.repeat(20)}`);
    const page = await open('/portal/account', ann, 360);
    await section(page, 'Devices').getByRole('listitem').first().waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await accessible(page);
    await page.close();
  });

  test('leaves nothing behind for the next person at this browser', async () => {
    const [ann, bob] = [await person('user', 'Ann First'), await person('patient', 'Bob Second')];
    const page = await open('/portal/account', ann);
    await section(page, 'Devices').getByRole('listitem').first().waitFor();
    await press(page, 'Sign out');
    await heading(page, 'Sign in');
    await signIn(page, bob);
    await heading(page, 'My account');
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Bob Second');
    expect(await page.getByText('Ann First').count()).toBe(0);
    await page.close();
  });
});

describe.skipIf(!hasBrowser)('an account whose email has to be confirmed first', { timeout: 60_000 }, () => {
  const { call, person, open, accessible, press, asOwner } = portal({ REQUIRE_VERIFIED_EMAIL: 'on' });

  test('is told so, gets its own account page, and goes on by itself', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients', ann);
    await heading(page, 'Confirm your email');
    await page.getByText(ann.email).waitFor();
    await accessible(page);
    await asOwner(`update mails set asked_at = asked_at - interval '1 hour' where user_id = $1`, [ann.id]);
    await press(page, 'Send the link again');
    await page.getByText('A link is on its way.').waitFor();
    await page.getByRole('link', { name: 'Doctors' }).click();
    await heading(page, 'Confirm your email');
    await page.getByRole('link', { name: 'your account' }).click();
    await heading(page, 'My account');
    await section(page, 'Email').getByText('not confirmed yet').waitFor();
    await section(page, 'Devices').getByRole('listitem').first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('link', { name: 'Patients' }).click();
    await heading(page, 'Confirm your email');
    await asOwner('update users set email_verified_at = now() where id = $1', [ann.id]);
    await comeBack(page);
    await heading(page, 'Patients');
    await page.getByText('No patients yet.').waitFor();
    expect((await call('GET', '/api/patients/', undefined, ann.access)).status).toBe(200);
    await page.close();
  });

  test('of a doctor waits for the email first, and then for approval', async () => {
    const will = await person('waiting');
    const page = await open('/portal/', will);
    await heading(page, 'Confirm your email');
    await asOwner('update users set email_verified_at = now() where id = $1', [will.id]);
    await comeBack(page);
    await heading(page, 'Awaiting approval');
    await page.close();
  });
});
