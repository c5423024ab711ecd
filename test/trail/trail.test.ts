// The trail: who did what to whose record and when, with the row as it was; and what is undone from it.
import { describe, expect, test, vi } from 'vitest';
import { nextOf, requestIdOf, tagOf } from '../support/answers.ts';
import { type Account, type Answer, accountOf, boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { everyRoute, send } from '../support/every-route.ts';
import { routes } from '../support/routes.ts';

cheapPasswords();
// a test here is all routes at once, and the machine may have other things to do
vi.setConfig({ testTimeout: 30_000 });
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, otherPatient, assignedDoctor, pendingDoctor, admin } = w.people;
const { ownPatient, ownRecord, doctorIds } = w;
const { prepare } = everyRoute(app, w);

const { as, rows, rowOf } = app;
/** What the trail has of one request. */
const trailOf = (answer: Answer) =>
  rows(
    `select actor_id::int, actor_role, action, resource, resource_id::int, patient_ids::int[], before,
      at > now() - interval '1 minute' as just_now
    from audit where request_id = $1 order by audit.id`,
    [requestIdOf(answer)],
  );
/** Everything but the trail. */
const contents = () =>
  app.sumsOf(['users', 'credentials', 'sessions', 'patients', 'doctors', 'mappings', 'idempotency_keys', 'guesses']);

const newPatient = () => w.newPatient({ medical_history: 'Asthma' });
const { newDoctor, assign } = w;
const deletionOf = async (resource: string, id: number): Promise<number> =>
  Number(
    (
      await rows(`select max(id) as id from audit where action = 'delete' and resource = $1 and resource_id = $2`, [
        resource,
        id,
      ])
    )[0].id,
  );

/** Actions and resources: nothing where no patient's data is read and no record changes. */
const leaves: Record<string, string[]> = {
  'POST /api/auth/register': ['create user', 'login session'],
  'POST /api/auth/register/patient': ['create patient', 'create user', 'login session'],
  'POST /api/auth/register/doctor': ['create doctor', 'create user', 'login session'],
  'POST /api/auth/login': ['login session'],
  'POST /api/auth/logout': ['logout session'],
  'PATCH /api/auth/me': ['update user'],
  'DELETE /api/auth/me': ['update user'],
  'POST /api/auth/password': ['password_change user'],
  'POST /api/patients': ['create patient'],
  'GET /api/patients': ['read patient'],
  'GET /api/patients/my-doctors': ['read mapping'],
  'GET /api/patients/:id': ['read patient'],
  'PUT /api/patients/:id': ['update patient'],
  'PATCH /api/patients/:id': ['update patient'],
  'DELETE /api/patients/:id': ['delete mapping', 'delete patient'],
  'POST /api/doctors': ['create doctor'],
  'GET /api/doctors/all-patients': ['read patient'],
  'GET /api/doctors/my-patients': ['read patient'],
  'PUT /api/doctors/:id': ['update doctor'],
  'PATCH /api/doctors/:id': ['update doctor'],
  'DELETE /api/doctors/:id': ['delete doctor', 'delete mapping'],
  'POST /api/mappings': ['create mapping'],
  'GET /api/mappings': ['read mapping'],
  'GET /api/mappings/:id': ['read mapping'],
  'GET /api/mappings/patient/:id': ['read mapping'],
  'DELETE /api/mappings/:id': ['delete mapping'],
  'GET /api/sync': ['read mapping', 'read patient'],
  'GET /api/patient-profile': ['read patient'],
  'PUT /api/patient-profile/:user_id': ['update patient'],
  'PUT /api/doctor-profile/:user_id': ['update doctor'],
  'POST /api/admin/assign-patient': ['create mapping'],
  'PATCH /api/admin/users/:id': ['update user'],
  'POST /api/admin/doctors/:id/approve': ['update doctor'],
  'POST /api/admin/doctors/:id/revoke': ['update doctor'],
  'GET /api/admin/audit': ['read audit'],
  'POST /api/admin/audit/:id/restore': ['restore mapping', 'restore patient'],
};

