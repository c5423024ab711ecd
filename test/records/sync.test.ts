// Delta sync: whatever happens in between, a client that applies the pages has what a full read of its scope gives.
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Account, boot, cheapPasswords, type Json } from '../support/app.ts';

cheapPasswords();
const app = await boot();
const { owner: sql } = app.database;

const names = ['u1', 'u2', 'p1', 'p2', 'd1', 'd2', 'd3', 'admin'] as const;
type Name = (typeof names)[number];
const path = (name: Name) => (name[0] === 'p' ? 'patient/' : name[0] === 'd' ? 'doctor/' : '');
const accounts = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await app.register(name, path(name))])),
) as Record<Name, Account>;
await app.makeAdmin(accounts.admin.id);

const send = (who: Name, method: string, path: string, body?: Json) =>
  app.call(method, path, { token: accounts[who].token, body });
const done = async (who: Name, method: string, path: string, body?: Json): Promise<Json> => {
  const answer = await send(who, method, path, body);
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
};
const linked = async (table: string, who: Name) =>
  Number((await sql.query(`select id from ${table} where user_id = ${accounts[who].id}`))[0]?.id);
const doctorOf = {
  d1: await linked('doctors', 'd1'),
  d2: await linked('doctors', 'd2'),
  d3: await linked('doctors', 'd3'),
};
const recordOf = { p1: await linked('patients', 'p1'), p2: await linked('patients', 'p2') };

/** What is there, read past every policy. */
interface World {
  patients: Json[];
  doctors: Json[];
  mappings: Json[];
  users: Json[];
}
const world = async (): Promise<World> => {
  const [row] = await sql.query(`select
    (select coalesce(json_agg(t), '[]') from (select id, user_id, created_by, name,
      coalesce(extract(year from age((now() at time zone 'utc')::date, date_of_birth)), age) as age, date_of_birth, gender,
      phone, email, address, medical_history, created_at, updated_at from patients) t) as patients,
    (select coalesce(json_agg(t), '[]') from (select id, user_id, created_by, name, specialization, contact_info,
      license_number, approved, created_at, updated_at from doctors) t) as doctors,
    (select coalesce(json_agg(t), '[]') from (
      select id, patient_id as patient, doctor_id as doctor, created_at from mappings) t) as mappings,
    (select json_agg(t) from (select id, role from users) t) as users`);
  return row as World;
};

const roleOf = ({ users, doctors }: World, who: Name): string => {
  const { id } = accounts[who];
  const { role } = users.find((user) => user.id === id);
  return role === 'doctor' && !doctors.find((doctor) => doctor.user_id === id)?.approved ? 'pending_doctor' : role;
};

/** A full read, as the issue defines each role's scope. */
const scopeOf = (all: World, who: Name) => {
  const { id } = accounts[who];
  const role = roleOf(all, who);
  const mine = all.doctors.find((doctor) => doctor.user_id === id)?.id;
  const isIn = (patient: Json) => {
    if (role === 'user') return patient.created_by === id;
    if (role === 'patient') return patient.user_id === id;
    if (role === 'doctor') return all.mappings.some((m) => m.doctor === mine && m.patient === patient.id);
    return role === 'admin';
  };
  const patients = all.patients.filter(isIn);
  const ids = new Set(patients.map((patient) => patient.id));
  return { patients, doctors: all.doctors, mappings: all.mappings.filter(({ patient }) => ids.has(patient)) };
};

type Kind = 'patients' | 'doctors' | 'mappings';
const kinds: Kind[] = ['patients', 'doctors', 'mappings'];
const byId = (rows: Iterable<Json>) =>
  [...rows]
    .map(({ created_at, updated_at, ...row }) => ({
      ...row,
      created_at: new Date(created_at).toISOString(),
      ...(updated_at && { updated_at: new Date(updated_at).toISOString() }),
    }))
    .sort((a, b) => a.id - b.id);

/** A phone: what it keeps, and how far it got. */
class Phone {
  copy = { patients: new Map<number, Json>(), doctors: new Map<number, Json>(), mappings: new Map<number, Json>() };
  cursor: string | undefined;
  more = true;
  /** In its first round, which has nothing to forget. */
  first = true;
  /** The role that it was answered as, the last time. */
  role: string | undefined;
  /** What its account could see at any time, as `kind id`. */
  seen = new Set<string>();
  readonly who: Name;
  constructor(who: Name) {
    this.who = who;
  }

  see(all: World) {
    const role = roleOf(all, this.who);
    // a doctor and an admin may read all mappings and patients; the others only their scope
    const visible = role === 'doctor' || role === 'admin' ? all : scopeOf(all, this.who);
    for (const kind of kinds) for (const { id } of visible[kind]) this.seen.add(`${kind} ${id}`);
  }

