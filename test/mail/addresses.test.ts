// Whose address it is: confirmed by a link, changed by another one, and given back by a third.
import { describe, expect, test } from 'vitest';
import { type Account, boot, caller, cheapPasswords, password } from '../support/app.ts';
import { openMailbox } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const strict = caller({ ...app.env, REQUIRE_VERIFIED_EMAIL: 'on' });

type Person = Account & { name: string; email: string };
const somebody = async (as: '' | 'patient/' | 'doctor/' = ''): Promise<Person> => {
  const name = unique('ann');
  return { ...(await app.register(name, as)), name, email: `${name}@example.com` };
};
const confirm = (token: string, who?: Account) => app.as(who, 'POST', '/api/auth/email/verify/', { token });
const undo = (token: string) => app.call('POST', '/api/auth/email/undo/', { body: { token } });
const me = async (who: Account) => (await app.as(who, 'GET', '/api/auth/me/')).body;
const verified = async (as: '' | 'patient/' | 'doctor/' = ''): Promise<Person> => {
  const person = await somebody(as);
  await app.verify(person.id);
  return person;
};
const ask = (who: Account, email: string, more: object = { password }) =>
  app.as(who, 'PATCH', '/api/auth/me/', { email, ...more });
/** The same, while no mail can be sent. */
const silent = caller({ ...app.env, MAIL_API_URL: undefined });
const quiet = (who: Account, email: string) =>
  silent('PATCH', '/api/auth/me/', { token: who.token, body: { email, password } });
/** Changes the address of somebody, and confirms it. */
const change = async (who: Person, email: string) => {
  expect((await ask(who, email)).status).toBe(200);
  expect((await confirm(await inbox.tokenOf(email, 'verify'), who)).status).toBe(204);
};
const registering = (email: string) =>
  app.call('POST', '/api/auth/register/', { body: { username: unique('other'), email, password } });

describe('a new account', () => {
  test.each(['', 'patient/', 'doctor/'] as const)('confirms its address by a mail (%s)', async (as) => {
    const ann = await somebody(as);
    expect(ann.user).toMatchObject({ email_verified: false, pending_email: null });
    const token = await inbox.tokenOf(ann.email, 'verify');
    expect(await inbox.mails(ann.email)).toHaveLength(1);
    expect((await confirm(token)).status).toBe(204);
    expect(await me(ann)).toMatchObject({ email_verified: true });
    expect((await confirm(token)).body.code).toBe('link_invalid');
  });

  test('has 72 hours for it', async () => {
    const ann = await somebody();
    const [link] = await app.rows(
      `select extract(epoch from expires_at - now()) / 3600 as hours from app.links where email = $1`,
      [ann.email],
    );
    expect(Math.round(link.hours)).toBe(72);
  });

  test('gets the mail again when it asks, not more than once a minute and five times a day', async () => {
    const ann = await somebody();
    const resend = () => app.as(ann, 'POST', '/api/auth/email/resend/');
    const refused = await resend();
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '60']);
    for (let more = 0; more < 4; more++) {
      await app.rows(`update mails set asked_at = asked_at - interval '2 minutes' where user_id = $1`, [ann.id]);
      expect((await resend()).status).toBe(202);
    }
    await app.rows(`update mails set asked_at = asked_at - interval '2 minutes' where user_id = $1`, [ann.id]);
    expect((await resend()).status).toBe(429);
    expect(await inbox.mails(ann.email)).toHaveLength(5);
    await confirm(await inbox.tokenOf(ann.email, 'verify'));
    expect((await resend()).status).toBe(202);
    expect(await inbox.mails(ann.email)).toHaveLength(5);
  });

  test('of the command line, and one that an administrator gave another address, are no different afterwards', async () => {
    const [admin, ann] = [await app.register(unique('admin')), await verified()];
    await app.makeAdmin(admin.id);
    await app.stepUp(admin);
    const email = `${unique('given')}@example.com`;
    const changed = await app.as(admin, 'PATCH', `/api/admin/users/${ann.id}/`, { email });
    expect(changed.body).toMatchObject({ email, email_verified: false });
    expect((await confirm(await inbox.tokenOf(email, 'verify'))).status).toBe(204);
    expect((await me(ann)).email_verified).toBe(true);
  });

  test('may use nothing but its own account, where a deployment asks for that', async () => {
    const ann = await somebody();
    const tried = await strict('GET', '/api/patients/', { token: ann.token });
    expect([tried.status, tried.body.code]).toEqual([403, 'email_unverified']);
    for (const path of ['/api/auth/me/', '/api/auth/sessions/'])
      expect((await strict('GET', path, { token: ann.token })).status).toBe(200);
    expect((await app.as(ann, 'GET', '/api/patients/')).status).toBe(200);
    await confirm(await inbox.tokenOf(ann.email, 'verify'));
    expect((await strict('GET', '/api/patients/', { token: ann.token })).status).toBe(200);
  });
});