describe('is written by every route', () => {
  test('or else the request is a 503, shows nothing and changes nothing', async () => {
    const requests = await Promise.all(Object.keys(leaves).map(prepare));
    await app.asOwner(`create function app.disk_full() returns trigger language plpgsql as $$
      begin raise exception 'no space left' using errcode = '53100'; end $$`);
    await app.asOwner('create trigger disk_full before insert on audit for each row execute function app.disk_full()');
    const before = await contents();
    const answers = [];
    for (const request of requests) answers.push({ request, answer: await send(app.call, request) });
    const after = await contents();
    await app.asOwner('drop function app.disk_full() cascade');
    await app.asOwner('delete from guesses');
    for (const { request, answer } of answers) {
      expect(answer.status, `${request.route} answered ${answer.text}`).toBe(503);
      expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      expect(Object.keys(answer.body).sort()).toEqual(['code', 'detail', 'request_id', 'status', 'title', 'type']);
    }
    // logging in and proving a password take an attempt first, and only that
    expect(after?.slice(0, -1)).toEqual(before?.slice(0, -1));
  });

  test.each(routes)('%s', async (route) => {
    const request = await prepare(route);
    const answer = await send(app.call, request);
    expect(answer.status, answer.text).toBeLessThan(300);
    const trail = await trailOf(answer);
    expect(trail.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual(leaves[route] ?? []);
    for (const { just_now, actor_id, actor_role } of trail) {
      expect(just_now).toBe(true);
      expect(actor_id).toBe(request.who?.id ?? answer.body.user.id);
      if (request.who) expect(actor_role).not.toBeNull();
    }
  });
});

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

  test('the row as it was', async () => {
    const id = await newPatient();
    const before = await rowOf('patients', id);
    const put = await as(owner, 'PUT', `/api/patients/${id}/`, { name: 'Changed', medical_history: null });
    expect(await trailOf(put)).toMatchObject([{ action: 'update', resource_id: id, patient_ids: [id], before }]);
    const changed = await rowOf('patients', id);
    const patch = await as(admin, 'PATCH', `/api/patients/${id}/`, { age: 99 });
    expect(await trailOf(patch)).toMatchObject([{ actor_id: admin.id, actor_role: 'admin', before: changed }]);
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
    const before = await rowOf('doctors', doctorIds.pending);
    expect(before.approved).toBe(false);
    const approved = await as(admin, 'POST', `/api/admin/doctors/${doctorIds.pending}/approve/`);
    expect(await trailOf(approved)).toMatchObject([
      { actor_id: admin.id, action: 'update', resource: 'doctor', resource_id: doctorIds.pending, before },
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
    expect(await trailOf(disabled)).toMatchObject([{ before: { role: 'admin', disabled_at: null } }]);
  });

  test('who the new account is, and what became of its name', async () => {
    const answer = await as(undefined, 'POST', '/api/auth/register/patient/', {
      email: 'brief@example.com',
      password,
      name: 'Brief',
    });
    const me = accountOf(answer.body);
    for (const { actor_id } of await trailOf(answer)) expect(actor_id).toBe(me.id);
    const before = await rowOf('users', me.id);
    const erased = await as(me, 'DELETE', '/api/auth/me/', { password });
    expect(erased.status).toBe(204);
    expect(await trailOf(erased)).toMatchObject([{ action: 'update', resource: 'user', resource_id: me.id, before }]);
  });

  test('nothing of what was refused', async () => {
    const id = await newPatient();
    expect(await trailOf(await as(owner, 'POST', '/api/patients/', { name: '' }))).toEqual([]);
    expect(await trailOf(await as(assignedDoctor, 'PATCH', `/api/patients/${id}/`, { age: 1 }))).toEqual([]);
    expect(await trailOf(await as(stranger, 'POST', '/api/mappings/', { patient: 999_999, doctor: 1 }))).toEqual([]);
  });

  test('never a password hash or a token', async () => {
    const [secrets] = await rows(`select count(*)::int as found from audit, credentials
      where before::text like '%' || password_hash || '%' or before::text like '%pbkdf2%'`);
    expect(secrets.found).toBe(0);
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
      const { answer, entry } = await read(otherPatient, path);
      expect(answer.status).toBe(404);
      expect(entry).toMatchObject({ actor_id: otherPatient.id, action: 'read', patient_ids: [] });
    }
  });

  test('of the trail itself, with the patients whose records it shows', async () => {
    const id = await newPatient();
    await w.send(owner, 'PATCH', `/api/patients/${id}/`, { age: 31 });
    const answer = await as(admin, 'GET', '/api/admin/audit/?action=update&limit=1');
    expect(answer.body[0]).toMatchObject({ resource_id: id, before: { medical_history: 'Asthma' } });
    expect(await trailOf(answer)).toMatchObject([{ actor_id: admin.id, resource: 'audit', patient_ids: [id] }]);
  });
});

