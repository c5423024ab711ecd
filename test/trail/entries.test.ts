// What an entry of the trail tells: who did what to whose record and when, with the row as it was.
import { describe, expect, test } from 'vitest';
import { requestIdOf } from '../support/answers.ts';
import { type Account, accountOf, boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, otherPatient, assignedDoctor, admin } = w.people;
const { ownPatient, ownRecord, doctorIds, assign } = w;
const { as, trailOf } = app;
/** A record as the trail keeps it: without what is only there for sorting, searching and syncing. */
const rowOf = async (table: string, id: number): Promise<Json> =>
  Object.fromEntries(Object.entries(await app.rowOf(table, id)).filter(([name]) => !/_key$|_tx$|^bytes$/.test(name)));
const newPatient = () => w.newPatient({ medical_history: 'Asthma' });

describe('tells of a change', () => {
  test('who made a record', async () => {
    const answer = await as(owner, 'POST', '/api/patients/', { name: 'Jane' });
    expect(await trailOf(answer)).toEqual([
      {
        actor_id: owner.id,
        actor_role: 'user',
        action: 'create',
        resource: 'patient',
        resource_id: answer.body.id,
        patient_ids: [answer.body.id],
        before: null,
        just_now: true,
      },
    ]);
  });

  test('what a change replaced, as it was', async () => {
    const id = await newPatient();
    const before = await rowOf('patients', id);
    const put = await as(owner, 'PUT', `/api/patients/${id}/`, { name: 'Changed', medical_history: null });
    const { name, medical_history, version, updated_at } = before;
    expect(await trailOf(put)).toMatchObject([{ action: 'update', resource_id: id, patient_ids: [id] }]);
    expect((await trailOf(put))[0].before).toEqual({ name, medical_history, version, updated_at });
    const patch = await as(admin, 'PATCH', `/api/patients/${id}/`, { age: 99 });
    expect(await trailOf(patch)).toMatchObject([{ actor_id: admin.id, actor_role: 'admin', before: { age: 30 } }]);
  });

  test('a deleted record whole, and the mappings that went with it', async () => {
    const id = await newPatient();
    const mapping = await assign(id, doctorIds.assigned);
    const [before, assigned] = [await rowOf('patients', id), await rowOf('mappings', mapping)];
    const trail = await trailOf(await as(owner, 'DELETE', `/api/patients/${id}/`));
    expect(trail).toHaveLength(2);
    expect(trail).toContainEqual(expect.objectContaining({ resource: 'patient', resource_id: id, before }));
    expect(trail).toContainEqual(
      expect.objectContaining({ resource: 'mapping', resource_id: mapping, patient_ids: [id], before: assigned }),
    );
  });

  test('a doctor, and whether it was approved', async () => {
    const approved = await app.approve(admin, doctorIds.pending);
    expect(await trailOf(approved)).toMatchObject([
      {
        actor_id: admin.id,
        action: 'update',
        resource: 'doctor',
        resource_id: doctorIds.pending,
        before: { approved: false },
      },
    ]);
    const revoked = await as(admin, 'POST', `/api/admin/doctors/${doctorIds.pending}/revoke/`);
    expect(await trailOf(revoked)).toMatchObject([{ before: { approved: true } }]);
  });

  test('a role, and that an account was disabled', async () => {
    const someone = await app.register('changing');
    const promoted = await as(admin, 'PATCH', `/api/admin/users/${someone.id}/`, { role: 'admin' });
    expect(await trailOf(promoted)).toMatchObject([
      { actor_id: admin.id, action: 'update', resource: 'user', resource_id: someone.id, before: { role: 'user' } },
    ]);
    const disabled = await as(admin, 'PATCH', `/api/admin/users/${someone.id}/`, { disabled: true });
    expect(await trailOf(disabled)).toMatchObject([{ before: { disabled_at: null } }]);
  });

  test('who the new account is, and what became of its name', async () => {
    const answer = await as(undefined, 'POST', '/api/auth/register/patient/', {
      email: 'brief@example.com',
      password,
      name: 'Brief',
    });
    const me = accountOf(answer.body);
    for (const { actor_id } of await trailOf(answer)) expect(actor_id).toBe(me.id);
    const erased = await as(me, 'DELETE', '/api/auth/me/', { password });
    expect(erased.status).toBe(204);
    const trail = await trailOf(erased);
    expect(trail).toMatchObject([
      { action: 'update', resource: 'user', resource_id: me.id, before: { name: 'Brief', erased_at: null } },
      { action: 'update', resource: 'patient', before: { user_id: me.id } },
    ]);
  });

  test('nothing of what was refused', async () => {
    expect(await trailOf(await as(owner, 'POST', '/api/patients/', { name: '' }))).toEqual([]);
    expect(await trailOf(await as(owner, 'PATCH', '/api/doctors/999999/', { name: 'x' }))).toEqual([]);
    expect(await trailOf(await as(stranger, 'GET', '/api/admin/users/'))).toEqual([]);
  });
});