  async page(limit: number, all: World) {
    const query = `?limit=${limit}${this.cursor ? `&cursor=${this.cursor}` : ''}`;
    const { status, body, text } = await send(this.who, 'GET', `/api/sync/${query}`);
    const role = roleOf(all, this.who);
    if (this.cursor && this.role !== role) {
      expect([status, body.code], `${this.who} was ${this.role}, is ${role}`).toEqual([410, 'sync_reset']);
      for (const kind of kinds) this.copy[kind].clear();
      this.cursor = undefined;
      this.first = true;
      return;
    }
    expect(status, text).toBe(200);
    let size = 0;
    for (const kind of kinds) {
      for (const row of body[kind]) this.copy[kind].set(row.id, row);
      for (const id of body.removed[kind]) {
        expect(this.seen, `${this.who} is told that ${kind} ${id} is gone`).toContain(`${kind} ${id}`);
        this.copy[kind].delete(id);
      }
      size += body[kind].length + body.removed[kind].length;
    }
    if (this.first) expect(body.removed).toEqual({ patients: [], doctors: [], mappings: [] });
    this.first &&= body.more;
    expect(size).toBeLessThanOrEqual(limit);
    [this.cursor, this.more, this.role] = [body.cursor, body.more, role];
  }

  async finish(limit: number, all: World) {
    do await this.page(limit, all);
    while (this.more || !this.cursor);
    // the pages of a round that had begun before end where it began: one more round has the rest
    do await this.page(limit, all);
    while (this.more);
  }

  compare(all: World) {
    const full = scopeOf(all, this.who);
    for (const kind of kinds)
      expect(byId(this.copy[kind].values()), `${kind} of ${this.who}`).toEqual(byId(full[kind]));
  }
}

/** Waits until no transaction runs that is as old as the last change: one may, for another file on the same server. */
const settled = async () => {
  const [now] = await sql.query('select pg_current_xact_id()::text as tx');
  const passed = `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > ${now?.tx} as passed, pg_sleep(0.02)`;
  for (const until = Date.now() + 50_000; Date.now() < until; ) if ((await sql.query(passed))[0]?.passed) return;
  throw new Error('a transaction has been running on this server for most of a minute');
};

const reset = async () => {
  const cli = `select set_config('app.role', 'cli', true)`;
  await sql.transaction(
    [
      cli,
      'delete from mappings',
      'delete from patients where user_id is null',
      'delete from doctors where user_id is null',
      'truncate audit',
      // a linked record that a sequence has deleted
      ...(['p1', 'p2'] as const).map(
        (who) => `insert into patients (id, user_id, created_by, name) overriding system value
          values (${recordOf[who]}, ${accounts[who].id}, null, '${who}') on conflict do nothing`,
      ),
      ...(['d1', 'd2', 'd3'] as const).map(
        (who) => `insert into doctors (id, user_id, created_by, name, specialization, approved) overriding system value
          values (${doctorOf[who]}, ${accounts[who].id}, null, '${who}', 'Cardiology', false) on conflict do nothing`,
      ),
      `update doctors set approved = user_id <> ${accounts.d3.id}`,
      `update users set role = 'user' where id in (${accounts.u1.id}, ${accounts.u2.id})`,
    ].map((statement) => sql.query(statement)),
  );
};
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
    if (doctor) await done('admin', 'POST', `/api/admin/doctors/${doctor.id}/${b % 3 ? 'approve' : 'revoke'}/`);
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
      if (each.what === 'sync') await (phones[each.a % phones.length] as Phone).page(1 + (each.b % 7), all);
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
    ['an approval', 'd3', () => done('admin', 'POST', `/api/admin/doctors/${doctorOf.d3}/approve/`)],
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
    await done('admin', 'POST', `/api/admin/doctors/${doctorOf.d1}/approve/`);
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

