// `npm run screenshots`: makes the pictures of the portal that the documents show, of a Wardbook with sample data. Needs a
// Chromium: CHROMIUM says where, if not at /usr/bin/chromium.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type OwnWardbook, withOwnWardbook } from '../support/own-wardbook.ts';
import { root, short } from '../support/paths.ts';
import { Fatal, run, step } from '../support/terminal.ts';

const folder = join(root, 'docs/pictures');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The password of the people of the sample data. */
async function seeded({ env }: OwnWardbook): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts/cli/seed.ts')], { env });
  const [, password] = /password, shown this once: (\S+)/.exec(stripVTControlCharacters(stdout)) ?? [];
  if (!password) throw new Fatal('The sample data did not say its password.');
  return password;
}

interface Look {
  width: number;
  height: number;
  dark?: boolean;
}

await run(async () => {
  if (!existsSync(executablePath)) throw new Fatal(`No browser at ${executablePath}. Set CHROMIUM to where one is.`);
  await mkdir(folder, { recursive: true });
  await withOwnWardbook(async (wardbook) => {
    const password = await step('sample data', () => seeded(wardbook));
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    try {
      await takeAll(browser, wardbook.url, password);
    } finally {
      await browser.close();
    }
  });
});

async function takeAll(browser: Browser, url: string, password: string): Promise<void> {
  const signedIn = async (who: string, path: string, { width, height, dark }: Look): Promise<Page> => {
    const look = { viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' } as const;
    const page = await (await browser.newContext(look)).newPage();
    await page.goto(url + path);
    await page.getByLabel('Email or username').fill(who);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.waitForLoadState('networkidle');
    return page;
  };
  const take = async (page: Page, name: string) => {
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    await page.close();
    console.log(`  ${short(path)}`);
  };

  await take(
    await signedIn('user@example.com', '/portal/patients?sort=name', { width: 1100, height: 620 }),
    'patients',
  );

  const conflict = await signedIn('user@example.com', '/portal/patients?sort=name', { width: 1100, height: 620 });
  await conflict.locator('tbody a').first().click();
  await conflict.getByRole('link', { name: 'Edit' }).click();
  const other = await conflict.context().newPage();
  await other.goto(conflict.url());
  for (const [page, phone, address] of [
    [other, '+1 555 0142', '4 Harbour Lane'],
    [conflict, '+1 555 0143', '12 Hill Road'],
  ] as const) {
    await page.getByLabel('Phone').fill(phone);
    await page.getByLabel('Address').fill(address);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    if (page === other) await page.getByText('Saved.').waitFor();
  }
  await conflict.getByRole('dialog').waitFor();
  await take(conflict, 'conflict');

  const phone = { width: 390, height: 620, dark: true };
  await take(await signedIn('patient@example.com', '/portal/', phone), 'phone');
}
