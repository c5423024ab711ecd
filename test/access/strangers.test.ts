// What somebody who only registered can do to others: nothing in their name, nothing that lasts.
import { describe, expect, test } from 'vitest';
import { type Account, accountOf, boot, caller, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { openMailbox } from '../support/mailbox.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const w = await assemble(app);
const { owner, stranger, patient, otherPatient, assignedDoctor, otherDoctor, pendingDoctor, admin } = w.people;
for (const { id } of [owner, stranger]) await app.verify(id);

const address = () => `${unique('invited')}@example.com`;
const own = '/api/patient-profile/';
const codeOf = async (answer: Promise<{ status: number; body: Json }>) => {
  const { status, body } = await answer;
  return [status, body?.code];
};
/** Invites to a new record of `by`, and says by which token. */
const invited = async (by: Account, email = address(), name = 'Jane Doe') => {
  const id = await w.newPatient({ name }, by);
  await w.send(by, 'POST', `/api/patients/${id}/invitation/`, { email });
  return { id, email, token: await inbox.tokenOf(email, 'invitation') };
};
const register = async (token: string, more: object = {}) => {
  const answer = await app.call('POST', '/api/auth/register/invited/', { body: { token, password, ...more } });
  expect(answer.status).toBe(201);
  return accountOf(answer.body);
};
const accept = (who: Account, token: string, more: object = {}) =>
  app.as(who, 'POST', '/api/auth/invitations/accept/', { token, ...more });
/** An account that a record of `by` has. */
const linked = async (by = stranger) => {
  const { id, token } = await invited(by);
  return { id, jane: await register(token) };
};
const actionsIn = async (who: Account): Promise<string[]> =>
  (await app.as(who, 'GET', `${own}access-log/?sort=id`)).body.map(
    ({ action, actor_name }: Json) => `${action} ${actor_name}`,
  );

describe('a patient who leaves a record', () => {
  test('has none, and its maker keeps it and reads nothing that the account writes', async () => {
    const { id, jane } = await linked();
    await w.send(jane, 'PUT', `${own}${jane.id}/`, { name: 'Jane Doe', phone: '123' });
    const answer = await app.as(jane, 'DELETE', own);
    expect(answer.status).toBe(204);
    expect(await app.trailOf(answer)).toMatchObject([
      { action: 'leave', resource: 'patient', resource_id: id, patient_ids: [id], actor_id: jane.id },
    ]);
    expect(await codeOf(app.as(jane, 'GET', own))).toEqual([404, 'no_record']);
    expect(await codeOf(app.as(jane, 'DELETE', own))).toEqual([404, 'no_record']);
    expect((await app.as(jane, 'PUT', `${own}${jane.id}/`, { name: 'Not yours' })).status).toBe(404);
    expect((await app.as(jane, 'GET', `/api/patients/${id}/`)).status).toBe(404);
    expect((await app.as(jane, 'GET', '/api/patients/my-doctors/')).body).toEqual([]);
    expect((await app.as(jane, 'GET', '/api/mappings/')).body).toEqual([]);
    const kept = await app.as(stranger, 'GET', `/api/patients/${id}/`);
    expect(kept.body).toMatchObject({ id, user_id: null, phone: '123', created_by: stranger.id });
    // and it is no longer the account's: the maker may delete it
    expect((await app.as(stranger, 'DELETE', `/api/patients/${id}/`)).status).toBe(204);
  });

  test('cannot leave one that the patient registered, or with a tag that is old', async () => {
    expect(await codeOf(app.as(patient, 'DELETE', own))).toEqual([409, 'own_record']);
    expect((await app.as(patient, 'GET', own)).body.id).toBe(w.ownRecord);
    const { jane } = await linked();
    const stale = app.as(jane, 'DELETE', own, undefined, { 'If-Match': '"0"' });
    expect(await codeOf(stale)).toEqual([412, 'stale_version']);
    for (const who of [owner, assignedDoctor, pendingDoctor, admin])
      expect(await codeOf(app.as(who, 'DELETE', own))).toEqual([403, 'wrong_role']);
  });

  test('still reads who looked until then, and nobody afterwards', async () => {
    const { id, jane } = await linked();
    await w.send(assignedDoctor, 'GET', `/api/patients/${id}/`);
    await w.send(jane, 'DELETE', own);
    const before = await actionsIn(jane);
    expect(before).toEqual(expect.arrayContaining(['read assigned_doctor', expect.stringMatching('^leave')]));
    await app.rows(`update audit set at = at - interval '1 second'`);
    await app.rows(`update app.former_patients set until = until - interval '1 second'`);
    await w.send(otherDoctor, 'GET', `/api/patients/${id}/`);
    expect(await actionsIn(jane)).toEqual(before);
  });

  test('is told by sync to forget the record and its doctors, and gets the next with its own', async () => {
    const { id, jane } = await linked();
    const mapping = await w.assign(id, w.doctorIds.assigned, stranger);
    const clinic = await invited(owner);
    const other = await w.assign(clinic.id, w.doctorIds.other, owner);
    const sync = async (cursor?: string) => {
      await app.settled();
      return (await app.as(jane, 'GET', `/api/sync/${cursor ? `?cursor=${cursor}` : ''}`)).body;
    };
    const first = await sync();
    expect([first.patients[0].id, first.mappings[0].id]).toEqual([id, mapping]);
    await w.send(jane, 'DELETE', own);
    const second = await sync(first.cursor);
    expect(second.removed).toMatchObject({ patients: [id], mappings: [mapping] });
    expect((await accept(jane, clinic.token)).status).toBe(200);
    const third = await sync(second.cursor);
    expect(third.patients.map((one: Json) => one.id)).toEqual([clinic.id]);
    expect(third.mappings.map((one: Json) => one.id)).toEqual([other]);
    expect(third.removed).toMatchObject({ patients: [], mappings: [] });
  });

  test('of twenty at once leaves once', async () => {
    const { jane } = await linked();
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.as(jane, 'DELETE', own)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(19).fill(404)]);
  });
});

