// DOCTOR_ACCESS = "assigned": a doctor sees the patients who are assigned and nobody else, unless in an emergency.
import { neon } from '@neondatabase/serverless';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Account, boot, caller, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot({ DOCTOR_ACCESS: 'assigned' });
const w = await assemble(app);
const { owner, patient, assignedDoctor, otherDoctor, pendingDoctor, admin } = w.people;
const born = '1931-02-03';
const reason = 'Brought in unconscious,\nno relatives';
const mayDoAllAgain = () =>
  app.rows(`with looked as (delete from app.emergency_lookups) delete from emergency_accesses`);
beforeEach(mayDoAllAgain);

const ids = ({ body }: { body: Json }): number[] =>
  body.map(({ id }: Json) => id).sort((a: number, b: number) => a - b);
const lookUp = (who: Account, name: string, date_of_birth = born) =>
  app.as(who, 'POST', '/api/doctors/lookup-patient/', { name, date_of_birth });
const open = (who: Account, id: number, why = reason) =>
  app.as(who, 'POST', `/api/patients/${id}/emergency-access/`, { reason: why });
/** A patient of the owner who is assigned to nobody, and was looked up by the other doctor. */
const newPatient = async () => {
  const name = unique('Zoë Müller');
  const id = await w.newPatient({ name, date_of_birth: born, medical_history: 'Penicillin' });
  return { id, name };
};
const lookedUp = async () => {
  const made = await newPatient();
  expect(ids(await lookUp(otherDoctor, made.name))).toEqual([made.id]);
  return made;
};

describe('an approved doctor', () => {
  const theirs = [w.ownRecord, w.ownPatient.id].sort((a, b) => a - b);
  const get = (who: Account, path: string) => app.as(who, 'GET', path);

  test('lists, counts and finds the assigned patients alone', async () => {
    for (const path of ['/api/doctors/all-patients/', '/api/doctors/my-patients/']) {
      const list = await get(assignedDoctor, `${path}?count=exact`);
      expect(ids(list)).toEqual(theirs);
      expect(list.headers.get('X-Total-Count')).toBe(String(theirs.length));
      expect(ids(await get(assignedDoctor, `${path}?search=jane`))).toEqual([w.ownPatient.id]);
      expect(ids(await get(assignedDoctor, `${path}?min_age=30&max_age=30`))).toEqual([w.ownPatient.id]);
      expect(ids(await get(otherDoctor, path))).toEqual([]);
      expect(ids(await get(otherDoctor, `${path}?search=jane`))).toEqual([]);
    }
  });

  test('reads the assigned patients, and of others not whether they are there', async () => {
    expect((await get(assignedDoctor, `/api/patients/${w.ownPatient.id}/`)).status).toBe(200);
    const [one, none] = [
      await get(otherDoctor, `/api/patients/${w.ownPatient.id}/`),
      await get(otherDoctor, '/api/patients/999999/'),
    ];
    expect({ ...one.body, request_id: 0 }).toEqual({ ...none.body, request_id: 0 });
    expect(one.status).toBe(404);
    expect((await app.trailOf(one)).map(({ action }) => action)).toEqual(['read', 'refused']);
  });

  test('sees who else treats the assigned patients, and no other mapping', async () => {
    const mappings = await get(assignedDoctor, '/api/mappings/?count=exact');
    expect(mappings.body.map(({ patient }: Json) => patient).sort()).toEqual(theirs);
    expect(mappings.headers.get('X-Total-Count')).toBe('2');
    expect((await get(otherDoctor, '/api/mappings/')).body).toEqual([]);
    expect((await get(otherDoctor, `/api/mappings/patient/${w.ownPatient.id}/`)).status).toBe(404);
  });

  test('syncs the assigned patients alone', async () => {
    await app.settled();
    expect((await get(assignedDoctor, '/api/sync/')).body.patients.map(({ id }: Json) => id).sort()).toEqual(theirs);
    expect((await get(otherDoctor, '/api/sync/')).body.patients).toEqual([]);
  });

  test('loses a patient with the next request after the assignment ended', async () => {
    const { id } = await newPatient();
    const mapping = await w.assign(id, w.doctorIds.other);
    expect((await get(otherDoctor, `/api/patients/${id}/`)).status).toBe(200);
    await w.send(owner, 'DELETE', `/api/mappings/${mapping}/`);
    expect((await get(otherDoctor, `/api/patients/${id}/`)).status).toBe(404);
  });

  test('sees no more where the setting is not given, and all for the previous Worker', async () => {
    const database = neon(app.database.appUrl);
    const seen = async (begin: string) => {
      const params = [sessionOf(otherDoctor), otherDoctor.id];
      const results = await database.transaction([
        database.query(begin, params),
        database.query(`select set_config('role', 'app_api', true)`),
        database.query('select id from patients'),
      ]);
      return results[2]?.length;
    };
    const who = `$1, $2, 1, 'a test', null, '{doctor}', ''`;
    expect(await seen(`select app.begin_request(${who}, false, null)`)).toBe(0);
    expect(await seen(`select app.begin_request(${who}, false, 'All')`)).toBe(0);
    const all = await app.count('from patients');
    expect(await seen(`select app.begin_request(${who}, false, 'all')`)).toBe(all);
    expect(await seen(`select app.begin(${who})`)).toBe(all);
  });
});

