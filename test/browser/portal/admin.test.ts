// What administrators do in the portal, as a person does it, and what is left of it afterwards.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';
import { unique } from '../../support/unique.ts';

describe.skipIf(!hasBrowser)('administrators', { timeout: 120_000 }, () => {
  const { url, call, person, open, accessible, press, prove, asOwner } = portal();
  let boss: Person;
  beforeAll(async () => {
    boss = await person('admin', 'Ada Boss');
    await asOwner('update users set email_verified_at = now() where id = $1', [boss.id]);
  });

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
  const get = async (path: string) => (await call('GET', path, undefined, boss.access)).body;
  const make = async (who: Person, name: string) => (await call('POST', '/api/patients/', { name }, who.access)).body;

  test('begin with what waits: a doctor to approve, a mail that failed, an account after wrong passwords', async () => {
    const page = await open('/portal/', boss);
    await heading(page, 'To do');
    await page.getByText('Nothing. No doctor awaits approval').waitFor();
    await page.getByRole('link', { name: 'mails that were not sent' }).waitFor();
    await accessible(page);

    const doctor = await person('waiting', 'Dr. Will Waiting');
    const guessed = await person('user', 'Gus Guessed');
    for (let time = 0; time < 6; time++)
      await call('POST', '/api/auth/login/', { email: guessed.email, password: 'not the password' });
    await asOwner(
      `insert into mails (purpose, recipient, user_id, attempts, failed_at) values ('verify', $1, $2, 14, now())`,
      [guessed.email, guessed.id],
    );
    await page.reload();
    await page.getByRole('heading', { name: '1 doctor awaits approval' }).waitFor();
    await page.getByRole('heading', { name: '1 mail could not be sent' }).waitFor();
    await page.getByRole('heading', { name: '1 account waits after wrong passwords' }).waitFor();
    await page.getByRole('link', { name: 'Gus Guessed' }).waitFor();
    await accessible(page);

    const approved = async () => (await call('GET', '/api/doctor-profile/', undefined, doctor.access)).body.approved;
    await press(page, 'Approve Dr. Will Waiting');
    const dialog = page.getByRole('dialog', { name: 'Approve this doctor?' });
    await dialog.getByText('Dr. Will Waiting').waitFor();
    await accessible(page);
    // who is somebody else by the time that the button is pressed
    const rename = (name: string) => asOwner('update doctors set name = $2 where user_id = $1', [doctor.id, name]);
    await rename('Dr. Somebody Else');
    await press(dialog, 'Approve');
    await dialog.getByText('Somebody changed the record since you looked at it.').waitFor();
    await dialog.getByText('Dr. Somebody Else').waitFor();
    await accessible(page);
    expect(await approved()).toBe(false);
    await rename('Dr. Will Waiting');
    await press(dialog, 'Cancel');
    await press(page, 'Approve Dr. Will Waiting');
    await press(dialog, 'Approve');
    await page.getByText('Dr. Will Waiting is approved.').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
    await page.getByRole('heading', { name: '1 doctor awaits approval' }).waitFor({ state: 'hidden' });
    expect(await approved()).toBe(true);
    await press(page, 'Undo');
    await page.getByRole('heading', { name: '1 doctor awaits approval' }).waitFor();
    expect(await approved()).toBe(false);

    await page.getByRole('link', { name: 'All doctors who await approval' }).click();
    await heading(page, 'Doctors');
    await row(page, 'Dr. Will Waiting').waitFor();
    await page.getByText('1 doctor', { exact: true }).waitFor();
    await page.getByLabel('Approval').selectOption('approved');
    await page.getByText('No doctors like that.').waitFor();
    await accessible(page);
    await page.goto(`${url()}/portal/`);
    await press(page, `Send again to ${guessed.email}`);
    await page.getByText('The mail is tried again.').waitFor();
    await page.getByRole('heading', { name: '1 mail could not be sent' }).waitFor({ state: 'hidden' });
    await page.close();
  });

  test('find an account, change it, and are told why not', async () => {
    const ann = await person('user', 'Ann Findable');
    const page = await open('/portal/accounts', boss);
    await page.getByLabel('Search').fill('findable');
    await page.getByText('1 account', { exact: true }).waitFor();
    await accessible(page);
    await page.getByRole('link', { name: 'Ann Findable' }).click();
    await heading(page, 'Ann Findable');
    await accessible(page);
    await press(page, 'Edit');
    await page.getByLabel('Role').selectOption('Doctor');
    await press(page, 'Save');
    await page.getByRole('alert').getByText('can have that role').waitFor();
    expect((await get(`/api/admin/users/${ann.id}/`)).role).toBe('user');
    await accessible(page);
    await page.getByLabel('Role').selectOption('Administrator');
    await page.getByLabel('Name', { exact: true }).fill('Ann Promoted');
    await press(page, 'Save');
    // to say no changes nothing, and what was typed stays
    const dialog = page.getByRole('dialog', { name: 'Give your password' });
    await dialog.getByLabel('Your password').fill('not my password');
    await press(dialog, 'Go on');
    await dialog.getByText('is not your password').waitFor();
    await accessible(page);
    await press(dialog, 'Cancel');
    expect((await get(`/api/admin/users/${ann.id}/`)).role).toBe('user');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Ann Promoted');
    expect(await page.getByRole('alert').count()).toBe(0);
    await press(page, 'Save');
    await prove(page);
    await heading(page, 'Ann Promoted');
    expect(await get(`/api/admin/users/${ann.id}/`)).toMatchObject({ role: 'admin', name: 'Ann Promoted' });
    await page.close();
  });

  test('disable with a way back, end sessions, send a link for a new password', async () => {
    const ann = await person('user', 'Ann Disabled');
    const page = await open(`/portal/accounts/${ann.id}`, boss);
    const disabled = async () => (await get(`/api/admin/users/${ann.id}/`)).disabled;
    await press(page, 'Disable');
    await page.getByText('Ann Disabled may no longer sign in.').waitFor();
    expect(await disabled()).toBe(true);
    await press(page, 'Undo');
    await page.getByText('Undone.').waitFor();
    expect(await disabled()).toBe(false);

    await press(page, 'End all sessions');
    await page.getByRole('dialog').getByText('Every device is signed out at once').waitFor();
    await accessible(page);
    await press(page, 'End them');
    await page.getByText('Ann Disabled is signed out everywhere.').waitFor();
    expect((await call('GET', '/api/auth/me/', undefined, ann.access)).status).toBe(401);

    await press(page, 'Send a link for a new password');
    await press(page, 'Send it');
    await page.getByText('A link is on its way.').waitFor();
    const [mails] = await asOwner(`select count(*)::int from mails where user_id = $1 and purpose = 'reset'`, [ann.id]);
    expect(mails?.count).toBe(1);
    await page.close();
  });

  test('cannot lock themselves out unawares', async () => {
    const page = await open(`/portal/accounts/${boss.id}`, boss);
    await page.getByText('This is your own account.').waitFor();
    expect(await page.getByRole('button', { name: 'Disable' }).count()).toBe(0);
    await press(page, 'Edit');
    await page.getByText('With another role you lose these pages').waitFor();
    await accessible(page);

    // as the only one there is, it is refused
    await asOwner(`update users set role = 'user' where role = 'admin' and id <> $1`, [boss.id]);
    await page.getByLabel('Role').selectOption('Staff');
    await press(page, 'Save');
    await page.getByRole('alert').getByText('Make another account an administrator first.').waitFor();
    expect((await get(`/api/admin/users/${boss.id}/`)).role).toBe('admin');
    await accessible(page);

    await person('admin', 'Another Boss');
    await press(page, 'Save');
    await page.getByRole('link', { name: 'To do' }).waitFor({ state: 'hidden' });
    expect((await call('GET', '/api/auth/me/', undefined, boss.access)).body.role).toBe('user');
    await asOwner(`update users set role = 'admin' where id = $1`, [boss.id]);
    await page.close();
  });

  test('change the name and the email of somebody, whom somebody else changed meanwhile', async () => {
    const ann = await person('user', 'Ann Before');
    const page = await open(`/portal/accounts/${ann.id}`, boss);
    await press(page, 'Edit');
    await page.getByLabel('Name', { exact: true }).fill('Ann Mine');
    await page.getByLabel('Email').fill(boss.email);
    await press(page, 'Save');
    await prove(page);
    await expect.poll(() => page.getByLabel('Email').getAttribute('aria-invalid')).toBe('true');
    const email = `${unique('newer')}@example.com`;
    await page.getByLabel('Email').fill(email);
    await call('PATCH', '/api/auth/me/', { name: 'Ann Theirs' }, ann.access);
    await press(page, 'Save');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Ann Theirs').waitFor();
    await accessible(page);
    await dialog.getByLabel('Theirs: Ann Theirs').check();
    await press(page, 'Save what I chose');
    await heading(page, 'Ann Theirs');
    await page.getByText('not confirmed yet').waitFor();
    expect(await get(`/api/admin/users/${ann.id}/`)).toMatchObject({ name: 'Ann Theirs', email });
    await page.close();
  });

  test('invite a colleague, and a doctor to the record that is there, and revoke', async () => {
    const made = await call('POST', '/api/doctors/', { name: 'Dr. Recorded', specialization: 'x' }, boss.access);
    const page = await open('/portal/invitations', boss);
    await press(page, 'Invite somebody');
    await accessible(page);
    const [colleague, doctor] = [`${unique('colleague')}@example.com`, `${unique('doctor')}@example.com`];
    await press(page, 'Send the invitation');
    await expect.poll(() => page.getByLabel('Email').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Email').fill(colleague);
    await press(page, 'Send the invitation');
    await row(page, colleague).getByText('open').waitFor();
    await accessible(page);

    await press(page, 'Invite somebody');
    await page.getByText('For a doctor: choose the record').click();
    await page.getByLabel('Find a doctor without an account').fill('recorded');
    await press(page, 'Choose Dr. Recorded');
    await page.getByText('Invites Dr. Recorded to the record that is there.').waitFor();
    expect(await page.getByLabel('Email').evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await page.getByLabel('Role').locator('option').allInnerTexts()).toEqual(['Doctor']);
    await accessible(page);
    await page.getByLabel('Email').fill(doctor);
    await press(page, 'Send the invitation');
    await row(page, doctor).getByText('open').waitFor();
    const invitations = await get('/api/admin/invitations/');
    expect(invitations).toMatchObject([
      { email: doctor, role: 'doctor', doctor: made.body.id, name: 'Dr. Recorded' },
      { email: colleague, role: 'user' },
    ]);
    await press(page, `Revoke ${colleague}`);
    await row(page, colleague).getByText('revoked').waitFor();
    await page.close();
  });

  test('change who treats whom', async () => {
    const ann = await person('user');
    const { id: patient } = await make(ann, 'Tom Treated');
    const doctor = (await call('POST', '/api/doctors/', { name: 'Dr. Treater', specialization: 'x' }, ann.access)).body;
    const treated = async () =>
      (await get(`/api/mappings/?doctor=${doctor.id}`)).map((one: { patient: number }) => one.patient);
    const page = await open('/portal/mappings', boss);
    await page.getByLabel('Search').fill('treater');
    await page.getByRole('link', { name: 'Dr. Treater' }).click();
    await heading(page, 'Patients of Dr. Treater');
    await page.getByText('Assign a patient').click();
    await page.getByLabel('Find a patient').fill('tom');
    await press(page, 'Assign Tom Treated');
    await page.getByRole('link', { name: 'Tom Treated' }).waitFor();
    expect(await treated()).toEqual([patient]);
    await accessible(page);
    await press(page, 'Unassign Tom Treated');
    await page.getByText('Dr. Treater no longer treats Tom Treated.').waitFor();
    expect(await treated()).toEqual([]);
    await press(page, 'Undo');
    await page.getByRole('link', { name: 'Tom Treated' }).waitFor();
    expect(await treated()).toEqual([patient]);
    await page.close();
  });

  test('delete a patient, and undo it at once', async () => {
    const { id } = await make(boss, 'Una Undone');
    const page = await open(`/portal/patients/${id}`, boss);
    await press(page, 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Una Undone is deleted.').waitFor();
    expect((await call('GET', `/api/patients/${id}/`, undefined, boss.access)).status).toBe(404);
    await press(page, 'Undo');
    await page.getByText('Undone.').waitFor();
    await row(page, 'Una Undone').waitFor();
    expect((await get(`/api/patients/${id}/`)).name).toBe('Una Undone');
    await page.close();
  });

  test('read the settings, without a secret', async () => {
    const page = await open('/portal/settings', boss);
    await page.getByText('await approval').waitFor();
    await page.getByText('10 minutes').waitFor();
    await row(page, 'Doctors who register').getByText('DOCTOR_APPROVAL in wrangler.toml').waitFor();
    await row(page, 'Tokens of the secret').getByText('npx wrangler secret put JWT_SECRET_PREVIOUS').waitFor();
    await accessible(page);
    await page.close();
  });

  test.each([
    '/portal/',
    '/portal/accounts',
    '/portal/mails',
    '/portal/mappings',
    '/portal/invitations',
    '/portal/trail',
    '/portal/settings',
  ])('%s on a phone', async (path) => {
    const page = await open(path, boss, 360);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    await accessible(page);
    await page.close();
  });

  test('a list that is all there, below the end of the window, offers no more of it', async () => {
    for (let one = 0; one < 9; one++) await person('user', `Lee Listed ${one}`);
    const page = await open('/portal/accounts?search=listed', boss, 360);
    await page.getByText('9 accounts', { exact: true }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    await page.close();
  });

  test('nobody else has these pages', async () => {
    const page = await open('/portal/trail', await person('user'));
    await heading(page, 'There is no such page');
    await accessible(page);
    await page.close();
  });
});
