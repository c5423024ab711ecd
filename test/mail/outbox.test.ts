// A mail is a row of the transaction that calls for it. The database is cut before and after every commit, and the
// isolate ends after its answer: there is no mail without its cause, no cause without its mail, and each arrives once.
import { describe, expect, test } from 'vitest';
import worker from '../../src/index.ts';
import { deliverMails } from '../../src/mail/outbox.ts';
import { boot, caller, cheapPasswords, password } from '../support/app.ts';
import { faultyConnection } from '../support/database.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { address, type Cause, mailCauses, type Staged, send } from '../support/mail-causes.ts';
import { openMailbox } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const database = await faultyConnection(app.database.appUrl);
const failing = { ...app.env, DATABASE_URL: database.url };
const hourly = () => worker.scheduled({}, app.env);
/** Lets the time pass for which a mail is somebody's who claimed it, or waits for another try. */
const later = () => app.rows('update mails set due_at = now() where sent_at is null and failed_at is null');

const { admin, somebody, ending, tokenFor, causes, use } = await mailCauses(app, inbox);
const mailsOf = async ({ to }: Staged, { page }: Cause) => (await inbox.mails(to)).filter((mail) => mail.page === page);
/** It is there, once; its link works, once; and when it is due again nothing of that changes. */
const expectOne = async (staged: Staged, cause: Cause) => {
  const [mail, ...more] = await mailsOf(staged, cause);
  expect([mail?.page, more]).toEqual([cause.page, []]);
  const token = mail?.token ?? '';
  if (token) expect((await use(cause.page, token, staged.user)).status).toBeLessThan(300);
  await later();
  await hourly();
  expect(await mailsOf(staged, cause)).toHaveLength(1);
  if (token) expect((await use(cause.page, token, staged.user)).body.code).toBe('link_invalid');
};

describe.each(Object.entries(causes))('the mail of %s', (_, cause) => {
  test('is not there when what calls for it is not', async () => {
    const staged = await cause.stage();
    const outbox = await app.sumsOf(['mails']);
    await database.fail('cut before', { only: cause.statement });
    const answer = await send(caller(failing), staged);
    await database.heal();
    expect(answer.status).toBe(503);
    expect(await staged.happened(answer)).toBe(false);
    expect(await app.sumsOf(['mails'])).toEqual(outbox);
    await hourly();
    expect(await mailsOf(staged, cause)).toEqual([]);
  });

  test('arrives once when what calls for it is there, although nobody could say so', async () => {
    const staged = await cause.stage();
    await database.fail('cut after the commit', { only: cause.statement });
    const answer = await send(caller(failing), staged);
    await database.heal();
    expect(answer.status).toBe(503);
    expect(await staged.happened(answer)).toBe(true);
    await hourly();
    await expectOne(staged, cause);
  });

  test('arrives once when the isolate ended after the answer', async () => {
    const staged = await cause.stage();
    const answer = await send(ending, staged);
    expect(answer.status).not.toBe(503);
    expect(await staged.happened(answer)).toBe(true);
    expect(await mailsOf(staged, cause)).toEqual([]);
    await hourly();
    await expectOne(staged, cause);
  });
});

describe('what is refused sends nothing:', () => {
  const nothing = async () => false;
  const refused: Record<string, () => Promise<Staged>> = {
    'an email that is taken': async () => {
      const { email } = await somebody();
      const body = { username: unique('ann'), email, password };
      return { path: '/api/auth/register/', body, to: email, happened: nothing };
    },
    'a wrong password beside another address': async () => {
      const [{ token }, to] = [await somebody(), address()];
      const body = { email: to, password: 'not the one' };
      return { method: 'PATCH', path: '/api/auth/me/', token, body, to, happened: nothing };
    },
    'another address, of an account that has changed meanwhile': async () => {
      const [{ token }, to] = [await somebody(), address()];
      const body = { email: to, password };
      const headers = { 'If-Match': '"0"' };
      return { method: 'PATCH', path: '/api/auth/me/', token, body, headers, to, happened: nothing };
    },
    'an address that somebody else has confirmed first': async () => {
      const [ann, email] = [await somebody(), address()];
      const sent = { token: ann.token, body: { email, password } };
      const token = await tokenFor(email, 'verify', 'PATCH', '/api/auth/me/', sent);
      await app.asOwner('update users set email = $1 where id = $2', [email, (await somebody()).id]);
      return { path: '/api/auth/email/verify/', token: ann.token, body: { token }, to: ann.email, happened: nothing };
    },
    'a weak password by a link': async () => {
      const { email } = await somebody();
      const token = await tokenFor(email, 'reset', 'POST', '/api/auth/password/forgot/', { body: { email } });
      const body = { token, new_password: 'password1' };
      return { path: '/api/auth/password/reset/', body, to: email, happened: nothing };
    },
    'an invitation to somebody else’s patient': async () => {
      const [one, { token }, to] = [await somebody(), await somebody(), address()];
      const patient = await app.call('POST', '/api/patients/', { token: one.token, body: { name: 'Jane Doe' } });
      const path = `/api/patients/${patient.body.id}/invitation/`;
      return { path, token, body: { email: to }, to, happened: nothing };
    },
  };
  test.each(Object.entries(refused))('%s', async (_, stage) => {
    const staged = await stage();
    const before = await app.sumsOf(['mails', 'app.links', 'users', 'invitations']);
    expect((await send(app.call, staged)).status).toBeGreaterThanOrEqual(400);
    expect(await app.sumsOf(['mails', 'app.links', 'users', 'invitations'])).toEqual(before);
  });
});