describe('a look-up', () => {
  test('finds by the whole name, as a search reads it, with the date of birth, and answers all who match', async () => {
    const { id, name } = await newPatient();
    const twin = await w.newPatient({ name, date_of_birth: born });
    const found = await lookUp(otherDoctor, ` ${name.toUpperCase().replace('Ë', 'e').replace('Ü', 'u')} `);
    expect(found.body).toEqual([id, twin].map((one) => ({ id: one, name, date_of_birth: born, gender: null })));
    expect(await app.trailOf(found)).toMatchObject([
      { action: 'lookup', resource: 'patient', actor_id: otherDoctor.id, patient_ids: [id, twin] },
    ]);
    for (const wrong of [name.slice(1), name.slice(0, -1), name.split(' ')[1] ?? '', `${name} Junior`])
      expect((await lookUp(otherDoctor, wrong)).body, wrong).toEqual([]);
    expect((await lookUp(otherDoctor, name, '1931-02-04')).body).toEqual([]);
  });

  test('opens nothing by itself', async () => {
    const { id } = await lookedUp();
    expect((await app.as(otherDoctor, 'GET', `/api/patients/${id}/`)).status).toBe(404);
  });

  test('is allowed 20 times a day, also where it finds nobody, and also at once', async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, () => lookUp(otherDoctor, 'Nobody')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    for (const { headers, body } of refused) {
      expect(body.code).toBe('too_many_requests');
      expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    }
    // of another doctor others are counted
    expect((await lookUp(assignedDoctor, 'Nobody')).status).toBe(200);
    await app.rows(`update app.emergency_lookups set at = now() - interval '25 hours'`);
    expect((await lookUp(otherDoctor, 'Nobody')).status).toBe(200);
  });

  test('takes no half of a name, and no date that is none', async () => {
    expect((await app.as(otherDoctor, 'POST', '/api/doctors/lookup-patient/', { name: 'Jane' })).body.errors).toEqual({
      date_of_birth: expect.any(Array),
    });
    for (const name of ['', ' ', '-']) expect((await lookUp(otherDoctor, name)).status, name).toBe(400);
    expect((await lookUp(otherDoctor, 'Jane', '1931-02-31')).status).toBe(400);
  });
});

