// How many mails one address gets in a day, and how many a deployment sends: whoever asks, and however many accounts ask.
import { describe, expect, test, vi } from 'vitest';
import worker from '../../src/index.ts';
import { boot, caller, cheapPasswords, password } from '../support/app.ts';
import { openMailbox } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const admin = await app.register('admin');
await app.makeAdmin(admin.id);

const address = () => `${unique('stranger')}@example.com`;
const sender = async () => {
  const account = await app.register(unique('sender'));
  await app.verify(account.id);
  return account;
};
const held = async (recipient: string) =>
  (await app.as(admin, 'GET', '/api/admin/mails/')).body.filter(
    (mail: { recipient: string }) => mail.recipient === recipient,
  );
/** As if so much time had gone by. */
const hoursPass = async (hours: number) => {
  for (const [table, columns] of [
    ['mails', ['asked_at', 'due_at', 'sent_at']],
    ['app.sent_mails', ['at']],
  ] as const)
    await app.rows(
      `update ${table} set ${columns.map((column) => `${column} = ${column} - interval '${hours} hours'`)}`,
    );
};
const hourly = () => worker.scheduled({}, app.env);
/** Everything that one account can send to a stranger in a day. */
const bombard = async (email: string, call = app.call) => {
  const { token } = await sender();
  for (let times = 0; times < 5; times++) {
    await call('PATCH', '/api/auth/me/', { token, body: { email, password } });
    await call('PATCH', '/api/auth/me/', { token, body: { email: address(), password } });
  }
  for (let times = 0; times < 20; times++) {
    const { body } = await call('POST', '/api/patients/', { token, body: { name: 'Jane Doe' } });
    await call('POST', `/api/patients/${body.id}/invitation/`, { token, body: { email } });
  }
  await call('DELETE', '/api/auth/me/', { token, body: { password } });
};

