// However long the records are, an answer is not: each list ends a page before 2 MiB, and loses nothing by it.
import { describe, expect, test, vi } from 'vitest';
import { nextOf } from '../support/answers.ts';
import { type Account, boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
vi.setConfig({ testTimeout: 300_000 });
const app = await boot();
const w = await assemble(app);
const { owner, assignedDoctor, admin, patient } = w.people;
const { as, asOwner, database } = app;

const [server] = await database.owner.query('select version() as version');
/** PGlite is slow at this, and the rules are the same. */
const onServer = !/wasm|emscripten/.test(server?.version);
const many = onServer ? 5000 : 150;
const mostBytes = 2 * 1024 * 1024;

// three bytes each, or two in JSON: nothing that a field takes is longer
const widest = (most: number) => '漢'.repeat(most);
const broken = (most: number) => '\n"'.repeat(most / 2);
await asOwner(
  `with made as (
    insert into patients (created_by, name, phone, email, address, medical_history)
    select $1, $2, $3, repeat('a', 242) || '@example.com', $4, case n % 2 when 0 then $5 else $6 end
    from generate_series(1, $7::int) n returning id)
  insert into mappings (patient_id, doctor_id) select id, $8 from made`,
  [owner.id, widest(200), widest(50), widest(500), widest(20_000), broken(20_000), many, w.doctorIds.assigned],
);
await asOwner(
  `with made as (
    insert into doctors (created_by, name, specialization, contact_info, license_number)
    select $1, $2, $2, $3, $4 from generate_series(1, 1300) returning id)
  insert into mappings (patient_id, doctor_id) select $5, id from made`,
  [owner.id, widest(200), widest(500), widest(100), w.ownRecord],
);
await asOwner(`update patients set age = 40 where created_by = $1`, [owner.id]);

/** Follows a list to its end, and says what was there. */
const follow = async (who: Account, path: string): Promise<{ ids: number[]; pages: number }> => {
  const ids: number[] = [];
  let pages = 0;
  for (let at: string | undefined = path; at; pages++) {
    const answer = await as(who, 'GET', at);
    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
    expect(new TextEncoder().encode(answer.text).length).toBeLessThan(mostBytes);
    ids.push(...answer.body.map(({ id }: Json) => id));
    at = nextOf(answer);
  }
  return { ids, pages };
};
const idsIn = async (from: string): Promise<number[]> =>
  (await app.rows(`select id::int from ${from} order by id`)).map(({ id }: Json) => id);

describe('page by page, and whole', () => {
  test.each<[string, Account, string, string]>([
    ['the patients of an owner', owner, '/api/patients/', `patients where created_by = ${owner.id}`],
    ['the patients of an admin', admin, '/api/patients/', 'patients'],
    ['all patients of a doctor', assignedDoctor, '/api/doctors/all-patients/', 'patients'],
    [
      'the assigned patients of a doctor',
      assignedDoctor,
      '/api/doctors/my-patients/',
      `patients where id in (select patient_id from mappings where doctor_id = ${w.doctorIds.assigned})`,
    ],
    ['doctors', owner, '/api/doctors/', 'doctors'],
    [
      'the doctors of a patient',
      patient,
      '/api/patients/my-doctors/',
      `doctors where id in (select doctor_id from mappings where patient_id = ${w.ownRecord})`,
    ],
    [
      'mappings with their doctors',
      patient,
      `/api/mappings/${w.ownRecord}/`,
      `mappings where patient_id = ${w.ownRecord}`,
    ],
  ])('%s', async (_, who, path, from) => {
    const { ids, pages } = await follow(who, path);
    expect(ids).toEqual(await idsIn(from));
    expect(pages).toBeGreaterThan(2);
  });

  test('the trail', async () => {
    const last = (await idsIn('audit')).at(-1);
    const { ids } = await follow(admin, '/api/admin/audit/?sort=id&action=update');
    expect(ids).toEqual(await idsIn(`audit where action = 'update' and id <= ${last}`));
  });

  test.each<[string, Account]>([
    ['an owner', owner],
    ['an assigned doctor', assignedDoctor],
    ['an admin', admin],
  ])('what %s syncs', async (_, who) => {
    const held = new Set<number>();
    let cursor = '';
    for (let more = true; more; ) {
      const answer = await as(who, 'GET', `/api/sync/${cursor && `?cursor=${cursor}`}`);
      expect(answer.status, answer.text.slice(0, 500)).toBe(200);
      expect(new TextEncoder().encode(answer.text).length).toBeLessThan(mostBytes);
      for (const { id } of answer.body.patients) held.add(id);
      ({ cursor, more } = answer.body);
    }
    const scope: Record<string, string> = {
      [owner.id]: `patients where created_by = ${owner.id}`,
      [assignedDoctor.id]: `patients where id in (select patient_id from mappings where doctor_id = ${w.doctorIds.assigned})`,
      [admin.id]: 'patients',
    };
    expect([...held].sort((a, b) => a - b)).toEqual(await idsIn(scope[who.id] ?? ''));
  });
});
