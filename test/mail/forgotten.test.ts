// A forgotten password: whoever asks gets the same answer, and whoever holds the link gets the account, once.
import { beforeEach, describe, expect, test } from 'vitest';
import { accountOf, boot, cheapPasswords, password } from '../support/app.ts';
import { openMailbox, publicUrl } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
/** Without a way to send mails: they stay where they are. */
const silent = await boot();
const somebody = async () => {
  const name = unique('ann');
  const account = await app.register(name);
  return { ...account, name, email: `${name}@example.com` };
};
const forgot = (email: string, headers?: Record<string, string>) =>
  app.call('POST', '/api/auth/password/forgot/', { body: { email }, headers });
const reset = (token: string, new_password = 'a much better password') =>
  app.call('POST', '/api/auth/password/reset/', { body: { token, new_password } });
/** Lets the time pass that has to lie between two mails. */
const later = (email: string, minutes: number) =>
  app.rows(`update mails set asked_at = asked_at - $2 * interval '1 minute' where recipient = $1`, [email, minutes]);
const resetsFor = async (email: string) => (await inbox.mails(email)).filter(({ page }) => page === 'reset');

// an address may ask 30 times, and here everybody has the same
beforeEach(() => app.asOwner('delete from guesses'));

describe('asking for a new password', () => {
  test('is answered the same whether there is an account or not, with as many round trips', async () => {
    const { email } = await somebody();
    const known = await app.call('POST', '/api/auth/password/forgot/', { body: { email: email.toUpperCase() } });
    const unknown = await forgot('nobody@example.com');
    expect([known.status, known.text]).toEqual([202, '']);
    const shown = ({ headers }: typeof known) => [...headers].filter(([name]) => name !== 'x-request-id');
    expect({ ...unknown, headers: shown(unknown) }).toEqual({ ...known, headers: shown(known) });
    expect(
      await silent.roundTripsOf(() => silent.call('POST', '/api/auth/password/forgot/', { body: { email } })),
    ).toBe(1);
    expect(await resetsFor(email)).toHaveLength(1);
    expect(await inbox.mails('nobody@example.com')).toEqual([]);
    expect(await app.count('from mails where recipient = $1', ['nobody@example.com'])).toBe(0);
  });

  test('puts the same row in for everybody, before anybody looks whose it is', async () => {
    await silent.register('known');
    await silent.rows('delete from mails');
    await silent.rows(`delete from audit where action = 'reset_asked'`);
    for (const email of ['known@example.com', 'unknown@example.com'])
      await silent.call('POST', '/api/auth/password/forgot/', { body: { email } });
    const rows = await silent.rows(
      `select to_jsonb(m) - array['id', 'key', 'recipient', 'asked_at', 'due_at'] as row from mails m`,
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual(rows[1]);
    const trail = await silent.rows(`select actor_id, resource_id, before from audit where action = 'reset_asked'`);
    expect(trail).toEqual(Array(2).fill({ actor_id: null, resource_id: null, before: null }));
  });

  test('is not kept waiting by those who ask for addresses that nobody has', async () => {
    const { email } = await somebody();
    await app.rows(`insert into mails (purpose, recipient, due_at)
      select 'reset', 'nobody' || n || '@example.com', now() - interval '1 minute' from generate_series(1, 100) n`);
    await forgot(email);
    expect(await resetsFor(email)).toHaveLength(1);
    expect(await app.count(`from mails where recipient like 'nobody%'`)).toBe(0);
  });

  test('leads to the deployment, and not to where the request says that it came', async () => {
    const { email } = await somebody();
    await forgot(email, { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', Origin: 'https://evil.example' });
    const mail = await inbox.mail(email, 'reset');
    expect(mail.text).toContain(`${publicUrl}/portal/reset#token=${mail.token}`);
    expect(mail.html).toContain(`${publicUrl}/portal/reset#token=${mail.token}`);
    expect(JSON.stringify(mail)).not.toContain('evil');
  });

  test('sends one mail a minute and five a day', async () => {
    const { email } = await somebody();
    await forgot(email);
    await forgot(email);
    expect(await resetsFor(email)).toHaveLength(1);
    for (let more = 0; more < 6; more++) {
      await later(email, 2);
      await forgot(email);
    }
    expect(await resetsFor(email)).toHaveLength(5);
    await later(email, 24 * 60);
    await forgot(email);
    expect(await resetsFor(email)).toHaveLength(6);
  });

  test('is counted by who asks: a stranger uses nothing up of what the owner has', async () => {
    const { id, email } = await somebody();
    const stranger = { 'CF-Connecting-IP': '198.51.100.60' };
    for (let more = 0; more < 7; more++) {
      await forgot(email, stranger);
      await later(email, 2);
    }
    expect(await resetsFor(email)).toHaveLength(5);
    for (let more = 0; more < 7; more++) {
      await forgot(email);
      await later(email, 2);
    }
    expect(await resetsFor(email)).toHaveLength(10);
    expect(await app.count(`from audit where action = 'reset_limited' and resource_id = $1`, [id])).toBe(4);
  });

  test('from many networks sends ten a day, and those from where the owner signed in beside them', async () => {
    const { email } = await somebody();
    const from = (n: number) => ({ 'CF-Connecting-IP': `203.0.113.${n}` });
    await app.rows('delete from app.sent_mails');
    for (let n = 1; n <= 14; n++) await forgot(email, from(n));
    expect(await resetsFor(email)).toHaveLength(10);
    await forgot(email);
    expect(await resetsFor(email)).toHaveLength(11);
    expect(await app.count(`from mails where recipient = $1 and held = 'address' and sent_at is null`, [email])).toBe(
      4,
    );
    await app.login({ email, password }, from(200));
    await forgot(email, from(200));
    expect(await resetsFor(email)).toHaveLength(12);
    await app.rows(`update app.networks set last_used_at = now() - interval '181 days'`);
    await later(email, 2);
    await forgot(email, from(200));
    expect(await resetsFor(email)).toHaveLength(12);
  });

  test('is limited for an address, whoever it asks for', async () => {
    const headers = { 'CF-Connecting-IP': '198.51.100.77' };
    const statuses: number[] = [];
    for (let more = 0; more < 32; more++) statuses.push((await forgot(`x${more}@example.com`, headers)).status);
    expect(statuses.indexOf(429)).toBe(30);
    expect((await forgot('x@example.com', headers)).headers.get('Retry-After')).toMatch(/^\d+$/);
    expect((await forgot('x@example.com')).status).toBe(202);
  });

  test('is limited for a /56 of IPv6, however many of its networks ask', async () => {
    const ask = async (network: number, site = 0) => {
      const headers = { 'CF-Connecting-IP': `2001:db8:66:${(0x1000 + 256 * site + network).toString(16)}::1` };
      const body = { email: `${unique('nobody')}@example.com` };
      return (await silent.call('POST', '/api/auth/password/forgot/', { body, headers })).status;
    };
    for (let sent = 0; sent < 120; sent++) expect(await ask(sent % 5)).toBe(202);
    expect([await ask(6), await ask(7), await ask(1, 1)]).toEqual([429, 429, 202]);
  });

  test('sends nothing to a disabled account', async () => {
    const { id, email } = await somebody();
    await app.asOwner('update users set disabled_at = now() where id = $1', [id]);
    await forgot(email);
    expect(await resetsFor(email)).toEqual([]);
  });
});

describe('the link', () => {
  test('gives a new password, ends every session, and tells the owner', async () => {
    const ann = await somebody();
    const device = await app.device(ann);
    await forgot(ann.email);
    const answer = await reset(await inbox.tokenOf(ann.email, 'reset'));
    expect([answer.status, answer.text]).toEqual([204, '']);
    for (const { token } of [ann, device]) expect((await app.as({ token }, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await app.login({ email: ann.email, password })).status).toBe(401);
    expect((await app.login({ email: ann.email, password: 'a much better password' })).status).toBe(200);
    const { subject, page, token } = await inbox.mail(ann.email, 'forgot');
    expect([subject, page, token]).toEqual(['Your password was changed', 'forgot', '']);
    const [entry] = await app.trailOf(answer);
    expect(entry).toMatchObject({ action: 'update', resource: 'user' });
    expect((await app.trailOf(answer)).map(({ action }) => action)).toContain('password_reset');
  });

  test('works once, also when it is used 20 times at once', async () => {
    const { email } = await somebody();
    await forgot(email);
    const token = await inbox.tokenOf(email, 'reset');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => reset(token, `a better password ${n}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(19).fill(400)]);
    expect(answers.find(({ status }) => status === 400)?.body.code).toBe('link_invalid');
    const right = answers.findIndex(({ status }) => status === 204);
    expect((await app.login({ email, password: `a better password ${right}` })).status).toBe(200);
  });

  test('works for an hour from when the mail was sent', async () => {
    const { email } = await somebody();
    await forgot(email);
    const token = await inbox.tokenOf(email, 'reset');
    const [link] = await app.rows(
      `select extract(epoch from expires_at - now())::int as seconds from app.links where email = $1 and purpose = 'reset'`,
      [email],
    );
    expect(link.seconds).toBeGreaterThan(3590);
    expect(link.seconds).toBeLessThanOrEqual(3600);
    await app.rows(`update app.links set expires_at = now() where email = $1`, [email]);
    expect((await reset(token)).body.code).toBe('link_invalid');
  });

  test('stays as it is when the new password is a weak one, or the page is only opened', async () => {
    const { email, name } = await somebody();
    await forgot(email);
    const token = await inbox.tokenOf(email, 'reset');
    for (const weak of ['password1', email, name]) {
      const answer = await reset(token, weak);
      expect(answer.status).toBe(400);
      expect(answer.body.errors.new_password).toBeDefined();
    }
    for (const path of ['/portal/reset', '/portal/reset/', '/portal/verify']) {
      const page = await app.call('GET', path);
      expect(page.status).toBe(200);
      expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    }
    expect((await reset(token)).status).toBe(204);
  });

  test('ends the other links of the account, and those that are still to be sent', async () => {
    const ann = await somebody();
    const verification = await inbox.tokenOf(ann.email, 'verify');
    await forgot(ann.email);
    const first = await inbox.tokenOf(ann.email, 'reset');
    await later(ann.email, 2);
    await forgot(ann.email);
    const second = await inbox.tokenOf(ann.email, 'reset');
    expect(second).not.toBe(first);
    expect((await reset(second)).status).toBe(204);
    expect((await reset(first)).body.code).toBe('link_invalid');
    expect((await app.call('POST', '/api/auth/email/verify/', { body: { token: verification } })).status).toBe(400);
    // whoever opened that mail has the address all the same
    const back = accountOf((await app.login({ email: ann.email, password: 'a much better password' })).body);
    expect(back.user.email_verified).toBe(true);
  });

  test('does nothing for an account that was disabled meanwhile', async () => {
    const { id, email } = await somebody();
    await forgot(email);
    const token = await inbox.tokenOf(email, 'reset');
    await app.asOwner('update users set disabled_at = now() where id = $1', [id]);
    expect((await reset(token)).body.code).toBe('link_invalid');
  });

  test('lets somebody in who has had to wait after wrong passwords', async () => {
    const { email } = await somebody();
    for (let wrong = 0; wrong < 6; wrong++) await app.login({ email, password: 'not the one' });
    expect((await app.login({ email, password })).status).toBe(429);
    await forgot(email);
    await reset(await inbox.tokenOf(email, 'reset'));
    expect((await app.login({ email, password: 'a much better password' })).status).toBe(200);
  });
});

describe('an administrator', () => {
  test('sends one for somebody, whatever was asked before, and ends sessions', async () => {
    const [admin, ann] = [await app.register(unique('admin')), await somebody()];
    await app.makeAdmin(admin.id);
    await forgot(ann.email);
    const sent = await app.as(admin, 'POST', `/api/admin/users/${ann.id}/reset-password/`);
    expect([sent.status, sent.text]).toEqual([202, '']);
    expect(await resetsFor(ann.email)).toHaveLength(2);
    expect((await app.as(admin, 'POST', `/api/admin/users/${ann.id}/end-sessions/`)).status).toBe(204);
    expect((await app.as(ann, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await reset(await inbox.tokenOf(ann.email, 'reset'))).status).toBe(204);
    for (const what of ['reset-password', 'end-sessions'])
      expect((await app.as(admin, 'POST', `/api/admin/users/999999/${what}/`)).status).toBe(404);
    await app.asOwner('update users set disabled_at = now() where id = $1', [ann.id]);
    const refused = await app.as(admin, 'POST', `/api/admin/users/${ann.id}/reset-password/`);
    expect(refused.body.code).toBe('account_disabled');
  });
});
