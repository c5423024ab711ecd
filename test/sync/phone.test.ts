// What one phone gets and forgets: by its role, after an assignment or its end, a deletion, a change of role.
import { beforeEach, describe, expect, test } from 'vitest';
import { cheapPasswords, type Json } from '../support/app.ts';
import { clinic, type Kind, type Name } from './phones.ts';

cheapPasswords();
const { sql, accounts, send, done, approve, doctorOf, recordOf, world, Phone, settled, reset } = await clinic();
beforeEach(reset);

type Phone = InstanceType<typeof Phone>;

describe('a phone', { timeout: 60_000 }, () => {
  const assign = async (patient: number, doctor: number) =>
    (await done('admin', 'POST', '/api/mappings/', { patient, doctor })).id as number;
  const unassign = (mapping: number) => done('admin', 'DELETE', `/api/mappings/${mapping}/`);
  const register = async (who: Name = 'u1') =>
    (await done(who, 'POST', '/api/patients/', { name: 'Jane', age: 30 })).id as number;
  const synced = async (who: Name) => {
    const phone = new Phone(who);
    await upToDate(phone);
    return phone;
  };
  /** Syncs to the end, and has what there is. */
  const upToDate = async (phone: Phone, limit = 100) => {
    await settled();
    const all = await world();
    phone.see(all);
    await phone.finish(limit, all);
    phone.compare(all);
  };
  const page = async (phone: Phone, limit: number) => phone.page(limit, await world());
  const kept = (phone: Phone, kind: Kind) => [...phone.copy[kind].keys()].sort((a, b) => a - b);

  test.each([
    ['u1', 'a user: their own patients', ['own']],
    ['u2', 'another user: none of these', []],
    ['p1', 'a patient: their own record', ['p1']],
    ['d1', 'an approved doctor: the assigned', ['own', 'p1']],
    ['d2', 'another: none of these', []],
    ['d3', 'a doctor who is not approved: none', []],
    ['admin', 'an admin: all', ['own', 'p1', 'p2']],
  ] as [Name, string, string[]][])('of %s, %s', async (who, _, which) => {
    const own = await register();
    const mappings = [await assign(own, doctorOf.d1), await assign(recordOf.p1, doctorOf.d1)];
    const phone = await synced(who);
    const ids: Record<string, number> = { own, p1: recordOf.p1, p2: recordOf.p2 };
    expect(kept(phone, 'patients')).toEqual(which.map((name) => ids[name]).sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(kept(phone, 'doctors')).toEqual(Object.values(doctorOf).sort((a, b) => a - b));
    expect(kept(phone, 'mappings')).toEqual(mappings.filter((_, place) => which.includes(place === 0 ? 'own' : 'p1')));
  });

  test('that missed nothing gets nothing, and a cursor to go on with', async () => {
    const phone = await synced('u1');
    await settled();
    const answer = await send('u1', 'GET', `/api/sync/?cursor=${phone.cursor}`);
    expect(answer.body).toEqual({
      ...{ patients: [], doctors: [], mappings: [], removed: { patients: [], doctors: [], mappings: [] } },
      ...{ cursor: expect.any(String), more: false },
    });
  });

  test('forgets a patient who was unassigned, with all mappings, and gets both back with the next assignment', async () => {
    const patient = await register();
    const mine = await assign(patient, doctorOf.d1);
    const other = await assign(patient, doctorOf.d2);
    const phone = await synced('d1');
    expect([kept(phone, 'patients'), kept(phone, 'mappings')]).toEqual([[patient], [mine, other]]);
    await unassign(mine);
    await upToDate(phone);
    expect([kept(phone, 'patients'), kept(phone, 'mappings')]).toEqual([[], []]);
    const again = await assign(patient, doctorOf.d1);
    await upToDate(phone);
    expect([kept(phone, 'patients'), kept(phone, 'mappings')]).toEqual([[patient], [other, again]]);
  });

  test('forgets what was deleted, and gets back what was restored', async () => {
    const patient = await register();
    const mapping = await assign(patient, doctorOf.d1);
    const phones = [await synced('u1'), await synced('d1'), await synced('admin')];
    await done('u1', 'DELETE', `/api/patients/${patient}/`);
    for (const phone of phones) {
      await upToDate(phone);
      expect(kept(phone, 'patients')).not.toContain(patient);
      expect(kept(phone, 'mappings')).not.toContain(mapping);
    }
    const [entry] = (await done(
      'admin',
      'GET',
      `/api/admin/audit/?action=delete&resource=patient&patient=${patient}`,
    )) as Json[];
    await done('admin', 'POST', `/api/admin/audit/${entry.id}/restore/`);
    for (const phone of phones) {
      await upToDate(phone);
      expect(kept(phone, 'patients')).toContain(patient);
      expect(kept(phone, 'mappings')).toContain(mapping);
    }
  });

  // Between two pages of a round, a change behind its end takes away what the round was about to tell.
  test('forgets a mapping that was deleted before its patient was unassigned between two pages', async () => {
    const patient = await register();
    const mine = await assign(patient, doctorOf.d1);
    const other = await assign(patient, doctorOf.d2);
    const phone = await synced('d1');
    await done('admin', 'PATCH', `/api/doctors/${doctorOf.d3}/`, { name: 'The first page' });
    await unassign(other);
    await settled();
    await page(phone, 1);
    await unassign(mine);
    await upToDate(phone);
    expect(kept(phone, 'mappings')).toEqual([]);
  });

  test('forgets a mapping that was deleted after its patient was unassigned, between two pages', async () => {
    const patient = await register();
    const mine = await assign(patient, doctorOf.d1);
    const other = await assign(patient, doctorOf.d2);
    const phone = await synced('d1');
    await unassign(mine);
    await settled();
    await page(phone, 1);
    expect([kept(phone, 'patients'), kept(phone, 'mappings')]).toEqual([[], [mine, other]]);
    await unassign(other);
    await upToDate(phone);
    expect(kept(phone, 'mappings')).toEqual([]);
  });

  test('gets what was committed late, although others that began later were committed before', async () => {
    const phone = await synced('u1');
    const insert = (name: string) =>
      sql.query(`insert into patients (created_by, name) values (${accounts.u1.id}, '${name}')`);
    const cli = sql.query(`select set_config('app.role', 'cli', true)`);
    // on PGlite they take turns, and none is late
    const late = sql.transaction([cli, insert('Late'), sql.query('select pg_sleep(0.5)')]);
    await sql.query('select pg_sleep(0.1)');
    await sql.transaction([cli, insert('Early')]);
    await page(phone, 100);
    await page(phone, 100);
    await late;
    await settled();
    await page(phone, 100);
    expect([...phone.copy.patients.values()].map(({ name }) => name).sort()).toEqual(['Early', 'Late']);
  });

  test.each([
    ['an approval', 'd3', () => approve(doctorOf.d3)],
    ['a revocation', 'd1', () => done('admin', 'POST', `/api/admin/doctors/${doctorOf.d1}/revoke/`)],
    ['the end of a linked record', 'd2', () => done('admin', 'DELETE', `/api/doctors/${doctorOf.d2}/`)],
    ['a promotion', 'u1', () => done('admin', 'PATCH', `/api/admin/users/${accounts.u1.id}/`, { role: 'admin' })],
  ] as [string, Name, () => Promise<Json>][])('starts anew after %s', async (_, who, change) => {
    const patient = await register();
    await assign(patient, doctorOf.d1);
    await assign(patient, doctorOf.d3);
    const [phone, idle] = [await synced(who), await synced('u2')];
    await change();
    const answer = await send(who, 'GET', `/api/sync/?cursor=${phone.cursor}`);
    expect([answer.status, answer.body.code]).toEqual([410, 'sync_reset']);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    await upToDate(phone);
    await upToDate(idle);
  });

  test('whose role changed and changed back in between goes on', async () => {
    const patient = await register();
    await assign(patient, doctorOf.d1);
    const phone = await synced('d1');
    await done('admin', 'POST', `/api/admin/doctors/${doctorOf.d1}/revoke/`);
    await done('admin', 'PATCH', `/api/patients/${patient}/`, { name: 'Meanwhile' });
    await approve(doctorOf.d1);
    await upToDate(phone);
    expect(phone.copy.patients.get(patient)?.name).toBe('Meanwhile');
  });

  test('that has more than fits gets pages of the size it asked for', async () => {
    await sql.transaction([
      sql.query(`select set_config('app.role', 'cli', true)`),
      sql.query(
        `insert into patients (created_by, name) select ${accounts.u1.id}, 'n' || n from generate_series(1, 1005) n`,
      ),
    ]);
    await settled();
    const sizes: number[] = [];
    const phone = new Phone('u1');
    const all = await world();
    while (phone.more) {
      const before = phone.copy.patients.size + phone.copy.doctors.size;
      await phone.page(5000, all);
      sizes.push(phone.copy.patients.size + phone.copy.doctors.size - before);
    }
    expect(sizes).toEqual([1000, 8]);
    phone.compare(all);
  });
});