describe('an invitation takes the place of a record that a stranger made', () => {
  test('after the patient has left that', async () => {
    const { jane } = await linked(stranger);
    await w.send(jane, 'DELETE', own);
    const { id, token } = await invited(owner);
    expect((await accept(jane, token)).body).toMatchObject({ id: jane.id, role: 'patient' });
    expect((await app.as(jane, 'GET', own)).body).toMatchObject({ id, user_id: jane.id });
  });

  test('or with "leave", and not without', async () => {
    const { id: before, jane } = await linked(stranger);
    const { id, token } = await invited(owner);
    for (const more of [{}, { leave: false }])
      expect(await codeOf(accept(jane, token, more))).toEqual([409, 'leaves_record']);
    expect((await app.as(jane, 'GET', own)).body.id).toBe(before);
    const answer = await accept(jane, token, { leave: true });
    expect(answer.status).toBe(200);
    expect((await app.trailOf(answer)).map(({ action, resource }) => `${action} ${resource}`)).toEqual(
      expect.arrayContaining(['leave patient', 'accept invitation', 'accept patient']),
    );
    expect((await app.as(jane, 'GET', own)).body.id).toBe(id);
    expect((await app.as(stranger, 'GET', `/api/patients/${before}/`)).body.user_id).toBe(null);
    expect((await app.as(stranger, 'GET', `/api/patients/${id}/`)).status).toBe(404);
  });

  test('but not of one that the patient registered, nor for a doctor or a colleague', async () => {
    const { token } = await invited(owner);
    expect(await codeOf(accept(otherPatient, token, { leave: true }))).toEqual([409, 'already_linked']);
    const { jane } = await linked();
    const staff = address();
    await w.send(admin, 'POST', '/api/admin/invitations/', { email: staff, role: 'user' });
    const colleague = await inbox.tokenOf(staff, 'invitation');
    expect(await codeOf(accept(jane, colleague, { leave: true }))).toEqual([409, 'already_linked']);
    await w.send(jane, 'DELETE', own);
    expect(await codeOf(accept(jane, colleague))).toEqual([403, 'step_up_required']);
    await app.stepUp(jane);
    expect((await accept(jane, colleague)).body).toMatchObject({ role: 'user' });
  });
});

