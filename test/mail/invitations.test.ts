// Accounts by invitation: for the record that a clinic keeps, for a doctor's record, and for colleagues.
import { describe, expect, test } from 'vitest';
import { type Account, accountOf, boot, caller, cheapPasswords, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { openMailbox } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const w = await assemble(app);
const { owner, stranger, patient, assignedDoctor, pendingDoctor, admin } = w.people;
for (const { id } of [owner, stranger]) await app.verify(id);
const address = () => `${unique('invited')}@example.com`;
const verified = async () => {
  const account = await app.register(unique('verified'));
  await app.verify(account.id);
  return account;
};
/** Somebody who may take another role: it asks for the password, of which test/accounts/step-up.test.ts has more. */
const ready = async () => {
  const account = await verified();
  await app.stepUp(account);
  return account;
};

const invite = (who: Account, id: number, email: string) =>
  app.as(who, 'POST', `/api/patients/${id}/invitation/`, { email });
const inviteStaff = (body: object, who = admin) => app.as(who, 'POST', '/api/admin/invitations/', body);
const accept = (token: string, more: object = {}) =>
  app.call('POST', '/api/auth/register/invited/', { body: { token, password, ...more } });
const acceptAs = (who: Account, token: string) => app.as(who, 'POST', '/api/auth/invitations/accept/', { token });
const tokenOf = (email: string) => inbox.tokenOf(email, 'invitation');
/** Invites somebody to a new patient of the owner. */
const invited = async () => {
  const [id, email] = [await w.newPatient({ name: 'Jane Doe' }), address()];
  expect((await invite(owner, id, email)).status).toBe(201);
  return { id, email, token: await tokenOf(email) };
};

describe('a patient who is invited', () => {
  test('gets an account for the record that is there, and no second one', async () => {
    const [id, email] = [await w.newPatient({ name: 'Jane Doe', phone: '123' }), address()];
    const answer = await invite(owner, id, email.toUpperCase());
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.any(Number),
      email,
      role: 'patient',
      name: null,
      patient: id,
      doctor: null,
      created_by: owner.id,
      created_at: expect.any(String),
      expires_at: expect.any(String),
      state: 'open',
    });
    const before = await app.count('from patients');
    const accepted = await accept(await tokenOf(email));
    expect(accepted.status).toBe(201);
    expect(accepted.body.user).toMatchObject({ role: 'patient', name: 'Jane Doe', email, email_verified: true });
    const jane = accountOf(accepted.body);
    expect((await app.as(jane, 'GET', '/api/patient-profile/')).body).toMatchObject({
      id,
      phone: '123',
      user_id: jane.id,
    });
    expect(await app.count('from patients')).toBe(before);
    // nobody is asked to confirm what the link has proven
    expect((await inbox.mails(email)).map(({ page }) => page)).toEqual(['invitation']);
    // the clinic keeps it
    const change = await app.as(owner, 'PATCH', `/api/patients/${id}/`, { phone: '456' });
    expect(change.body).toMatchObject({ phone: '456', user_id: jane.id, created_by: owner.id });
    const log = await app.as(jane, 'GET', '/api/patient-profile/access-log/');
    expect(log.body.map(({ action }: { action: string }) => action)).toContain('accept');
  });

  test('gets a mail that says who invites and from where, and nothing of health or of the record', async () => {
    const { email } = await invited();
    const mail = await inbox.mail(email, 'invitation');
    expect(mail.text).toContain(
      'Somebody who has an account at wardbook.example and calls themselves “owner” invites you to have one as well.',
    );
    for (const word of ['Jane', 'patient', 'clinic', 'doctor', 'record', 'health'])
      expect(`${mail.subject} ${mail.text.replace(/https:\S+/, '')}`.toLowerCase()).not.toContain(word.toLowerCase());
    const [other, id] = [address(), await w.newPatient()];
    await invite(admin, id, other);
    expect((await inbox.mail(other, 'invitation')).text).toContain(
      'Somebody who is an administrator at wardbook.example and calls themselves “admin” invites you to have an account there.',
    );
    expect((await inbox.mail(other, 'invitation')).html).toContain('calls themselves “admin” invites you');
  });

  test('may be invited by whoever made the record, and by administrators', async () => {
    const id = await w.newPatient();
    expect((await invite(stranger, id, address())).status).toBe(404);
    for (const who of [patient, assignedDoctor, pendingDoctor])
      expect((await invite(who, id, address())).status).toBe(403);
    expect((await invite(admin, id, address())).status).toBe(201);
    expect((await invite(admin, 999_999, address())).status).toBe(404);
    const refused = await app.rows(`select action from audit where action = 'refused' and resource_id = $1`, [id]);
    expect(refused.length).toBeGreaterThan(0);
  });

  test('needs an inviter whose own address is confirmed', async () => {
    const nobody = await app.register(unique('unverified'));
    const id = await w.newPatient({}, nobody);
    const answer = await invite(nobody, id, address());
    expect([answer.status, answer.body.code]).toEqual([403, 'email_unverified']);
  });

  test('has an account already: the record is not given twice', async () => {
    const { id, token } = await invited();
    await accept(token);
    expect((await invite(owner, id, address())).body.code).toBe('already_linked');
  });

  test.each(['register', 'accept'])('of 20 who hold the same link one gets the record (%s)', async (how) => {
    const { id, token } = await invited();
    const guests = how === 'accept' ? await Promise.all(Array.from({ length: 20 }, () => ready())) : [];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (guests[n] ? acceptAs(guests[n], token) : accept(token))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([how === 'accept' ? 200 : 201, ...Array(19).fill(400)]);
    expect(
      await app.count(`from users where role = 'patient' and id = (select user_id from patients where id = $1)`, [id]),
    ).toBe(1);
  });

  test('has seven days; a link that was revoked, replaced, or whose time is over gives nothing', async () => {
    const one = await invited();
    const shown = await app.as(owner, 'GET', `/api/patients/${one.id}/invitation/`);
    expect(Math.round((Date.parse(shown.body.expires_at) - Date.now()) / 86_400_000)).toBe(7);
    expect((await app.as(owner, 'DELETE', `/api/patients/${one.id}/invitation/`)).status).toBe(204);
    for (const method of ['GET', 'DELETE'])
      expect((await app.as(owner, method, `/api/patients/${one.id}/invitation/`)).status).toBe(404);
    expect((await accept(one.token)).body.code).toBe('link_invalid');

    const two = await invited();
    const again = address();
    expect((await invite(owner, two.id, again)).status).toBe(201);
    expect((await accept(two.token)).body.code).toBe('link_invalid');
    await app.rows(`update invitations set expires_at = now() where patient_id = $1`, [two.id]);
    expect((await accept(await tokenOf(again))).body.code).toBe('link_invalid');
  });

  test('is not let in by somebody who has lost the record, or their own account', async () => {
    const lost = await verified();
    const id = await w.newPatient({}, lost);
    const email = address();
    await invite(lost, id, email);
    await app.asOwner('update users set disabled_at = now() where id = $1', [lost.id]);
    expect((await accept(await tokenOf(email))).body.code).toBe('link_invalid');

    const former = await ready();
    await app.makeAdmin(former.id);
    const other = address();
    await inviteStaff({ email: other, role: 'admin' }, former);
    await app.asOwner(`update users set role = 'user' where id = $1`, [former.id]);
    expect((await accept(await tokenOf(other))).body.code).toBe('link_invalid');
  });

  test('is invited at most 20 times a day by one account', async () => {
    const eager = await verified();
    const id = await w.newPatient({}, eager);
    for (let more = 0; more < 20; more++) expect((await invite(eager, id, address())).status).toBe(201);
    expect((await invite(eager, id, address())).status).toBe(429);
  });

  test('whose account is erased can be invited again', async () => {
    const { id, token } = await invited();
    const jane = accountOf((await accept(token)).body);
    expect((await app.as(jane, 'DELETE', '/api/auth/me/', { password })).status).toBe(204);
    expect((await app.as(owner, 'GET', `/api/patients/${id}/`)).body).toMatchObject({ id, user_id: null });
    const email = address();
    expect((await invite(owner, id, email)).status).toBe(201);
    expect((await accept(await tokenOf(email))).status).toBe(201);
  });

  test('gets no account with an address that has one, but may sign in and accept', async () => {
    const guest = await ready();
    const id = await w.newPatient();
    await invite(owner, id, guest.user.email);
    const token = await tokenOf(guest.user.email);
    const refused = await accept(token);
    expect([refused.status, refused.body.errors]).toEqual([409, { email: ['has an account already'] }]);
    const answer = await acceptAs(guest, token);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: guest.id, role: 'patient', email: guest.user.email });
    expect((await app.as(guest, 'GET', '/api/patient-profile/')).body.id).toBe(id);
  });
});