describe('a cursor', () => {
  test('of another account is refused', async () => {
    const { cursor } = await done('u1', 'GET', '/api/sync/');
    for (const who of ['u2', 'd1', 'admin'] as const) {
      const answer = await send(who, 'GET', `/api/sync/?cursor=${cursor}`);
      expect([answer.status, answer.body.errors]).toEqual([400, { cursor: ['is of another account'] }]);
    }
  });

  test('that cannot be read is refused, and one of a list as well', async () => {
    await sql.query(
      `insert into patients (created_by, name) values (${accounts.u1.id}, 'a'), (${accounts.u1.id}, 'b')`,
    );
    const list = await send('u1', 'GET', '/api/patients/?limit=1');
    const ofList = /cursor=([^>&]+)/.exec(list.headers.get('Link') ?? '')?.[1];
    expect(ofList).toBeDefined();
    for (const cursor of ['', 'x', 'e30', 'bnVsbA', '%00', 'x'.repeat(2001), ofList]) {
      const answer = await send('u1', 'GET', `/api/sync/?cursor=${cursor}`);
      expect([answer.status, Object.keys(answer.body.errors ?? {})], cursor).toEqual([400, ['cursor']]);
    }
  });

  test('of another server, or of another history of this one, has to begin anew', async () => {
    const settle = async (moved: boolean) => {
      const anew = (await sql.query(`select app.settle(${moved}) as anew`))[0]?.anew;
      if (anew) {
        // whoever was signed in is not any more
        const answers = await Promise.all(names.map((name) => send(name, 'GET', '/api/auth/me/')));
        expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set(['session_ended']));
        for (const name of names) Object.assign(accounts[name], await app.device(accounts[name]));
      }
      return anew;
    };
    const lastSession = async () => (await sql.query('select max(id)::int as id from sessions'))[0]?.id;
    const cursorNow = async () => (await done('u1', 'GET', '/api/sync/?limit=1')).cursor;
    const idsNow = async () => (await done('u1', 'GET', '/api/sync/')).patients.map((patient: Json) => patient.id);
    const expectReset = async (cursor: string) => {
      const answer = await send('u1', 'GET', `/api/sync/?cursor=${cursor}`);
      expect([answer.status, answer.body.code]).toEqual([410, 'sync_reset']);
    };
    await settle(false);
    expect(await settle(false)).toBe(false);
    const there = await cursorNow();
    const [row] = await sql.query(
      `insert into patients (created_by, name, changed_tx) values (${accounts.u1.id}, 'moved', 1e15) returning id::int`,
    );
    expect(await idsNow()).not.toContain(row?.id);

    await sql.query('update app.servers set identifier = 1');
    expect(await settle(false)).toBe(true);
    await settled();
    await expectReset(there);
    expect(await idsNow()).toContain(row?.id);
    expect(await sql.query(`select version from patients where id = ${row?.id}`)).toEqual([{ version: 1 }]);

    const here = await cursorNow();
    const before = await lastSession();
    expect(await settle(true)).toBe(true);
    await expectReset(here);
    // a number that the history which was left may have given must not be given again
    expect(await lastSession()).toBeGreaterThan(before + 1_000_000);
    const [entry] = await sql.query(`select action, resource, actor_role from audit order by id desc limit 1`);
    expect(entry).toEqual({ action: 'sessions_ended', resource: 'session', actor_role: 'cli' });

    // on Neon a branch has the identifier of the server that it was taken from, and a timeline of its own
    const branch = (timeline: string) =>
      sql.transaction([
        sql.query(`select set_config('neon.timeline_id', $1, true)`, [timeline]),
        sql.query('select app.settle(false) as anew'),
      ]);
    for (const [timeline, anew] of [
      ['a1', true],
      ['a1', false],
      ['b2', true],
    ] as const)
      expect((await branch(timeline))[1]).toEqual([{ anew }]);
    for (const name of names) Object.assign(accounts[name], await app.device(accounts[name]));
  });

  test('of a doctor forgets a patient whom an older number of another server says it lost', async () => {
    await done('admin', 'POST', `/api/admin/doctors/${doctorOf.d1}/approve/`);
    const { id: patient } = await done('u1', 'POST', '/api/patients/', { name: 'Lost twice' });
    const unassign = async () => {
      const { id } = await done('u1', 'POST', '/api/mappings/', { patient, doctor: doctorOf.d1 });
      return async () => done('u1', 'DELETE', `/api/mappings/${id}/`);
    };
    await (await unassign())();
    await app.asOwner(`update audit set tx = 1e15 where action = 'delete' and resource = 'mapping'`);
    const again = await unassign();
    await settled();
    let { cursor, more } = await done('d1', 'GET', '/api/sync/');
    while (more) ({ cursor, more } = await done('d1', 'GET', `/api/sync/?cursor=${cursor}`));
    await again();
    await settled();
    const { removed } = await done('d1', 'GET', `/api/sync/?cursor=${cursor}`);
    expect(removed.patients).toEqual([patient]);
  });

  test.each(['limit=0', 'limit=-1', 'limit=x', 'limit=1&limit=2', 'sort=id', 'count=exact', 'since=0'])(
    'beside %s is refused',
    async (query) => {
      expect((await send('u1', 'GET', `/api/sync/?${query}`)).status).toBe(400);
    },
  );
});