describe('another address', () => {
  test('needs the password, unless it is the one that the account has', async () => {
    const ann = await verified();
    const email = `${unique('new')}@example.com`;
    expect((await ask(ann, email, {})).body.code).toBe('password_required');
    const wrong = await ask(ann, email, { password: 'not the one' });
    expect([wrong.status, wrong.body.errors]).toEqual([400, { password: ['is not your password'] }]);
    expect(await me(ann)).toMatchObject({ email: ann.email, pending_email: null });
    const same = await ask(ann, ann.email.toUpperCase(), { name: 'Ann' });
    expect(same.body).toMatchObject({ name: 'Ann', email: ann.email, pending_email: null });
  });

  test('counts once it is confirmed; until then it is nobody’s', async () => {
    const ann = await verified();
    const email = `${unique('new')}@example.com`;
    const asked = await ask(ann, email, { password, name: 'Ann' });
    expect(asked.body).toMatchObject({ name: 'Ann', email: ann.email, pending_email: email, email_verified: true });
    const mail = await inbox.mail(email, 'verify');
    expect(await inbox.mails(ann.email)).toHaveLength(1);
    expect((await app.login({ email, password })).status).toBe(401);
    // it blocks nobody, and whoever confirms second is too late
    expect((await registering(email)).status).toBe(201);
    const late = await confirm(mail.token, ann);
    expect([late.status, late.body.errors]).toEqual([409, { email: ['has an account already'] }]);
    expect(await me(ann)).toMatchObject({ email: ann.email });
  });

  test('replaces the old one, which is told, and stays its own for a day', async () => {
    const ann = await verified();
    const email = `${unique('new')}@example.com`;
    await change(ann, email);
    expect(await me(ann)).toMatchObject({ email, email_verified: true, pending_email: null });
    expect((await app.login({ email, password })).status).toBe(200);
    expect((await app.login({ email: ann.email, password })).status).toBe(401);
    expect((await inbox.mail(ann.email, 'undo')).subject).toBe('Your email was changed');
    expect((await registering(ann.email)).status).toBe(409);
    const other = await verified();
    // which is as if it were free, but the mail that goes there is another
    expect((await ask(other, ann.email)).status).toBe(200);
    expect((await inbox.mails(ann.email)).at(-1)).toMatchObject({ page: 'forgot', token: '' });
    await app.rows(`update app.former_emails set until = now() where email = $1`, [ann.email]);
    expect((await registering(ann.email)).status).toBe(201);
  });

  test('that two want is the first one’s who confirms, of 20 at once as well', async () => {
    const [one, two] = [await verified(), await verified()];
    const email = `${unique('wanted')}@example.com`;
    const tokens: string[] = [];
    for (const who of [one, two]) {
      expect((await ask(who, email)).status).toBe(200);
      tokens.push(await inbox.tokenOf(email, 'verify'));
    }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => confirm(tokens[n % 2] ?? '', n % 2 ? two : one)),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => ![204, 400, 409].includes(status))).toEqual([]);
    expect(await app.count('from users where email = $1', [email])).toBe(1);
  });

  test('ends the link of the one that was asked for before', async () => {
    const ann = await verified();
    const [first, second] = [`${unique('first')}@example.com`, `${unique('second')}@example.com`];
    await ask(ann, first);
    const token = await inbox.tokenOf(first, 'verify');
    await ask(ann, second);
    expect((await confirm(token, ann)).body.code).toBe('link_invalid');
    await ask(ann, ann.email);
    expect((await confirm(await inbox.tokenOf(second, 'verify'), ann)).body.code).toBe('link_invalid');
    expect(await me(ann)).toMatchObject({ email: ann.email, pending_email: null });
  });

  test('is not asked for more than five times a day', async () => {
    const ann = await verified();
    for (let more = 0; more < 5; more++) expect((await ask(ann, `${unique('new')}@example.com`)).status).toBe(200);
    expect((await ask(ann, `${unique('new')}@example.com`)).status).toBe(429);
  });

  test('that somebody has already is answered like a free one, as often as that, and its owner is told', async () => {
    const [ann, owner, other] = [await verified(), await verified(), await verified()];
    const off = await verified();
    await app.asOwner('update users set disabled_at = now() where id = $1', [off.id]);
    const former = other.email;
    await change(other, `${unique('new')}@example.com`);
    const asks: [string, string][] = [];
    const askFor = async (email: string) => {
      const answer = await ask(ann, email);
      const { pending_email, updated_at: _, ...rest } = answer.body;
      const headers = [...answer.headers].filter(([name]) => !/^(x-request-id|etag)$/.test(name));
      asks.push([answer.status === 200 ? 'asked' : answer.body.code, pending_email]);
      return JSON.stringify({ rest, headers });
    };
    const answers = [
      await askFor(`${unique('free')}@example.com`),
      await askFor(owner.email),
      await askFor(off.email),
      await askFor(former),
      await askFor(`${unique('free')}@example.com`),
    ];
    expect(new Set(answers).size).toBe(1);
    // the sixth is too many, whosever it is
    for (const email of [owner.email, `${unique('free')}@example.com`])
      expect((await ask(ann, email)).body.code).toBe('too_many_requests');
    expect(asks.map(([what]) => what)).toEqual(Array(5).fill('asked'));
    const told = (await inbox.mails(owner.email)).filter(
      ({ subject }) => subject === 'Your email has an account already',
    );
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ page: 'forgot', token: '' });
    expect(told[0]?.text).not.toContain(ann.name);
    expect((await inbox.mails(former)).map(({ subject }) => subject)).toContain('Your email has an account already');
    // nobody gets a link for it, nor a mail when an account may not sign in
    expect((await inbox.mails(owner.email)).map(({ subject }) => subject)).not.toContain('Confirm your new email');
    expect((await inbox.mails(off.email)).filter(({ page }) => page === 'forgot')).toEqual([]);
    expect(await me(owner)).toMatchObject({ email: owner.email });
  });

  test('that somebody has already costs as many round trips, and asking for its mail again tells nothing either', async () => {
    const [ann, owner] = [await verified(), await verified()];
    const free = await app.roundTripsOf(() => quiet(ann, `${unique('free')}@example.com`));
    expect(await app.roundTripsOf(() => quiet(ann, owner.email))).toBe(free);
    await app.rows(`update mails set asked_at = asked_at - interval '2 minutes'`);
    const resend = () => app.as(ann, 'POST', '/api/auth/email/resend/');
    expect((await resend()).status).toBe(202);
    expect((await resend()).status).toBe(429);
    expect((await inbox.mails(owner.email)).map(({ subject }) => subject)).not.toContain('Confirm your new email');
    expect((await inbox.mails(owner.email)).filter(({ page }) => page === 'forgot')).toHaveLength(2);
  });

  test('of somebody who mistyped the first one gives the stranger there nothing', async () => {
    const ann = await somebody();
    const email = `${unique('right')}@example.com`;
    await change(ann, email);
    expect((await inbox.mails(ann.email)).map(({ page }) => page)).not.toContain('undo');
    expect((await registering(ann.email)).status).toBe(201);
  });
});

