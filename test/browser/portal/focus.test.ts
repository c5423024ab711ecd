// Where the focus is after each thing that one does, and what is seen wherever one has scrolled.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';
import { unique } from '../../support/unique.ts';

describe.skipIf(!hasBrowser)('the focus', { timeout: 120_000 }, () => {
  const { call, person, open, visit, accessible, asOwner } = portal();
  let ann: Person;
  beforeAll(async () => {
    ann = await person('user', 'Ann Focused');
    await asOwner('update users set email_verified_at = now() where id = $1', [ann.id]);
  });
  const make = async (path: string, body: object) => (await call('POST', path, body, ann.access)).body;
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  /** By the keyboard, as the focus is only then anywhere. */
  const enter = async (page: Page, name: string) => {
    await page.getByRole('button', { name, exact: true }).focus();
    await page.keyboard.press('Enter');
  };
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());
  const isAt = (page: Page, text: string) => expect.poll(() => focused(page)).toBe(text);

  test('is at the next one after somebody was assigned, and in the message after that was undone', async () => {
    const word = unique('word');
    const { id } = await make('/api/patients/', { name: 'Pat Assigned' });
    for (const name of [`Dr. A ${word}`, `Dr. B ${word}`])
      await make('/api/doctors/', { name, specialization: 'Cardiology' });
    const page = await open(`/portal/patients/${id}`, ann);
    await page.getByText('Assign a doctor').click();
    const found = page.waitForResponse((answer) => answer.url().includes(`search=${word}`));
    await page.getByLabel('Find a doctor').fill(word);
    await found;
    await enter(page, `Assign Dr. A ${word}`);
    await page.getByRole('link', { name: `Dr. A ${word}` }).waitFor();
    await isAt(page, `Assign Dr. B ${word}`);
    await enter(page, `Assign Dr. B ${word}`);
    await page.getByRole('link', { name: `Dr. B ${word}` }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');

    await enter(page, `Unassign Dr. A ${word}`);
    await isAt(page, `Dr. B ${word}`);
    await enter(page, 'Undo');
    await page.getByText('Undone.').waitFor();
    await isAt(page, '×');
    await page.keyboard.press('Enter');
    await page.getByText('Undone.').waitFor({ state: 'hidden' });
    await isAt(page, `Dr. B ${word}`);
    await page.close();
  });

  test('is at what it is about after somebody was invited', async () => {
    const { id } = await make('/api/patients/', { name: 'Pat Invited', email: `${unique('invited')}@example.com` });
    const page = await open(`/portal/patients/${id}`, ann);
    await page.getByText('Invite Pat Invited').click();
    await enter(page, 'Send the invitation');
    await page.getByText('Invited at').waitFor();
    await isAt(page, 'Their own account');
    await page.close();
  });

  test('is in a dialog not on what cannot be taken back, and afterwards where it was', async () => {
    const { id } = await make('/api/patients/', { name: 'Pat Kept' });
    const page = await open(`/portal/patients/${id}`, ann);
    await enter(page, 'Delete');
    await page.getByRole('dialog', { name: 'Delete Pat Kept?' }).waitFor();
    await isAt(page, 'Cancel');
    await page.keyboard.press('Enter');
    await isAt(page, 'Delete');
    await enter(page, 'Delete');
    await page.keyboard.press('Escape');
    await isAt(page, 'Delete');
    await page.close();
  });

  test('is never on what a phone does not show, and a list is put in order there as well', async () => {
    for (const name of ['Zoe Last', 'Adam First']) await make('/api/patients/', { name });
    const page = await open('/portal/patients', ann, 390);
    await page.getByRole('link', { name: 'Zoe Last' }).waitFor();
    await page.getByLabel('Search').focus();
    const seen: (string | undefined)[] = [];
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press('Tab');
      seen.push(await page.evaluate(() => document.activeElement?.className));
    }
    expect(seen).not.toContain('sort');
    await page.getByLabel('Order by').selectOption('Name ↑');
    await expect.poll(() => page.locator('tbody tr').first().innerText()).toContain('Adam First');
    expect(page.url()).toContain('sort=name');
    await accessible(page);
    await page.setViewportSize({ width: 1400, height: 800 });
    expect(await page.getByLabel('Order by').isVisible()).toBe(false);
    await page.close();
  });

  test('or not: without a connection that is seen wherever one has scrolled, and no list speaks of typing', async () => {
    const many = await person('user', 'Ann Many');
    await asOwner(`insert into patients (name, created_by) select 'Person ' || n, $1 from generate_series(1, 49) n`, [
      many.id,
    ]);
    const page = await open('/portal/patients', many);
    await page.getByRole('link', { name: 'Person 1', exact: true }).scrollIntoViewIfNeeded();
    await page.getByText('49 patients').waitFor();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.context().setOffline(true);
    const banner = page.locator('.offline');
    await banner.waitFor();
    await expect.poll(() => banner.evaluate((one) => one.getBoundingClientRect().top)).toBe(0);
    expect(await banner.innerText()).toBe('There is no connection.');
    await page.getByRole('navigation').getByRole('link', { name: 'Doctors' }).click();
    await page.getByRole('alert').getByText('The list is shown once there is one.').waitFor();
    expect(await page.getByText('type').count()).toBe(0);
    await accessible(page);
    await page.context().setOffline(false);
    await heading(page, 'Doctors');
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    await page.close();
  });

  test('words are whole in a table where there is room for them', async () => {
    const word = unique('x').replaceAll('-', '');
    await make('/api/doctors/', {
      name: `Dr. Annemarie Bartholomew-Fitzgerald ${word}`,
      specialization: 'Otorhinolaryngology and Gastroenterology',
      contact_info: 'annemarie.bartholomew-fitzgerald@hospital.example.com',
    });
    const page = await open('/portal/doctors', ann, 1400);
    await visit(page, `/portal/doctors?search=${word}`);
    await page.getByText('1 doctor', { exact: true }).waitFor();
    const broken = await page.locator('tbody td').evaluateAll((cells) =>
      cells.flatMap((cell) => {
        const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode();
        const words = [...(text?.textContent ?? '').matchAll(/[\p{L}]+/gu)];
        return words.flatMap(({ 0: one, index }) => {
          const range = document.createRange();
          range.setStart(text as Node, index);
          range.setEnd(text as Node, index + one.length);
          return range.getClientRects().length > 1 ? [one] : [];
        });
      }),
    );
    expect(broken).toEqual([]);
    await accessible(page);
    await page.close();
  });
});
