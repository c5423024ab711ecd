// An owner is told of what somebody else may have done: a new device, a new password, a token that was copied.
import { describe, expect, test } from 'vitest';
import worker from '../../src/index.ts';
import { type Account, accountOf, boot, cheapPasswords, password } from '../support/app.ts';
import { openMailbox } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);

type Person = Account & { email: string };
const on = (device: string) => ({ 'User-Agent': device });
const from = (network: string) => ({ 'CF-Connecting-IP': network });
/** Somebody who registered on a phone. */
const somebody = async (): Promise<Person> => {
  const username = unique('ann');
  const email = `${username}@example.com`;
  const answer = await app.call('POST', '/api/auth/register/', {
    body: { username, email, password, name: 'Ann Canary' },
    headers: on('Phone/1'),
  });
  return { ...accountOf(answer.body), email };
};
const login = ({ email }: Person, device: string) => app.login({ email, password }, on(device));
const refresh = (token: string, headers: Record<string, string>) =>
  app.call('POST', '/api/auth/refresh/', { body: { refresh: token }, headers });
/** What somebody was told, but for the mail that confirms the address. */
const told = async ({ email }: Person) =>
  (await inbox.mails(email)).map(({ subject }) => subject).filter((subject) => subject !== 'Confirm your email');
const later = ({ id }: Person, days: number) =>
  app.rows(`update app.devices set last_used_at = last_used_at - $2 * interval '1 day' where user_id = $1`, [id, days]);
const newDevice = 'A new device signed in';
const newPassword = 'Your password was changed';
const replayed = 'Somebody may be using your account';

describe('of a device', () => {
  test('that is new the owner is told when it signs in, and not again when it does so once more', async () => {
    const ann = await somebody();
    for (let more = 0; more < 2; more++) expect((await login(ann, 'Tablet/1')).status).toBe(200);
    expect(await told(ann)).toEqual([newDevice]);
    expect((await login(ann, 'Tablet/2')).status).toBe(200);
    expect(await told(ann)).toEqual([newDevice, newDevice]);
  });

  test('that is the first nothing is said, nor of one without a name that is known', async () => {
    const ann = await somebody();
    await login(ann, 'Phone/1');
    expect(await told(ann)).toEqual([]);
    // as after a move from elsewhere: nobody has a device yet
    await app.rows('delete from app.devices where user_id = $1', [ann.id]);
    await app.login({ email: ann.email, password });
    expect(await told(ann)).toEqual([]);
    await app.login({ email: ann.email, password });
    expect(await told(ann)).toEqual([]);
  });

  test('that was away for 180 days it is told as of a new one; for 179 it is not', async () => {
    const ann = await somebody();
    await later(ann, 179);
    await login(ann, 'Phone/1');
    expect(await told(ann)).toEqual([]);
    await later(ann, 181);
    await login(ann, 'Phone/1');
    expect(await told(ann)).toEqual([newDevice]);
  });

  test('is told as well of somebody who was away for so long that all devices would be forgotten', async () => {
    const ann = await somebody();
    await login(ann, 'Tablet/1');
    await later(ann, 400);
    await worker.scheduled({}, app.env);
    expect(await app.count('from app.devices where user_id = $1', [ann.id])).toBe(1);
    await login(ann, 'Laptop/1');
    expect(await told(ann)).toEqual([newDevice, newDevice]);
  });

  test('nothing is said when it refreshes, which is a use of it', async () => {
    const ann = await somebody();
    const next = await refresh(ann.refresh, on('Phone/2'));
    expect(next.status).toBe(200);
    expect(await told(ann)).toEqual([]);
    await later(ann, 120);
    expect((await refresh(next.body.refresh, on('Phone/2'))).status).toBe(200);
    await later(ann, 120);
    await login(ann, 'Phone/2');
    expect(await told(ann)).toEqual([]);
    await login(ann, 'Phone/1');
    expect(await told(ann)).toEqual([newDevice]);
  });

  test('that is of a known kind, but from elsewhere, it is told as well, and not again', async () => {
    const ann = await somebody();
    const elsewhere = { ...on('Phone/1'), ...from('198.51.100.20') };
    for (let more = 0; more < 2; more++)
      expect((await app.login({ email: ann.email, password }, elsewhere)).status).toBe(200);
    expect(await told(ann)).toEqual([newDevice]);
    await app.rows(`update app.networks set last_used_at = now() - interval '181 days' where user_id = $1`, [ann.id]);
    await app.login({ email: ann.email, password }, elsewhere);
    expect(await told(ann)).toEqual([newDevice, newDevice]);
  });

  test('nothing is said from where it refreshed before', async () => {
    const ann = await somebody();
    const elsewhere = { ...on('Phone/1'), ...from('198.51.100.21') };
    expect((await refresh(ann.refresh, elsewhere)).status).toBe(200);
    await app.login({ email: ann.email, password }, elsewhere);
    expect(await told(ann)).toEqual([]);
  });

  test('nothing is said of where an account is first seen, which has come from elsewhere or from an older release', async () => {
    const ann = await somebody();
    await app.rows('delete from app.networks where user_id = $1', [ann.id]);
    await app.login({ email: ann.email, password }, { ...on('Phone/1'), ...from('198.51.100.22') });
    expect(await told(ann)).toEqual([]);
  });

  test('nothing is said when the password was wrong', async () => {
    const ann = await somebody();
    await app.login({ email: ann.email, password: 'not the one' }, on('Tablet/1'));
    expect(await told(ann)).toEqual([]);
  });

  test('only a hash is kept', async () => {
    const ann = await somebody();
    await app.login({ email: ann.email, password }, from('198.51.100.23'));
    const [row] = await app.rows(
      `select (select string_agg(to_jsonb(d)::text, '') from app.devices d where user_id = $1)
        || (select string_agg(to_jsonb(n)::text, '') from app.networks n where user_id = $1) as text`,
      [ann.id],
    );
    expect(row.text).not.toMatch(/Phone|198/);
  });
});

