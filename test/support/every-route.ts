// For every route a request that succeeds, for what has to hold for all of them.
import { type Account, type Answer, type App, type caller, type Json, password } from './app.ts';
import type { assemble } from './cast.ts';
import { routes } from './routes.ts';
import { sessionOf } from './tokens.ts';
import { unique } from './unique.ts';

export interface Prepared {
  route: string;
  method: string;
  path: string;
  token: string | undefined;
  who: Account | undefined;
  body: Json;
  /** Whose doing the trail says it is, where that is neither who asks nor who is answered. */
  actor: number | null | undefined;
  headers: Record<string, string>;
}

interface Ready {
  who?: Account;
  path?: string;
  body?: Json;
  actor?: number | null;
  headers?: Record<string, string>;
}

/** Makes what each request is about, every time anew. Whatever is written is `text`. */
export const everyRoute = (app: App, w: Awaited<ReturnType<typeof assemble>>, text = 'Text') => {
  const { owner, stranger, patient, pendingDoctor, assignedDoctor, admin } = w.people;
  const { ownPatient, ownDoctor, ownRecord } = w;
  const patientFields = { name: text, phone: text.slice(0, 50), address: text, medical_history: text, age: 30 };
  const doctorFields = { name: text, specialization: text, contact_info: text, license_number: text };
  const newPatient = () => w.newPatient(patientFields);
  const newDoctor = () => w.newDoctor(doctorFields);
  const newAccount = () => ({
    email: `${unique(text.replace(/\W/g, '').toLowerCase())}@example.com`,
    name: text,
    password,
  });
  const guest = () => app.register(unique('guest'));
  /** The record of a doctor who waits for approval. The pending one of the cast goes on waiting. */
  const waitingDoctor = async (): Promise<number> => {
    const { id } = await app.register(unique('waiting'), 'doctor/');
    const [record] = await app.rows('select id::int from doctors where user_id = $1', [id]);
    return record.id;
  };
  const deleted = async () => {
    const id = await newPatient();
    await w.assign(id, ownDoctor.id);
    await w.send(owner, 'DELETE', `/api/patients/${id}/`);
    const [entry] = await app.database.owner.query(
      `select id from audit where action = 'delete' and resource = 'patient' and resource_id = $1`,
      [id],
    );
    return entry?.id;
  };

  const inviting = async () => {
    // whoever has invited 20 in a day has to wait
    await app.rows(`update invitations set created_at = created_at - interval '2 days'`);
  };
  /** Where the invitation of a new patient is. */
  const invitation = async () => {
    await inviting();
    const path = `/api/patients/${await newPatient()}/invitation`;
    await w.send(owner, 'POST', `${path}/`, { email: `${unique('invited')}@example.com` });
    return path;
  };

  const requests: Record<string, () => Ready | Promise<Ready>> = {
    'GET /': () => ({}),
    'GET /healthz': () => ({}),
    'GET /docs': () => ({}),
    'GET /readyz': () => ({}),
    'GET /portal': () => ({}),
    'GET /portal/:page': () => ({ path: '/portal/reset' }),

    'POST /api/auth/register': () => ({ body: newAccount() }),
    'POST /api/auth/register/patient': () => ({
      body: { ...newAccount(), phone: text.slice(0, 50), medical_history: text },
    }),
    'POST /api/auth/register/doctor': () => ({ body: { ...newAccount(), specialization: text } }),
    'POST /api/auth/login': () => ({ body: { username: 'stranger', password } }),
    'POST /api/auth/refresh': async () => ({ body: { refresh: (await app.device(owner)).refresh } }),
    'POST /api/auth/password/forgot': () => ({ body: { email: `${unique('x')}@example.com` }, actor: null }),
    'POST /api/auth/password/reset': async () => {
      const { id, user } = await guest();
      const token = await app.link('reset', { user: id, email: user.email });
      return { body: { token, new_password: unique(`${text}, the new one`) }, actor: id };
    },
    'POST /api/auth/email/verify': async () => {
      const { id, user } = await guest();
      return { body: { token: await app.link('verify', { user: id, email: user.email }) }, actor: id };
    },
    'POST /api/auth/email/undo': async () => {
      const { id, user } = await guest();
      await app.rows('insert into app.former_emails (email, user_id) values ($1, $2)', [user.email, id]);
      return { body: { token: await app.link('undo', { user: id, email: user.email }) }, actor: id };
    },
    'POST /api/auth/email/resend': async () => ({ who: owner }),
    'POST /api/auth/register/invited': async () => ({ body: { token: await w.invitation(), password, name: text } }),
    'POST /api/auth/invitations/look': async () => ({ body: { token: await w.invitation() }, actor: null }),
    'POST /api/auth/invitations/accept': async () => {
      const who = await guest();
      await app.stepUp(who);
      return { who, body: { token: await w.invitation() } };
    },
    'POST /api/token': () => ({ body: { username: 'stranger', password }, actor: stranger.id }),
    'POST /api/token/refresh': async () => ({ body: { refresh: (await app.device(owner)).refresh } }),
    'POST /api/token/verify': async () => ({ body: { token: (await app.device(owner)).token } }),
    'POST /api/token/blacklist': async () => ({
      body: { refresh: (await app.device(owner)).refresh },
      actor: owner.id,
    }),
    'POST /api/auth/logout': async () => ({ who: await app.device(owner) }),
    'GET /api/auth/me': () => ({ who: owner }),
    'PATCH /api/auth/me': () => ({ who: owner, body: { name: unique(text) } }),
    'DELETE /api/auth/me': async () => ({ who: await guest(), body: { password } }),
    'POST /api/auth/password': async () => ({
      who: await guest(),
      body: { current_password: password, new_password: unique(`${text}, the new one`) },
    }),
    'POST /api/auth/step-up': async () => ({ who: await app.device(owner), body: { password } }),
    'GET /api/auth/sessions': () => ({ who: owner }),
    'DELETE /api/auth/sessions': async () => {
      const who = await guest();
      await app.device(who);
      return { who };
    },
    'DELETE /api/auth/sessions/:id': async () => {
      const device = await app.device(stranger);
      return { who: stranger, path: `/api/auth/sessions/${sessionOf(device)}` };
    },

    'POST /api/patients': () => ({ who: owner, body: patientFields }),
    'POST /api/patients/batch': () => ({ who: owner, body: { patients: [patientFields, patientFields] } }),
    'GET /api/patients': () => ({ who: owner }),
    'GET /api/patients/my-doctors': () => ({ who: patient }),
    'GET /api/patients/:id': () => ({ who: owner, path: `/api/patients/${ownPatient.id}` }),
    'PUT /api/patients/:id': () => ({ who: owner, path: `/api/patients/${ownPatient.id}`, body: patientFields }),
    'PATCH /api/patients/:id': () => ({
      who: admin,
      path: `/api/patients/${ownPatient.id}`,
      body: { address: unique(text) },
    }),
    'DELETE /api/patients/:id': async () => {
      const id = await newPatient();
      await w.assign(id, ownDoctor.id);
      return { who: owner, path: `/api/patients/${id}` };
    },

    'POST /api/patients/:id/invitation': async () => {
      await inviting();
      const body = { email: `${unique('invited')}@example.com` };
      return { who: owner, path: `/api/patients/${await newPatient()}/invitation`, body };
    },
    'GET /api/patients/:id/invitation': async () => ({ who: owner, path: await invitation() }),
    'DELETE /api/patients/:id/invitation': async () => ({ who: owner, path: await invitation() }),

    'POST /api/doctors': () => ({ who: owner, body: doctorFields }),
    'GET /api/doctors': () => ({ who: owner }),
    'GET /api/doctors/all-patients': () => ({ who: assignedDoctor }),
    'GET /api/doctors/my-patients': () => ({ who: assignedDoctor }),
    'GET /api/doctors/:id': () => ({ who: owner, path: `/api/doctors/${ownDoctor.id}` }),
    'PUT /api/doctors/:id': () => ({ who: owner, path: `/api/doctors/${ownDoctor.id}`, body: doctorFields }),
    'PATCH /api/doctors/:id': () => ({
      who: admin,
      path: `/api/doctors/${ownDoctor.id}`,
      body: { name: unique(text) },
    }),
    'DELETE /api/doctors/:id': async () => {
      const id = await newDoctor();
      await w.assign(ownPatient.id, id);
      return { who: owner, path: `/api/doctors/${id}` };
    },

    'POST /api/mappings': async () => ({ who: owner, body: { patient: ownPatient.id, doctor: await newDoctor() } }),
    'GET /api/mappings': () => ({ who: owner }),
    'GET /api/mappings/:id': () => ({ who: owner, path: `/api/mappings/${ownPatient.id}` }),
    'GET /api/mappings/patient/:id': () => ({ who: patient, path: `/api/mappings/patient/${ownRecord}` }),
    'DELETE /api/mappings/:id': async () => ({
      who: owner,
      path: `/api/mappings/${await w.assign(ownPatient.id, await newDoctor())}`,
    }),
    'GET /api/sync': () => ({ who: owner }),

    'GET /api/patient-profile': () => ({ who: patient }),
    'DELETE /api/patient-profile': async () => ({ who: await w.invited() }),
    'GET /api/patient-profile/access-log': () => ({ who: patient }),
    'PUT /api/patient-profile/:user_id': () => ({
      who: patient,
      path: `/api/patient-profile/${patient.id}`,
      body: patientFields,
    }),
    'GET /api/doctor-profile': () => ({ who: assignedDoctor }),
    'PUT /api/doctor-profile/:user_id': () => ({
      // another doctor would lose its approval by it
      who: pendingDoctor,
      path: `/api/doctor-profile/${pendingDoctor.id}`,
      body: doctorFields,
    }),

    'POST /api/admin/assign-patient': async () => ({
      who: admin,
      body: { patient_id: ownRecord, doctor_id: await newDoctor() },
    }),
    'GET /api/admin/users': () => ({ who: admin }),
    'GET /api/admin/users/:id': () => ({ who: admin, path: `/api/admin/users/${owner.id}` }),
    'PATCH /api/admin/users/:id': async () => ({
      who: admin,
      path: `/api/admin/users/${pendingDoctor.id}`,
      body: { name: unique(text), disabled: false },
    }),
    'POST /api/admin/users/:id/end-sessions': async () => ({
      who: admin,
      path: `/api/admin/users/${(await guest()).id}/end-sessions`,
    }),
    'POST /api/admin/users/:id/reset-password': async () => ({
      who: admin,
      path: `/api/admin/users/${(await guest()).id}/reset-password`,
    }),
    'POST /api/admin/invitations': async () => {
      await inviting();
      return { who: admin, body: { email: `${unique('colleague')}@example.com`, role: 'user', name: text } };
    },
    'GET /api/admin/invitations': () => ({ who: admin }),
    'DELETE /api/admin/invitations/:id': async () => {
      await inviting();
      const body = { email: `${unique('colleague')}@example.com`, role: 'user' };
      const { id } = await w.send(admin, 'POST', '/api/admin/invitations/', body);
      return { who: admin, path: `/api/admin/invitations/${id}` };
    },
    'GET /api/admin/waiting': () => ({ who: admin }),
    'GET /api/admin/settings': () => ({ who: admin }),
    'GET /api/admin/mails': () => ({ who: admin }),
    'POST /api/admin/mails/:id/resend': async () => {
      const { id } = await guest();
      const [mail] = await app.rows('select id::int from mails where user_id = $1', [id]);
      return { who: admin, path: `/api/admin/mails/${mail.id}/resend` };
    },
    'POST /api/admin/doctors/:id/approve': async () => {
      const id = await waitingDoctor();
      const { headers } = await app.as(admin, 'GET', `/api/doctors/${id}/`);
      const tag = headers.get('ETag') ?? '';
      return { who: admin, path: `/api/admin/doctors/${id}/approve`, headers: { 'If-Match': tag } };
    },
    // to revoke what is not approved changes nothing
    'POST /api/admin/doctors/:id/revoke': async () => {
      const id = await waitingDoctor();
      await app.asOwner('update doctors set approved = true where id = $1', [id]);
      return { who: admin, path: `/api/admin/doctors/${id}/revoke` };
    },
    'GET /api/admin/audit': () => ({ who: admin }),
    'POST /api/admin/audit/:id/restore': async () => ({
      who: admin,
      path: `/api/admin/audit/${await deleted()}/restore`,
    }),
  };

  const prepare = async (route: string): Promise<Prepared> => {
    const [method = '', pattern = ''] = route.split(' ');
    const request = requests[route];
    if (!request) throw new Error(`test/support/every-route.ts has no request for ${route}`);
    const { who, path = pattern, body, actor, headers = {} } = await request();
    const sent = path.startsWith('/api/') ? `${path}/` : path;
    return { route, method, path: sent, token: who?.token, who, body, actor, headers };
  };
  return { prepare, prepareAll: () => Promise.all(routes.map(prepare)) };
};

export const send = (
  call: ReturnType<typeof caller>,
  { method, path, token, body, headers }: Prepared,
  more?: Record<string, string>,
): Promise<Answer> => call(method, path, { token, body, headers: { ...headers, ...more } });
