// Who reached for a patient and was refused: recorded with the patient's id, after the answer, and seen by admins only.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { app as worker } from '../../src/index.ts';
import { type Account, type Answer, boot, caller, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { faultyConnection } from '../support/database.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, otherPatient, pendingDoctor, assignedDoctor, admin } = w.people;
const { ownPatient, ownRecord, ownDoctor } = w;
const connection = await faultyConnection(app.database.appUrl);
const failing = caller({ ...app.env, DATABASE_URL: connection.url });

const address = '192.0.2.77';
const as = (who: Account, method: string, path: string, body?: Json, call = app.call) =>
  call(method, path, { token: who.token, body, headers: { 'CF-Connecting-IP': address } });
const refusalsOf = (answer: Answer) =>
  app.database.owner.query(
    `select actor_id::int, actor_role, actor_name, resource, resource_id::int, patient_ids::int[], address
    from audit where request_id = $1 and action = 'refused'`,
    [answer.headers.get('X-Request-Id')],
  );
const missing = 999_999;
const named = { name: 'x' };
const one = `/api/patients/${ownPatient.id}/`;
const pair = (patient: number) => ({ patient, doctor: ownDoctor.id });

describe('is recorded', () => {
  test.each<[string, Account, string, string, number, number, Json?]>([
    ["a stranger's read", stranger, 'GET', one, 404, ownPatient.id],
    ["a stranger's change", stranger, 'PATCH', one, 404, ownPatient.id, { age: 1 }],
    ["a stranger's deletion", stranger, 'DELETE', one, 404, ownPatient.id],
    ["a patient's read of another", patient, 'GET', one, 404, ownPatient.id],
    ["a doctor's change", assignedDoctor, 'PUT', one, 403, ownPatient.id, { name: 'x' }],
    ["a doctor's deletion", assignedDoctor, 'DELETE', one, 403, ownPatient.id],
    ['a doctor who awaits approval', pendingDoctor, 'GET', one, 403, ownPatient.id],
    ['a missing patient', admin, 'GET', `/api/patients/${missing}/`, 404, missing],
    ['the doctors of a patient', stranger, 'GET', `/api/mappings/${ownPatient.id}/`, 404, ownPatient.id],
    ['the same by the other path', stranger, 'GET', `/api/mappings/patient/${ownRecord}/`, 404, ownRecord],
    ["another patient's profile", otherPatient, 'PUT', `/api/patient-profile/${patient.id}/`, 404, ownRecord, named],
    ['a profile, by no patient', stranger, 'PUT', `/api/patient-profile/${patient.id}/`, 403, ownRecord, named],
    ['an assignment', stranger, 'POST', '/api/mappings/', 404, ownPatient.id, pair(ownPatient.id)],
    ['an assignment by no admin', owner, 'POST', '/api/admin/assign-patient/', 403, ownRecord, pair(ownRecord)],
  ])('%s', async (_, who, method, path, status, id, body) => {
    const answer = await as(who, method, path, body);
    expect(answer.status, answer.text).toBe(status);
    const [row] = await app.database.owner.query('select name from users where id = $1', [who.id]);
    expect(await refusalsOf(answer)).toEqual([
      {
        actor_id: who.id,
        actor_role: expect.stringMatching(who === pendingDoctor ? /^pending_doctor$/ : /^(user|patient|doctor|admin)$/),
        actor_name: row?.name,
        resource: 'patient',
        resource_id: id,
        patient_ids: [id],
        address,
      },
    ]);
  });

  test('nothing of what succeeds, what is malformed, and of nobody', async () => {
    for (const answer of [
      await as(owner, 'GET', one),
      await as(owner, 'PATCH', one, { age: 200 }),
      await as(owner, 'GET', '/api/patients/abc/'),
      await app.call('GET', one),
    ])
      expect(await refusalsOf(answer)).toEqual([]);
  });
});

test('is recorded also of somebody whose session ends at that moment', async () => {
  const leaving = await app.register('leaving');
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const isNote = String(init?.body).includes('note_refusal');
    if (isNote) await app.database.owner.query('delete from sessions where user_id = $1', [leaving.id]);
    return fetch(input, init);
  };
  const answer = await as(leaving, 'GET', one).finally(() => {
    globalThis.fetch = fetch;
  });
  expect((await as(leaving, 'GET', one)).body.code).toBe('session_ended');
  expect(await refusalsOf(answer)).toMatchObject([{ actor_id: leaving.id, actor_role: 'user', address }]);
});

test('an administrator finds them by the patient; the patient is not told of who saw nothing', async () => {
  await as(stranger, 'GET', `/api/patients/${ownRecord}/`);
  const { body } = await as(admin, 'GET', `/api/admin/audit/?patient=${ownRecord}&action=refused&actor=${stranger.id}`);
  expect(body[0]).toMatchObject({ actor_name: 'stranger', resource_id: ownRecord, address });
  const log = await as(patient, 'GET', '/api/patient-profile/access-log/');
  expect(log.body.map(({ action }: Json) => action)).not.toContain('refused');
});

test('the answer does not wait for it', async () => {
  const context = createExecutionContext();
  await connection.fail('silence', { only: 'note_refusal' });
  const request = new Request(`http://wardbook.test${one}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${stranger.token}` },
  });
  const slow = { ...app.env, DATABASE_URL: connection.url, DATABASE_TIMEOUT_MS: '1500' };
  const started = Date.now();
  const response = await worker.fetch(request, slow, context);
  expect(response.status).toBe(404);
  expect(Date.now() - started).toBeLessThan(1400);
  await waitOnExecutionContext(context);
  expect(Date.now() - started).toBeGreaterThanOrEqual(1400);
  await connection.heal();
});

test('that it could not be recorded is in the log, and the answer the same', async () => {
  const said: string[] = [];
  const { error } = console;
  console.error = (line: string) => said.push(line);
  await connection.fail('html with 502', { only: 'note_refusal' });
  const answer = await as(stranger, 'DELETE', one, undefined, failing);
  await connection.heal();
  console.error = error;
  expect(answer.status).toBe(404);
  expect(said.map((line) => JSON.parse(line))).toEqual([
    { request_id: answer.headers.get('X-Request-Id'), job: 'refusal', failed: true },
  ]);
});