describe('of a new password the owner is told', () => {
  test('whoever has changed it', async () => {
    const ann = await somebody();
    const changing = (current_password: string, new_password: string) =>
      app.call('POST', '/api/auth/password/', {
        token: ann.token,
        body: { current_password, new_password },
        headers: on('Phone/1'),
      });
    expect((await changing('not the one', 'a much better password')).status).toBe(400);
    expect((await changing(password, 'password1')).status).toBe(400);
    expect(await told(ann)).toEqual([]);
    expect((await changing(password, 'a much better password')).status).toBe(200);
    expect(await told(ann)).toEqual([newPassword]);
  });

  test('who used a link for it', async () => {
    const ann = await somebody();
    await app.call('POST', '/api/auth/password/forgot/', { body: { email: ann.email } });
    const token = await inbox.tokenOf(ann.email, 'reset');
    const body = { token, new_password: 'a much better password' };
    expect((await app.call('POST', '/api/auth/password/reset/', { body })).status).toBe(204);
    expect(await told(ann)).toEqual(['Choose a new password', newPassword]);
  });
});

describe('of a token that was used a second time', () => {
  test('from another address the owner is told', async () => {
    const ann = await somebody();
    expect((await refresh(ann.refresh, from('198.51.100.1'))).status).toBe(200);
    expect((await refresh(ann.refresh, from('198.51.100.2'))).status).toBe(200);
    expect(await told(ann)).toEqual([replayed]);
  });

  test('from the same address nothing is said: an answer got lost', async () => {
    const ann = await somebody();
    for (let more = 0; more < 3; more++) {
      const answer = await refresh(ann.refresh, from('198.51.100.1'));
      expect(answer.status).toBe(200);
    }
    expect(await told(ann)).toEqual([]);
  });

  test('from another address when the session ends by it, the owner is told as well', async () => {
    for (const [address, notices] of [
      ['198.51.100.1', []],
      ['198.51.100.2', [replayed]],
    ] as const) {
      const ann = await somebody();
      const next = await refresh(ann.refresh, from('198.51.100.1'));
      await refresh(next.body.refresh, from('198.51.100.1'));
      expect((await refresh(ann.refresh, from(address))).body.code).toBe('refresh_reused');
      expect(await told(ann)).toEqual(notices);
    }
  });

  test('nothing is said of a phone that travels', async () => {
    const ann = await somebody();
    let token = ann.refresh;
    for (const address of ['198.51.100.1', '203.0.113.1', '2001:db8::1']) {
      const answer = await refresh(token, from(address));
      expect(answer.status).toBe(200);
      token = answer.body.refresh;
    }
    expect(await told(ann)).toEqual([]);
  });
});

