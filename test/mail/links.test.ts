// Programs that read mail open every link before the person does, and a link may lie in a mailbox for long.
import { describe, expect, test } from 'vitest';
import { app as worker } from '../../src/index.ts';
import { boot, caller, cheapPasswords, password } from '../support/app.ts';
import { address, mailCauses, send } from '../support/mail-causes.ts';
import { openMailbox, publicUrl } from '../support/mailbox.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const { admin, somebody, tokenFor, causes, use } = await mailCauses(app, inbox);

/** Everything in a mail that a program may take for a link. */
const linksIn = ({ text, html }: { text: string; html: string }) => [
  ...new Set([...text.matchAll(/https?:[^\s"<>]+/g), ...html.matchAll(/https?:[^\s"<>]+/g)].map(([link]) => link)),
];
/** Opens a link as such programs do: some send all of it, and put what stands behind the # where a server sees it. */
const open = async (link: string) => {
  expect(link.startsWith(publicUrl)).toBe(true);
  const { pathname, hash } = new URL(link);
  const token = hash.slice('#token='.length);
  const paths = [pathname, `${pathname}/`, ...(token ? [`${pathname}?token=${token}`, `${pathname}?${token}`] : [])];
  for (const path of paths)
    for (const method of ['GET', 'HEAD']) {
      const answer = await app.call(method, path);
      expect([method, path, answer.status]).toEqual([method, path, 200]);
      expect(answer.text).not.toContain(token || 'token=');
      expect(answer.headers.get('Set-Cookie')).toBeNull();
    }
  // and what the pages load, which is not the Worker's, and what they would send to, which takes no GET
  for (const path of worker.routes.filter(({ method }) => method === 'POST').map(({ path }) => path))
    if (/password\/reset|email\/|invited|accept/.test(path))
      expect((await app.call('GET', `${path}?token=${token}`)).status).toBeGreaterThanOrEqual(400);
};

describe('a program that opens every link before the person does breaks nothing:', () => {
  test.each(Object.entries(causes))('of %s', async (_, cause) => {
    const staged = await cause.stage();
    await send(app.call, staged);
    const mails = await inbox.mails(staged.to);
    const mail = mails.findLast(({ page }) => page === cause.page);
    const before = await app.sumsOf(['mails', 'app.links', 'users', 'credentials', 'sessions', 'invitations', 'audit']);
    expect(linksIn(mail ?? { text: '', html: '' })).toHaveLength(1);
    for (const link of mails.flatMap(linksIn)) await open(link);
    expect(
      await app.sumsOf(['mails', 'app.links', 'users', 'credentials', 'sessions', 'invitations', 'audit']),
    ).toEqual(before);
    if (mail?.token) expect((await use(cause.page, mail.token, staged.user)).status).toBeLessThan(300);
  });

  test('of every purpose that there is', async () => {
    const purposes = await app.rows('select distinct purpose from mails order by 1');
    const all = await app.rows(
      `select m[1] as purpose from regexp_matches((select pg_get_constraintdef(oid) from pg_constraint
        where conname = 'mails_purpose_check'), '''(\\w+)''', 'g') m order by 1`,
    );
    expect(all.length).toBeGreaterThan(5);
    expect(purposes).toEqual(all);
  });
});

describe('a link for a new password', () => {
  const change = async (path: string, token: string, email: string, confirm: boolean) => {
    const sent = { token, body: { email, ...(confirm ? { password } : {}) } };
    return tokenFor(email, 'verify', 'PATCH', path, sent);
  };
  const asked = (email: string) => tokenFor(email, 'reset', 'POST', '/api/auth/password/forgot/', { body: { email } });

  test('that went to an address which is no longer the account’s does nothing', async () => {
    const [ann, email] = [await somebody(), address()];
    const token = await asked(ann.email);
    const verifying = await change('/api/auth/me/', ann.token, email, true);
    // until the new one is confirmed, it is the account's
    expect((await use('verify', verifying, ann.token)).status).toBe(204);
    expect((await use('reset', token)).body.code).toBe('link_invalid');
    expect((await app.login({ email, password })).status).toBe(200);
  });

  test('nor where an administrator has given the account another one', async () => {
    const [ann, email] = [await somebody(), address()];
    const token = await asked(ann.email);
    await change(`/api/admin/users/${ann.id}/`, admin.token, email, false);
    expect((await use('reset', token)).body.code).toBe('link_invalid');
    expect((await app.login({ email, password })).status).toBe(200);
  });

  test('that waits to be sent when another one was used is not sent', async () => {
    const { email } = await somebody();
    const token = await asked(email);
    await app.rows(`update mails set asked_at = asked_at - interval '2 minutes' where recipient = $1`, [email]);
    const ending = caller({ ...app.env, MAIL_API_URL: undefined });
    await ending('POST', '/api/auth/password/forgot/', { body: { email } });
    expect((await use('reset', token)).status).toBe(204);
    expect((await inbox.mails(email)).filter(({ page }) => page === 'reset')).toHaveLength(1);
  });
});