describe('an account that accepts', () => {
  test('is of role user, and has made no records', async () => {
    const { token } = await invited();
    const busy = await verified();
    await w.newPatient({}, busy);
    const keeper = await verified();
    await w.newDoctor({}, keeper);
    for (const who of [busy, keeper, patient, assignedDoctor, pendingDoctor, admin]) {
      const answer = await acceptAs(who, token);
      expect([answer.status, answer.body.code]).toEqual([409, 'already_linked']);
    }
    expect((await acceptAs(await ready(), token)).status).toBe(200);
  });

  test.each(['patient/', 'doctor/'] as const)('has no record of its own, whatever its role is now (%s)', async (as) => {
    const former = await app.register(unique('former'), as);
    await w.send(admin, 'PATCH', `/api/admin/users/${former.id}/`, { role: 'user' });
    const { token } = await invited();
    const answer = await acceptAs(former, token);
    expect([answer.status, answer.body.code]).toEqual([409, 'already_linked']);
  });

  test('keeps its own address, which only its own link proves', async () => {
    const guest = await app.register(unique('guest'));
    await app.stepUp(guest);
    const { token } = await invited();
    const { body } = await acceptAs(guest, token);
    expect(body).toMatchObject({ email: guest.user.email, email_verified: false });
  });
});

