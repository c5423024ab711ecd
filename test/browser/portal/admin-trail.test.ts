// What administrators read in the trail, and bring back from it.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('administrators, in the trail', { timeout: 60_000 }, () => {
  const { call, person, open, accessible, press } = portal();
  let boss: Person;
  let ann: Person;
  beforeAll(async () => {
    boss = await person('admin', 'Ada Boss');
    ann = await person('user', 'Ann Writer');
  }, 60_000);

  const get = async (path: string) => (await call('GET', path, undefined, boss.access)).body;
  const made = async (path: string, body: object) => (await call('POST', path, body, ann.access)).body;
  /** The rows of what was done in those words, the newest first. */
  const entries = (page: Page, words: string) =>
    page.getByRole('row').filter({ has: page.getByRole('cell', { name: words, exact: true }) });

  test('read who did what, when, from where and by which request, and what changed', async () => {
    const { id } = await made('/api/patients/', { name: 'Paula Patient' });
    await call('PATCH', `/api/patients/${id}/`, { phone: '+1 555 0100' }, ann.access);
    const own = await call(
      'PATCH',
      `/api/patients/${id}/`,
      { phone: '+1 555 0199', name: 'Paula Renamed' },
      ann.access,
      {
        'X-Request-Id': 'a-request-of-ours-0001',
      },
    );
    const asked = own.headers.get('X-Request-Id');
    const page = await open(`/portal/trail?patient=${id}`, boss);
    await entries(page, 'added').getByRole('link', { name: 'Ann Writer' }).waitFor();
    await accessible(page);

    // the newest change is compared with the record as it is
    await entries(page, 'changed').first().getByRole('button').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Compared with how it is now.').waitFor();
    await dialog.getByText('Ann Writer changed: Patient').waitFor();
    await dialog.getByText(String(asked)).waitFor();
    await dialog.getByText('127.0.0.1').waitFor();
    const phone = dialog.getByRole('row').filter({ hasText: 'Phone' });
    expect(await phone.innerText()).toMatch(/0100[\s\S]*0199/);
    expect(await dialog.getByRole('row').filter({ hasText: 'Name' }).innerText()).toMatch(
      /Paula Patient[\s\S]*Paula Renamed/,
    );
    expect(await dialog.getByRole('row').count()).toBe(3);
    await accessible(page);
    await press(page, 'Close');

    // an older one with what followed
    await entries(page, 'changed').last().getByRole('button').click();
    await dialog.getByText('Compared with how it was afterwards.').waitFor();
    expect(await phone.innerText()).toMatch(/none[\s\S]*0100/);
    expect(await dialog.getByRole('row').count()).toBe(2);
    await press(page, 'Close');

    // what changed nothing has its request as well
    await entries(page, 'added')
      .getByRole('button', { name: /^Details/ })
      .click();
    await dialog.getByText('Request', { exact: true }).waitFor();
    expect(await dialog.getByText('What changed').count()).toBe(0);
    await accessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.close();
  });

  test('read that an account was disabled', async () => {
    const other = await person('user', 'Dora Disabled');
    await call('PATCH', `/api/admin/users/${other.id}/`, { disabled: true }, boss.access);
    const page = await open(`/portal/trail?resource=user&action=update`, boss);
    await page
      .getByRole('button', { name: new RegExp(`Changes: Account ${other.id},`) })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    const row = dialog.getByRole('row').filter({ hasText: 'Disabled' });
    expect(await row.innerText()).toMatch(/no[\s\S]*yes/);
    await page.close();
  });

  test('bring back what was deleted, after it was said what that is', async () => {
    const { id } = await made('/api/patients/', { name: 'Rita Restored', phone: '+1 555 0155' });
    const doctor = await made('/api/doctors/', { name: 'Dr. Assigned', specialization: 'Cardiology' });
    const gone = await made('/api/doctors/', { name: 'Dr. Gone', specialization: 'Cardiology' });
    for (const { id: assigned } of [doctor, gone]) await made('/api/mappings/', { patient: id, doctor: assigned });
    await call('DELETE', `/api/patients/${id}/`, undefined, ann.access);
    await call('DELETE', `/api/doctors/${gone.id}/`, undefined, ann.access);

    const page = await open(`/portal/trail?patient=${id}`, boss);
    await entries(page, 'deleted')
      .getByRole('button', { name: /^Changes: Patient/ })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This is what was deleted.').waitFor();
    await dialog.getByRole('row').filter({ hasText: '+1 555 0155' }).waitFor();
    await accessible(page);
    await press(page, 'Close');

    await press(page, 'Restore Rita Restored');
    await dialog.getByText('It was assigned to 2 doctors: Dr. Assigned').waitFor();
    expect(await dialog.innerText()).not.toContain('Dr. Gone');
    await accessible(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await call('GET', `/api/patients/${id}/`, undefined, boss.access)).status).toBe(404);

    await press(page, 'Restore Rita Restored');
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('Rita Restored is back, and with it who treats whom (1).').waitFor();
    expect(await get(`/api/patients/${id}/`)).toMatchObject({ name: 'Rita Restored', phone: '+1 555 0155' });
    expect((await get(`/api/mappings/?patient=${id}`)).map((one: { doctor: number }) => one.doctor)).toEqual([
      doctor.id,
    ]);
    await entries(page, 'brought back')
      .filter({ hasText: `Patient ${id}` })
      .last()
      .waitFor();

    // the record is there already
    await press(page, 'Restore Rita Restored');
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await dialog.getByRole('alert').waitFor();
    await accessible(page);
    await page.close();
  });

  test('find entries by name, by what was done and by day', async () => {
    await made('/api/patients/', { name: 'Fay Found' });
    const page = await open('/portal/trail', boss);
    await page.getByText('Find by a name').click();
    await page.getByLabel('What an account did').fill('writer');
    await press(page, 'Show what Ann Writer did');
    await page.waitForURL(`**/portal/trail?actor=${ann.id}`);
    await expect.poll(() => page.getByRole('link', { name: 'Ada Boss' }).count()).toBe(1); // in the bar
    await page.getByLabel('What is about a patient').fill('fay');
    await page.getByRole('button', { name: 'Show what is about Fay Found' }).waitFor();
    await accessible(page);
    await press(page, 'Show what is about Fay Found');
    await page.waitForURL('**/portal/trail?patient=*');
    expect(await page.getByLabel('About patient no.').inputValue()).not.toBe('');

    await page.getByLabel('What was done').selectOption('added');
    await page.getByText('1 entry', { exact: true }).waitFor();
    const here = new Date();
    const day = [here.getFullYear(), here.getMonth() + 1, here.getDate()]
      .map((part) => `${part}`.padStart(2, '0'))
      .join('-');
    await page.getByLabel('From', { exact: true }).fill(day);
    await page.getByLabel('To', { exact: true }).fill(day);
    await page.waitForURL(/from=.*to=/);
    await page.getByText('1 entry', { exact: true }).waitFor();
    await page.getByLabel('From', { exact: true }).fill('2099-01-01');
    await page.getByText('No entries like that.').waitFor();
    await accessible(page);
    await page.close();
  });

  test('an entry on a phone', async () => {
    const { id } = await made('/api/patients/', { name: 'Pia Phone' });
    await call('PATCH', `/api/patients/${id}/`, { medical_history: 'Long. '.repeat(80) }, ann.access);
    const page = await open(`/portal/trail?patient=${id}`, boss, 360);
    await page.getByRole('button', { name: /^Changes/ }).click();
    await page.getByRole('dialog').getByText('Compared with').waitFor();
    await accessible(page);
    await page.close();
  });
});
