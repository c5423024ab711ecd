// What sends mails fails in every way that it can: nothing is lost, nothing is sent twice, and the log tells of it
// without a word that is in a mail.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EmailService } from '../../src/config.ts';
import { deliverMails } from '../../src/mail/outbox.ts';
import { boot, caller, cheapPasswords, type Json, password } from '../support/app.ts';
import type { MailFault } from '../support/mail-server.ts';
import { openMailbox, publicUrl } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
/** A database that answers late is not what these tests are about. Whoever asks it first says for how long it is waited for. */
const app = await boot({ ...inbox.settings, DATABASE_TIMEOUT_MS: '20000' });
/** In an isolate that has ended when the answer has gone. */
const ending = caller({ ...app.env, MAIL_API_URL: undefined });
/** In an isolate of its own, by way of these settings. */
const deliverBy = (settings: object = {}) => deliverMails({ ...app.env, ...settings });
const admin = await app.register('admin');
await app.makeAdmin(admin.id);

const said: string[] = [];
/** Somebody has forgotten a password, and gets a mail that has been tried before. */
const asked = async (attempts = 0) => {
  const username = unique('ann');
  const email = `${username}@example.com`;
  await ending('POST', '/api/auth/register/', { body: { username, email, password } });
  await app.rows('delete from mails where recipient = $1', [email]);
  // from an address of their own: for each there is a limit
  const headers = { 'CF-Connecting-IP': unique('client') };
  await ending('POST', '/api/auth/password/forgot/', { body: { email }, headers });
  await app.rows('update mails set attempts = $2 where recipient = $1 and sent_at is null', [email, attempts]);
  said.length = 0;
  return email;
};
const mailOf = async (email: string): Promise<Json> =>
  (
    await app.rows(
      `select id::int, attempts, sent_at is not null as sent, failed_at is not null as failed,
        round(extract(epoch from due_at - now())) as due_in from mails where recipient = $1 and purpose = 'reset'`,
      [email],
    )
  )[0];
const due = (email: string) => app.rows('update mails set due_at = now() where recipient = $1', [email]);
const resetsOf = async (email: string) => (await inbox.mails(email)).filter(({ page }) => page === 'reset');
const triesOf = async (email: string) => {
  const requests = await inbox.requests();
  return requests.filter(({ body }) => body.to[0] === email && body.text.includes('/portal/reset'));
};
const reset = (token: string) =>
  app.call('POST', '/api/auth/password/reset/', { body: { token, new_password: unique('a much better password') } });
/** It has arrived, once, and its link works, once. */
const expectOne = async (email: string) => {
  const [mail, ...more] = await resetsOf(email);
  expect([mail?.page, more]).toEqual(['reset', []]);
  expect((await reset(mail?.token ?? '')).status).toBe(204);
  expect((await reset(mail?.token ?? '')).status).toBe(400);
};

const levels = ['debug', 'error', 'info', 'log', 'warn'] as const;
const original = Object.fromEntries(levels.map((level) => [level, console[level]]));
beforeAll(() => {
  for (const level of levels) console[level] = (...words: unknown[]) => said.push(words.map(String).join(' '));
});
afterAll(() => {
  Object.assign(console, original);
});
/** What the log has of mails. */
const lines = (): Json[] => said.map((line) => JSON.parse(line)).filter(({ job }) => job === 'mail');

/** Whoever does not answer is waited for a moment instead of seconds, in this test. */
const hasty = () => {
  const waited: number[] = [];
  const [{ setTimeout }, { timeout }] = [globalThis, AbortSignal];
  const shorter = (ms: number) => {
    if (ms < 8000 || ms > 10_000) return ms;
    waited.push(ms);
    return 100;
  };
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout.call(AbortSignal, shorter(ms)));
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, ms = 0) =>
    setTimeout(act, shorter(ms))) as typeof setTimeout);
  return waited;
};

