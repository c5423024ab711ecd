// One of everybody whom the README's table "Who sees what" tells apart, and the records between them.
import { type Account, type App, accountOf, type Json, password } from './app.ts';
import { unique } from './unique.ts';

export const actors = [
  'owner',
  'stranger',
  'patient',
  'otherPatient',
  'pendingDoctor',
  'assignedDoctor',
  'otherDoctor',
  'admin',
] as const;
export type ActorName = (typeof actors)[number];

export const assemble = async (app: App) => {
  const [owner, stranger, patient, otherPatient, pendingDoctor, assignedDoctor, otherDoctor, admin] = await Promise.all(
    [
      app.register('owner'),
      app.register('stranger'),
      app.register('patient', 'patient/', { age: 40 }),
      app.register('other_patient', 'patient/'),
      app.register('pending_doctor', 'doctor/'),
      app.register('assigned_doctor', 'doctor/'),
      app.register('other_doctor', 'doctor/'),
      app.register('admin'),
    ],
  );
  await app.makeAdmin(admin.id);
  // what needs the password once more, test/accounts/step-up.test.ts has
  await app.stepUp(admin);
  // whoever invites has to be somebody
  await app.verify(owner.id);
  const people: Record<ActorName, Account> = {
    owner,
    stranger,
    patient,
    otherPatient,
    pendingDoctor,
    assignedDoctor,
    otherDoctor,
    admin,
  };

  const send = async (who: Account, method: string, path: string, body?: Json): Promise<Json> => {
    const answer = await app.call(method, path, { token: who.token, body });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  };
  const recordOf = async (who: Account, table: 'patients' | 'doctors'): Promise<number> => {
    const [row] = await app.database.owner.query(`select id from ${table} where user_id = $1`, [who.id]);
    return Number(row?.id);
  };
  const doctorIds = {
    pending: await recordOf(pendingDoctor, 'doctors'),
    assigned: await recordOf(assignedDoctor, 'doctors'),
    other: await recordOf(otherDoctor, 'doctors'),
  };
  const ownRecord = await recordOf(patient, 'patients');
  for (const id of [doctorIds.assigned, doctorIds.other])
    if ((await app.approve(admin, id)).status !== 200) throw new Error(`doctor ${id} is not approved`);
  // what `owner` made: a patient and a doctor; the patient is assigned to `assignedDoctor`, and so is `patient`'s record
  const ownPatient = await send(owner, 'POST', '/api/patients/', { name: 'Jane Doe', age: 30 });
  const ownDoctor = await send(owner, 'POST', '/api/doctors/', { name: 'Dr. Smith', specialization: 'Cardiology' });
  const mapping = await send(owner, 'POST', '/api/mappings/', { patient: ownPatient.id, doctor: doctorIds.assigned });
  const ownMapping = await send(admin, 'POST', '/api/admin/assign-patient/', {
    patient_id: ownRecord,
    doctor_id: doctorIds.assigned,
  });

  /** More records, for tests that change or delete them. */
  const newPatient = async (fields: Json = {}, who = owner): Promise<number> =>
    (await send(who, 'POST', '/api/patients/', { name: 'Jane Doe', age: 30, ...fields })).id;
  const newDoctor = async (fields: Json = {}, who = owner): Promise<number> =>
    (await send(who, 'POST', '/api/doctors/', { name: 'Dr. New', specialization: 'Surgery', ...fields })).id;
  const assign = async (patient: number, doctor: number, who = owner): Promise<number> =>
    (await send(who, 'POST', '/api/mappings/', { patient, doctor })).id;
  /** The token of an invitation to a new patient, for a new address. */
  const invitation = async (): Promise<string> => {
    const email = `${unique('invited')}@example.com`;
    const { id } = await send(owner, 'POST', `/api/patients/${await newPatient()}/invitation/`, { email });
    // whoever has invited 20 today has to wait
    await app.rows(`update invitations set created_at = created_at - interval '2 days' where id = $1`, [id]);
    const { mail_id } = await app.rowOf('invitations', id);
    return app.link('invitation', { email, mail: mail_id });
  };
  /** Somebody who has accepted one. */
  const invited = async (): Promise<Account> => {
    const body = { token: await invitation(), password };
    return accountOf((await app.call('POST', '/api/auth/register/invited/', { body })).body);
  };
  return {
    people,
    invitation,
    invited,
    send,
    newPatient,
    newDoctor,
    assign,
    doctorIds,
    ownRecord,
    ownPatient,
    ownDoctor,
    mapping,
    ownMapping,
  };
};