describe('an administrator', () => {
  test('invites colleagues, who get the role and no other', async () => {
    for (const role of ['user', 'admin']) {
      const email = address();
      expect((await inviteStaff({ email, role, name: 'New Colleague' })).status).toBe(201);
      const accepted = await accept(await tokenOf(email), { username: unique('colleague') });
      expect(accepted.body.user).toMatchObject({ role, name: 'New Colleague', email, email_verified: true });
    }
    expect((await inviteStaff({ email: address(), role: 'admin' }, owner)).status).toBe(403);
    expect((await inviteStaff({ email: address(), role: 'patient' })).status).toBe(400);
  });

  test('invites a doctor to the record that is there, which is the doctor’s and approved from then on', async () => {
    const [id, email] = [await w.newDoctor({ name: 'Dr. New' }), address()];
    expect((await inviteStaff({ email, role: 'doctor' })).status).toBe(400);
    expect((await inviteStaff({ email, role: 'user', doctor: id })).status).toBe(400);
    expect((await inviteStaff({ email, role: 'doctor', doctor: 999_999 })).status).toBe(404);
    expect((await inviteStaff({ email, role: 'doctor', doctor: id })).status).toBe(201);
    const doctor = accountOf((await accept(await tokenOf(email))).body);
    expect(doctor.user).toMatchObject({ role: 'doctor', name: 'Dr. New' });
    expect((await app.as(doctor, 'GET', '/api/doctor-profile/')).body).toMatchObject({
      id,
      approved: true,
      created_by: null,
    });
    expect((await app.as(doctor, 'GET', '/api/doctors/all-patients/')).status).toBe(200);
    expect((await app.as(owner, 'PATCH', `/api/doctors/${id}/`, { name: 'Dr. Other' })).status).toBe(403);
    expect((await inviteStaff({ email: address(), role: 'doctor', doctor: id })).body.code).toBe('already_linked');
  });

  test('sees all invitations, and revokes and renews them', async () => {
    const email = address();
    const first = (await inviteStaff({ email, role: 'user' })).body;
    const old = await tokenOf(email);
    const second = (await inviteStaff({ email, role: 'user' })).body;
    const fresh = await tokenOf(email);
    const list = async (state: string) =>
      (await app.as(admin, 'GET', `/api/admin/invitations/?state=${state}`)).body.map(({ id }: { id: number }) => id);
    expect(await list('revoked')).toContain(first.id);
    expect(await list('open')).toContain(second.id);
    expect((await accept(old)).body.code).toBe('link_invalid');
    expect((await app.as(admin, 'DELETE', `/api/admin/invitations/${first.id}/`)).status).toBe(404);
    expect((await app.as(admin, 'DELETE', `/api/admin/invitations/${second.id}/`)).status).toBe(204);
    expect((await accept(fresh)).body.code).toBe('link_invalid');
  });
});