afterEach(async () => {
  vi.restoreAllMocks();
  await inbox.heal();
  // what a test left behind is not the next one's
  await app.rows('delete from mails where sent_at is null');
  const secret = (await inbox.requests()).flatMap(({ key, body }) => [
    key,
    body.to[0] ?? '',
    /#token=([\w-]+)/.exec(body.text)?.[1] ?? key,
  ]);
  const everything = said.splice(0).join('\n');
  for (const word of [...secret, '@example.com', '#token', '/portal', publicUrl, inbox.settings.MAIL_API_KEY])
    expect(everything.includes(word), `${word} was logged`).toBe(false);
});

describe('an HTTP API', () => {
  test('gets the mail with its key, as the deployment says who sends it', async () => {
    const email = await asked();
    await deliverBy();
    const [{ key, body }] = (await triesOf(email)) as [{ key: string; body: Json }];
    expect(key).toMatch(/^[\da-f-]{36}$/);
    expect(Object.keys(body).sort()).toEqual(['from', 'html', 'subject', 'text', 'to']);
    expect([body.from, body.to]).toEqual([inbox.settings.MAIL_FROM, [email]]);
    expect(await mailOf(email)).toMatchObject({ sent: true, attempts: 1 });
    expect(lines()).toEqual([]);
    await expectOne(email);
  });

  test('that fails once is asked again within the same request, two seconds later', async () => {
    const email = await asked();
    await inbox.fail('fails', 1);
    const started = Date.now();
    await app.call('POST', '/api/auth/password/forgot/', { body: { email: 'nobody@example.com' } });
    expect(Date.now() - started).toBeGreaterThanOrEqual(2000);
    expect(await triesOf(email)).toHaveLength(2);
    expect(lines()).toEqual([
      { job: 'mail', mail: expect.any(Number), purpose: 'reset', attempt: 1, reason: 'answered 500' },
    ]);
    await expectOne(email);
  });

  const faults: [MailFault, string][] = [
    ['fails', 'answered 500'],
    ['says what it got', 'answered 422'],
    ['refuses the connection', 'no answer'],
    ['hangs', 'no answer'],
    ['keeps it and is cut off', 'no answer'],
    ['is busy with it', 'answered 409'],
    ['leads elsewhere', 'answered 301'],
  ];
  test.each(faults)('that %s: the mail waits, arrives once, and the log says why it waited', async (fault, reason) => {
    const waited = fault === 'hangs' ? hasty() : [];
    const email = await asked(3);
    await inbox.fail(fault);
    await deliverBy();
    const { id, ...mail } = await mailOf(email);
    expect(mail).toMatchObject({ sent: false, failed: false, attempts: 4 });
    expect(lines()).toEqual([{ job: 'mail', mail: id, purpose: 'reset', attempt: 4, reason }]);
    // nothing that is given time may outlast what a Worker is given
    for (const ms of waited) expect(ms).toBeLessThanOrEqual(10_000);
    await inbox.heal();
    await deliverBy();
    expect(await triesOf(email)).toHaveLength(1);
    await due(email);
    await deliverBy();
    const [first, second, ...more] = await triesOf(email);
    expect([second, more]).toEqual([first, []]);
    expect(await mailOf(email)).toMatchObject({ sent: true, attempts: 5 });
    await expectOne(email);
  });

  test('that keeps a mail, and is asked for another one under its key: it has it', async () => {
    const email = await asked(3);
    await inbox.fail('keeps it and is cut off');
    await deliverBy();
    await inbox.heal();
    await due(email);
    await deliverBy({ PUBLIC_URL: 'https://moved.example' });
    expect(await triesOf(email)).toHaveLength(2);
    expect(await mailOf(email)).toMatchObject({ sent: true });
    expect(lines()).toHaveLength(1);
    await expectOne(email);
  });

  test('that keeps a mail whose secret was replaced before it could say so: the link still works', async () => {
    const email = await asked(3);
    await inbox.fail('keeps it and is cut off');
    await deliverBy();
    await inbox.heal();
    await due(email);
    const JWT_SECRET = 'another secret for tests that is long enough';
    await deliverBy({ JWT_SECRET, JWT_SECRET_PREVIOUS: app.env.JWT_SECRET });
    expect(await mailOf(email)).toMatchObject({ sent: true });
    await expectOne(email);
  });

  test('that takes a mail late: the hour of its link begins then', async () => {
    const email = await asked(3);
    await inbox.fail('fails');
    await deliverBy();
    await inbox.heal();
    await app.rows(`update app.links set expires_at = now() + interval '1 minute' where email = $1`, [email]);
    await due(email);
    await deliverBy();
    const left = `select extract(epoch from expires_at - now())::int as seconds from app.links where email = $1`;
    expect((await app.rows(left, [email]))[0].seconds).toBeGreaterThan(3500);
    await expectOne(email);
  });

  test('that answers for some: the others wait, and are not held up', async () => {
    const emails = [await asked(3), await asked(3), await asked(3)];
    await inbox.fail('fails', 1);
    await deliverBy();
    const sent = await Promise.all(emails.map(async (email) => (await mailOf(email)).sent));
    expect(sent.filter(Boolean)).toHaveLength(2);
    for (const email of emails) await due(email);
    await deliverBy();
    for (const email of emails) await expectOne(email);
  });

  test('gets all that has gathered while it was away', async () => {
    const most = 45;
    await app.rows(
      `insert into mails (purpose, user_id, recipient)
      select 'password_changed', $1, 'gathered' || n || '@example.com' from generate_series(1, $2::int) n`,
      [admin.id, most],
    );
    await deliverBy();
    const mails = (await inbox.mails()).filter(({ to }) => to.startsWith('gathered'));
    expect(new Set(mails.map(({ to }) => to)).size).toBe(most);
    expect(mails).toHaveLength(most);
  });
});