describe('tells of the way in', () => {
  const login = (username: string, sent: string, address = '192.0.2.1') =>
    app.call('POST', '/api/auth/login/', {
      body: { username, password: sent },
      headers: { 'CF-Connecting-IP': address },
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

describe('belongs to nobody', () => {
  // as the Worker's own connection, in the context of an admin
  const asApi = (statement: string) =>
    app.database.owner.transaction([
      app.database.owner.query(
        `select set_config('app.user_id', $1, true), set_config('app.role', 'admin', true),
        set_config('role', 'app_api', true)`,
        [String(admin.id)],
      ),
      app.database.owner.query(statement),
    ]);

  test.each([
    `update audit set actor_id = 1`,
    'delete from audit',
    'truncate audit',
    `insert into audit (action, resource, before) values ('update', 'patient', '{"name":"forged"}')`,
    `insert into audit (action, resource, actor_id) values ('read', 'patient', ${owner.id})`,
  ])('the API may not %s', async (statement) => {
    await expect(asApi(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test('the API may append what it reads', async () => {
    await asApi(`insert into audit (action, resource) values ('read', 'patient')`);
  });
});

describe('is read by admins', () => {
  const read = async (search: string) => {
    const answer = await as(admin, 'GET', `/api/admin/audit/${search}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.body as Json[];
  };
  const count = (condition: string, params: unknown[] = []) => app.count(`from audit where ${condition}`, params);

  test('the newest first, with everything that it holds', async () => {
    const changed = await as(owner, 'PATCH', `/api/patients/${ownPatient.id}/`, { phone: '555 0100' });
    const [entry, next] = await read('?limit=2');
    expect(entry).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor_id: owner.id,
      actor_role: 'user',
      action: 'update',
      resource: 'patient',
      resource_id: ownPatient.id,
      patient_ids: [ownPatient.id],
      request_id: requestIdOf(changed),
      before: expect.objectContaining({ id: ownPatient.id }),
    });
    expect(next.id).toBeLessThan(entry.id);
  });

  test('by actor, action, resource and all of them', async () => {
    const filters = { actor: owner.id, action: 'update', resource: 'patient' };
    const columns = { actor: 'actor_id', action: 'action', resource: 'resource' };
    for (const [name, value] of Object.entries(filters)) {
      const expected = await count(`${columns[name as keyof typeof columns]} = $1`, [value]);
      const found = await read(`?${name}=${value}`);
      expect(found.length).toBe(expected);
      expect(found.length).toBeGreaterThan(0);
    }
    const all = await read(`?actor=${owner.id}&action=update&resource=patient`);
    expect(all.length).toBe(await count(`actor_id = $1 and action = 'update' and resource = 'patient'`, [owner.id]));
    expect(await read('?action=no_such_action')).toEqual([]);
  });

  test('by patient: changes, reads and mappings of that one', async () => {
    const expected = await count('patient_ids @> array[$1::bigint]', [ownRecord]);
    const found = await read(`?patient=${ownRecord}`);
    expect(found.length).toBe(expected);
    for (const { patient_ids } of found) expect(patient_ids).toContain(ownRecord);
    expect(new Set(found.map(({ action }) => action)).size).toBeGreaterThan(1);
  });

  test('from one moment, up to another', async () => {
    const [{ at }] = await rows('select at from audit order by id desc offset 20 limit 1');
    const moment = encodeURIComponent(new Date(at).toISOString());
    const later = await read(`?from=${moment}`);
    const earlier = await read(`?to=${moment}`);
    expect(later.map((entry) => entry.at).sort()[0]).toBe(new Date(at).toISOString());
    expect(earlier.length).toBe(await count('at < $1', [at]));
    expect(await read(`?from=${moment}&to=${moment}`)).toEqual([]);
    const offset = new Date(new Date(at).getTime() + 3_600_000).toISOString().replace('Z', '+01:00');
    expect((await read(`?to=${encodeURIComponent(offset)}`)).length).toBe(earlier.length);
  });

  test('page by page, without skipping or repeating while it grows', async () => {
    const expected = (await rows('select id::int from audit order by id desc limit 40')).map(({ id }) => id);
    const seen: number[] = [];
    let path: string | undefined = '/api/admin/audit/?limit=7';
    for (let page = 0; path && seen.length < 40; page++) {
      const answer = await as(admin, 'GET', path);
      seen.push(...answer.body.map(({ id }: Json) => id));
      // each page is recorded itself, and this too
      await w.send(owner, 'PATCH', `/api/patients/${ownPatient.id}/`, { age: page });
      path = nextOf(answer);
    }
    expect(seen.slice(0, 40)).toEqual(expected);
  });

  test('to its end, and no page is after that', async () => {
    const answer = await as(admin, 'GET', '/api/admin/audit/?action=refresh_reused');
    expect(answer.body.length).toBeGreaterThan(0);
    expect(answer.headers.get('Link')).toBeNull();
  });

  test.each([
    'actor=me',
    'actor=0',
    'actor=-1',
    'actor=99999999999999999999',
    'action=DROP%20TABLE',
    'resource=a%00b',
    'patient=1.5',
    'from=yesterday',
    'to=2026-13-01T00:00:00Z',
    'from=2026-11-21',
    'limit=0',
    'limit=many',
    'cursor=garbage',
    'user=1',
  ])('unless they ask for %s, which is a 400 that says so', async (search) => {
    const answer = await as(admin, 'GET', `/api/admin/audit/?${search}`);
    expect(answer.status).toBe(400);
    const field = search.split('=')[0] ?? '';
    expect(Object.keys(answer.body.errors)).toEqual([field === 'user' ? 'non_field_errors' : field]);
  });

  test('with a cursor for the filters that it came from only', async () => {
    const first = await as(admin, 'GET', '/api/admin/audit/?limit=1&action=update');
    const next = nextOf(first) ?? '';
    expect(next).toContain('action=update');
    expect((await as(admin, 'GET', next.replace('action=update', 'action=create'))).status).toBe(400);
  });
});

describe("a patient's own record", () => {
  test('shows exactly who looked at it', async () => {
    const me = await app.register('watched', 'patient/');
    const [{ id }] = await rows('select id::int from patients where user_id = $1', [me.id]);
    await as(assignedDoctor, 'GET', `/api/patients/${id}/`);
    await as(pendingDoctor, 'GET', `/api/patients/${id}/`);
    await as(stranger, 'GET', `/api/patients/${id}/`);
    await as(assignedDoctor, 'GET', `/api/patients/${ownPatient.id}/`);
    await as(admin, 'GET', '/api/patients/');
    await as(me, 'GET', '/api/patient-profile/');
    await as(admin, 'PATCH', `/api/patients/${id}/`, { age: 50 });
    const log = await as(me, 'GET', '/api/patient-profile/access-log/');
    expect(log.body.map(({ actor_id, actor_role, action }: Json) => [actor_id, actor_role, action])).toEqual([
      [admin.id, 'admin', 'update'],
      [me.id, 'patient', 'read'],
      [admin.id, 'admin', 'read'],
      [assignedDoctor.id, 'doctor', 'read'],
      [me.id, null, 'create'],
    ]);
    expect(log.body[3]).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/Z$/),
      action: 'read',
      resource: 'patient',
      actor_id: assignedDoctor.id,
      actor_name: 'assigned_doctor',
      actor_role: 'doctor',
    });
  });

  test('shows it page by page', async () => {
    const whole = (await as(patient, 'GET', '/api/patient-profile/access-log/')).body;
    const seen: Json[] = [];
    let path: string | undefined = '/api/patient-profile/access-log/?limit=3';
    while (path) {
      const answer = await as(patient, 'GET', path);
      seen.push(...answer.body);
      path = nextOf(answer);
    }
    expect(whole.length).toBeGreaterThan(3);
    expect(seen).toEqual(whole);
  });
});

describe('restores', () => {
  const restore = (entry: number, who = admin) => as(who, 'POST', `/api/admin/audit/${entry}/restore/`);
  const mappingsOf = async (id: number) =>
    (await as(admin, 'GET', `/api/mappings/${id}/`)).body.map(({ id }: Json) => id);

  test('a patient under its old id, as it was, with its mappings', async () => {
    const id = await newPatient();
    const mapping = await assign(id, doctorIds.assigned);
    const before = await as(owner, 'GET', `/api/patients/${id}/`);
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    const entry = await deletionOf('patient', id);
    const answer = await restore(entry);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({ resource: 'patient', id, mappings: [mapping] });
    const after = await as(owner, 'GET', `/api/patients/${id}/`);
    expect({ ...after.body, updated_at: null }).toEqual({ ...before.body, updated_at: null });
    expect(await mappingsOf(id)).toEqual([mapping]);
    expect(await trailOf(answer)).toMatchObject([
      { actor_id: admin.id, action: 'restore', resource: 'patient', resource_id: id, patient_ids: [id] },
      { actor_id: admin.id, action: 'restore', resource: 'mapping', resource_id: mapping, patient_ids: [id] },
    ]);
  });

  test('a doctor with its mappings, and its approval', async () => {
    const id = await newDoctor();
    const one = await assign(ownPatient.id, id);
    const two = await assign(await newPatient(), id);
    await w.send(owner, 'DELETE', `/api/doctors/${id}/`);
    const answer = await restore(await deletionOf('doctor', id));
    expect(answer.body).toEqual({ resource: 'doctor', id, mappings: [one, two] });
    expect((await as(owner, 'GET', `/api/doctors/${id}/`)).body).toMatchObject({ id, created_by: owner.id });
    expect(await mappingsOf(ownPatient.id)).toContain(one);
  });

  test('no mapping whose other side is gone', async () => {
    const [id, doctor] = [await newPatient(), await newDoctor()];
    await assign(id, doctor);
    const kept = await assign(id, doctorIds.assigned);
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    await w.send(owner, 'DELETE', `/api/doctors/${doctor}/`);
    expect((await restore(await deletionOf('patient', id))).body.mappings).toEqual([kept]);
  });

  test('no mapping that was removed before the record was', async () => {
    const id = await newPatient();
    const mapping = await assign(id, doctorIds.assigned);
    await w.send(owner, 'DELETE', `/api/mappings/${mapping}/`);
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    expect((await restore(await deletionOf('patient', id))).body.mappings).toEqual([]);
  });

  test('nothing that is there: 409, once or twice at once', async () => {
    const id = await newPatient();
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    const entry = await deletionOf('patient', id);
    const answers = await Promise.all([restore(entry), restore(entry), restore(entry)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.code).toBe('duplicate');
    expect((await as(owner, 'GET', `/api/patients/${id}/`)).status).toBe(200);
  });

  test('only from a deletion of a patient or doctor: 404 for any other entry', async () => {
    const id = await newPatient();
    const mapping = await assign(id, doctorIds.assigned);
    await w.send(owner, 'DELETE', `/api/mappings/${mapping}/`);
    const [{ id: created }] = await rows(
      `select id from audit where action = 'create' and resource = 'patient' and resource_id = $1`,
      [id],
    );
    for (const entry of [Number(created), await deletionOf('mapping', mapping), 999_999_999])
      expect((await restore(entry)).status).toBe(404);
  });

  test('for admins only', async () => {
    const id = await newPatient();
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    const entry = await deletionOf('patient', id);
    for (const who of [owner, patient, assignedDoctor]) expect((await restore(entry, who)).status).toBe(403);
    expect((await as(owner, 'GET', `/api/patients/${id}/`)).status).toBe(404);
  });

  test('under a new tag: one from before the deletion is stale', async () => {
    const id = await newPatient();
    const tags = [];
    for (const age of [31, 32, 33]) tags.push(tagOf(await as(owner, 'PATCH', `/api/patients/${id}/`, { age })));
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    await restore(await deletionOf('patient', id));
    for (const tag of tags) {
      const headers = { 'If-Match': tag };
      const late = await app.call('PUT', `/api/patients/${id}/`, {
        token: owner.token,
        body: { name: 'Late' },
        headers,
      });
      expect(late.status).toBe(412);
    }
  });

  test('an older deletion, and every tag of what came after it stays stale', async () => {
    const id = await newPatient();
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    const first = await deletionOf('patient', id);
    await restore(first);
    const changed = await as(owner, 'PATCH', `/api/patients/${id}/`, { age: 77 });
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    await restore(first);
    await w.send(owner, 'PATCH', `/api/patients/${id}/`, { age: 55 });
    const headers = { 'If-Match': tagOf(changed) };
    const late = await app.call('PATCH', `/api/patients/${id}/`, { token: owner.token, body: { phone: '1' }, headers });
    expect(late.status).toBe(412);
  });
});
