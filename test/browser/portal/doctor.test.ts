// What doctors do in the portal: with their patients once they are approved, and with their own record at any time.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('doctors', { timeout: 60_000 }, () => {
  const { call, person, open, visit, accessible, press, prove, asOwner } = portal();

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
  const loaded = (page: Page) => expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
  const profile = async (who: Person) => (await call('GET', '/api/doctor-profile/', undefined, who.access)).body;
  /** As when somebody comes back to a tab, which asks at once. */
  const comeBack = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  const approve = (who: Person, approved: boolean) =>
    asOwner('update doctors set approved = $2 where user_id = $1', [who.id, approved]);
  const patientOf = async (doctor: Person, name: string) => {
    const ann = await person('user');
    const patient = (await call('POST', '/api/patients/', { name, age: 40 }, ann.access)).body;
    const { id } = await profile(doctor);
    const assigned = await call('POST', '/api/mappings/', { patient: patient.id, doctor: id }, ann.access);
    expect(assigned.status).toBe(201);
    return patient;
  };

  test('see their patients first, and all others; and change nothing of them', async () => {
    const dora = await person('doctor');
    const other = await person('doctor');
    const mine = await patientOf(dora, 'Mine Patient');
    await patientOf(other, 'Elses Patient');
    const page = await open('/portal/', dora);
    await heading(page, 'My patients');
    await page.getByText('1 patient', { exact: true }).waitFor();
    expect(await link(page, 'My patients').getAttribute('aria-current')).toBe('page');
    await accessible(page);
    expect(await link(page, 'Add a patient').count()).toBe(0);
    await link(page, 'All patients').click();
    await heading(page, 'All patients');
    await page.getByLabel('Search').fill('Elses');
    await link(page, 'Elses Patient').waitFor();
    await page.getByText('1 patient', { exact: true }).waitFor();
    await accessible(page);
    await link(page, 'My patients').click();
    await link(page, 'Mine Patient').click();
    await heading(page, 'Mine Patient');
    await page.locator('main').getByRole('link', { name: dora.name }).waitFor();
    for (const name of ['Edit', 'Delete', `Unassign ${dora.name}`])
      expect(await page.locator('main').getByText(name, { exact: true }).count()).toBe(0);
    for (const text of ['Assign a doctor', 'Their own account']) expect(await page.getByText(text).count()).toBe(0);
    await accessible(page);
    // the patient finds it in the trail
    const seen = await asOwner(
      `select from audit where actor_id = $1 and action = 'read' and resource = 'patient' and patient_ids @> $2::bigint[]`,
      [dora.id, `{${mine.id}}`],
    );
    expect(seen.length).toBeGreaterThan(0);
    await page.close();
  });

  test('wait for approval, with all that works meanwhile, and go on without signing in again', async () => {
    const will = await person('waiting');
    const page = await open('/portal/', will);
    await heading(page, 'Awaiting approval');
    await page.getByText('Cardiology').waitFor();
    await accessible(page);
    const patient = await patientOf(will, 'Waits Too');
    for (const path of ['/portal/all-patients', `/portal/patients/${patient.id}`]) {
      await visit(page, path);
      await heading(page, 'Awaiting approval');
      expect(await page.getByText('Waits Too').count()).toBe(0);
    }
    for (const [name, title] of [
      ['Doctors', 'Doctors'],
      ['My profile', 'My profile'],
      [will.name, 'My account'],
    ] as const) {
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
      await heading(page, title);
      await loaded(page);
      expect(await page.getByRole('alert').count()).toBe(0);
    }
    await link(page, 'My patients').click();
    await heading(page, 'Awaiting approval');
    await approve(will, true);
    await comeBack(page);
    await heading(page, 'My patients');
    await link(page, 'Waits Too').waitFor();
    // and what is taken away meanwhile
    await approve(will, false);
    await link(page, 'All patients').click();
    await heading(page, 'Awaiting approval');
    await approve(will, true);
    await comeBack(page);
    await heading(page, 'All patients');
    await page.close();
  });

  test('change their own record, and know beforehand what that does to their approval', async () => {
    const dora = await person('doctor');
    await patientOf(dora, 'Patient Before');
    const page = await open('/portal/profile', dora);
    await heading(page, 'My profile');
    await page.getByText('approved', { exact: true }).waitFor();
    await accessible(page);
    await link(page, 'Edit').click();
    await heading(page, 'Edit my profile');
    await page.getByText('you see no patients until an administrator has approved you again').waitFor();
    await accessible(page);
    await page.getByLabel('Contact').fill('Room 5');
    await press(page, 'Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.getByText('Room 5').waitFor();
    expect(await profile(dora)).toMatchObject({ contact_info: 'Room 5', approved: true });

    await link(page, 'Edit').click();
    await page.getByLabel('Name', { exact: true }).fill('');
    await press(page, 'Save');
    await expect.poll(() => page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Name', { exact: true }).fill(dora.name);
    await page.getByLabel('License number').fill('MD-1');
    await press(page, 'Save');
    await prove(page);
    await page.getByText('An administrator has to approve you again before you see patients.').waitFor();
    await page.getByText('awaiting approval').waitFor();
    expect(await profile(dora)).toMatchObject({ license_number: 'MD-1', contact_info: 'Room 5', approved: false });
    await link(page, 'My patients').click();
    await heading(page, 'Awaiting approval');
    await page.close();
  });

  test('see who registered a patient, and decline whom they do not know', async () => {
    const dora = await person('doctor');
    const patient = await patientOf(dora, 'Unknown Patient');
    const page = await open('/portal/', dora);
    await link(page, 'Unknown Patient').click();
    await page.getByText('Registered by').waitFor();
    await page.getByText('User Person').waitFor();
    await press(page, 'Decline');
    const dialog = page.getByRole('dialog', { name: 'Do you not treat Unknown Patient?' });
    await accessible(page);
    await press(dialog, 'Decline');
    await page.getByText('You no longer treat Unknown Patient.').waitFor();
    await page.getByText('Nobody is assigned yet.').waitFor();
    const mine = (await call('GET', '/api/doctors/my-patients/', undefined, dora.access)).body;
    expect(mine.map(({ id }: { id: number }) => id)).not.toContain(patient.id);
    await page.close();
  });

  test('choose field by field where the record was changed elsewhere', async () => {
    const dora = await person('waiting');
    const page = await open('/portal/profile/edit', dora);
    await page.getByLabel('Contact').fill('Room 5');
    await page.getByLabel('License number').fill('MD-1');
    const { user_id, name } = await profile(dora);
    const there = { name, specialization: 'Neurology', contact_info: 'Room 6' };
    expect((await call('PUT', `/api/doctor-profile/${user_id}/`, there, dora.access)).status).toBe(200);
    await press(page, 'Save');
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    await dialog.waitFor();
    await accessible(page);
    await dialog.getByRole('group', { name: 'Contact' }).getByText('Theirs').click();
    await press(page, 'Save what I chose');
    await heading(page, 'My profile');
    expect(await profile(dora)).toMatchObject({
      ...{ specialization: 'Neurology', contact_info: 'Room 6', license_number: 'MD-1' },
    });
    await page.close();
  });

  test('on a phone all of it fits', async () => {
    const dora = await person('doctor');
    await patientOf(dora, 'A Patient with a Name that is Longer than One Line of a Phone Is Wide');
    const page = await open('/portal/', dora, 360);
    await page.getByText('1 patient', { exact: true }).waitFor();
    await accessible(page);
    for (const path of ['profile', 'profile/edit', 'all-patients']) {
      await visit(page, `/portal/${path}`);
      await loaded(page);
      await accessible(page);
    }
    await page.close();
  });
});
