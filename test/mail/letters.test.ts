// What mails say: nothing of health, nothing that a stranger chose but the name of whoever invites, and one link, which leads
// to the deployment.
import { describe, expect, test } from 'vitest';
import { hasLinkToken, letterFor } from '../../src/mail/letters.ts';
import { purposes } from '../../src/mail/table.ts';
import { boot, cheapPasswords } from '../support/app.ts';
import { mailCauses, send } from '../support/mail-causes.ts';
import { openMailbox, publicUrl } from '../support/mailbox.ts';

cheapPasswords();
const canary = 'kanarienvogel';
const inbox = openMailbox();
const app = await boot(inbox.settings);
const { causes } = await mailCauses(app, inbox, canary);

const token = 'c2VjcmV0IHRoYXQgYSBtYWlsIGNhcnJpZWQgdG8geW91';
const letters = purposes.map((purpose) => ({ purpose, ...letterFor(purpose, publicUrl, token) }));
const linksIn = (text: string) => [...new Set(text.match(/https?:[^\s"<>]+/g))];
/** An address is cut out: what it says is the deployment's. */
const wordsOf = ({ subject, text, html }: { subject: string; text: string; html: string }) =>
  [subject, text, html].join('\n').replace(/https?:[^\s"<>]+/g, '');
const health =
  /patient|doctor|clinic|health|medic|hospital|record|treat|diagnos|illness|disease|prescri|appointment|nurse|physician|\bdr\b|\bcare\b|practice/i;

describe.each(letters)('the mail for $purpose', ({ purpose, ...letter }) => {
  const { subject, text, html } = letter;

  test('says the same in its text and in its HTML, with the same link', () => {
    expect(linksIn(text)).toHaveLength(1);
    expect(linksIn(html)).toEqual(linksIn(text));
    expect(html.split(`href="${linksIn(text)[0]}"`)).toHaveLength(2);
    for (const line of text.split('\n').filter(Boolean)) expect(html).toContain(line.replace(/:$/, ''));
    expect(text).not.toMatch(/[<>]/);
    expect(html).toContain(`<title>${subject}</title>`);
  });

  test('has a subject that fits a phone, and nothing of health in it', () => {
    expect(subject).toMatch(/^[A-Z][\w ]{5,39}$/);
    expect(wordsOf(letter)).not.toMatch(health);
  });

  test('leads to the deployment, and carries its token where no server sees it', () => {
    const url = new URL(linksIn(text)[0] ?? '');
    expect(url.href.startsWith(`${publicUrl}/portal/`)).toBe(true);
    expect([url.search, url.hash]).toEqual(['', hasLinkToken(purpose) ? `#token=${token}` : '']);
    const elsewhere = letterFor(purpose, 'https://clinic.example/wardbook', token);
    expect(linksIn(elsewhere.text)[0]?.startsWith('https://clinic.example/wardbook/portal/')).toBe(true);
    expect(wordsOf(elsewhere)).not.toContain('wardbook.example');
  });

  test('is one layout, for a phone, and loads nothing', () => {
    const skeleton = (of: string) => of.replace(/href="[^"]*"/, '').replace(/>[^<]*/g, '>');
    expect(skeleton(html)).toBe(skeleton(letters[0]?.html ?? ''));
    expect(html).toMatch(
      /^<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">/,
    );
    expect(html).not.toMatch(/<(img|script|link|iframe|style)|src=|url\(|@import/);
    expect(html).toMatch(/max-width:\d+px/);
  });
});

test('one line says when each link that does something ends', () => {
  const lifetimes = {
    reset: 'an hour',
    verify: '72 hours',
    change: '72 hours',
    undo: 'a day',
    invitation: 'seven days',
  };
  for (const [purpose, lifetime] of Object.entries(lifetimes))
    expect(letters.find((letter) => letter.purpose === purpose)?.text).toContain(lifetime);
  expect(purposes.filter(hasLinkToken).sort()).toEqual(Object.keys(lifetimes).sort());
});

describe('nothing that a person has chosen, but a name in an invitation, is in the mail of', () => {
  const evil = 'evil.example';
  /** In quotes, by a sentence that says whose words they are: in the text once and in the HTML once. */
  const named = `calls themselves “${canary}” invites you`;
  test.each(Object.entries(causes))('%s', async (_, cause) => {
    const staged = await cause.stage();
    const headers = {
      'User-Agent': `${canary} ${evil}`,
      Host: evil,
      'X-Forwarded-Host': evil,
      Forwarded: `host=${evil}`,
      Origin: `https://${evil}`,
      Referer: `https://${evil}/${canary}`,
      ...(staged.headers as Record<string, string> | undefined),
    };
    await send(app.call, { ...staged, headers });
    const mails = await inbox.mails(staged.to);
    expect(mails.map(({ page }) => page)).toContain(cause.page);
    for (const { page, token, ...mail } of mails) {
      const said = [mail.subject, mail.text, mail.html].join('\n');
      expect(said.split(named)).toHaveLength(cause.names ? 3 : 1);
      const all = said.replaceAll(named, '').toLowerCase();
      for (const word of [canary, evil, '@', 'wardbook.test']) expect(all).not.toContain(word);
      expect(linksIn(mail.text)).toEqual([`${publicUrl}/portal/${page}${token && `#token=${token}`}`]);
      expect(linksIn(mail.html)).toEqual(linksIn(mail.text));
      expect(wordsOf(mail)).not.toMatch(health);
    }
  });
});
