// A doctor record: its fields, and its approval by an administrator.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, admin } = w.people;
const { as } = app;

describe('a doctor', () => {
  test('answers with every field', async () => {
    const made = await as(owner, 'POST', '/api/doctors/', { name: 'Dr. A', specialization: 'x' });
    expect(made.body).toEqual({
      ...{ id: expect.any(Number), user_id: null, created_by: owner.id, name: 'Dr. A', specialization: 'x' },
      ...{ contact_info: null, license_number: null, approved: null },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    });
    const path = `/api/doctors/${made.body.id}/`;
    await as(owner, 'PUT', path, { name: 'Dr. A', specialization: 'x', contact_info: 'room 1', license_number: 'L' });
    const kept = await as(owner, 'PUT', path, { name: 'Dr. B', specialization: 'y', license_number: null });
    expect(kept.body).toMatchObject({ name: 'Dr. B', contact_info: 'room 1', license_number: null });
    const missing = await as(owner, 'PUT', path, { name: 'Dr. B' });
    expect(missing.body.errors).toHaveProperty('specialization');
  });

  test('is approved and revoked by an admin, as often as they like', async () => {
    const approve = (verb: string, id = w.doctorIds.pending) =>
      verb === 'approve' ? app.approve(admin, id) : as(admin, 'POST', `/api/admin/doctors/${id}/${verb}/`);
    for (const [verb, approved] of [
      ['approve', true],
      ['approve', true],
      ['revoke', false],
      ['revoke', false],
    ] as const) {
      const answer = await approve(verb);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ id: w.doctorIds.pending, approved });
    }
    for (const verb of ['approve', 'revoke'])
      expect((await approve(verb, w.ownDoctor.id)).body).toMatchObject({ status: 409, code: 'no_linked_account' });
  });
});
