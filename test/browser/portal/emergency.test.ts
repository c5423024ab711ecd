// Where doctors see the assigned patients alone: a doctor opens a record in an emergency, the patient and an administrator see it.
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('an emergency', { timeout: 60_000 }, () => {
  const { call, person, open, accessible, asOwner } = portal({ DOCTOR_ACCESS: 'assigned' });

  test('opens one record, and is seen by the patient and an administrator, who reviews it', async () => {
    const dora = await person('doctor');
    const pat = await person('patient');
    await asOwner(`update patients set date_of_birth = '1931-02-03' where user_id = $1`, [pat.id]);
    const page = await open('/portal/', dora);
    await page.getByRole('heading', { level: 1, name: 'My patients' }).waitFor();
    await page.getByRole('link', { name: 'Emergency access' }).click();
    expect(await page.getByRole('link', { name: 'All patients' }).count()).toBe(0);
    await accessible(page);
    await page.getByLabel('Whole name').fill('Nobody Atall');
    await page.getByLabel('Date of birth').fill('1931-02-03');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
    await page.getByLabel('Whole name').fill(pat.name.toUpperCase());
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('button', { name: `Open the record of ${pat.name}` }).click();
    await accessible(page);
    const reason = page.getByLabel('Reason');
    await reason.fill('short');
    await page.getByRole('button', { name: 'Open the record', exact: true }).click();
    await page.getByText('must say why, in 10 characters or more').waitFor();
    await reason.fill('Brought in unconscious');
    await page.getByRole('button', { name: 'Open the record', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: pat.name }).waitFor();
    await page.getByText('You opened this record in an emergency.').waitFor();
    await accessible(page);
    await page.close();

    const log = await open('/portal/access-log', pat);
    await log.getByText('opened the record in an emergency: Brought in unconscious').waitFor();
    await accessible(log);
    await log.close();

    const todo = await open('/portal/', await person('admin'));
    await todo.getByRole('heading', { name: '1 emergency access to review' }).waitFor();
    await accessible(todo);
    await todo.getByRole('button', { name: `Mark as reviewed: ${dora.name} and ${pat.name}` }).click();
    await todo.getByRole('heading', { name: /emergency access/ }).waitFor({ state: 'detached' });
    const { body } = await call('GET', '/', undefined);
    expect(body.doctor_access).toBe('assigned');
    await todo.close();
  });
});
