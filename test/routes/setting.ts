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
  };
};
export type Setting = ReturnType<typeof settingOf>;