describe('an emergency', () => {
  test('opens the one record to the one doctor, for four hours', async () => {
    const { id } = await lookedUp();
    const opened = await open(otherDoctor, id);
    expect(opened.status, opened.text).toBe(201);
    expect(opened.body).toEqual({
      ...{ id: expect.any(Number), patient: id, doctor: w.doctorIds.other, reason },
      ...{ created_at: expect.any(String), expires_at: expect.any(String) },
    });
    expect(Date.parse(opened.body.expires_at) - Date.parse(opened.body.created_at)).toBe(4 * 3_600_000);
    expect((await app.as(otherDoctor, 'GET', `/api/patients/${id}/`)).body.medical_history).toBe('Penicillin');
    expect((await app.as(assignedDoctor, 'GET', `/api/patients/${id}/`)).status).toBe(404);
    await app.rows(`update emergency_accesses set expires_at = now()`);
    expect((await app.as(otherDoctor, 'GET', `/api/patients/${id}/`)).status).toBe(404);
  });

  test('opens nothing else: no list, no search, no mapping, no sync, no change', async () => {
    const { id, name } = await lookedUp();
    await w.assign(id, w.doctorIds.assigned);
    await open(otherDoctor, id);
    for (const path of ['all-patients/', 'my-patients/', `all-patients/?search=${encodeURIComponent(name)}`])
      expect((await app.as(otherDoctor, 'GET', `/api/doctors/${path}`)).body, path).toEqual([]);
    expect(
      (await app.as(otherDoctor, 'GET', '/api/doctors/all-patients/?count=exact')).headers.get('X-Total-Count'),
    ).toBe('0');
    expect((await app.as(otherDoctor, 'GET', '/api/mappings/')).body).toEqual([]);
    for (const path of [`/api/mappings/${id}/`, `/api/mappings/patient/${id}/`])
      expect((await app.as(otherDoctor, 'GET', path)).status, path).toBe(404);
    await app.settled();
    expect((await app.as(otherDoctor, 'GET', '/api/sync/')).body.patients).toEqual([]);
    expect((await app.as(otherDoctor, 'PATCH', `/api/patients/${id}/`, { phone: '1' })).status).toBe(403);
    expect((await app.as(otherDoctor, 'DELETE', `/api/patients/${id}/`)).status).toBe(403);
    expect((await app.as(otherDoctor, 'POST', '/api/mappings/', { patient: id, doctor: 1 })).status).toBe(403);
  });

  test('needs a look-up of that patient by that doctor within the hour', async () => {
    const { id, name } = await newPatient();
    const unknown = await open(otherDoctor, id);
    const missing = await open(otherDoctor, 999_999);
    expect(unknown.status).toBe(404);
    expect({ ...unknown.body, request_id: 0 }).toEqual({ ...missing.body, request_id: 0 });
    await lookUp(assignedDoctor, name);
    expect((await open(otherDoctor, id)).status).toBe(404);
    await lookUp(otherDoctor, name);
    await app.rows(`update app.emergency_lookups set at = at - interval '61 minutes'`);
    expect((await open(otherDoctor, id)).status).toBe(404);
    await lookUp(otherDoctor, name);
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    expect((await open(otherDoctor, id)).status).toBe(404);
  });

  test('needs a reason of ten characters', async () => {
    const { id } = await lookedUp();
    for (const why of ['', 'too short', '          ', 'a'.repeat(501)])
      expect((await open(otherDoctor, id, why)).body.errors, why).toEqual({ reason: expect.any(Array) });
    expect(await app.count('from emergency_accesses')).toBe(0);
  });

  test('is one access, also for 20 requests at once', async () => {
    const { id } = await lookedUp();
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(otherDoctor, id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await app.count('from emergency_accesses')).toBe(1);
    expect(await app.count(`from audit where action = 'emergency_access' and resource_id = $1`, [id])).toBe(1);
  });

  test('is allowed five times a day', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, newPatient));
    for (const { name } of made) await lookUp(otherDoctor, name);
    const answers = await Promise.all(made.map(({ id }) => open(otherDoctor, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 429]);
  });

  test('is none where the doctor sees the patient anyway', async () => {
    const assigned = await open(assignedDoctor, w.ownPatient.id);
    expect(assigned).toMatchObject({ status: 409, body: { code: 'already_accessible' } });
    const underAll = caller({ ...app.env, DOCTOR_ACCESS: 'all' });
    const { token } = otherDoctor;
    const { id, name } = await newPatient();
    const body = { name, date_of_birth: born };
    expect((await underAll('POST', '/api/doctors/lookup-patient/', { token, body })).body.code).toBe(
      'already_accessible',
    );
    const path = `/api/patients/${id}/emergency-access/`;
    expect((await underAll('POST', path, { token, body: { reason } })).body.code).toBe('already_accessible');
    expect((await underAll('POST', '/api/patients/999999/emergency-access/', { token, body: { reason } })).status).toBe(
      404,
    );
  });

  test('ends with the approval', async () => {
    const { id } = await lookedUp();
    await open(otherDoctor, id);
    await w.send(admin, 'POST', `/api/admin/doctors/${w.doctorIds.other}/revoke/`);
    expect((await app.as(otherDoctor, 'GET', `/api/patients/${id}/`)).body.code).toBe('doctor_not_approved');
    expect((await lookUp(otherDoctor, 'Nobody')).status).toBe(403);
    expect((await lookUp(pendingDoctor, 'Nobody')).status).toBe(403);
    await app.approve(admin, w.doctorIds.other);
  });

  test('is nothing that the database lets a doctor make, read or change in another way', async () => {
    const { id } = await lookedUp();
    await open(otherDoctor, id);
    const database = neon(app.database.appUrl);
    const ask = (statement: string) =>
      database
        .transaction([
          database.query(`select app.begin_request($1, $2, 1, 'a test', null, '{doctor}', '', false, 'assigned')`, [
            sessionOf(otherDoctor),
            otherDoctor.id,
          ]),
          database.query(`select set_config('role', 'app_api', true)`),
          database.query(statement),
        ])
        .then(
          (results) => results[2],
          ({ code }) => code,
        );
    expect(await ask('select * from emergency_accesses')).toEqual([]);
    expect(await ask(`update emergency_accesses set reviewed_at = now() returning id`)).toEqual([]);
    for (const statement of [
      `insert into emergency_accesses (patient_id, doctor_id, doctor_name, reason, expires_at) values (1, 1, 'x', 'x', now())`,
      'update emergency_accesses set expires_at = now()',
      'delete from emergency_accesses',
      'select * from app.emergency_lookups',
    ])
      expect(await ask(statement), statement).toBe('42501');
  });
});

