// People with a phone each, and what each phone should hold after it synced.
import { expect } from 'vitest';
import { type Account, boot, type Json } from '../support/app.ts';

export const names = ['u1', 'u2', 'p1', 'p2', 'd1', 'd2', 'd3', 'admin'] as const;
export type Name = (typeof names)[number];
const path = (name: Name) => (name[0] === 'p' ? 'patient/' : name[0] === 'd' ? 'doctor/' : '');

export type Kind = 'patients' | 'doctors' | 'mappings';
const kinds: Kind[] = ['patients', 'doctors', 'mappings'];

/** What is there, read past every policy. */
export interface World {
  patients: Json[];
  doctors: Json[];
  mappings: Json[];
  users: Json[];
}

const byId = (rows: Iterable<Json>) =>
  [...rows]
    .map(({ created_at, updated_at, ...row }) => ({
      ...row,
      created_at: new Date(created_at).toISOString(),
      ...(updated_at && { updated_at: new Date(updated_at).toISOString() }),
    }))
    .sort((a, b) => a.id - b.id);

/** A clinic with one account of each name, each with as many phones as a test gives it. */
export const clinic = async () => {
  const app = await boot();
  const { settled } = app;
  const { owner: sql } = app.database;

  // what needs the password once more, test/accounts/step-up.test.ts has
  await sql.query(`alter table sessions alter stepped_up_at set default 'infinity'`);
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
  const approve = async (id: number) => expect((await app.approve(accounts.admin, id)).status).toBe(200);
  const linked = async (table: string, who: Name) =>
    Number((await sql.query(`select id from ${table} where user_id = ${accounts[who].id}`))[0]?.id);
  const doctorOf = {
    d1: await linked('doctors', 'd1'),
    d2: await linked('doctors', 'd2'),
    d3: await linked('doctors', 'd3'),
  };
  const recordOf = { p1: await linked('patients', 'p1'), p2: await linked('patients', 'p2') };

  const world = async (): Promise<World> => {
    const [row] = await sql.query(`select
    (select coalesce(json_agg(t), '[]') from (select id, user_id, created_by, name,
      coalesce(extract(year from age((now() at time zone 'utc')::date, date_of_birth)), age) as age, date_of_birth, gender,
      phone, email, address, medical_history, version, created_at, updated_at from patients) t) as patients,
    (select coalesce(json_agg(t), '[]') from (select id, user_id, created_by, name, specialization, contact_info,
      license_number, approved, version, created_at, updated_at from doctors) t) as doctors,
    (select coalesce(json_agg(t), '[]') from (
      select id, patient_id as patient, doctor_id as doctor, created_at, expires_at from mappings) t) as mappings,
    (select json_agg(t) from (select id, role from users) t) as users`);
    return row as World;
  };

  const roleOf = ({ users, doctors }: World, who: Name): string => {
    const { id } = accounts[who];
    const { role } = users.find((user) => user.id === id);
    return role === 'doctor' && !doctors.find((doctor) => doctor.user_id === id)?.approved ? 'pending_doctor' : role;
  };

  /** A full read of what a phone of each role should hold. */
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
          (
            who,
          ) => `insert into doctors (id, user_id, created_by, name, specialization, approved) overriding system value
          values (${doctorOf[who]}, ${accounts[who].id}, null, '${who}', 'Cardiology', false) on conflict do nothing`,
        ),
        `update doctors set approved = user_id <> ${accounts.d3.id}`,
        `update users set role = 'user' where id in (${accounts.u1.id}, ${accounts.u2.id})`,
      ].map((statement) => sql.query(statement)),
    );
  };

  return { app, sql, accounts, send, done, approve, doctorOf, recordOf, world, Phone, settled, reset };
};
