// A row of sync says which version it is, so that a phone can change later what it has seen, and nothing newer.
import { beforeAll, expect, test } from 'vitest';
import { type App, boot, cheapPasswords, type Json } from '../support/app.ts';

cheapPasswords();

let app: App;
beforeAll(async () => {
  app = await boot();
});

test('patients and doctors of a sync carry the version that If-Match takes, with a derived age too', async () => {
  const ann = await app.register('ann');
  const doctor = (await app.as(ann, 'POST', '/api/doctors/', { name: 'Dr. Smith', specialization: 'Surgery' })).body;
  const patient = (await app.as(ann, 'POST', '/api/patients/', { name: 'Jane', date_of_birth: '1990-12-31' })).body;
  await app.as(ann, 'POST', '/api/mappings/', { patient: patient.id, doctor: doctor.id });
  await app.as(ann, 'PATCH', `/api/patients/${patient.id}/`, { phone: '+1 555 0100' });
  await app.settled();
  const { body } = await app.as(ann, 'GET', '/api/sync/');
  expect(body.patients.map(({ id, version }: Json) => [id, version])).toEqual([[patient.id, 2]]);
  expect(body.doctors.map(({ id, version }: Json) => [id, version])).toEqual([[doctor.id, 1]]);
  // nobody changes a mapping
  expect(Object.keys(body.mappings[0]).sort()).toEqual(['created_at', 'doctor', 'expires_at', 'id', 'patient']);

  const change = (version: number) =>
    app.as(ann, 'PATCH', `/api/patients/${patient.id}/`, { phone: '1' }, { 'If-Match': `"${version}"` });
  expect((await change(1)).status).toBe(412);
  expect((await change(2)).status).toBe(200);
  expect((await change(2)).status).toBe(412);
});