describe('a mail that does not go', () => {
  test('waits longer each time, up to an hour', async () => {
    const email = await asked();
    const pauses: number[] = [];
    const { id } = await mailOf(email);
    for (let attempts = 1; attempts <= 20; attempts++) {
      await app.rows('update mails set attempts = $2 where id = $1', [id, attempts]);
      await app.rows(`select app.settle_mails('{}', array[$1::bigint])`, [id]);
      pauses.push(Number((await mailOf(email)).due_in));
    }
    expect(pauses.slice(0, 8)).toEqual([2, 8, 32, 128, 512, 2048, 3600, 3600]);
    expect(new Set(pauses.slice(6))).toEqual(new Set([3600]));
  });

  test('is tried again by the next request after its pause, and not before', async () => {
    const env = { ...app.env };
    const call = caller(env);
    const email = await asked(3);
    await inbox.fail('fails', 1);
    await deliverMails(env);
    await call('GET', '/api/auth/me/', { token: admin.token });
    expect(await triesOf(email)).toHaveLength(1);
    await due(email);
    const { now } = Date;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 129_000);
    await call('GET', '/api/auth/me/', { token: admin.token });
    await expectOne(email);
  });

  test('is given up after a day, with a line in the log; an administrator sees it, and sends it again', async () => {
    const email = await asked(20);
    const list = async (state: string) =>
      (await app.as(admin, 'GET', `/api/admin/mails/?state=${state}`)).body.filter(
        ({ recipient }: Json) => recipient === email,
      );
    await inbox.fail('fails');
    await deliverBy();
    const { id, purpose, user_id } = (await list('waiting'))[0];
    expect([purpose, user_id]).toEqual(['reset', expect.any(Number)]);
    await due(email);
    await app.rows(`update mails set asked_at = now() - interval '24 hours 1 second' where id = $1`, [id]);
    said.length = 0;
    await deliverBy();
    expect(lines()).toEqual([{ job: 'mail', mail: id, purpose: 'reset', given_up: true }]);
    expect(await triesOf(email)).toHaveLength(1);
    expect(await mailOf(email)).toMatchObject({ failed: true, sent: false });
    await inbox.heal();
    await due(email);
    await deliverBy();
    expect(await resetsOf(email)).toEqual([]);

    expect(await list('waiting')).toEqual([]);
    expect((await list('failed'))[0]).toEqual({
      id,
      purpose: 'reset',
      recipient: email,
      user_id,
      state: 'failed',
      attempts: 22,
      held: null,
      asked_at: expect.any(String),
    });
    expect((await app.as(admin, 'POST', `/api/admin/mails/${id}/resend/`)).status).toBe(202);
    await expectOne(email);
    expect(await list('failed')).toEqual([]);
    expect((await app.as(admin, 'POST', `/api/admin/mails/${id}/resend/`)).status).toBe(404);
  });

  test('is sent again as another mail, because whoever delivers it knows the first one for a day only', async () => {
    const email = await asked(3);
    await inbox.fail('keeps it and is cut off');
    await deliverBy();
    await inbox.heal();
    const { id } = await mailOf(email);
    expect((await app.as(admin, 'POST', `/api/admin/mails/${id}/resend/`)).status).toBe(202);
    const [first, second] = await triesOf(email);
    expect(second?.key).not.toBe(first?.key);
    // two links now, and one use
    const [old, fresh] = await resetsOf(email);
    expect((await reset(fresh?.token ?? '')).status).toBe(204);
    expect((await reset(old?.token ?? '')).status).toBe(400);
  });

  test('is nobody’s business but an administrator’s, and not even theirs while it may be about nobody', async () => {
    const email = await asked();
    const { token } = await app.register(unique('ann'));
    const { id } = await mailOf(email);
    for (const [method, path] of [
      ['GET', '/api/admin/mails/'],
      ['POST', `/api/admin/mails/${id}/resend/`],
    ] as const)
      expect((await app.call(method, path, { token })).status).toBe(403);
    const { text } = await app.as(admin, 'GET', '/api/admin/mails/');
    expect(text).not.toContain(email);
    expect((await app.as(admin, 'POST', `/api/admin/mails/${id}/resend/`)).status).toBe(404);
  });
});

