// Who reads the trail, and how: administrators all of it, patients who looked at their record; nobody writes in it.
import { neon } from '@neondatabase/serverless';
import { describe, expect, test } from 'vitest';
import { nextOf, requestIdOf } from '../support/answers.ts';
import { boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { everyRoute, send } from '../support/every-route.ts';
import { routes } from '../support/routes.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, assignedDoctor, pendingDoctor, admin } = w.people;
const { ownPatient, ownRecord } = w;
const { as, rows } = app;

// something to read: every route was asked once, and a refresh token was used again after its successor
const { prepare } = everyRoute(app, w);
for (const route of routes) await send(app.call, await prepare(route));
const { refresh } = await app.device(owner);
const renew = async (sent: string) => (await as(undefined, 'POST', '/api/auth/refresh/', { refresh: sent })).body;
await renew((await renew(refresh)).refresh);
await renew(refresh);

describe('belongs to nobody', () => {
  // as the Worker's own connection, in the context of an admin
  const worker = neon(app.database.appUrl);
  const asApi = (statement: string) =>
    worker.transaction([
      worker.query(
        `select set_config('app.user_id', $1, true), set_config('app.role', 'admin', true),
        set_config('role', 'app_api', true)`,
        [String(admin.id)],
      ),
      worker.query(statement),
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
    const path = `/api/patients/${ownPatient.id}/`;
    const changed = await as(owner, 'PATCH', path, { phone: '555 0100' }, { 'CF-Connecting-IP': '2001:DB8::1' });
    const [entry, next] = await read('?limit=2');
    expect(entry).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor_id: owner.id,
      actor_name: expect.any(String),
      actor_role: 'user',
      action: 'update',
      resource: 'patient',
      reason: null,
      resource_id: ownPatient.id,
      patient_ids: [ownPatient.id],
      request_id: requestIdOf(changed),
      address: '2001:db8::1',
      before: expect.objectContaining({ version: expect.any(Number), updated_at: expect.any(String) }),
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

  test('from a day to a day, both of them whole', async () => {
    for (const at of ['2020-02-29 00:00', '2020-02-29 23:59:59.999', '2020-03-01 00:00'])
      await rows(`insert into audit (action, resource, at) values ('read', 'patient', $1)`, [`${at}+00`]);
    const times = async (from: string, to: string) => (await read(`?from=${from}&to=${to}`)).map(({ at }) => at);
    expect(await times('2020-02-29', '2020-02-29')).toEqual(['2020-02-29T23:59:59.999Z', '2020-02-29T00:00:00.000Z']);
    expect(await times('2020-02-29T00:00:00Z', '2020-02-29T23:59:59.999Z')).toEqual(['2020-02-29T00:00:00.000Z']);
    expect(await times('2020-03-01', '2020-02-29')).toEqual([]);
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
    'from=2026-11-31',
    'to=24:00',
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
      reason: null,
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
