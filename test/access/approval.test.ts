// Approval is of a person. Whoever becomes another one awaits it again.
import { describe, expect, test } from 'vitest';
import { type Account, boot, caller, cheapPasswords, type Json, password } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const admin = await app.register('admin');
await app.makeAdmin(admin.id);
const creator = await app.register('creator');

const as = (who: Account, method: string, path: string, body?: Json, headers?: Record<string, string>) =>
  app.call(method, path, { token: who.token, body, headers });
const profile = { name: 'Dr. Known', specialization: 'Cardiology', contact_info: 'Room 7', license_number: 'L-1' };
let serial = 0;
/** A doctor with an account, approved. */
const doctor = async () => {
  const who = await app.register(`doctor_${++serial}`, 'doctor/');
  const { body } = await as(who, 'PUT', `/api/doctor-profile/${who.id}/`, profile);
  const path = `/api/doctors/${body.id}/`;
  const approve = (headers?: Record<string, string>) =>
    headers
      ? as(admin, 'POST', `/api/admin/doctors/${body.id}/approve/`, undefined, headers)
      : app.approve(admin, body.id);
  expect((await approve()).body.approved).toBe(true);
  // what changes who a doctor is asks for the password, of which test/accounts/step-up.test.ts has more
  await app.stepUp(who);
  const become = (changes: Json, call = app.call) =>
    call('PUT', `/api/doctor-profile/${who.id}/`, { token: who.token, body: { ...profile, ...changes } });
  const sees = async () => (await as(who, 'GET', '/api/doctors/all-patients/')).status === 200;
  const approved = async () => (await as(admin, 'GET', path)).body.approved;
  return { who, id: body.id as number, path, approve, become, sees, approved };
};
const trailOf = (id: number, action: string) =>
  app.database.owner.query(
    `select actor_id::int, actor_role, before from audit where resource = 'doctor' and resource_id = $1 and action = $2
    order by id`,
    [id, action],
  );
const waiting = async () =>
  (await as(admin, 'GET', '/api/doctors/?approved=false')).body.map(({ id }: Json) => id) as number[];

describe('a doctor who changes', () => {
  test.each([
    { name: 'Dr. Other' },
    { specialization: 'Surgery' },
    { license_number: 'L-2' },
    { license_number: null },
  ])('%j awaits approval again', async (change) => {
    const { who, id, become, sees, approve } = await doctor();
    expect(await sees()).toBe(true);
    const answer = await become(change);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ ...change, approved: false });
    expect(await sees()).toBe(false);
    expect(await waiting()).toContain(id);
    expect(await trailOf(id, 'approval_withdrawn')).toEqual([{ actor_id: who.id, actor_role: 'doctor', before: null }]);
    // of the fields those that changed
    const before = Object.keys(change).map((field) => [field, profile[field as keyof typeof profile]]);
    expect((await trailOf(id, 'update')).at(-1)?.before).toEqual({
      ...Object.fromEntries(before),
      approved: true,
      version: 3,
      updated_at: expect.any(String),
    });
    await approve();
    expect(await sees()).toBe(true);
  });

  test.each([{ contact_info: 'Room 8' }, { contact_info: null }, {}, { name: ' Dr. Known ' }])(
    '%j stays approved',
    async (change) => {
      const { id, become, sees, approved } = await doctor();
      expect((await become(change)).body.approved).toBe(true);
      expect(await sees()).toBe(true);
      expect(await approved()).toBe(true);
      expect(await trailOf(id, 'approval_withdrawn')).toEqual([]);
    },
  );

  test('stays approved where nobody waits for approval', async () => {
    const { id, become, sees } = await doctor();
    const automatic = caller({ ...app.env, DOCTOR_APPROVAL: 'automatic' });
    expect((await become({ name: 'Dr. Other' }, automatic)).body).toMatchObject({ name: 'Dr. Other', approved: true });
    expect(await sees()).toBe(true);
    expect(await trailOf(id, 'approval_withdrawn')).toEqual([]);
  });

  test('stays approved when it is an administrator who corrects the record', async () => {
    const { path, sees } = await doctor();
    const answer = await as(admin, 'PATCH', path, { name: 'Dr. Corrected', license_number: 'L-3' });
    expect(answer.body).toMatchObject({ name: 'Dr. Corrected', approved: true });
    expect(await sees()).toBe(true);
  });

  test('is not approved by it', async () => {
    const { id, become, approved } = await doctor();
    await as(admin, 'POST', `/api/admin/doctors/${id}/revoke/`);
    expect((await become({ name: 'Dr. Other' })).body.approved).toBe(false);
    expect(await approved()).toBe(false);
    expect(await trailOf(id, 'approval_withdrawn')).toEqual([]);
  });
});