describe('tells of a read', () => {
  const read = async (who: Account, path: string) => {
    const answer = await as(who, 'GET', path);
    const [entry, ...more] = await trailOf(answer);
    expect(more).toEqual([]);
    return { answer, ids: entry?.patient_ids.sort((a: number, b: number) => a - b), entry };
  };
  const ids = (body: Json, column = 'id') =>
    [...new Set<number>(body.map((record: Json) => record[column]))].sort((a, b) => a - b);

  test('of one record: who and which', async () => {
    const { entry } = await read(assignedDoctor, `/api/patients/${ownPatient.id}/`);
    expect(entry).toMatchObject({
      actor_id: assignedDoctor.id,
      actor_role: 'doctor',
      action: 'read',
      resource: 'patient',
      patient_ids: [ownPatient.id],
      before: null,
    });
  });

  test.each([
    ['the owner', owner, '/api/patients/'],
    ['an admin', admin, '/api/patients/'],
    ['a doctor', assignedDoctor, '/api/doctors/all-patients/'],
    ['a doctor, of those assigned', assignedDoctor, '/api/doctors/my-patients/'],
  ])('of a list by %s: all that were in it', async (_, who, path) => {
    const { answer, ids: recorded } = await read(who, path);
    expect(answer.body.length).toBeGreaterThan(0);
    expect(recorded).toEqual(ids(answer.body));
  });

  test('of the mappings: the patients in them', async () => {
    const { answer, ids: recorded } = await read(owner, '/api/mappings/');
    expect(recorded).toEqual(ids(answer.body, 'patient'));
    expect((await read(owner, `/api/mappings/${ownPatient.id}/`)).ids).toEqual([ownPatient.id]);
    expect((await read(patient, '/api/patients/my-doctors/')).ids).toEqual([ownRecord]);
  });

  test('that found nothing', async () => {
    const nobody = await app.register('curious');
    for (const path of ['/api/patients/', '/api/mappings/']) {
      const { answer, entry } = await read(nobody, path);
      expect(answer.body).toEqual([]);
      expect(entry).toMatchObject({ actor_id: nobody.id, action: 'read', patient_ids: [] });
    }
  });

  test('of what is missing or not theirs', async () => {
    for (const path of [
      `/api/patients/${ownPatient.id}/`,
      '/api/patients/999999/',
      `/api/mappings/${ownPatient.id}/`,
    ]) {
      const answer = await as(otherPatient, 'GET', path);
      expect(answer.status).toBe(404);
      const [entry, refused] = await trailOf(answer);
      expect(entry).toMatchObject({ actor_id: otherPatient.id, action: 'read', patient_ids: [] });
      expect(refused).toMatchObject({ actor_id: otherPatient.id, action: 'refused' });
    }
  });

  test('of accounts: which, and whose patient data they hold', async () => {
    const one = await trailOf(await as(admin, 'GET', `/api/admin/users/${patient.id}/`));
    expect(one).toMatchObject([
      { actor_id: admin.id, resource: 'user', resource_id: patient.id, patient_ids: [ownRecord] },
    ]);
    const other = await trailOf(await as(admin, 'GET', `/api/admin/users/${owner.id}/`));
    expect(other).toMatchObject([{ resource: 'user', resource_id: owner.id, patient_ids: [] }]);
    const list = await trailOf(await as(admin, 'GET', '/api/admin/users/?search=patient&role=patient'));
    expect(list[0].patient_ids).toContain(ownRecord);
    const log = await as(patient, 'GET', '/api/patient-profile/access-log/?limit=1');
    expect(log.body).toMatchObject([{ actor_id: admin.id, action: 'read', resource: 'user' }]);
  });

  test('of accounts by a change of them, which is answered with them', async () => {
    const changed = await as(admin, 'PATCH', `/api/admin/users/${patient.id}/`, {});
    expect(changed.body.email).toBe('patient@example.com');
    expect(await trailOf(changed)).toMatchObject([{ action: 'read', resource: 'user', patient_ids: [ownRecord] }]);
    const log = await as(patient, 'GET', '/api/patient-profile/access-log/?limit=1');
    expect(log.body).toMatchObject([{ actor_id: admin.id, action: 'read', resource: 'user' }]);
  });

  test('of the trail itself, with the patients whose records it shows', async () => {
    const id = await newPatient();
    await w.send(owner, 'PATCH', `/api/patients/${id}/`, { age: 31 });
    const answer = await as(admin, 'GET', '/api/admin/audit/?action=update&limit=1');
    expect(answer.body[0]).toMatchObject({ resource_id: id, before: { age: 30 } });
    expect(await trailOf(answer)).toMatchObject([{ actor_id: admin.id, resource: 'audit', patient_ids: [id] }]);
  });
});

