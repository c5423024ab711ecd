// An assignment that ends by itself: gone with the next request, in every list, search, count and sync.
import { describe, expect, test } from 'vitest';
import { type Account, boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot({ DOCTOR_ACCESS: 'assigned' });
const w = await assemble(app);
const { owner, patient, otherDoctor, admin } = w.people;

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();
const assign = (fields: object, who = owner) => app.as(who, 'POST', '/api/mappings/', { ...fields });
/** As if the time had come. */
const runOut = (id: number) => app.rows(`update mappings set expires_at = now() where id = $1`, [id]);
const assigned = async (expires_at: string | null = tomorrow()) => {
  const id = await w.newPatient({ name: unique('Zoe Expiring') });
  const mapping = await assign({ patient: id, doctor: w.doctorIds.other, expires_at });
  expect(mapping.status, mapping.text).toBe(201);
  return { id, mapping: mapping.body };
};

describe('an assignment', () => {
  test('says when it ends, and lasts by default', async () => {
    const until = tomorrow();
    const { id, mapping } = await assigned(until);
    expect(mapping).toEqual({
      ...{ id: expect.any(Number), patient: id, doctor: w.doctorIds.other },
      ...{ created_at: expect.any(String), expires_at: until },
    });
    expect((await app.as(owner, 'GET', `/api/mappings/${id}/`)).body).toMatchObject([{ expires_at: until }]);
    expect((await assigned(null)).mapping.expires_at).toBeNull();
    const names = { patient_id: await w.newPatient(), doctor_id: w.doctorIds.other };
    expect((await assign(names)).body.expires_at).toBeNull();
    const byAdmin = { ...names, doctor_id: w.doctorIds.assigned, expires_at: until };
    expect((await app.as(admin, 'POST', '/api/admin/assign-patient/', byAdmin)).body.expires_at).toBe(until);
  });

  test('takes a time of any zone that is ahead, and nothing else', async () => {
    const id = await w.newPatient();
    const pair = { patient: id, doctor: w.doctorIds.other };
    const wrong = [
      '',
      'tomorrow',
      '2099-01-01',
      '2099-01-01T00:00:00',
      new Date().toISOString(),
      5,
      [],
      '+999999-01-01T00:00:00Z',
    ];
    for (const expires_at of wrong)
      expect((await assign({ ...pair, expires_at })).body.errors, String(expires_at)).toEqual({
        expires_at: expect.any(Array),
      });
    expect((await assign({ ...pair, expires_at: '2099-01-01T01:00:00+02:00' })).body.expires_at).toBe(
      '2098-12-31T23:00:00.000Z',
    );
  });

  test('that has run out is gone for everybody, with the next request', async () => {
    const { id, mapping } = await assigned();
    const [record] = await app.rows('select name from patients where id = $1', [id]);
    const get = (who: Account, path: string) => app.as(who, 'GET', path);
    const lists = [
      '/api/doctors/my-patients/',
      '/api/doctors/all-patients/',
      `/api/doctors/my-patients/?search=${record.name.replace(' ', '%20')}`,
    ];
    const has = async (path: string) => (await get(otherDoctor, path)).body.some((one: Json) => one.id === id);
    for (const path of lists) expect(await has(path), path).toBe(true);
    expect((await get(otherDoctor, `/api/patients/${id}/`)).status).toBe(200);
    await runOut(mapping.id);
    for (const path of lists) expect(await has(path), path).toBe(false);
    expect((await get(otherDoctor, `/api/patients/${id}/`)).status).toBe(404);
    for (const who of [owner, admin]) {
      const list = await get(who, `/api/mappings/?patient=${id}&count=exact`);
      expect([list.body, list.headers.get('X-Total-Count')]).toEqual([[], '0']);
      expect((await get(who, `/api/mappings/${id}/`)).body).toEqual([]);
      expect((await app.as(who, 'DELETE', `/api/mappings/${mapping.id}/`)).status).toBe(404);
    }
    expect((await get(otherDoctor, '/api/mappings/')).body.map((one: Json) => one.id)).not.toContain(mapping.id);
  });

  test('is gone for the patient as well', async () => {
    const made = await app.as(admin, 'POST', '/api/mappings/', {
      patient: w.ownRecord,
      doctor: w.doctorIds.other,
      expires_at: tomorrow(),
    });
    const doctors = async () =>
      (await app.as(patient, 'GET', '/api/patients/my-doctors/')).body.map(({ id }: Json) => id);
    expect(await doctors()).toContain(w.doctorIds.other);
    await runOut(made.body.id);
    expect(await doctors()).not.toContain(w.doctorIds.other);
  });

  test('is renewed by assigning again, and no sooner', async () => {
    const { id, mapping } = await assigned();
    const pair = { patient: id, doctor: w.doctorIds.other };
    expect((await assign(pair)).body.code).toBe('duplicate');
    await runOut(mapping.id);
    const answers = await Promise.all(Array.from({ length: 10 }, () => assign(pair)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    const renewed = answers.find(({ status }) => status === 201);
    expect(renewed?.body).toMatchObject({ patient: id, expires_at: null });
    expect((await app.as(otherDoctor, 'GET', `/api/patients/${id}/`)).status).toBe(200);
    const entries = await app.trailOf(renewed as NonNullable<typeof renewed>);
    expect(entries.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      'delete mapping',
      'create mapping',
    ]);
  });

  test('that has run out leaves what others rely on free', async () => {
    const doctor = await w.newDoctor();
    const theirs = await w.newPatient({}, w.people.stranger);
    const made = await assign({ patient: theirs, doctor, expires_at: tomorrow() }, w.people.stranger);
    const rename = () => app.as(owner, 'PATCH', `/api/doctors/${doctor}/`, { name: unique('Dr. New') });
    expect((await rename()).body.code).toBe('others_assigned');
    await runOut(made.body.id);
    expect((await rename()).status).toBe(200);
  });
});

describe('a sync', () => {
  const sync = async (who: Account, cursor?: string, query = '') => {
    const pages: Json[] = [];
    for (let next = cursor; ; next = pages.at(-1).cursor) {
      const answer = await app.as(who, 'GET', `/api/sync/?${query}${next ? `&cursor=${next}` : ''}`);
      expect(answer.status, answer.text).toBe(200);
      pages.push(answer.body);
      if (!answer.body.more) break;
    }
    const all = (pick: (page: Json) => Json[]) => pages.flatMap(pick);
    return {
      cursor: pages.at(-1).cursor as string,
      patients: all(({ patients }) => patients.map(({ id }: Json) => id)),
      mappings: all(({ mappings }) => mappings.map(({ id }: Json) => id)),
      removed: { patients: all(({ removed }) => removed.patients), mappings: all(({ removed }) => removed.mappings) },
    };
  };

  test('takes away what ran out between two rounds, of every scope, and once', async () => {
    const { id, mapping } = await assigned();
    await w.assign(id, w.doctorIds.assigned);
    await app.settled();
    const scopes = { doctor: otherDoctor, colleague: w.people.assignedDoctor, owner, admin };
    const before = Object.fromEntries(
      await Promise.all(Object.entries(scopes).map(async ([name, who]) => [name, await sync(who)] as const)),
    );
    for (const round of Object.values(before)) expect(round.mappings).toContain(mapping.id);
    expect(before.doctor?.patients).toContain(id);
    await runOut(mapping.id);
    for (const [name, who] of Object.entries(scopes)) {
      const round = await sync(who, before[name]?.cursor, 'limit=1');
      expect(round.removed.mappings, name).toContain(mapping.id);
      expect(round.removed.patients, name).toEqual(name === 'doctor' ? [id] : []);
      const next = await sync(who, round.cursor);
      expect(next.removed, name).toEqual({ patients: [], mappings: [] });
    }
    expect((await sync(otherDoctor)).patients).not.toContain(id);
  });

  test('brings a renewed one back', async () => {
    const { id, mapping } = await assigned();
    await app.settled();
    const first = await sync(otherDoctor);
    await runOut(mapping.id);
    const second = await sync(otherDoctor, first.cursor);
    expect(second.removed.patients).toEqual([id]);
    const again = await assign({ patient: id, doctor: w.doctorIds.other });
    await app.settled();
    const third = await sync(otherDoctor, second.cursor);
    expect([third.patients, third.mappings]).toEqual([[id], [again.body.id]]);
    expect(third.removed.patients).toEqual([]);
  });

  test('loses nothing while another transaction runs, which holds the round back', async () => {
    const { id, mapping } = await assigned();
    await app.settled();
    let round = await sync(otherDoctor);
    await runOut(mapping.id);
    const waiting = app.database.owner.transaction([
      app.database.owner.query('select pg_current_xact_id()'),
      app.database.owner.query('select pg_sleep(1.5)'),
    ]);
    const removed: number[] = [];
    for (let rounds = 0; rounds < 3; rounds++) {
      round = await sync(otherDoctor, round.cursor);
      removed.push(...round.removed.patients);
    }
    await waiting;
    expect(removed).toContain(id);
  });

  test('goes on from a cursor of an earlier release', async () => {
    const { mapping } = await assigned();
    await app.settled();
    const { cursor } = await sync(otherDoctor);
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    expect(values).toHaveLength(9);
    const old = Buffer.from(JSON.stringify(values.slice(0, 7))).toString('base64url');
    await runOut(mapping.id);
    expect((await sync(otherDoctor, old)).removed.mappings).toContain(mapping.id);
  });
});