const withoutToken = ['forgot', 'accounts', 'access-log'];
const linked = Object.entries(causes).filter(([, { page }]) => !withoutToken.includes(page));
/** Mails of every kind that has a link, in the outbox. */
const waiting = async () => {
  const mails: { staged: Staged; cause: Cause }[] = [];
  for (const [, cause] of linked) mails.push({ staged: await cause.stage(), cause });
  for (const { staged } of mails) await send(ending, staged);
  return mails;
};
describe.each(['cut before', 'cut after the commit'] as Fault[])('%s of', (fault) => {
  test.each(['take_mails', 'keep_links', 'settle_mails'])('%s: each mail arrives once', async (only) => {
    const mails = await waiting();
    await database.fail(fault, { only });
    await deliverMails(failing);
    await database.heal();
    const arrived = only === 'settle_mails' ? 1 : 0;
    for (const { staged, cause } of mails) expect(await mailsOf(staged, cause)).toHaveLength(arrived);
    // whoever claimed them may still be at it
    if (only !== 'take_mails' || fault !== 'cut before') {
      const requests = (await inbox.requests()).length;
      await hourly();
      expect(await inbox.requests()).toHaveLength(requests);
    }
    await later();
    await hourly();
    for (const { staged, cause } of mails) await expectOne(staged, cause);
  });
});

test('what was asked for twenty people at once, twice, is one mail for each, whichever Workers send them', async () => {
  const people = await Promise.all(Array.from({ length: 20 }, somebody));
  const emails = people.map(({ email }) => email);
  // each asks from one network; two Workers come to the same accounts in opposite orders
  for (const [at, email] of [...emails, ...emails.reverse()].entries())
    await ending('POST', '/api/auth/password/forgot/', {
      body: { email },
      headers: { 'CF-Connecting-IP': `203.0.113.${Math.min(at, 39 - at)}` },
    });
  await Promise.all([deliverMails({ ...app.env }), deliverMails({ ...app.env })]);
  for (const email of emails) {
    const resets = (await inbox.mails(email)).filter(({ page }) => page === 'reset');
    expect(resets).toHaveLength(1);
  }
});

test.each([
  ['claims', 1],
  ['settles', 2],
])('a Worker that loses to another one when it %s mails does so again, at once', async (_, change) => {
  const { email } = await somebody();
  await ending('POST', '/api/auth/password/forgot/', { body: { email } });
  await app.rows('create sequence app.changes');
  await app.rows(`create function app.lose() returns trigger security definer language plpgsql as $$ begin
    if nextval('app.changes') = ${change} then raise exception using errcode = '40P01'; end if; return new; end $$`);
  await app.rows('create trigger lose before update on mails for each row execute function app.lose()');
  await deliverMails({ ...app.env });
  await app.rows('drop function app.lose cascade');
  await app.rows('drop sequence app.changes');
  expect((await inbox.mails(email)).filter(({ page }) => page === 'reset')).toHaveLength(1);
  expect(await app.count('from mails where recipient = $1 and sent_at is null', [email])).toBe(0);
});

describe('a link', () => {
  /** A mail that has arrived, without anybody who knows that. */
  const arrived = async (cause: Cause) => {
    const staged = await cause.stage();
    await send(ending, staged);
    await database.fail('cut before', { only: 'settle_mails' });
    await deliverMails(failing);
    await database.heal();
    return { email: staged.to, token: await inbox.tokenOf(staged.to, cause.page), user: staged.user };
  };

  test.each(linked)(
    'that was used does not come back by a Worker that still has its mail in hand: %s',
    async (_, cause) => {
      const { email, token, user } = await arrived(cause);
      const [link] = await app.rows(
        `select hash, mail_id from app.links where mail_id = (select max(id) from mails where recipient = $1)`,
        [email],
      );
      await later();
      // another Worker tries again what looks as if it was not sent
      const claimed = await app.rows('select id from app.take_mails(20, 1000)');
      expect(claimed.map(({ id }) => id)).toContain(link.mail_id);
      expect((await use(cause.page, token, user)).status).toBeLessThan(300);
      await app.rows('select app.keep_links(array[$1::bigint], array[$2])', [link.mail_id, link.hash]);
      expect((await use(cause.page, token, user)).body.code).toBe('link_invalid');
      await app.rows(`select app.settle_mails('{}', array[$1::bigint])`, [link.mail_id]);
      // what else the same change sent, to another address, may be sent again
      const sent = async () => (await inbox.requests()).filter(({ body }) => body.to.includes(email)).length;
      const before = await sent();
      await later();
      await hourly();
      expect((await use(cause.page, token, user)).body.code).toBe('link_invalid');
      expect(await sent()).toBe(before);
    },
  );

  test('that was used need not be sent again', async () => {
    const forgotten = linked.find(([, { page }]) => page === 'reset')?.[1];
    if (!forgotten) throw new Error('nobody forgets a password any more');
    const { email, token } = await arrived(forgotten);
    expect((await use('reset', token)).status).toBe(204);
    const requests = (await inbox.requests()).length;
    await later();
    await hourly();
    expect(await inbox.requests()).toHaveLength(requests);
    expect(await app.count('from mails where recipient = $1 and sent_at is null', [email])).toBe(0);
  });

  test('of an invitation works for seven days, also when its mail was taken away long ago', async () => {
    const email = address();
    const body = { email, role: 'user' };
    const token = await tokenFor(email, 'invitation', 'POST', '/api/admin/invitations/', { token: admin.token, body });
    await app.rows(
      `update mails set asked_at = asked_at - interval '6 days', sent_at = sent_at - interval '6 days'
      where recipient = $1`,
      [email],
    );
    await hourly();
    expect((await use('invitation', token)).status).toBe(201);
    await app.rows('update app.links set expires_at = now() where email = $1', [email]);
    await hourly();
    expect(await app.count('from mails where recipient = $1', [email])).toBe(0);
  });
});
