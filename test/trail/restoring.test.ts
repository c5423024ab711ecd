// What is undone from the trail: a deleted patient or doctor comes back under its old id, with its mappings.
import { describe, expect, test } from 'vitest';
import { tagOf } from '../support/answers.ts';
import { boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { openMailbox } from '../support/mailbox.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const w = await assemble(app);
const { owner, patient, assignedDoctor, admin } = w.people;
const { ownPatient, doctorIds, newDoctor, assign } = w;
const { as, rows, trailOf } = app;
const newPatient = () => w.newPatient({ medical_history: 'Asthma' });
const deletionOf = async (resource: string, id: number): Promise<number> =>
  Number(
    (
      await rows(`select max(id) as id from audit where action = 'delete' and resource = $1 and resource_id = $2`, [
        resource,
        id,
      ])
    )[0].id,
  );

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
  test('an older deletion, without the approval that was taken away since', async () => {
    const account = await app.register('revoked_later', 'doctor/');
    const id = (await rows('select id::int from doctors where user_id = $1', [account.id]))[0].id;
    const approval = async () => (await app.rowOf('doctors', id)).approved;
    await app.approve(admin, id);
    await w.send(admin, 'DELETE', `/api/doctors/${id}/`);
    const first = await deletionOf('doctor', id);
    await restore(first);
    expect(await approval()).toBe(true);
    await w.send(admin, 'POST', `/api/admin/doctors/${id}/revoke/`);
    await w.send(admin, 'DELETE', `/api/doctors/${id}/`);
    expect((await restore(first)).status).toBe(200);
    expect(await approval()).toBe(false);
  });
  test.each([
    ['patient', newPatient],
    ['doctor', newDoctor],
  ] as const)('an older deletion, and the account keeps the %s that it was invited to since', async (kind, make) => {
    const [id, email] = [await make(), `${kind}.invited@example.com`];
    await w.send(owner, 'DELETE', `/api/${kind}s/${id}/`);
    const first = await deletionOf(kind, id);
    await restore(first);
    if (kind === 'patient') await w.send(admin, 'POST', `/api/patients/${id}/invitation/`, { email });
    else await w.send(admin, 'POST', '/api/admin/invitations/', { email, role: kind, doctor: id });
    const body = { token: await inbox.tokenOf(email, 'invitation'), password };
    expect((await app.call('POST', '/api/auth/register/invited/', { body })).status).toBe(201);
    const invited = await app.rowOf(`${kind}s`, id);
    await w.send(admin, 'DELETE', `/api/${kind}s/${id}/`);
    const answer = await restore(first);
    expect(answer.status, answer.text).toBe(200);
    const { user_id, created_by, approved } = invited;
    expect(await app.rowOf(`${kind}s`, id)).toMatchObject({
      user_id,
      created_by,
      ...(kind === 'doctor' && { approved }),
    });
  });
});
