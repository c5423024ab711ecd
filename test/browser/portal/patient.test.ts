// What patients do in the portal: with their own record, and with who has a hand in it.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('patients', { timeout: 60_000 }, () => {
  const { call, person, open, visit, accessible, press, prove, asOwner, linkTo } = portal();

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
  const record = async (who: Person) => (await call('GET', '/api/patient-profile/', undefined, who.access)).body;
  const change = async (who: Person, changes: object) => {
    const { name, user_id } = await record(who);
    const answer = await call('PUT', `/api/patient-profile/${user_id}/`, { name, ...changes }, who.access);
    expect(answer.status).toBe(200);
  };

  test('read their own record and correct it', async () => {
    const pat = await person('patient');
    await change(pat, { date_of_birth: '1987-06-05', medical_history: 'Asthma' });
    const page = await open('/portal/', pat);
    await heading(page, 'My record');
    for (const text of ['Jun 5, 1987', 'Asthma']) await page.getByText(text).waitFor();
    expect(await link(page, 'My record').getAttribute('aria-current')).toBe('page');
    await accessible(page);
    await link(page, 'Edit').click();
    await heading(page, 'Edit my record');
    await accessible(page);
    // with a date of birth the age follows
    expect(await page.getByLabel('Age').count()).toBe(0);
    await page.getByLabel('Name').fill('');
    await page.getByLabel('Phone').fill('+1 555 0100');
    await press(page, 'Save');
    await expect.poll(() => page.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
    await accessible(page);
    await page.getByLabel('Name').fill('Pat Corrected');
    await page.getByLabel('Medical history').fill('');
    await press(page, 'Save');
    await page.getByText('Saved.').waitFor();
    await heading(page, 'My record');
    await page.getByText('Pat Corrected').waitFor();
    expect(await record(pat)).toMatchObject({
      ...{ name: 'Pat Corrected', phone: '+1 555 0100', medical_history: null, date_of_birth: '1987-06-05' },
    });
    await page.close();
  });

  test('choose field by field where somebody else was faster', async () => {
    const pat = await person('patient');
    const page = await open('/portal/my-record/edit', pat);
    await page.getByLabel('Phone').fill('1');
    await page.getByLabel('Address').fill('Here');
    await change(pat, { phone: '2', medical_history: 'Asthma' });
    await press(page, 'Save');
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    await dialog.waitFor();
    await accessible(page);
    // and once more, while one chooses
    await change(pat, { phone: '3' });
    await press(page, 'Save what I chose');
    await dialog.getByRole('group', { name: 'Phone' }).getByText('3', { exact: true }).waitFor();
    await dialog.getByRole('group', { name: 'Phone' }).getByText('Theirs').click();
    await press(page, 'Save what I chose');
    await heading(page, 'My record');
    expect(await record(pat)).toMatchObject({ phone: '3', address: 'Here', medical_history: 'Asthma' });
    await page.close();
  });

  test('see who treats them, and who looked at their record', async () => {
    const pat = await person('patient', 'Pat Looked At');
    const page = await open('/portal/my-doctors', pat);
    await page.getByText('No doctors yet.').waitFor();
    await accessible(page);

    const { id } = await record(pat);
    const dora = await person('doctor', 'Dora Curious');
    const doctor = (await call('GET', '/api/doctor-profile/', undefined, dora.access)).body;
    const ada = await person('admin', 'Ada Assigning');
    const assigned = await call('POST', '/api/mappings/', { patient: id, doctor: doctor.id }, ada.access);
    expect(assigned.status).toBe(201);
    expect((await call('GET', `/api/patients/${id}/`, undefined, dora.access)).status).toBe(200);
    // whoever was refused has seen nothing
    const stranger = await person('user', 'Sam Stranger');
    expect((await call('GET', `/api/patients/${id}/`, undefined, stranger.access)).status).toBe(404);

    await visit(page, '/portal/my-doctors');
    await link(page, 'Dora Curious').click();
    await heading(page, 'Dora Curious');
    await page.getByText('Cardiology').waitFor();
    await accessible(page);
    await link(page, 'Who looked at it').click();
    await heading(page, 'Who looked at my record');
    const row = (...texts: string[]) =>
      texts.reduce((rows, hasText) => rows.filter({ hasText }), page.getByRole('row'));
    await row('Dora Curious · doctor', 'looked at the record').waitFor();
    await row('Ada Assigning · administrator', 'assigned a doctor').waitFor();
    await row('You', 'looked at who treats you').first().waitFor();
    expect(await page.getByText('Sam Stranger').count()).toBe(0);
    await accessible(page);
    await page.close();
  });

  test('read all of a long log, as they scroll', async () => {
    const pat = await person('patient');
    const { id } = await record(pat);
    await asOwner(
      `insert into audit (action, resource, patient_ids) select 'read', 'patient', array[$1::bigint] from generate_series(1, 120)`,
      [id],
    );
    const page = await open('/portal/access-log', pat, 360);
    await page.getByText(/^12\d entries$/).waitFor();
    const entries = page.locator('tbody tr');
    const scrolled = () =>
      entries
        .last()
        .scrollIntoViewIfNeeded()
        .then(() => entries.count());
    await expect.poll(scrolled).toBeGreaterThan(120);
    await accessible(page);
    await page.close();
  });

  test('leave a record that somebody else made, and are told who that is', async () => {
    const ann = await person('user', 'Ann Keeper');
    const pat = await person('user', 'Pat Leaving');
    const { id } = (await call('POST', '/api/patients/', { name: 'Pat Recorded', phone: '1' }, ann.access)).body;
    await asOwner('update users set email_verified_at = now() where id in ($1, $2)', [ann.id, pat.id]);
    const invitation = await call('POST', `/api/patients/${id}/invitation/`, { email: pat.email }, ann.access);
    expect(invitation.status).toBe(201);
    const page = await open('/portal/', pat);
    const token = (await linkTo(pat.email, 'invitation')).split('#')[1];
    await visit(page, `/portal/invitation#${token}`);
    await press(page, 'Accept');
    // another role needs the password once more
    await prove(page);
    await heading(page, 'My record');
    await page.getByText('Ann Keeper').waitFor();
    await accessible(page);
    await press(page, 'Leave this record');
    const dialog = page.getByRole('dialog', { name: 'Leave this record?' });
    await accessible(page);
    await press(dialog, 'Cancel');
    expect((await record(pat)).id).toBe(id);
    await press(page, 'Leave this record');
    await press(dialog, 'Leave it');
    await page.getByText('Your account has no record.').waitFor();
    await accessible(page);
    expect((await call('GET', '/api/patient-profile/', undefined, pat.access)).status).toBe(404);
    // whoever made it keeps it
    expect((await call('GET', `/api/patients/${id}/`, undefined, ann.access)).body.user_id).toBe(null);
    await page.close();
  });

  test('reach nothing that is for others', async () => {
    const pat = await person('patient');
    const page = await open('/portal/', pat);
    await heading(page, 'My record');
    for (const path of ['patients', 'patients/1', 'doctors/new', 'all-patients', 'profile']) {
      await visit(page, `/portal/${path}`);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toMatch(/There is no such page|^Doctor$/);
      expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
    }
    await page.close();
  });

  test('on a phone all of it fits', async () => {
    const pat = await person('patient');
    await change(pat, { medical_history: 'Onelongwordthatnobodybroke'.repeat(10) });
    const page = await open('/portal/', pat, 360);
    for (const path of ['', 'my-record/edit', 'my-doctors', 'access-log']) {
      await visit(page, `/portal/${path}`);
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
      await accessible(page);
    }
    await page.close();
  });
});
