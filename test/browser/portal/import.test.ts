// A spreadsheet, taken in by the portal: what is asked before anything is sent, and that nobody is there twice afterwards.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../support/browser.ts';
import { type Person, portal } from '../../support/portal.ts';

describe.skipIf(!hasBrowser)('a spreadsheet', () => {
  const { call, person, open, accessible, press } = portal();
  const choose = (page: Page, text: string) =>
    page
      .getByLabel('Spreadsheet')
      .setInputFiles({ name: 'patients.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const namesOf = async (who: Person) =>
    (await call('GET', '/api/patients/', undefined, who.access)).body.map(({ name }: { name: string }) => name);
  const importing = async (text: string, who: Person) => {
    const page = await open('/portal/patients/import', who);
    await choose(page, text);
    return page;
  };

  test('is shown column by column, and becomes patients', async () => {
    const rita = await person('user');
    const page = await open('/portal/', rita);
    await page.getByRole('link', { name: 'Import patients' }).click();
    await choose(page, '\uFEFFVorname;Nachname;Geburtsdatum;Schuhgröße\r\nZoë;Doe;31.12.1990;38\r\nAdam;Smith;;\r\n');
    await page.getByText('Choose what becomes of: Schuhgröße.').waitFor();
    await accessible(page);
    await page.getByLabel('What Schuhgröße becomes').selectOption('leave out');
    await press(page, 'Import 2 patients');
    await page.getByText('Lines 2 to 3: 2 of 2 patients are in.').waitFor();
    await accessible(page);
    await page.getByRole('link', { name: 'To the patients' }).click();
    await page.getByText('2 patients').waitFor();
    const { body } = await call('GET', '/api/patients/?sort=id', undefined, rita.access);
    expect(body).toMatchObject([{ name: 'Zoë Doe', date_of_birth: '1990-12-31' }, { name: 'Adam Smith' }]);
    await page.close();
  });

  test('with wrong lines or none is not sent, and says which', async () => {
    const rita = await person('user');
    const page = await importing('name,dob\nEve,1990-02-30\n,1990-01-01\n', rita);
    await page.getByText('Line 2: dob is a day that there is not').waitFor();
    await page.getByText('Line 3: has no name').waitFor();
    await choose(page, 'PK\u0003\u0004');
    await page.getByText('Save it as CSV first').waitFor();
    await choose(page, 'name,dob\nEve,1/2/1990\n');
    await page.getByText('No date shows whether the day or the month comes first').waitFor();
    await page.getByLabel('The month comes first').check();
    await page.getByRole('button', { name: 'Import 1 patient' }).waitFor();
    expect(await namesOf(rita)).toEqual([]);
    await page.close();
  });

  test('leaves out who is there already, unless one wants it', async () => {
    const rita = await person('user');
    await call('POST', '/api/patients/', { name: 'Eve', date_of_birth: '1990-12-31' }, rita.access);
    const page = await importing('name,dob\nEVE,31.12.1990\nAdam,\nadam,\n', rita);
    await page.getByText('Line 2 is here already').waitFor();
    await page.getByText('Line 4 is the same as line 3').waitFor();
    await page.getByRole('button', { name: 'Import 1 patient' }).waitFor();
    await page.getByLabel('Leave these lines out').uncheck();
    await page.getByRole('button', { name: 'Import 3 patients' }).waitFor();
    await page.getByLabel('Leave these lines out').check();
    await press(page, 'Import 1 patient');
    await page.getByText('1 of 1 patient').waitFor();
    expect((await namesOf(rita)).sort()).toEqual(['Adam', 'Eve']);
    await page.close();
  });

  test('waits where the server takes no more, and says for how long', async () => {
    const page = await importing('name\nAdam\n', await person('user'));
    const code = 'too_many_requests';
    const problem = { type: 'about:blank', title: 'Too many', status: 429, detail: 'Wait.', code, request_id: '' };
    await page.route('**/api/patients/batch', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '60' },
        body: JSON.stringify(problem),
      }),
    );
    await press(page, 'Import 1 patient');
    await page.getByText(/The server takes no more for now. It goes on in \d+ seconds/).waitFor();
    await page.close();
  });

  test('that the server refuses in part says which lines are in; after a break it goes on, and nobody is there twice', async () => {
    const rita = await person('user');
    const rows = Array.from({ length: 1200 }, (_, at) => `Person ${at},${at === 700 ? 'no address' : ''}`);
    const page = await importing(['name,email', ...rows].join('\n'), rita);
    await press(page, 'Import 1,200 patients');
    await page.getByText('Lines 502 to 1001 are not in.').waitFor();
    await page.getByText('Line 702: email').waitFor();
    await page.getByText('Lines 2 to 501: 500 of 1,200 patients are in.').waitFor();
    await accessible(page);

    // corrected and chosen again: those that are in are left out
    await choose(page, ['name,email', ...rows.map((row) => row.replace('no address', ''))].join('\n'));
    await page.getByRole('button', { name: 'Import 700 patients' }).waitFor();
    // an answer that gets lost, and then no connection
    let [isBroken, sent] = [true, 0];
    await page.route('**/api/patients/batch', async (route) => {
      if (!isBroken) return route.continue();
      if (sent++ === 0) await route.fetch();
      await route.abort('connectionfailed');
    });
    await press(page, 'Import 700 patients');
    await page.getByText('Lines 502 to 1001 are not in. There is no connection.').waitFor();
    isBroken = false;
    await press(page, 'Import 700 patients');
    // with what was sent again this may be more than a minute may bring
    await page.getByText('Lines 502 to 1201: 700 of 700 patients are in.').waitFor({ timeout: 100_000 });
    expect(new Set(await namesOf(rita)).size).toBe(1000);
    const { headers } = await call('GET', '/api/patients/?count=exact&limit=1', undefined, rita.access);
    expect(headers.get('X-Total-Count')).toBe('1200');
    await page.close();
  }, 240_000);
});
