// What staff do in the portal, who keep the records of patients: as a person does it, and what is left of it afterwards.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('staff', { timeout: 60_000 }, () => {
  const { call, person, open, accessible, press, asOwner } = portal();

  const make = async (who: Person, patient: object) => (await call('POST', '/api/patients/', patient, who.access)).body;
  const makeDoctor = async (who: Person, name: string) =>
    (await call('POST', '/api/doctors/', { name, specialization: 'Cardiology' }, who.access)).body;
  const patientsOf = async (who: Person) => (await call('GET', '/api/patients/', undefined, who.access)).body;
  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

  test('begin with nothing, and add the first patient', async () => {
    const ann = await person('user');
    const page = await open('/portal/', ann);
    await page.getByText('No patients yet.').waitFor();
    await accessible(page);
    await page.getByRole('link', { name: 'Add a patient' }).click();
    await heading(page, 'Add a patient');
    await press(page, 'Add');
    // beside its field, as a screen reader finds it, and the focus is there
    const name = page.getByLabel('Name', { exact: true });
    await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Email').fill('not an address');
    await name.fill('Jane Doe');
    await press(page, 'Add');
    await page.getByText('not an email address').waitFor();
    await expect.poll(() => page.getByLabel('Email').evaluate((box) => box === document.activeElement)).toBe(true);
    await accessible(page);
    await page.getByLabel('Email').fill('jane@example.com');
    await page.getByLabel('Date of birth').fill('1990-04-12');
    await page.getByLabel('Gender').selectOption('Female');
    await press(page, 'Add');
    await heading(page, 'Jane Doe');
    await page.getByText('Jane Doe is added.').waitFor();
    await page.getByText('Apr 12, 1990').waitFor();
    await accessible(page);
    expect(await patientsOf(ann)).toMatchObject([
      { name: 'Jane Doe', date_of_birth: '1990-04-12', gender: 'female', email: 'jane@example.com' },
    ]);
    await page.close();
  });

  test('find, filter and sort: the address has it all, and the way back leads to the same place', async () => {
    const ann = await person('user');
    await asOwner(
      `insert into patients (name, age, gender, created_by)
       select 'Person ' || lpad(n::text, 3, '0'), n % 90, case when n % 2 = 0 then 'female' else 'male' end, $1
       from generate_series(1, 130) n`,
      [ann.id],
    );
    const page = await open('/portal/patients', ann);
    await page.getByText('130 patients').waitFor();
    await page.getByRole('button', { name: 'Name' }).click();
    await page
      .getByRole('columnheader', { name: 'Name', exact: false })
      .and(page.locator('[aria-sort=ascending]'))
      .waitFor();
    expect(page.url()).toContain('sort=name');
    await row(page, 'Person 001').waitFor();
    // more comes as one scrolls
    for (const name of ['Person 050', 'Person 100', 'Person 130']) await row(page, name).scrollIntoViewIfNeeded();
    await row(page, 'Person 090').scrollIntoViewIfNeeded();
    const scrolled = await page.evaluate(() => scrollY);
    expect(scrolled).toBeGreaterThan(500);
    await page.getByRole('link', { name: 'Person 090' }).click();
    await heading(page, 'Person 090');
    await page.goBack();
    await row(page, 'Person 090').waitFor();
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(500);

    await page.getByLabel('Search').fill('person 12');
    await page.getByText('10 patients').waitFor();
    await page.getByLabel('Gender').selectOption('Male');
    await page.getByText('5 patients').waitFor();
    await page.reload();
    await page.getByText('5 patients').waitFor();
    expect(await page.getByLabel('Search').inputValue()).toBe('person 12');
    await page.getByLabel('Search').fill('nobody at all');
    await page.getByText('No patients like that.').waitFor();
    await accessible(page);
    await page.close();
  });

  test('edit; and where somebody was faster, choose field by field', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'Jane Doe', phone: '1', address: 'Here', medical_history: 'Asthma' });
    const page = await open(`/portal/patients/${id}`, ann);
    await page.getByRole('link', { name: 'Edit' }).click();
    await heading(page, 'Edit Jane Doe');
    await page.getByLabel('Phone').fill('2');
    await page.getByLabel('Medical history').fill('');
    // on another device
    const meanwhile = { phone: '3', address: 'There' };
    expect((await call('PATCH', `/api/patients/${id}/`, meanwhile, ann.access)).status).toBe(200);
    await press(page, 'Save');
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    await dialog.waitFor();
    await accessible(page);
    const chosen = (label: string) => dialog.getByRole('group', { name: label }).getByRole('radio', { checked: true });
    // what only one of them changed is as they said; of what both did, one's own
    expect(await chosen('Phone').evaluate((box) => box.parentElement?.textContent)).toContain('Yours');
    expect(await chosen('Address').evaluate((box) => box.parentElement?.textContent)).toContain('Theirs');
    await dialog.getByRole('group', { name: 'Phone' }).getByText('Theirs').click();
    await press(page, 'Save what I chose');
    await page.getByText('Saved.').waitFor();
    await heading(page, 'Jane Doe');
    expect((await call('GET', `/api/patients/${id}/`, undefined, ann.access)).body).toMatchObject({
      ...{ phone: '3', address: 'There', medical_history: null },
    });
    await page.close();
  });

  test('assign and unassign, with a way back', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'Jane Doe' });
    const doctor = await makeDoctor(ann, 'Dr. Findable');
    const mappings = async () =>
      (await call('GET', `/api/mappings/patient/${id}/`, undefined, ann.access)).body.map(
        (one: { doctor: number }) => one.doctor,
      );
    const page = await open(`/portal/patients/${id}`, ann);
    await page.getByText('Nobody is assigned yet.').waitFor();
    await page.getByText('Assign a doctor').click();
    await page.getByLabel('Find a doctor').fill('findable');
    await press(page, 'Assign Dr. Findable');
    await page.getByRole('link', { name: 'Dr. Findable' }).waitFor();
    await accessible(page);
    expect(await mappings()).toEqual([doctor.id]);
    await press(page, 'Unassign Dr. Findable');
    await page.getByText('Dr. Findable no longer treats Jane Doe.').waitFor();
    expect(await mappings()).toEqual([]);
    await press(page, 'Undo');
    await page.getByText('Undone.').waitFor();
    expect(await mappings()).toEqual([doctor.id]);
    await page.close();
  });

  test('delete, having read what goes along', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'Jane Doe' });
    const doctor = await makeDoctor(ann, 'Dr. Gone');
    await call('POST', '/api/mappings/', { patient: id, doctor: doctor.id }, ann.access);
    const page = await open(`/portal/patients/${id}`, ann);
    await press(page, 'Delete');
    const dialog = page.getByRole('dialog', { name: 'Delete Jane Doe?' });
    await dialog.getByText('Dr. Gone').waitFor();
    await accessible(page);
    // Escape changes nothing, and the focus is where it was
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await patientsOf(ann)).toHaveLength(1);
    await press(page, 'Delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Jane Doe is deleted.').waitFor();
    await page.getByText('No patients yet.').waitFor();
    expect(await patientsOf(ann)).toEqual([]);
    await page.close();
  });

  test('invite a patient to an account of their own, and take it back', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'Jane Doe', email: 'jane@example.com' });
    const page = await open(`/portal/patients/${id}`, ann);
    await page.getByText('Invite Jane Doe').click();
    await press(page, 'Send the invitation');
    // until the own address is confirmed, nobody gets mails in its name
    await page.getByRole('alert').getByText('Confirm your email first').waitFor();
    await asOwner('update users set email_verified_at = now() where id = $1', [ann.id]);
    await press(page, 'Send the invitation');
    await page.getByText('Invited at jane@example.com').waitFor();
    await accessible(page);
    expect((await call('GET', `/api/patients/${id}/invitation/`, undefined, ann.access)).body.state).toBe('open');
    await press(page, 'Revoke the invitation');
    await page.getByText('The invitation no longer works.').waitFor();
    expect((await call('GET', `/api/patients/${id}/invitation/`, undefined, ann.access)).status).toBe(404);
    await page.close();
  });

  test('keep doctors', async () => {
    const ann = await person('user');
    const page = await open('/portal/doctors', ann);
    await page.getByRole('link', { name: 'Add a doctor' }).click();
    await press(page, 'Add');
    await expect.poll(() => page.getByLabel('Specialization').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Name', { exact: true }).fill('Dr. House');
    await page.getByLabel('Specialization').fill('Nephrology');
    await press(page, 'Add');
    await heading(page, 'Dr. House');
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Contact').fill('Room 5');
    await accessible(page);
    await press(page, 'Save');
    await page.getByText('Room 5').waitFor();
    await accessible(page);
    await press(page, 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Dr. House is deleted.').waitFor();
    await page.close();
  });

  test('without a connection nothing that was typed is lost', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients/new', ann);
    await page.getByLabel('Name', { exact: true }).fill('Typed Offline');
    await page.context().setOffline(true);
    await page.getByText('What you type stays here.').waitFor();
    await press(page, 'Add');
    await page.getByRole('alert').getByText('Nothing of what you typed is lost').waitFor();
    await accessible(page);
    await page.context().setOffline(false);
    await press(page, 'Add');
    await heading(page, 'Typed Offline');
    expect(await patientsOf(ann)).toHaveLength(1);
    await page.close();
  });

  test('a database that is away for a moment is asked again', async () => {
    const ann = await person('user');
    const page = await open('/portal/doctors', ann);
    let asked = 0;
    await page.route(/\/api\/patients\?/, (route) => {
      asked++;
      const problem = { type: 'about:blank', title: 'x', status: 503, detail: 'x', code: 'database_unavailable' };
      const headers = { 'Retry-After': '1', 'Content-Type': 'application/problem+json' };
      return asked === 1 ? route.fulfill({ status: 503, headers, body: JSON.stringify(problem) }) : route.continue();
    });
    await page.getByRole('link', { name: 'Patients' }).click();
    await page.getByText('No patients yet.').waitFor();
    expect(asked).toBe(2);
    await page.close();
  });

  test('all of it by the keyboard, on a phone', async () => {
    const ann = await person('user');
    await make(ann, { name: 'Jane Doe', phone: '+1 555 0100' });
    const page = await open('/portal/patients', ann, 360);
    await row(page, 'Jane Doe').waitFor();
    await accessible(page);
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.locator('body').click({ position: { x: 5, y: 500 } });
    for (let step = 0; step < 25 && (await focused()) !== 'Jane Doe'; step++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, 'Jane Doe');
    expect(await focused()).toBe('Jane Doe');
    await accessible(page);
    await page.close();
  });
});