describe('of an emergency learn', () => {
  const mails = () => app.rows(`select user_id::int from mails where purpose = 'emergency_access'`);
  afterEach(() => app.rows(`delete from mails where purpose = 'emergency_access'`));

  test('the patient, at once and with the reason, and by a mail to a confirmed address', async () => {
    await app.rows(`update patients set date_of_birth = $1 where id = $2`, [born, w.ownRecord]);
    await lookUp(otherDoctor, 'patient');
    expect((await open(otherDoctor, w.ownRecord)).status).toBe(201);
    const log = await app.as(patient, 'GET', '/api/patient-profile/access-log/?limit=2');
    expect(log.body).toMatchObject([
      { action: 'emergency_access', resource: 'patient', actor_name: 'other_doctor', actor_role: 'doctor', reason },
      { action: 'lookup', resource: 'patient', actor_id: otherDoctor.id, reason: null },
    ]);
    expect(await mails()).toEqual([]);
    await mayDoAllAgain();
    await app.verify(patient.id);
    await lookUp(otherDoctor, 'patient');
    await open(otherDoctor, w.ownRecord);
    await open(otherDoctor, w.ownRecord);
    expect(await mails()).toEqual([{ user_id: patient.id }]);
  });

  test('the administrators, who review each once', async () => {
    const { id, name } = await lookedUp();
    const { body: opened } = await open(otherDoctor, id);
    const list = (query = '') => app.as(admin, 'GET', `/api/admin/emergency-accesses/${query}`);
    const shown = { ...opened, patient_name: name, doctor_name: 'other_doctor', reviewed_at: null, reviewed_by: null };
    const all = await list('?count=exact');
    expect(all.body).toEqual([shown]);
    expect(all.headers.get('X-Total-Count')).toBe('1');
    expect(await app.trailOf(all)).toMatchObject([{ action: 'read', resource: 'patient', patient_ids: [id] }]);
    expect((await list('?reviewed=false')).body).toEqual([shown]);
    expect((await list('?reviewed=true')).body).toEqual([]);
    const waiting = async () => (await app.as(admin, 'GET', '/api/admin/waiting/')).body;
    expect(await waiting()).toMatchObject({ emergencies: [shown], totals: { emergencies: 1 } });

    const reviewed = await app.as(admin, 'POST', `/api/admin/emergency-accesses/${opened.id}/review/`);
    expect(reviewed.body).toEqual({ ...shown, reviewed_at: expect.any(String), reviewed_by: admin.id });
    expect((await app.trailOf(reviewed)).map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual([
      'read patient',
      'update emergency_access',
    ]);
    const again = await app.as(admin, 'POST', `/api/admin/emergency-accesses/${opened.id}/review/`);
    expect(again.body).toEqual(reviewed.body);
    expect((await list('?reviewed=false')).body).toEqual([]);
    expect(await waiting()).toMatchObject({ emergencies: [], totals: { emergencies: 0 } });
    expect((await app.as(admin, 'POST', '/api/admin/emergency-accesses/999999/review/')).status).toBe(404);
  });

  test('the administrators also once the record is gone', async () => {
    const { id } = await lookedUp();
    await open(otherDoctor, id);
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    expect((await app.as(admin, 'GET', '/api/admin/emergency-accesses/')).body).toMatchObject([
      { patient: id, patient_name: null, reason },
    ]);
  });
});
