// The record that comes with an account: made from what was sent, whatever columns there are, and restored as it was.
import { expect, test } from 'vitest';
import { boot, cheapPasswords, type Json } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const admin = await app.register('admin');
await app.makeAdmin(admin.id);
const rows = (query: string, params: unknown[] = []): Promise<Json[]> => app.database.owner.query(query, params);

/** As the Worker would send it, were there such fields. */
const register = async (role: 'patient' | 'doctor', name: string, profile: Json, approved = false): Promise<number> => {
  const account = { role, name, derived_username: name, email: `${name}@example.com` };
  const sent = [JSON.stringify(account), JSON.stringify({ name, ...profile }), `hash of ${name}`, approved];
  const [row] = await rows(`select id from app.register($1, $2, $3, 'refresh', null, 'network', 60, $4)`, sent);
  return Number(row.id);
};
const recordOf = async (table: string, account: number): Promise<Json> =>
  (await rows(`select to_jsonb(t) as record from ${table} t where user_id = $1`, [account]))[0]?.record;

test('a new field needs no change of what registers and restores', async () => {
  await app.asOwner(
    'alter table patients add blood_group text, add allergies text[], add folded text generated always as (lower(blood_group)) stored',
  );
  const account = await register('patient', 'new_field', { blood_group: 'AB', allergies: ['nuts', 'dust'] });
  const made = await recordOf('patients', account);
  expect(made).toMatchObject({ blood_group: 'AB', allergies: ['nuts', 'dust'], folded: 'ab' });

  expect((await app.call('DELETE', `/api/patients/${made.id}/`, { token: admin.token })).status).toBe(204);
  expect(await recordOf('patients', account)).toBeUndefined();
  const [deletion] = await rows(`select id from audit where action = 'delete' and resource_id = $1`, [made.id]);
  const path = `/api/admin/audit/${deletion.id}/restore/`;
  expect((await app.call('POST', path, { token: admin.token })).status).toBe(200);
  const restored = await recordOf('patients', account);
  expect(restored).toEqual({
    ...made,
    version: made.version + 1,
    updated_at: expect.any(String),
    changed_tx: expect.any(Number),
    // of a time that ends in zeros it is less
    bytes: expect.any(Number),
  });
  expect(restored.changed_tx).toBeGreaterThan(made.changed_tx);
  expect(Date.parse(restored.updated_at)).toBeGreaterThan(Date.parse(made.updated_at));
});

test('whose a record is, and since when, is nothing that a profile can say', async () => {
  const forged = {
    ...{ id: 4711, user_id: admin.id, created_by: admin.id, version: 9, changed_tx: 1, approved: true, name_key: 'x' },
    ...{ created_at: '1999-01-01T00:00:00Z', updated_at: '1999-01-01T00:00:00Z', specialization: 'Any' },
  };
  const patient = await register('patient', 'forging_patient', forged, true);
  const doctor = await register('doctor', 'forging_doctor', forged);
  for (const [table, account, name] of [
    ['patients', patient, 'forging_patient'],
    ['doctors', doctor, 'forging_doctor'],
  ] as const) {
    const record = await recordOf(table, account);
    expect(record).toMatchObject({ user_id: account, created_by: null, version: 1, name, name_key: name });
    expect(record.id).not.toBe(4711);
    expect(record.changed_tx).toBeGreaterThan(1);
    for (const at of [record.created_at, record.updated_at]) expect(Date.now() - Date.parse(at)).toBeLessThan(60_000);
  }
  expect((await recordOf('doctors', doctor)).approved).toBe(false);
  expect((await recordOf('doctors', await register('doctor', 'approved_one', forged, true))).approved).toBe(true);
});

test('no text of a statement comes from a name or a value', async () => {
  const hostile = { 'name) select 1; --': 'x', 'user_id"': 1, specialization: `'); drop table doctors; --` };
  const account = await register('doctor', 'hostile', hostile);
  expect(await recordOf('doctors', account)).toMatchObject({ name: 'hostile', specialization: hostile.specialization });
});
