// What somebody has typed: it is never lost unawares, and what no browser can read erases nothing.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, password, portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('what was typed', { timeout: 120_000 }, () => {
  const { call, person, open, visit, signIn, newPage, press, accessible, asOwner, url } = portal();
  const make = async (who: Person, patient: object) => (await call('POST', '/api/patients/', patient, who.access)).body;
  const read = async (who: Person, id: number) =>
    (await call('GET', `/api/patients/${id}/`, undefined, who.access)).body;
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
  const isHere = (page: Page) => page.getByText('What you had typed is here again').waitFor();
  const typeDate = async (page: Page, keys: string) => {
    await page.getByLabel('Date of birth').focus();
    await page.keyboard.type(keys);
  };

  test('a day that does not exist, or an age that is no number, erases nothing and is said at its field', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'Jane Doe', date_of_birth: '1931-02-28', phone: '1' });
    const page = await open(`/portal/patients/${id}/edit`, ann);
    await typeDate(page, '02311931');
    await page.getByLabel('Phone').fill('2');
    await press(page, 'Save');
    await page.getByText('is not a whole date, or there is no such day').waitFor();
    expect(await page.getByLabel('Date of birth').evaluate((box) => box === document.activeElement)).toBe(true);
    await accessible(page);
    expect(await read(ann, id)).toMatchObject({ date_of_birth: '1931-02-28', phone: '1' });
    // nor does a draft of it, which is found after a reload
    await page.reload();
    await isHere(page);
    expect(await page.getByLabel('Date of birth').inputValue()).toBe('1931-02-28');
    await press(page, 'Save');
    await heading(page, 'Jane Doe');
    expect(await read(ann, id)).toMatchObject({ date_of_birth: '1931-02-28', phone: '2' });

    await visit(page, '/portal/patients/new');
    await page.getByLabel('Name', { exact: true }).fill('Leap Day');
    await typeDate(page, '02291990');
    await page.getByLabel('Age').pressSequentially('30e');
    await press(page, 'Add');
    await page.getByText('is not a number').waitFor();
    // what is corrected is no longer wrong
    await page.getByLabel('Age').fill('30');
    await page.getByText('is not a number').waitFor({ state: 'hidden' });
    await typeDate(page, '02281990');
    await page.getByText('no such day').waitFor({ state: 'hidden' });
    await press(page, 'Add');
    await page.getByText('Feb 28, 1990').waitFor();
    await visit(page, '/portal/patients?search=leap');
    await page.getByLabel('From age').pressSequentially('3e');
    await page.getByText('is not a number').waitFor();
    expect(page.url()).not.toContain('min_age');
    await page.getByLabel('From age').fill('999');
    await page.getByLabel('From age').and(page.locator('[aria-invalid=true]')).waitFor();
    await accessible(page);
    expect(await page.getByText('send the request again').count()).toBe(0);
    await page.close();
  });

  test('stays when one goes elsewhere and comes back, by whatever way', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients/new', ann);
    const name = page.getByLabel('Name', { exact: true });
    await name.fill('Half Typed');
    await link(page, 'Doctors').click();
    await heading(page, 'Doctors');
    await page.getByText('What you typed is kept here until you sign out.').waitFor();
    await page.goBack();
    await isHere(page);
    await accessible(page);
    expect(await name.inputValue()).toBe('Half Typed');
    await page.reload();
    await isHere(page);
    expect(await name.inputValue()).toBe('Half Typed');
    await press(page, 'Cancel');
    await page.getByRole('dialog', { name: 'Throw away what you typed?' }).waitFor();
    await accessible(page);
    await press(page, 'Go on editing');
    expect(await name.inputValue()).toBe('Half Typed');
    await press(page, 'Cancel');
    await press(page.getByRole('dialog'), 'Throw it away');
    await heading(page, 'Patients');
    await visit(page, '/portal/patients/new');
    expect(await name.inputValue()).toBe('');
    // thrown away without leaving, and what is saved is no draft any more
    await name.fill('Once More');
    await page.reload();
    await isHere(page);
    await press(page, 'Throw it away');
    expect(await name.inputValue()).toBe('');
    await name.fill('Saved Once');
    await press(page, 'Add');
    await heading(page, 'Saved Once');
    await visit(page, '/portal/patients/new');
    expect(await name.inputValue()).toBe('');
    await page.close();
  });

  test('stays when the session ended and the page is loaded anew, as the sign-in page says', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'Jane Doe' });
    const page = await open(`/portal/patients/${id}/edit`, ann);
    await page.getByLabel('Medical history').fill('A long story');
    await asOwner('delete from sessions where user_id = $1', [ann.id]);
    await press(page, 'Save');
    await heading(page, 'Sign in');
    await page.getByText('What you typed is kept in this tab.').waitFor();
    await page.reload();
    await page.getByText('What you typed is kept in this tab.').waitFor();
    await accessible(page);
    await signIn(page, ann);
    await heading(page, 'Edit Jane Doe');
    expect(await page.getByLabel('Medical history').inputValue()).toBe('A long story');
    await press(page, 'Save');
    await heading(page, 'Jane Doe');
    const [saved] = await asOwner('select medical_history from patients where id = $1', [id]);
    expect(saved?.medical_history).toBe('A long story');
    await page.close();
  });

  test('is gone for whoever signs out, having been asked, and in every tab', async () => {
    const ann = await person('user');
    const page = await open('/portal/account', ann);
    await page.getByText('Change my email').first().click();
    await page.getByLabel('New email').fill('next@example.com');
    await page.getByLabel('Your password').fill(password);
    const kept = (where: Page) => where.evaluate(() => JSON.stringify({ ...sessionStorage }));
    expect(await kept(page)).toContain('next@example.com');
    expect(await kept(page)).not.toContain(password);
    const other = await newPage(page.context());
    await visit(other, '/portal/doctors/new');
    await other.getByLabel('Name', { exact: true }).fill('Dr. Typed');
    await press(page, 'Sign out');
    const dialog = page.getByRole('dialog', { name: 'Sign out and throw away what you typed?' });
    await accessible(page);
    await press(page, 'Stay');
    await heading(page, 'My account');
    await press(page, 'Sign out');
    await dialog.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [page, other]) {
      await heading(tab, 'Sign in');
      await expect.poll(() => kept(tab)).toBe('{}');
      expect(await tab.getByText('What you typed is kept').count()).toBe(0);
    }
    await page.close();
    await other.close();
  });

  test('makes the browser ask before the tab is closed, for as long as it is not saved', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients/new', ann);
    const asks = async () => {
      let asked = false;
      page.once('dialog', (dialog) => {
        asked = dialog.type() === 'beforeunload';
        dialog.accept();
      });
      await page.goto(`${url()}/portal/patients/new`);
      page.removeAllListeners('dialog');
      return asked;
    };
    await page.getByLabel('Name', { exact: true }).click();
    expect(await asks()).toBe(false);
    await page.getByLabel('Name', { exact: true }).click();
    await page.keyboard.type('J');
    expect(await asks()).toBe(true);
    await page.close();
  });

  test('before others changed the record is a conflict, of which no side of a long text is lost', async () => {
    const ann = await person('user');
    const before = 'Asthma\nsince 1990';
    const { id } = await make(ann, { name: 'Jane Doe', medical_history: before });
    const page = await open(`/portal/patients/${id}/edit`, ann);
    await page.getByLabel('Medical history').fill(`${before}\nMine: penicillin`);
    await page.reload();
    await isHere(page);
    const theirs = { medical_history: `${before}\nTheirs: latex` };
    expect((await call('PATCH', `/api/patients/${id}/`, theirs, ann.access)).status).toBe(200);
    // the record is read anew, and the draft is still of the version before
    await page.reload();
    await isHere(page);
    await press(page, 'Save');
    const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
    const both = dialog.getByRole('group', { name: 'Medical history' });
    await both.waitFor();
    expect(await both.locator('bdi').allInnerTexts()).toEqual([
      `${before}\nMine: penicillin`,
      `${before}\nTheirs: latex`,
    ]);
    await accessible(page);
    // what was typed is still there when one looks at it again
    await press(dialog, 'Cancel');
    expect(await page.getByLabel('Medical history').inputValue()).toContain('Mine: penicillin');
    await press(page, 'Save');
    await both.getByLabel('Medical history, both').fill(`${before}\nMine: penicillin\nTheirs: latex`);
    await press(page, 'Save what I chose');
    await heading(page, 'Jane Doe');
    expect((await read(ann, id)).medical_history).toBe(`${before}\nMine: penicillin\nTheirs: latex`);
    await visit(page, `/portal/patients/${id}/edit`);
    expect(await page.getByText('What you had typed is here again').count()).toBe(0);
    await page.close();
  });
});
