// The mailbox of `npm start`, asked as the Worker and as others ask it.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeptMail, type Mailbox, openMailbox, readMails } from '../../scripts/dev/mailbox.ts';
import { sendMails } from '../../scripts/dev/mailing.ts';

let folder: string;
let mailbox: Mailbox;
let shown: KeptMail[];

const open = () => openMailbox(folder, (mail) => void shown.push(mail));
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'wardbook-mailbox-')), 'mail');
  shown = [];
  mailbox = await open();
});
afterEach(async () => {
  await mailbox.close();
  await rm(join(folder, '..'), { recursive: true, force: true });
});

const letter = { from: 'Us <us@example.com>', to: ['ann@example.com'], subject: 'Hello', text: 'Hi', html: '<p>Hi' };
const kept = { to: 'ann@example.com', subject: 'Hello', text: 'Hi', html: '<p>Hi' };

async function send(body: object | string, headers: Record<string, string> = {}, url = mailbox.url) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${mailbox.key}`, 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

describe('the mailbox', () => {
  test('keeps a mail as one JSON file that only its owner reads, and shows it', async () => {
    expect(await send(letter, { 'Idempotency-Key': 'one' })).toEqual({ status: 200, body: { id: 'one' } });
    expect(await readMails(folder)).toEqual([kept]);
    expect(shown).toEqual([kept]);
    const [name = ''] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test('gives back mails in the order in which they came', async () => {
    for (let at = 0; at < 12; at++) {
      await send({ ...letter, subject: `${at}` });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect((await readMails(folder)).map(({ subject }) => Number(subject))).toEqual([...Array(12).keys()]);
  });

  test('keeps one mail for a key, also at once and after it was closed and opened, and no other under it', async () => {
    const key = { 'Idempotency-Key': 'b2d36d7a-010e-4276-bbb4-bfae509e46a9' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(letter, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await mailbox.close();
    mailbox = await open();
    expect((await send(letter, key)).status).toBe(200);
    expect(await send({ ...letter, text: 'Another' }, key)).toMatchObject({
      status: 409,
      body: { name: 'invalid_idempotent_request' },
    });
    expect(await readMails(folder)).toEqual([kept]);
    expect(shown).toEqual([kept]);
  });

  test.each([
    ['another key of the API', { Authorization: 'Bearer other' }, letter, 401],
    ['none', { Authorization: '' }, letter, 401],
    ['a key that names a file elsewhere', { 'Idempotency-Key': '../../elsewhere' }, letter, 400],
    ['no JSON', {}, '{', 422],
    ['no recipient', {}, { ...letter, to: [] }, 422],
    ['too much', {}, { ...letter, text: 'a'.repeat(300_000) }, 413],
  ])('refuses %s, and goes on', async (_, headers, body, status) => {
    expect((await send(body, headers)).status).toBe(status);
    expect((await send(letter, {}, mailbox.url.replace('/emails', '/elsewhere'))).status).toBe(404);
    expect(await readMails(folder)).toEqual([]);
    expect((await send(letter)).status).toBe(200);
    expect(shown).toEqual([kept]);
  });

  test('answers 500 where it cannot keep a mail, and keeps it the next time', async () => {
    await rm(folder, { recursive: true });
    expect((await send(letter, { 'Idempotency-Key': 'one' })).status).toBe(500);
    await mailbox.close();
    mailbox = await open();
    expect((await send(letter, { 'Idempotency-Key': 'one' })).status).toBe(200);
    expect(shown).toEqual([kept]);
  });
});

test("the mails of a database elsewhere are its own Worker's to send", async () => {
  const elsewhere = 'postgres://app_login:secret@ep-one.aws.neon.tech/clinic';
  const { settings, place } = await sendMails({ DATABASE_URL: elsewhere }, 'http://127.0.0.1:8787', folder);
  expect({ settings, place }).toEqual({ settings: {}, place: 'not sent from here' });
});

test('PUBLIC_URL and MAIL_FROM of .dev.vars count for the mailbox as well', async () => {
  const variables = {
    DATABASE_URL: 'postgres://app_login:secret@127.0.0.1:5488/wardbook',
    PUBLIC_URL: 'http://phone.example:8787',
    MAIL_FROM: 'us@example.com',
  };
  const { settings, close } = await sendMails(variables, 'http://127.0.0.1:8787', folder);
  expect(settings).toMatchObject({ PUBLIC_URL: variables.PUBLIC_URL, MAIL_FROM: variables.MAIL_FROM });
  await close();
});