describe('a record that an account has', () => {
  test('is not its maker’s to delete, but an administrator’s', async () => {
    const { id, jane } = await linked(stranger);
    expect(await codeOf(app.as(stranger, 'DELETE', `/api/patients/${id}/`))).toEqual([409, 'has_account']);
    expect((await app.as(jane, 'GET', own)).status).toBe(200);
    expect((await app.as(admin, 'DELETE', `/api/patients/${id}/`)).status).toBe(204);
  });

  test('leaves its access log behind when it is deleted, and goes on when it is restored', async () => {
    const { id, jane } = await linked(stranger);
    await w.send(assignedDoctor, 'GET', `/api/patients/${id}/`);
    await w.send(admin, 'DELETE', `/api/patients/${id}/`);
    expect(await actionsIn(jane)).toEqual(expect.arrayContaining(['read assigned_doctor', 'delete admin']));
    const [entry] = await app.rows(
      `select id::int from audit where action = 'delete' and resource = 'patient' and resource_id = $1`,
      [id],
    );
    await w.send(admin, 'POST', `/api/admin/audit/${entry.id}/restore/`);
    await w.send(otherDoctor, 'GET', `/api/patients/${id}/`);
    expect(await actionsIn(jane)).toEqual(expect.arrayContaining(['restore admin', 'read other_doctor']));
    expect(await app.count('from app.former_patients where user_id = $1', [jane.id])).toBe(0);
  });

  test('is in nobody’s list of what was theirs once the account is erased', async () => {
    const { jane } = await linked();
    await w.send(jane, 'DELETE', own);
    expect(await app.count('from app.former_patients where user_id = $1', [jane.id])).toBe(1);
    await w.send(jane, 'DELETE', '/api/auth/me/', { password });
    expect(await app.count('from app.former_patients where user_id = $1', [jane.id])).toBe(0);
  });
});

describe('an approved doctor', () => {
  test('sees who registered a patient that was assigned', async () => {
    const id = await w.newPatient({}, stranger);
    await w.assign(id, w.doctorIds.assigned, stranger);
    const registered_by = { id: stranger.id, name: 'stranger', username: 'stranger' };
    expect((await app.as(assignedDoctor, 'GET', `/api/patients/${id}/`)).body).toMatchObject({ registered_by });
    for (const list of ['my-patients', 'all-patients']) {
      const { body } = await app.as(assignedDoctor, 'GET', `/api/doctors/${list}/?sort=-id&limit=1`);
      expect(body).toMatchObject([{ id, registered_by }]);
    }
    const registered = await app.as(assignedDoctor, 'GET', `/api/patients/${w.ownRecord}/`);
    expect(registered.body).toMatchObject({ id: w.ownRecord, created_by: null });
    expect(registered.body).not.toHaveProperty('registered_by');
    const { jane } = await linked(owner);
    expect((await app.as(jane, 'GET', own)).body.registered_by).toMatchObject({ name: 'owner' });
  });

  test('is told that, and nobody else but the patient: the others read what PUT answers', async () => {
    const id = await w.newPatient({}, stranger);
    for (const who of [stranger, admin]) {
      const read = await app.as(who, 'GET', `/api/patients/${id}/`);
      expect(read.status).toBe(200);
      expect(read.body).not.toHaveProperty('registered_by');
      expect((await app.as(who, 'PUT', `/api/patients/${id}/`, read.body)).body).toEqual(read.body);
      expect((await app.as(who, 'GET', '/api/patients/?sort=-id&limit=1')).body).toEqual([read.body]);
    }
  });

  test('declines an own assignment, which syncs, and no other', async () => {
    const id = await w.newPatient({}, stranger);
    const mine = await w.assign(id, w.doctorIds.assigned, stranger);
    const others = await w.assign(id, w.doctorIds.other, stranger);
    const sync = async (who: Account, cursor?: string) => {
      await app.settled();
      return (await app.as(who, 'GET', `/api/sync/${cursor ? `?cursor=${cursor}` : ''}`)).body;
    };
    const [doctors, makers] = [await sync(assignedDoctor), await sync(stranger)];
    expect(await codeOf(app.as(assignedDoctor, 'DELETE', `/api/mappings/${others}/`))).toEqual([403, 'not_owner']);
    expect(await codeOf(app.as(pendingDoctor, 'DELETE', `/api/mappings/${mine}/`))).toEqual([
      403,
      'doctor_not_approved',
    ]);
    expect(await codeOf(app.as(patient, 'DELETE', `/api/mappings/${mine}/`))).toEqual([403, 'wrong_role']);
    const declined = await app.as(assignedDoctor, 'DELETE', `/api/mappings/${mine}/`);
    expect(declined.status).toBe(204);
    expect(await app.trailOf(declined)).toMatchObject([
      { action: 'delete', resource: 'mapping', resource_id: mine, actor_role: 'doctor', patient_ids: [id] },
    ]);
    expect((await app.as(assignedDoctor, 'DELETE', `/api/mappings/${mine}/`)).status).toBe(404);
    expect((await sync(assignedDoctor, doctors.cursor)).removed).toMatchObject({
      patients: [id],
      mappings: expect.arrayContaining([mine]),
    });
    expect((await sync(stranger, makers.cursor)).removed).toMatchObject({ patients: [], mappings: [mine] });
  });
});