describe('tells of the way in', () => {
  const login = (username: string, sent: string, address = '192.0.2.1') =>
    app.call('POST', '/api/auth/login/', {
      body: { username, password: sent },
      headers: { 'CF-Connecting-IP': address },
    });

  test('from which address, unless what stands there is none', async () => {
    const seen = async (address: string) => {
      const answer = await login('stranger', 'not the password', address);
      return app.rows('select action, address from audit where request_id = $1', [requestIdOf(answer)]);
    };
    expect(await seen('198.51.100.7')).toEqual([{ action: 'login_failed', address: '198.51.100.7' }]);
    expect(await seen('Jane Doe, 12 Main Street')).toEqual([{ action: 'login_failed', address: null }]);
  });

  test('who logged in and out', async () => {
    const answer = await login('stranger', password);
    const [entry] = await trailOf(answer);
    expect(entry).toMatchObject({ actor_id: stranger.id, action: 'login', resource: 'session' });
    const out = await app.call('POST', '/api/auth/logout/', { token: answer.body.access });
    expect(await trailOf(out)).toMatchObject([
      { actor_id: stranger.id, action: 'logout', resource: 'session', resource_id: entry.resource_id },
    ]);
  });

  test('who failed to, and when it was locked', async () => {
    const failures = [];
    for (let attempt = 1; attempt <= 6; attempt++) failures.push(await login('stranger', 'not the password'));
    expect(failures.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
    const trail = await Promise.all(failures.map(trailOf));
    for (const entries of trail.slice(0, 5))
      expect(entries).toContainEqual(expect.objectContaining({ action: 'login_failed', resource_id: stranger.id }));
    expect(trail[3]).toHaveLength(1);
    expect(trail[4]).toContainEqual(expect.objectContaining({ action: 'login_limited' }));
  });

  test('who came with the right password to a disabled account', async () => {
    await app.asOwner('update users set disabled_at = now() where id = $1', [stranger.id]);
    const answer = await login('stranger', password, '192.0.2.3');
    await app.asOwner('update users set disabled_at = null where id = $1', [stranger.id]);
    expect(answer.body.code).toBe('account_disabled');
    expect(await trailOf(answer)).toMatchObject([{ action: 'login_failed', resource_id: stranger.id }]);
  });

  test('no lock where there was none', async () => {
    const address = '192.0.2.2';
    for (let attempt = 1; attempt <= 4; attempt++) await login('pending_doctor', 'not the password', address);
    const answer = await login('pending_doctor', password, address);
    expect(answer.status).toBe(200);
    expect((await trailOf(answer)).map(({ action }) => action)).toEqual(['login']);
  });

  test('that an unknown account was tried', async () => {
    expect(await trailOf(await login('nobody_at_all', 'not the password'))).toMatchObject([
      { action: 'login_failed', resource: 'user', resource_id: null },
    ]);
  });

  test('that an old refresh token was used', async () => {
    const { refresh } = await app.register('reused');
    const again = (sent: string) => app.call('POST', '/api/auth/refresh/', { body: { refresh: sent } });
    const second = (await again(refresh)).body.refresh;
    await again(second);
    const reused = await again(refresh);
    expect(reused.body.code).toBe('refresh_reused');
    expect(await trailOf(reused)).toMatchObject([{ action: 'refresh_reused', resource: 'session' }]);
  });
});
