// Every list that the API has, who asks for it, and what it should hold: as SQL, asked as the owner.
import { expect } from 'vitest';
import { nextOf } from '../support/answers.ts';
import { type Account, boot, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

// Names and times that many rows share. Some of the names differ only by case and accent.
export const names = `(array['Zoë', 'adam', 'Ádám', 'EVE', 'eve', 'Bob', 'Łukasz'])[1 + n % 7]`;
export const times = `timestamptz '2026-01-01Z' + (n % 5) * interval '1 minute'`;

export interface List {
  path: string;
  who: Account;
  sorts: string[];
  /** What the caller may see there, as a from clause. */
  rows: string;
}

const keys: Record<string, string> = {
  id: 't.id',
  name: `lower(unaccent(t.name)) collate "C"`,
  specialization: `lower(unaccent(t.specialization)) collate "C"`,
  created_at: 't.created_at',
  last_used_at: 't.last_used_at',
};

export const idsOf = (rows: Json[]): number[] => rows.map(({ id }: Json) => id);

/** A database with eighty rows and more in each list; `grow` adds to all of them. */
export const manyRows = async () => {
  const app = await boot();
  const w = await assemble(app);
  const { owner, stranger, patient, assignedDoctor, pendingDoctor, admin } = w.people;
  const { database } = app;
  const doctorId = w.doctorIds.assigned;
  let grown = 0;
  const grow = async (by: number) => {
    const fill = `generate_series(${grown + 1}, ${grown + by}) n`;
    grown += by;
    await app.asOwner(`insert into users (name, username, email, role, created_at)
    select ${names}, 'extra' || n, 'extra' || n || '@example.com', 'user', ${times} from ${fill}`);
    await app.asOwner(`with made as (
      insert into patients (created_by, name, age, gender, created_at)
      select ${owner.id}, ${names}, n % 100, (array['male', 'female'])[1 + n % 2], ${times} from ${fill} returning id)
    insert into mappings (patient_id, doctor_id, created_at)
    select id, ${doctorId}, timestamptz '2026-01-01Z' + (id % 5) * interval '1 minute' from made`);
    await app.asOwner(`with made as (
      insert into doctors (created_by, name, specialization, created_at)
      select ${stranger.id}, ${names}, (array['Oncology', 'oncología', 'Surgery'])[1 + n % 3], ${times} from ${fill} returning id)
    insert into mappings (patient_id, doctor_id) select ${w.ownRecord}, id from made`);
    await app.asOwner(`insert into sessions (user_id, refresh_hash, idle_until, expires_at, last_used_at)
    select ${owner.id}, 'none', now() + interval '1 day', now() + interval '1 day', now() - interval '1 h' * (n % 9)
    from ${fill}, set_config('app.sessions_per_account', '100000', true)`);
    await app.asOwner(`insert into audit (actor_id, action, resource, patient_ids)
    select ${admin.id}, 'read', 'patient', array[${w.ownRecord}] from ${fill}`);
  };

  const people = ['id', 'name', 'created_at'];
  const ofDoctor = `(select p.* from patients p join mappings m on m.patient_id = p.id where m.doctor_id = ${doctorId}) as t`;
  const ofOwner = `(select m.* from mappings m join patients p on p.id = m.patient_id where p.created_by = ${owner.id}) as t`;
  const ofPatient = `(select * from mappings where patient_id = ${w.ownRecord}) as t`;
  const doctorsOfPatient = `(select d.* from doctors d join mappings m on m.doctor_id = d.id where m.patient_id = ${w.ownRecord}) as t`;
  const specialists = ['id', 'name', 'specialization', 'created_at'];
  const lists: Record<string, List> = {
    'patients of a user': {
      ...{ path: '/api/patients', who: owner, sorts: people },
      rows: `(select * from patients where created_by = ${owner.id}) as t`,
    },
    'patients of an admin': { path: '/api/patients', who: admin, sorts: people, rows: 'patients as t' },
    'all patients': { path: '/api/doctors/all-patients', who: assignedDoctor, sorts: people, rows: 'patients as t' },
    'my patients': { path: '/api/doctors/my-patients', who: assignedDoctor, sorts: people, rows: ofDoctor },
    doctors: { path: '/api/doctors', who: pendingDoctor, sorts: specialists, rows: 'doctors as t' },
    'my doctors': { path: '/api/patients/my-doctors', who: patient, sorts: specialists, rows: doctorsOfPatient },
    'mappings of a user': { path: '/api/mappings', who: owner, sorts: ['id', 'created_at'], rows: ofOwner },
    'mappings of a patient': { path: '/api/mappings', who: patient, sorts: ['id', 'created_at'], rows: ofPatient },
    'mappings of a doctor': {
      path: '/api/mappings',
      who: assignedDoctor,
      sorts: ['id', 'created_at'],
      rows: 'mappings as t',
    },
    'doctors of one patient': { path: `/api/mappings/${w.ownRecord}`, who: admin, sorts: ['id'], rows: ofPatient },
    'doctors of one patient, by the longer path': {
      ...{ path: `/api/mappings/patient/${w.ownRecord}`, who: patient, sorts: ['id'], rows: ofPatient },
    },
    users: { path: '/api/admin/users', who: admin, sorts: people, rows: 'users as t' },
    'my sessions': {
      ...{ path: '/api/auth/sessions', who: owner, sorts: ['id', 'created_at', 'last_used_at'] },
      rows: `(select * from sessions where user_id = ${owner.id}) as t`,
    },
    'the trail': { path: '/api/admin/audit', who: admin, sorts: ['id'], rows: 'audit as t' },
    'the access log': {
      ...{ path: '/api/patient-profile/access-log', who: patient, sorts: ['id'] },
      rows: `(select * from audit where patient_ids @> array[${w.ownRecord}::bigint]) as t`,
    },
  };
  const everyList = Object.entries(lists);

  const get = ({ path, who }: { path: string; who: Account }, query = '') =>
    app.call('GET', `${path}${query}`, { token: who.token });
  const sqlIds = async (query: string) => (await database.owner.query(query)).map(({ id }) => Number(id));

  const expected = (rows: string, sort: string, most = 1_000_000) => {
    const direction = sort.startsWith('-') ? 'desc' : 'asc';
    return sqlIds(
      `select t.id from ${rows} order by ${keys[sort.replace('-', '')]} ${direction}, t.id ${direction} limit ${most}`,
    );
  };

  /** The ids of all pages, as a client gets them that follows Link and does something else between two pages. */
  const follow = async (list: List, query: string, between = async (_page: Json[]) => {}) => {
    const ids: number[] = [];
    let next: string | undefined = `${list.path}${query}`;
    for (let pages = 0; next !== undefined; pages++) {
      expect(pages, 'pages').toBeLessThan(200);
      const answer = await app.call('GET', next, { token: list.who.token });
      expect(answer.status, `${next}: ${answer.text}`).toBe(200);
      ids.push(...idsOf(answer.body));
      next = nextOf(answer);
      if (next) await between(answer.body);
    }
    return ids;
  };

  const directions = everyList.flatMap(([name, { sorts }]) =>
    sorts.flatMap((sort) => [sort, `-${sort}`]).map((sort) => [name, sort] as const),
  );
  const listed = (name: string) => lists[name] as List;

  await grow(80);
  return { app, w, doctorId, grow, lists, everyList, directions, listed, get, sqlIds, expected, follow };
};
