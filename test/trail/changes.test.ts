// What an entry keeps of a change, and what is no change: the trail must not grow by what did not happen.
import { expect, test } from 'vitest';
import { tagOf } from '../support/answers.ts';
import { type Account, boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, assignedDoctor, pendingDoctor, admin } = w.people;
const { as, rowOf, trailOf } = app;
const full = {
  age: 30,
  gender: 'female',
  phone: '555',
  email: 'jane@example.com',
  medical_history: 'Asthma '.repeat(2000),
};
const newPatient = () => w.newPatient(full);

test('an entry keeps the fields that changed, as they were, and no others', async () => {
  const id = await newPatient();
  const { version, updated_at } = await rowOf('patients', id);
  const changed = await as(owner, 'PATCH', `/api/patients/${id}/`, { phone: '556', age: 30, gender: null });
  expect(await trailOf(changed)).toMatchObject([{ action: 'update', resource_id: id, patient_ids: [id] }]);
  expect((await trailOf(changed))[0].before).toEqual({ phone: '555', gender: 'female', version, updated_at });
  expect(await app.rows('select bytes from audit order by id desc limit 1')).toEqual([{ bytes: expect.any(Number) }]);
  expect((await app.rows('select bytes from audit order by id desc limit 1'))[0].bytes).toBeLessThan(2000);
});

test('an age that gives way to a date of birth has changed as well', async () => {
  const id = await newPatient();
  const changed = await as(owner, 'PATCH', `/api/patients/${id}/`, { date_of_birth: '1990-01-01' });
  expect((await trailOf(changed))[0].before).toMatchObject({ age: 30, date_of_birth: null });
});

interface Same {
  who: Account;
  table: string;
  id: () => Promise<number> | number;
  path: (id: number) => string;
  /** Everything as it is. */
  fields: Json;
  leaves: string[];
}
const { id: me } = owner;
const same: Record<string, Same> = {
  'a patient, by its owner': {
    ...{ who: owner, table: 'patients', id: newPatient, path: (id) => `/api/patients/${id}/`, fields: full },
    leaves: ['read patient'],
  },
  'a patient, by an administrator': {
    ...{ who: admin, table: 'patients', id: newPatient, path: (id) => `/api/patients/${id}/`, fields: full },
    leaves: ['read patient'],
  },
  'a doctor': {
    ...{ who: owner, table: 'doctors', id: () => w.newDoctor(), path: (id) => `/api/doctors/${id}/`, fields: {} },
    leaves: [],
  },
  'the own account': {
    ...{ who: owner, table: 'users', id: () => me, path: () => '/api/auth/me/', fields: { name: 'owner' } },
    leaves: [],
  },
  "somebody's account, by an administrator": {
    ...{ who: admin, table: 'users', id: () => patient.id, path: (id) => `/api/admin/users/${id}/` },
    ...{ fields: { name: 'patient', role: 'patient', disabled: false }, leaves: ['read user'] },
  },
};

test.each(Object.entries(same))(
  '%s is not changed by what it is',
  async (_, { who, table, id: make, path, fields, leaves }) => {
    const id = await make();
    const before = await rowOf(table, id);
    const tag = tagOf(await as(who, 'GET', path(id)));
    for (const body of [{}, fields]) {
      const answer = await as(who, 'PATCH', path(id), body, { 'If-Match': tag });
      expect([answer.status, answer.body.id, tagOf(answer)]).toEqual([200, id, tag]);
      const trail = await trailOf(answer);
      expect(trail.map(({ action, resource }) => `${action} ${resource}`)).toEqual(leaves);
      expect(trail.every((entry) => entry.before === null && entry.resource_id === id)).toBe(true);
      expect(await rowOf(table, id)).toEqual(before);
    }
  },
);

test('nor by PUT of the whole of it', async () => {
  const id = await newPatient();
  const before = await rowOf('patients', id);
  const { body } = await as(owner, 'GET', `/api/patients/${id}/`);
  expect((await as(owner, 'PUT', `/api/patients/${id}/`, body)).body).toEqual(body);
  expect(await rowOf('patients', id)).toEqual(before);
});

test('a phone is not sent what did not change', async () => {
  const id = await newPatient();
  const { cursor } = (await as(owner, 'GET', '/api/sync/?limit=1000')).body;
  await app.settled();
  const first = (await as(owner, 'GET', `/api/sync/?cursor=${cursor}`)).body;
  await as(owner, 'PATCH', `/api/patients/${id}/`, { phone: '555' });
  await app.settled();
  const then = (await as(owner, 'GET', `/api/sync/?cursor=${first.cursor}`)).body;
  expect(then.patients).toEqual([]);
  await as(owner, 'PATCH', `/api/patients/${id}/`, { phone: '556' });
  await app.settled();
  const last = (await as(owner, 'GET', `/api/sync/?cursor=${then.cursor}`)).body;
  expect(last.patients).toMatchObject([{ id, phone: '556' }]);
});

test('what changes nothing is refused to whom a change is refused', async () => {
  const id = await newPatient();
  const tag = tagOf(await as(owner, 'GET', `/api/patients/${id}/`));
  await as(owner, 'PATCH', `/api/patients/${id}/`, { phone: '556' });
  const path = `/api/patients/${id}/`;
  expect((await as(owner, 'PATCH', path, {}, { 'If-Match': tag })).body.code).toBe('stale_version');
  expect((await as(assignedDoctor, 'PATCH', path, {})).body.code).toBe('not_owner');
  for (const who of [stranger, patient]) expect((await as(who, 'PATCH', path, {})).status).toBe(404);
  expect((await as(pendingDoctor, 'PATCH', path, {})).status).toBe(403);
});