describe('whose address somebody else has changed', () => {
  test('undoes it: every session and the password end, and a link for a new one comes', async () => {
    const ann = await verified();
    const email = `${unique('thief')}@example.com`;
    await change(ann, email);
    const thief = await app.device(ann);
    const answer = await undo(await inbox.tokenOf(ann.email, 'undo'));
    expect(answer.status).toBe(204);
    for (const who of [ann, thief]) expect((await app.as(who, 'GET', '/api/auth/me/')).status).toBe(401);
    for (const words of [{ email: ann.email }, { email }, { username: ann.name }])
      expect((await app.login({ ...words, password })).status).toBe(401);
    const token = await inbox.tokenOf(ann.email, 'reset');
    const reset = await app.call('POST', '/api/auth/password/reset/', {
      body: { token, new_password: 'all mine again' },
    });
    expect(reset.status).toBe(204);
    expect((await app.login({ email: ann.email, password: 'all mine again' })).status).toBe(200);
    expect((await app.trailOf(answer)).map(({ action }) => action)).toContain('email_undone');
  });

  test('can do so although the thief has chosen a new password, and undone it back', async () => {
    const ann = await verified();
    const [first, second] = [`${unique('thief')}@example.com`, `${unique('thief')}@example.com`];
    await change(ann, first);
    await change(ann, second);
    await app.call('POST', '/api/auth/password/forgot/', { body: { email: second } });
    const stolen = await inbox.tokenOf(second, 'reset');
    await app.call('POST', '/api/auth/password/reset/', {
      body: { token: stolen, new_password: 'the password of a thief' },
    });
    // the thief's own way back does not end the owner's
    const thiefs = await inbox.tokenOf(first, 'undo');
    expect((await undo(thiefs)).status).toBe(204);
    expect((await undo(await inbox.tokenOf(ann.email, 'undo'))).status).toBe(204);
    const [row] = await app.rows('select email from users where id = $1', [ann.id]);
    expect(row.email).toBe(ann.email);
  });

  test('does so once and for all: a later change has no way back', async () => {
    const ann = await verified();
    const [first, second] = [`${unique('thief')}@example.com`, `${unique('thief')}@example.com`];
    await change(ann, first);
    await change(ann, second);
    const thiefs = await inbox.tokenOf(first, 'undo');
    const token = await inbox.tokenOf(ann.email, 'undo');
    const answers = await Promise.all(Array.from({ length: 20 }, () => undo(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(19).fill(400)]);
    expect((await undo(thiefs)).body.code).toBe('link_invalid');
  });

  test('has a day for it', async () => {
    const ann = await verified();
    await change(ann, `${unique('new')}@example.com`);
    const [row] = await app.rows(
      `select extract(epoch from l.expires_at - now()) / 3600 as hours, extract(epoch from f.until - now()) / 3600 as reserved
      from app.links l join app.former_emails f using (email) where email = $1 and l.purpose = 'undo'`,
      [ann.email],
    );
    expect([Math.round(row.hours), Math.round(row.reserved)]).toEqual([24, 24]);
  });
});

test('with an account goes all that is known of its addresses', async () => {
  const ann = await verified();
  await change(ann, `${unique('new')}@example.com`);
  expect((await app.as(ann, 'DELETE', '/api/auth/me/', { password })).status).toBe(204);
  for (const table of ['mails', 'app.links', 'app.former_emails', 'app.devices', 'app.networks'])
    expect(await app.count(`from ${table} where user_id = $1`, [ann.id]), table).toBe(0);
});
