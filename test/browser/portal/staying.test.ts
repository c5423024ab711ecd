// What stays and what goes in the portal: lists, what was typed, what was said, when answers get lost and sessions end.
import type { Page, Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('what stays', { timeout: 60_000 }, () => {
  const { call, person, open, visit, signIn, newPage, press, asOwner } = portal();
  const make = async (who: Person, patient: object) => (await call('POST', '/api/patients/', patient, who.access)).body;
  const patientsOf = async (who: Person) => (await call('GET', '/api/patients/', undefined, who.access)).body;
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
  /** It arrives, and its answer gets lost. */
  const lose = async (route: Route) => {
    await route.fetch();
    await route.abort('connectionfailed');
  };

  test('a link leads to a list as it is now, and the way back to the place where one was', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'First One' });
    const page = await open('/portal/patients', ann);
    await page.getByText('1 patient', { exact: true }).waitFor();
    await make(ann, { name: 'Second One' });
    await link(page, 'Doctors').click();
    await heading(page, 'Doctors');
    await link(page, 'Patients').click();
    await link(page, 'Second One').waitFor();

    await link(page, 'First One').click();
    await link(page, 'Edit').click();
    await page.getByLabel('Phone').fill('+1 555 0100');
    await press(page, 'Save');
    await page.getByText('+1 555 0100').waitFor();
    // once back from there is the list, and not the record a second time
    await page.goBack();
    await heading(page, 'Patients');
    expect(new URL(page.url()).pathname).toBe('/portal/patients');
    await visit(page, `/portal/patients/${id}/edit`);
    await press(page, 'Cancel');
    await heading(page, 'First One');
    await page.close();
  });

  test('a search is in its box for as long as it is asked for', async () => {
    const ann = await person('user');
    await make(ann, { name: 'Jane Doe' });
    const page = await open('/portal/patients', ann);
    await page.getByLabel('Search').fill('nobody');
    await page.getByText('No patients like that.').waitFor();
    await link(page, 'Patients').click();
    await link(page, 'Jane Doe').waitFor();
    expect(await page.getByLabel('Search').inputValue()).toBe('');
    // and a refusal goes with what was refused
    await page.getByLabel('From age').fill('999');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('From age').fill('');
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    await page.close();
  });

  test('what was added is there once, though no answer came', async () => {
    const ann = await person('user');
    const page = await open('/portal/patients/new', ann);
    await page.getByLabel('Name', { exact: true }).fill('Only Once');
    await page.route(/\/api\/patients$/, lose);
    await press(page, 'Add');
    await page.getByRole('alert').waitFor();
    await page.unroute(/\/api\/patients$/);
    await press(page, 'Add');
    await heading(page, 'Only Once');
    expect(await patientsOf(ann)).toHaveLength(1);
    await page.close();
  });

  test('what was saved is no conflict with itself, and a database that is away is asked again', async () => {
    const ann = await person('user');
    const { id } = await make(ann, { name: 'Jane Doe' });
    const page = await open(`/portal/patients/${id}/edit`, ann);
    await page.getByLabel('Phone').fill('+1 555 0100');
    const patches = /\/api\/patients\/\d+$/;
    await page.route(patches, (route) => (route.request().method() === 'PATCH' ? lose(route) : route.continue()));
    await press(page, 'Save');
    await page.getByRole('alert').waitFor();
    await page.unroute(patches);
    await press(page, 'Save');
    await heading(page, 'Jane Doe');
    await page.getByText('+1 555 0100').waitFor();

    await link(page, 'Edit').click();
    await page.getByLabel('Phone').fill('+1 555 0199');
    let asked = 0;
    await page.route(patches, (route) => {
      if (route.request().method() !== 'PATCH' || ++asked > 1) return route.continue();
      const problem = { type: 'about:blank', title: 'x', status: 503, detail: 'x', code: 'database_unavailable' };
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) });
    });
    await press(page, 'Save');
    await page.getByText('+1 555 0199').waitFor();
    expect(asked).toBe(2);
    await page.close();
  });

  test('what was typed when the session ended, for the same person only', async () => {
    const [ann, bob] = [await person('user', 'Ann'), await person('user', 'Bob')];
    const page = await open('/portal/patients/new', ann);
    const name = page.getByLabel('Name', { exact: true });
    await name.fill('Half Typed');
    await asOwner('delete from sessions where user_id = $1', [ann.id]);
    await press(page, 'Add');
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await signIn(page, bob);
    await heading(page, 'Add a patient');
    expect(await name.inputValue()).toBe('');
    await press(page, 'Sign out');
    await signIn(page, ann);
    await heading(page, 'Add a patient');
    expect(await name.inputValue()).toBe('Half Typed');
    await press(page, 'Add');
    await heading(page, 'Half Typed');
    await page.close();
  });

  test('nothing of what one person did is said to the next', async () => {
    const ann = await person('user', 'Ann');
    const { id } = await make(ann, { name: 'Private Person' });
    const page = await open(`/portal/patients/${id}`, ann);
    await press(page, 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Private Person is deleted.').waitFor();
    const other = await newPage(page.context());
    await visit(other, '/portal/doctors');
    await press(other, 'Sign out');
    await page.getByText('You were signed out in another tab.').waitFor();
    expect(await page.getByText('Private Person').count()).toBe(0);
    await signIn(page, await person('user', 'Bob'));
    expect(await page.getByText('Private Person').count()).toBe(0);
    await page.close();
    await other.close();
  });

  test('a name that an administrator changed is there after a reload', async () => {
    const ann = await person('user', 'Ann Before');
    const page = await open('/portal/patients', ann);
    await link(page, 'Ann Before').waitFor();
    await asOwner(`update users set name = 'Ann After' where id = $1`, [ann.id]);
    await page.reload();
    await link(page, 'Ann After').waitFor();
    await page.close();
  });
});
