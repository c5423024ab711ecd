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

describe('a client that sends each field it does not know as null', () => {
  test.each([
    ['a patient', () => `/api/patients/${w.ownPatient.id}/`, { phone: '+1 555 0199' }],
    ['a doctor', () => `/api/doctors/${w.ownDoctor.id}/`, { contact_info: '+1 555 0199' }],
  ])('erases nothing of %s by PATCH: a name cannot be null', async (_, path, meant) => {
    const before = (await as(owner, 'GET', path())).body;
    const fields = Object.keys(before).filter((field) => !/^(id|user_id|created_by|approved|.*_at)$/.test(field));
    const unset = Object.fromEntries(fields.map((field) => [field, null]));
    const answer = await as(owner, 'PATCH', path(), { ...unset, ...meant });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.body.errors.name).toEqual(['must be a string']);
    expect((await as(owner, 'GET', path())).body).toEqual(before);
  });
});