describe('to one address', () => {
  test('go ten a day of what others ask for, from however many accounts, and erasing them begins nothing anew', async () => {
    const victim = address();
    for (let accounts = 0; accounts < 2; accounts++) await bombard(victim);
    expect(await inbox.mails(victim)).toHaveLength(10);
    for (let hours = 0; hours < 3; hours++) {
      await hoursPass(1);
      await hourly();
    }
    expect(await inbox.mails(victim)).toHaveLength(10);
  });

  test('what is kept back waits for its turn, and is seen by administrators and in the log', async () => {
    const [email, { token }] = [address(), await sender()];
    const said: string[] = [];
    const spy = vi.spyOn(console, 'warn').mockImplementation((line) => void said.push(line));
    for (let times = 0; times < 12; times++) {
      const { body } = await app.as({ token }, 'POST', '/api/patients/', { name: 'Jane Doe' });
      await app.as({ token }, 'POST', `/api/patients/${body.id}/invitation/`, { email });
    }
    spy.mockRestore();
    const lines = said.map((line) => JSON.parse(line)).filter((line) => line.held);
    expect(lines).toEqual(
      Array(2).fill({ job: 'mail', mail: expect.any(Number), purpose: 'invitation', held: 'address' }),
    );
    expect(await held(email)).toMatchObject(Array(2).fill({ state: 'waiting', held: 'address', attempts: 0 }));
    const waiting = (await app.as(admin, 'GET', '/api/admin/waiting/')).body.mails;
    expect(waiting.filter((mail: { recipient: string }) => mail.recipient === email)).toHaveLength(2);
    // an administrator knows better
    const [first] = await held(email);
    expect((await app.as(admin, 'POST', `/api/admin/mails/${first.id}/resend/`)).status).toBe(202);
    expect(await inbox.mails(email)).toHaveLength(11);
    await hoursPass(12);
    await hourly();
    expect(await inbox.mails(email)).toHaveLength(11);
    // the day of the first ones is over before that of the last one is
    await app.rows(`update app.sent_mails set at = at - interval '12 hours'`);
    await hoursPass(1);
    await hourly();
    expect(await inbox.mails(email)).toHaveLength(12);
    expect(await held(email)).toEqual([]);
  });

  test('what was kept back for a day is given up', async () => {
    const [email, { token }] = [address(), await sender()];
    await app.rows(
      `insert into app.sent_mails (recipient_hash, by_others, at)
      select app.network_hash($1), true, now() + interval '2 days' from generate_series(1, 10)`,
      [email],
    );
    const { body } = await app.as({ token }, 'POST', '/api/patients/', { name: 'Jane Doe' });
    await app.as({ token }, 'POST', `/api/patients/${body.id}/invitation/`, { email });
    await hoursPass(25);
    await hourly();
    expect(await held(email)).toMatchObject([{ state: 'failed', held: 'address' }]);
    expect(await inbox.mails(email)).toEqual([]);
  });

  test('a flood keeps neither the person’s own reset back nor a warning', async () => {
    const name = unique('ann');
    const ann = await app.register(name);
    const email = `${name}@example.com`;
    await bombard(email);
    await app.call('POST', '/api/auth/password/forgot/', { body: { email } });
    const tokens = (await inbox.mails(email)).filter(({ page }) => page === 'reset');
    expect(tokens).toHaveLength(1);
    await app.as(ann, 'POST', '/api/auth/password/', {
      current_password: password,
      new_password: 'a much better password',
    });
    expect((await inbox.mails(email)).map(({ subject }) => subject)).toContain('Your password was changed');
    expect(await app.as(admin, 'POST', `/api/admin/users/${ann.id}/reset-password/`)).toMatchObject({ status: 202 });
    expect((await inbox.mails(email)).filter(({ page }) => page === 'reset')).toHaveLength(2);
  });

  test('those of its own have a limit as well', async () => {
    const name = unique('ann');
    const ann = await app.register(name);
    const email = `${name}@example.com`;
    for (let times = 0; times < 34; times++) await app.as(admin, 'POST', `/api/admin/users/${ann.id}/reset-password/`);
    expect((await inbox.mails(email)).filter(({ page }) => page === 'reset')).toHaveLength(30);
  });

  test('twenty Workers that send at once do not send more', async () => {
    const [email, { token }] = [address(), await sender()];
    const silent = caller({ ...app.env, MAIL_API_URL: undefined });
    for (let times = 0; times < 20; times++) {
      const { body } = await silent('POST', '/api/patients/', { token, body: { name: 'Jane Doe' } });
      await silent('POST', `/api/patients/${body.id}/invitation/`, { token, body: { email } });
    }
    await Promise.all(Array.from({ length: 20 }, hourly));
    expect(await inbox.mails(email)).toHaveLength(10);
  });

  test('is counted by a hash, for a day', async () => {
    const email = address();
    const { token } = await sender();
    await app.as({ token }, 'PATCH', '/api/auth/me/', { email, password });
    const [row] = await app.rows(`select string_agg(s::text, ' ') as text from app.sent_mails s`);
    expect(row.text).not.toContain('example.com');
    await hoursPass(25);
    await hourly();
    expect(await app.count("from app.sent_mails where at < now() - interval '1 day'")).toBe(0);
  });
});

describe('of a deployment', () => {
  test('go as many a day as it says, of which others may cause four fifths; the rest waits', async () => {
    const own = await boot({ ...inbox.settings, MAILS_PER_DAY: '10' });
    const [boss, ann] = [await own.register(unique('boss')), await own.register(unique('ann'))];
    await own.makeAdmin(boss.id);
    const to = address();
    // two went out to confirm the addresses of these two
    for (let n = 0; n < 8; n++)
      await own.as(boss, 'POST', '/api/admin/invitations/', { email: `${n}${to}`, role: 'user' });
    expect(await own.count('from mails where sent_at is not null')).toBe(8);
    const waiting = (await own.as(boss, 'GET', '/api/admin/mails/')).body;
    expect(waiting).toMatchObject(Array(2).fill({ purpose: 'invitation', held: 'deployment', attempts: 0 }));
    for (let times = 0; times < 3; times++) await own.as(boss, 'POST', `/api/admin/users/${ann.id}/reset-password/`);
    expect(await own.count(`from mails where sent_at is not null and purpose = 'reset'`)).toBe(2);
    await own.rows(`update app.sent_mails set at = at - interval '1 day'`);
    await own.rows('update mails set due_at = now() where sent_at is null');
    await worker.scheduled({}, own.env);
    expect(await own.count('from mails where sent_at is null')).toBe(0);
  });
});
