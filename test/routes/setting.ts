// What the requests of the table are made from: the cast, and records that are there to be changed or deleted.
import { type Account, type App, password } from '../support/app.ts';
import type { assemble } from '../support/cast.ts';
import { unique } from '../support/unique.ts';

export type World = Awaited<ReturnType<typeof assemble>>;

/** Whatever is written into a field that takes any text is `text`. */
export const settingOf = (app: App, w: World, text: string) => {
  const { owner } = w.people;
  const patientFields = { name: text, phone: text.slice(0, 50), address: text, medical_history: text, age: 30 };
  const doctorFields = { name: text, specialization: text, contact_info: text, license_number: text };
  const newPatient = () => w.newPatient(patientFields);
  const newDoctor = () => w.newDoctor(doctorFields);
  const newAccount = () => ({
    email: `${unique(text.replace(/\W/g, '').toLowerCase())}@example.com`,
    name: text,
    password,
  });
  const guest = (): Promise<Account> => app.register(unique('guest'));
  /** The record of a doctor who waits for approval. The pending one of the cast goes on waiting. */
  const waitingDoctor = async (): Promise<number> => {
    const { id } = await app.register(unique('waiting'), 'doctor/');
    const [record] = await app.rows('select id::int from doctors where user_id = $1', [id]);
    return record.id;
  };
  /** The entry of a patient's deletion in the trail. */
  const deletion = async (): Promise<number> => {
    const id = await newPatient();
    await w.assign(id, w.ownDoctor.id);
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    const [entry] = await app.rows(
      `select id::int from audit where action = 'delete' and resource = 'patient' and resource_id = $1`,
      [id],
    );
    return entry.id;
  };
  /** Whoever has invited 20 in a day has to wait; so those were the day before yesterday. */
  const mayInvite = () =>
    // several requests are made at once, and two that wait for each other's rows would be a deadlock
    app.rows(`update invitations set created_at = created_at - interval '2 days' where id in (
      select id from invitations where created_at > now() - interval '1 day' for update skip locked)`);
  /** Of emergencies only so many are allowed in a day; so all but the newest were the day before yesterday. */
  const mayOpen = () =>
    app.rows(`with looked as (update app.emergency_lookups set at = at - interval '2 days'
        where id not in (select id from app.emergency_lookups order by id desc limit 9))
      update emergency_accesses set created_at = created_at - interval '2 days'
      where id not in (select id from emergency_accesses order by id desc limit 2)`);
  /** A patient whom `who` has looked up, and who is not assigned to them. */
  const lookedUp = async (who: Account): Promise<number> => {
    await mayOpen();
    const born = { date_of_birth: '1931-02-03' };
    const id = await w.newPatient({ ...patientFields, ...born });
    const answer = await app.call('POST', '/api/doctors/lookup-patient/', {
      token: who.token,
      body: { name: text, ...born },
      settings: { DOCTOR_ACCESS: 'assigned' },
    });
    if (answer.status !== 200) throw new Error(answer.text);
    return id;
  };
  /** An access that a doctor has opened. */
  const emergency = async (): Promise<number> => {
    const [row] = await app.rows(
      `insert into emergency_accesses (patient_id, doctor_id, doctor_name, reason, expires_at)
      values ($1, $2, 'Dr. Smith', $3, now()) returning id::int`,
      [w.ownPatient.id, w.doctorIds.other, text],
    );
    return row.id;
  };
  /** The path of a new patient's invitation. */
  const invitation = async (): Promise<string> => {
    await mayInvite();
    const path = `/api/patients/${await newPatient()}/invitation`;
    await w.send(owner, 'POST', `${path}/`, { email: `${unique('invited')}@example.com` });
    return path;
  };
  return {
    app,
    w,
    ...w.people,
    text,
    patientFields,
    doctorFields,
    newPatient,
    newDoctor,
    newAccount,
    guest,
    waitingDoctor,
    deletion,
    mayInvite,
    invitation,
    mayOpen,
    lookedUp,
    emergency,
  };
};
export type Setting = ReturnType<typeof settingOf>;
