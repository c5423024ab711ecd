// Whatever happens between its pages, in whatever order: a client that applies them has what a full read gives.
import * as fc from 'fast-check';
import { beforeEach, test } from 'vitest';
import { cheapPasswords } from '../support/app.ts';
import { clinic, type Name, names, type World } from './phones.ts';

cheapPasswords();
const { sql, accounts, send, done, approve, doctorOf, world, Phone, settled, reset } = await clinic();
beforeEach(reset);

interface Step {
  what: string;
  a: number;
  b: number;
  c: number;
}
const pick = <T>(from: readonly T[], number: number): T | undefined => from[number % Math.max(1, from.length)];

/** Does one thing that may happen, if there is something that it could happen to. */
const happen: Record<string, (all: World, step: Step, slow: Promise<unknown>[]) => Promise<unknown>> = {
  async create(_, { a, b }) {
    await send(pick(['u1', 'u2', 'admin'] as const, a) as Name, 'POST', '/api/patients/', {
      name: `Patient ${b}`,
      age: b,
    });
  },
  async change({ patients }, { a, b }) {
    const patient = pick(patients, a);
    if (patient) await done('admin', 'PATCH', `/api/patients/${patient.id}/`, { name: `Changed ${b}` });
  },
  async correct(_, { a, b }) {
    // 404 when the record was deleted
    const who = pick(['p1', 'p2'] as const, a) as Name;
    await send(who, 'PUT', `/api/patient-profile/${accounts[who].id}/`, { name: `Corrected ${b}` });
  },
  async remove({ patients }, { a }) {
    const patient = pick(patients, a);
    if (patient) await done('admin', 'DELETE', `/api/patients/${patient.id}/`);
  },
  async hire(_, { a, b }) {
    const who = pick(['u1', 'u2', 'admin'] as const, a) as Name;
    await send(who, 'POST', '/api/doctors/', { name: `Doctor ${b}`, specialization: 'Surgery' });
  },
  async rename({ doctors }, { a, b }) {
    const doctor = pick(doctors, a);
    if (doctor) await done('admin', 'PATCH', `/api/doctors/${doctor.id}/`, { name: `Renamed ${b}` });
  },
  async dismiss({ doctors }, { a }) {
    const doctor = pick(doctors, a);
    if (doctor) await done('admin', 'DELETE', `/api/doctors/${doctor.id}/`);
  },
  async assign({ patients, doctors }, { a, b }) {
    const [patient, doctor] = [pick(patients, a), pick(doctors, b)];
    // 409 when it is assigned already
    if (patient && doctor) await send('admin', 'POST', '/api/mappings/', { patient: patient.id, doctor: doctor.id });
  },
  async unassign({ mappings }, { a }) {
    const mapping = pick(mappings, a);
    if (mapping) await done('admin', 'DELETE', `/api/mappings/${mapping.id}/`);
  },
  async restore(_, { a }) {
    const entries = await sql.query(
      `select id from audit where action = 'delete' and resource in ('patient', 'doctor') order by id`,
    );
    const entry = pick(entries, a);
    // 409 when it was restored already
    if (entry) await send('admin', 'POST', `/api/admin/audit/${entry.id}/restore/`);
  },
  async approve({ doctors }, { a, b }) {
    const doctor = pick(
      doctors.filter(({ user_id }) => user_id),
      a,
    );
    if (doctor && b % 3) await approve(doctor.id);
    else if (doctor) await done('admin', 'POST', `/api/admin/doctors/${doctor.id}/revoke/`);
  },
  async promote(_, { a, b }) {
    const { id } = accounts[a % 2 ? 'u1' : 'u2'];
    await done('admin', 'PATCH', `/api/admin/users/${id}/`, { role: b % 2 ? 'user' : 'admin' });
  },
  /** Begins now, and commits when others have come and gone. */
  async slowly({ patients, mappings }, { a, b }, slow) {
    const [patient, mapping] = [pick(patients, a), pick(mappings, a)];
    const statement = [
      patient && `update patients set name = 'Slow ${b}' where id = ${patient.id}`,
      mapping && `delete from mappings where id = ${mapping.id}`,
      patient &&
        `insert into mappings (patient_id, doctor_id)
        select ${patient.id}, id from doctors where id = ${doctorOf.d1} on conflict do nothing`,
      `insert into patients (created_by, name) values (${accounts.u1.id}, 'Slow ${b}')`,
    ][b % 4];
    if (!statement) return;
    const cli = sql.query(`select set_config('app.role', 'cli', true)`);
    // a deadlock with another change is nobody's concern here
    const late = sql.transaction([cli, sql.query(statement), sql.query('select pg_sleep(0.04)')]).catch(() => {});
    slow.push(late);
  },
};

const takesAway = ['unassign', 'remove', 'dismiss'];

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('assign', 'unassign') },
    { weight: 4, arbitrary: fc.constantFrom('create', 'change', 'remove', 'restore') },
    { weight: 2, arbitrary: fc.constantFrom('hire', 'rename', 'dismiss', 'correct', 'slowly') },
    { weight: 1, arbitrary: fc.constantFrom('approve', 'promote') },
    { weight: 9, arbitrary: fc.constant('sync') },
  ),
  a: fc.nat(999),
  b: fc.nat(99),
  c: fc.nat(99),
});

test('leaves every client with exactly what a full read gives, whatever happens between its pages', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 45 }), async (steps) => {
    await reset();
    for (const who of ['d1', 'd2', 'u1', 'p1'] as const)
      await happen.create?.(await world(), { what: '', a: who === 'u1' ? 1 : 0, b: 1, c: 0 }, []);
    const first = await world();
    for (const patient of first.patients)
      for (const doctor of [doctorOf.d1, doctorOf.d2])
        await done('admin', 'POST', '/api/mappings/', { patient: patient.id, doctor });

    const phones = names.map((name) => new Phone(name));
    const slow: Promise<unknown>[] = [];
    let all = await world();
    for (const phone of phones) phone.see(all);
    for (const each of steps) {
      if (each.what === 'sync')
        await (phones[each.a % phones.length] as InstanceType<typeof Phone>).page(1 + (each.b % 7), all);
      else {
        if (takesAway.includes(each.what)) {
          // what is taken away was there to be seen
          await Promise.all(slow);
          all = await world();
          for (const phone of phones) phone.see(all);
        }
        await happen[each.what]?.(all, each, slow);
        all = await world();
        for (const phone of phones) phone.see(all);
      }
    }
    await Promise.all(slow);
    await settled();
    all = await world();
    for (const phone of phones) {
      phone.see(all);
      await phone.finish(5, all);
      phone.compare(all);
    }
  });
  await fc.assert(property, { numRuns: 10, seed: Date.now() % 0x7fffffff, interruptAfterTimeLimit: 90_000 });
}, 120_000);
