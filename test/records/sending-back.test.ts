// A client that puts back what it got, read-only fields and all, changes nothing by it.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, patient, pendingDoctor } = w.people;
const { as } = app;

describe('sending back what one got', () => {
  test.each([
    ['a patient', () => owner, () => `/api/patients/${w.ownPatient.id}/`, undefined],
    ['a doctor', () => owner, () => `/api/doctors/${w.ownDoctor.id}/`, undefined],
    ["a patient's profile", () => patient, () => '/api/patient-profile/', () => `/api/patient-profile/${patient.id}/`],
    [
      "a doctor's profile",
      () => pendingDoctor,
      () => '/api/doctor-profile/',
      () => `/api/doctor-profile/${pendingDoctor.id}/`,
    ],
  ])('%s by PUT changes nothing but the time', async (_, who, path, target) => {
    const before = await as(who(), 'GET', path());
    const answer = await as(who(), 'PUT', (target ?? path)(), before.body);
    expect(answer.status, answer.text).toBe(200);
    const { updated_at: _then, ...same } = before.body;
    expect(answer.body).toMatchObject(same);
    expect((await as(who(), 'PATCH', `/api/auth/me/`, {})).status).toBe(200);
  });

  test('one with a date of birth keeps its age', async () => {
    const made = (await as(owner, 'POST', '/api/patients/', { name: 'Old', date_of_birth: '1950-06-15' })).body;
    const answer = await as(owner, 'PUT', `/api/patients/${made.id}/`, made);
    expect(answer.body).toMatchObject({ age: made.age, date_of_birth: '1950-06-15' });
    expect(made.age).toBeGreaterThan(70);
  });
});