describe('who made a doctor', () => {
  const changes = [
    ['PATCH', { name: 'Dr. Other' }],
    ['PUT', { name: 'Dr. Other', specialization: 'Other' }],
    ['DELETE', undefined],
  ] as const;

  test('neither changes nor deletes it while it is invited', async () => {
    const id = await w.newDoctor({ name: 'Dr. Looked At' }, stranger);
    const email = address();
    const { id: invitation } = await w.send(admin, 'POST', '/api/admin/invitations/', {
      email,
      role: 'doctor',
      doctor: id,
    });
    for (const [method, body] of changes)
      expect(await codeOf(app.as(stranger, method, `/api/doctors/${id}/`, body))).toEqual([409, 'invitation_open']);
    expect((await app.as(admin, 'PATCH', `/api/doctors/${id}/`, { contact_info: 'x' })).status).toBe(200);
    await w.send(admin, 'DELETE', `/api/admin/invitations/${invitation}/`);
    expect((await app.as(stranger, 'PATCH', `/api/doctors/${id}/`, { name: 'Dr. New' })).status).toBe(200);
  });

  test('of an invitation and a change at once, either the invitation sees the change or refuses it', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await w.newDoctor({ name: 'Dr. Looked At' }, stranger);
      const body = { email: address(), role: 'doctor', doctor: id };
      await app.rows(`update invitations set created_at = created_at - interval '2 days'`);
      const [, change] = await Promise.all([
        app.as(admin, 'POST', '/api/admin/invitations/', body),
        app.as(stranger, 'PATCH', `/api/doctors/${id}/`, { name: 'Dr. Other' }),
      ]);
      const now = await app.as(stranger, 'PATCH', `/api/doctors/${id}/`, { name: 'Dr. Third' });
      expect([200, 409]).toContain(change.status);
      expect(now.body.code).toBe('invitation_open');
      expect((await app.rowOf('doctors', id)).name).toBe(change.status === 200 ? 'Dr. Other' : 'Dr. Looked At');
    }
  });

  test('nor while patients of others are assigned to it', async () => {
    const id = await w.newDoctor({}, stranger);
    await w.assign(await w.newPatient({}, stranger), id, stranger);
    expect((await app.as(stranger, 'PATCH', `/api/doctors/${id}/`, { name: 'Dr. Mine' })).status).toBe(200);
    const mapping = await w.assign(await w.newPatient({}, owner), id, owner);
    for (const [method, body] of changes)
      expect(await codeOf(app.as(stranger, method, `/api/doctors/${id}/`, body))).toEqual([409, 'others_assigned']);
    expect((await app.as(admin, 'PATCH', `/api/doctors/${id}/`, { name: 'Dr. Corrected' })).status).toBe(200);
    await w.send(owner, 'DELETE', `/api/mappings/${mapping}/`);
    expect((await app.as(stranger, 'DELETE', `/api/doctors/${id}/`)).status).toBe(204);
  });

  test('keeps as many as the deployment says, also of twenty at once; administrators as they like', async () => {
    const maker = await app.register(unique('maker'));
    const call = caller({ ...app.env, DOCTORS_PER_ACCOUNT: 3 });
    const make = ({ token }: Account) =>
      call('POST', '/api/doctors/', { token, body: { name: 'Dr. Many', specialization: 'Any' } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => make(maker)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(3).fill(201), ...Array(17).fill(409)]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('limit_reached');
    const [one] = answers.filter(({ status }) => status === 201);
    await w.send(maker, 'DELETE', `/api/doctors/${one?.body.id}/`);
    expect((await make(maker)).status).toBe(201);
    for (let more = 0; more < 4; more++) expect((await make(admin)).status).toBe(201);
  });
});