describe('whoever holds a link', () => {
  const look = (token: string) => app.call('POST', '/api/auth/invitations/look/', { body: { token } });

  test('is told what it is for and who invites, as often as they like, and the trail has it', async () => {
    const { id, email, token } = await invited();
    const answer = await look(token);
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        email,
        role: 'patient',
        name: 'Jane Doe',
        expires_at: expect.stringMatching(/^20.+Z$/),
        invited_by: { name: 'owner', email: 'owner@example.com', administrator: false },
      },
    ]);
    expect(await app.trailOf(answer)).toMatchObject([
      { action: 'read', resource: 'invitation', patient_ids: [id], actor_id: null },
    ]);
    expect((await look(token)).status).toBe(200);
    expect((await accept(token)).status).toBe(201);
    const used = await look(token);
    expect([used.status, used.body.code]).toEqual([400, 'link_invalid']);
  });

  test('of an administrator, and of the command line, as well', async () => {
    const [email, doctor] = [address(), await w.newDoctor({ name: 'Dr. New' })];
    await inviteStaff({ email, role: 'doctor', doctor });
    expect((await look(await tokenOf(email))).body).toMatchObject({
      role: 'doctor',
      name: 'Dr New',
      invited_by: { name: 'admin', administrator: true },
    });
    const other = address();
    const [, made] = await app.asOwner(`select mail_id from app.invite($1, 'user', null, null, null)`, [other]);
    const token = await app.link('invitation', { email: other, mail: made?.[0]?.mail_id });
    expect((await look(token)).body).toMatchObject({ email: other, role: 'user', name: null, invited_by: null });
  });

  test('of another kind, revoked, or whose time is over is told nothing', async () => {
    const { id, token } = await invited();
    const reset = await app.link('reset', { user: owner.id });
    for (const wrong of ['none', reset]) expect((await look(wrong)).body.code).toBe('link_invalid');
    await app.as(owner, 'DELETE', `/api/patients/${id}/invitation/`);
    expect((await look(token)).body.code).toBe('link_invalid');
    const late = await invited();
    await app.rows('update app.links set expires_at = now() where mail_id = (select max(mail_id) from invitations)');
    expect((await look(late.token)).body.code).toBe('link_invalid');
  });

  test('never sees a number to call or a page to open in our name', async () => {
    const lure = await app.register(unique('lure'), '', { name: 'Call +1 900 555 0100 or evil.example <b>now</b>' });
    await app.verify(lure.id);
    const [id, email] = [await w.newPatient({ name: 'Pay at https://evil.example/1' }, lure), address()];
    await invite(lure, id, email);
    const mail = await inbox.mail(email, 'invitation');
    expect(mail.text).toContain('calls themselves “Call or evil example b now b” invites');
    for (const text of [mail.subject, mail.text, mail.html]) {
      expect(text).not.toContain('evil.example');
      expect(text).not.toMatch(/900|<b>|&lt;/);
    }
    const { body } = await look(mail.token);
    expect(body).toMatchObject({
      name: 'Pay at https evil example',
      invited_by: { name: 'Call or evil example b now b' },
    });
  });
});

describe('registration', () => {
  const kinds = [
    ['user', '/api/auth/register/', {}],
    ['patient', '/api/auth/register/patient/', {}],
    ['doctor', '/api/auth/register/doctor/', { specialization: 'Cardiology' }],
  ] as const;
  test.each(['', 'patient', 'user, doctor'])(
    'is open to those whom the deployment names: "%s"',
    async (REGISTRATION) => {
      const call = caller({ ...app.env, REGISTRATION });
      for (const [kind, path, more] of kinds) {
        const body = { username: unique('new'), email: address(), password, ...more };
        const answer = await call('POST', path, { body });
        expect([kind, answer.status]).toEqual([kind, REGISTRATION.includes(kind) ? 201 : 403]);
        if (answer.status === 403) expect(answer.body.code).toBe('registration_closed');
      }
      const { token } = await invited();
      const answer = await call('POST', '/api/auth/register/invited/', { body: { token, password } });
      expect(answer.status).toBe(201);
    },
  );
});