test('whoever made the record may not change it once the doctor has an account', async () => {
  const made = (await as(creator, 'POST', '/api/doctors/', profile)).body;
  const path = `/api/doctors/${made.id}/`;
  expect((await as(creator, 'PATCH', path, { name: 'Dr. Mine' })).status).toBe(200);
  const own = await app.register('linked', 'doctor/');
  await app.asOwner('delete from doctors where user_id = $1', [own.id]);
  await app.asOwner('update doctors set user_id = $1, approved = true where id = $2', [own.id, made.id]);
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const answer = await as(creator, method, path, method === 'DELETE' ? undefined : { ...profile, name: 'Dr. Fake' });
    expect(answer.body.code, method).toBe('not_owner');
  }
  expect((await as(creator, 'GET', path)).body).toMatchObject({ name: 'Dr. Mine', approved: true });
});

describe('an erased doctor', () => {
  const erase = (who: Account) => as(who, 'DELETE', '/api/auth/me/', { password });

  test('is a doctor without an account, whom nobody can approve', async () => {
    const { who, id, path, approve } = await doctor();
    expect((await erase(who)).status).toBe(204);
    expect((await as(admin, 'GET', path)).body).toMatchObject({ ...profile, user_id: null, approved: null });
    expect(await waiting()).not.toContain(id);
    expect((await approve()).body.code).toBe('no_linked_account');
    expect((await trailOf(id, 'update')).at(-1)?.before).toMatchObject({ user_id: who.id, approved: true });
  });

  test('is that too when the record is restored afterwards', async () => {
    const { who, id, path } = await doctor();
    await as(admin, 'DELETE', path);
    expect((await erase(who)).status).toBe(204);
    const [entry] = await app.database.owner.query(
      `select id from audit where action = 'delete' and resource = 'doctor' and resource_id = $1`,
      [id],
    );
    expect((await as(admin, 'POST', `/api/admin/audit/${entry?.id}/restore/`)).status).toBe(200);
    expect((await as(admin, 'GET', path)).body).toMatchObject({ ...profile, user_id: null, approved: null });
  });
});

describe('approval against a change of identity, at once', () => {
  test('nobody is approved under a name that the administrator has not read', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, path, approve, become, approved } = await doctor();
      await as(admin, 'POST', `/api/admin/doctors/${id}/revoke/`);
      const tag = (await as(admin, 'GET', path)).headers.get('ETag') ?? '';
      const [answers, changed] = await Promise.all([
        Promise.all(Array.from({ length: 10 }, () => approve({ 'If-Match': tag }))),
        become({ name: 'Dr. Impostor' }),
      ]);
      expect(changed.status).toBe(200);
      for (const { status } of answers) expect([200, 412]).toContain(status);
      expect(await approved()).toBe(false);
    }
  });

  test('without a tag nobody is approved, nor with one that fits everything', async () => {
    const { id, approve, approved } = await doctor();
    await as(admin, 'POST', `/api/admin/doctors/${id}/revoke/`);
    for (const tag of [undefined, '*', ' ']) {
      const headers: Record<string, string> = tag === undefined ? {} : { 'If-Match': tag };
      const answer = await approve(headers);
      expect([answer.status, answer.body.code]).toEqual([428, 'precondition_required']);
    }
    expect(await approved()).toBe(false);
  });

  test('whichever was last counts, and the trail says which', async () => {
    const { id, approve, become, approved } = await doctor();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? approve() : become({ name: `Dr. ${n}` }))),
    );
    // what was looked at may be another doctor already
    for (const { status, text } of answers) expect([200, 412], text).toContain(status);
    const changes = await app.database.owner.query(
      `select actor_role from audit where resource = 'doctor' and resource_id = $1 and action = 'update'
      order by (before ->> 'version')::integer`,
      [id],
    );
    expect(await approved()).toBe(changes.at(-1)?.actor_role === 'admin');
  });
});