describe('Cloudflare’s Email Service', () => {
  const by = (send: EmailService['send']) =>
    deliverBy({ EMAIL: { send }, MAIL_API_URL: undefined, MAIL_API_KEY: undefined });

  test('gets the mail', async () => {
    const email = await asked();
    const send = vi.fn(async () => {});
    await by(send);
    const [[mail]] = send.mock.calls as unknown as [[Json]];
    expect(send).toHaveBeenCalledTimes(1);
    expect(Object.keys(mail).sort()).toEqual(['from', 'html', 'subject', 'text', 'to']);
    expect([mail.from, mail.to, mail.subject]).toEqual([inbox.settings.MAIL_FROM, email, 'Choose a new password']);
    expect(await mailOf(email)).toMatchObject({ sent: true });
    expect(await triesOf(email)).toEqual([]);
    const token = /#token=([\w-]+)/.exec(mail.text)?.[1] ?? '';
    expect((await reset(token)).status).toBe(204);
  });

  const failures: [string, EmailService['send']][] = [
    ['rejects', ({ to, text }) => Promise.reject(new Error(`${to} is not allowed: ${text}`))],
    [
      'throws',
      ({ to, text }) => {
        throw new Error(`${to} is not allowed: ${text}`);
      },
    ],
    ['hangs', () => new Promise(() => {})],
  ];
  test.each(failures)('that %s: the mail waits, and is sent the next time', async (_, failure) => {
    const email = await asked(3);
    hasty();
    await by(failure);
    const { id, ...mail } = await mailOf(email);
    expect(mail).toMatchObject({ sent: false, failed: false, attempts: 4 });
    expect(lines()).toMatchObject([{ job: 'mail', mail: id, purpose: 'reset', attempt: 4 }]);
    await due(email);
    const send = vi.fn(async () => {});
    await by(send);
    expect(send).toHaveBeenCalledTimes(1);
    expect(await mailOf(email)).toMatchObject({ sent: true });
  });
});

test('without a way to send mails they stay where they are, which is said once', async () => {
  const env = { ...app.env, MAIL_API_URL: undefined };
  const call = caller(env);
  const email = `${unique('ann')}@example.com`;
  for (let more = 0; more < 3; more++) {
    expect((await call('POST', '/api/auth/password/forgot/', { body: { email } })).status).toBe(202);
    await deliverMails(env);
  }
  expect(lines()).toEqual([{ job: 'mail', warning: expect.stringContaining('MAIL_API_URL') }]);
  expect(await app.rows('select attempts, due_at <= now() as due from mails where recipient = $1', [email])).toEqual(
    Array(3).fill({ attempts: 0, due: true }),
  );
});