describe('whoever can cause notices buries nobody in them:', () => {
  test('of one kind there are five a day, of devices that come one by one', async () => {
    const ann = await somebody();
    for (let more = 0; more < 7; more++) expect((await login(ann, `Tablet/${more}`)).status).toBe(200);
    expect(await told(ann)).toEqual(Array(5).fill(newDevice));
    // another kind has a count of its own
    await refresh(ann.refresh, from('198.51.100.1'));
    await refresh(ann.refresh, from('198.51.100.2'));
    expect(await told(ann)).toEqual([...Array(5).fill(newDevice), replayed]);
    await app.rows(`update mails set asked_at = asked_at - interval '1 day' where user_id = $1`, [ann.id]);
    await login(ann, 'Tablet/8');
    expect((await told(ann)).filter((subject) => subject === newDevice)).toHaveLength(6);
  });

  test('of devices that come all at once as well', async () => {
    const ann = await somebody();
    // each from its own address: attempts that are under way at once count as guesses
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        app.login({ email: ann.email, password }, { ...on(`Tablet/${n}`), ...from(`203.0.113.${n}`) }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await told(ann)).toEqual(Array(5).fill(newDevice));
  });

  test('and of new passwords', async () => {
    const ann = await somebody();
    let [{ token }, current] = [ann as { token: string }, password];
    for (let more = 0; more < 7; more++) {
      const body = { current_password: current, new_password: `a much better password ${more}` };
      const answer = await app.call('POST', '/api/auth/password/', { token, body, headers: on('Phone/1') });
      expect(answer.status).toBe(200);
      [{ token }, current] = [accountOf(answer.body), body.new_password];
    }
    expect(await told(ann)).toEqual(Array(5).fill(newPassword));
  });

  test('and of tokens that are repeated', async () => {
    const ann = await somebody();
    await refresh(ann.refresh, from('198.51.100.1'));
    for (let more = 2; more < 9; more++) await refresh(ann.refresh, from(`198.51.100.${more}`));
    expect(await told(ann)).toEqual(Array(5).fill(replayed));
  });
});

test('a notice has no name and no device in it, and leads to where a new password is asked for', async () => {
  const ann = await somebody();
  const headers = on('Canary <script>alert(1)</script> https://evil.example/');
  await app.login({ email: ann.email, password }, headers);
  await refresh(ann.refresh, { ...headers, ...from('198.51.100.1') });
  await refresh(ann.refresh, { ...headers, ...from('198.51.100.2') });
  await app.call('POST', '/api/auth/password/', {
    token: ann.token,
    body: { current_password: password, new_password: 'a much better password' },
    headers,
  });
  expect((await told(ann)).sort()).toEqual([newDevice, replayed, newPassword].sort());
  for (const mail of (await inbox.mails(ann.email)).filter(({ page }) => page === 'forgot')) {
    expect(mail.text).toContain('choose a new password now');
    expect(mail.token).toBe('');
    for (const text of [mail.subject, mail.text, mail.html])
      for (const word of ['canary', 'script', 'evil', '198.51', ann.user.username])
        expect(text.toLowerCase()).not.toContain(word.toLowerCase());
  }
});
