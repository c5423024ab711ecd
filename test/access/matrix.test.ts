// Every route, as everybody: the permission table of the README, the number of round trips, and the shape of each
// refusal. The rows are held against the app's own list of routes, so that a new route needs a row.
import { describe, expect, test } from 'vitest';
import { type Account, boot, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { routes } from '../support/routes.ts';
import { unique } from '../support/unique.ts';
import { askers, everybody, type Statuses, signedIn } from './statuses.ts';

type World = Awaited<ReturnType<typeof assemble>>;
interface Row {
  route: string;
  about?: string;
  expected: Statuses;
  /** What the request is about; made anew for each actor, because the one before may have deleted it. */
  path: (w: World, me: Account | undefined) => string | Promise<string>;
  body?: (w: World, me: Account | undefined) => Json;
  /** How many; several where it depends on who asked before. */
  roundTrips?: number | number[];
}

const world = await boot();
const w = await assemble(world);
const patient = () => w.newPatient({ name: 'Short Lived' });
const doctor = () => w.newDoctor({ name: 'Short Lived' });
const mapping = async () => w.assign(w.ownPatient.id, await doctor());
const account = () => ({ username: unique('new'), email: `${unique('new')}@example.com`, password });
/** The token that undoes a change of somebody's email. */
const undoing = async () => {
  const { id, user } = await world.register(unique('moved'));
  await world.rows('insert into app.former_emails (email, user_id) values ($1, $2)', [user.email, id]);
  return world.link('undo', { user: id, email: user.email });
};
const doctorBody = () => ({ name: 'Dr. Smith', specialization: 'Cardiology' });

const rows: Row[] = [
  { route: 'GET /', expected: everybody(200), path: () => '/', roundTrips: 0 },
  { route: 'GET /healthz', expected: everybody(200), path: () => '/healthz', roundTrips: 0 },
  { route: 'GET /readyz', expected: everybody(200), path: () => '/readyz', roundTrips: [0, 1] },
  { route: 'GET /docs', expected: everybody(200), path: () => '/docs', roundTrips: 0 },

  { route: 'POST /api/auth/register', expected: everybody(201), path: () => '/api/auth/register/', body: account },
  {
    route: 'POST /api/auth/register/patient',
    expected: everybody(201),
    path: () => '/api/auth/register/patient/',
    body: account,
  },
  {
    route: 'POST /api/auth/register/doctor',
    expected: everybody(201),
    path: () => '/api/auth/register/doctor/',
    body: () => ({ ...account(), specialization: 'Surgery' }),
  },
  {
    route: 'POST /api/auth/login',
    expected: everybody(200),
    path: () => '/api/auth/login/',
    body: () => ({ username: 'owner', password }),
    roundTrips: 2,
  },
  {
    route: 'POST /api/auth/refresh',
    expected: everybody(200),
    path: () => '/api/auth/refresh/',
    body: (w) => ({ refresh: w.people.owner.refresh }),
  },
  {
    route: 'POST /api/auth/password/forgot',
    expected: everybody(202),
    path: () => '/api/auth/password/forgot/',
    body: () => ({ email: 'owner@example.com' }),
  },
  {
    route: 'POST /api/auth/password/reset',
    expected: everybody(204),
    path: () => '/api/auth/password/reset/',
    body: async () => ({
      token: await world.link('reset', { user: (await world.register(unique('forgetful'))).id }),
      new_password: password,
    }),
    roundTrips: 2,
  },
  {
    route: 'POST /api/auth/email/verify',
    expected: everybody(204),
    path: () => '/api/auth/email/verify/',
    body: async () => {
      const { id, user } = await world.register(unique('new'));
      return { token: await world.link('verify', { user: id, email: user.email }) };
    },
  },
  {
    route: 'POST /api/auth/email/undo',
    expected: everybody(204),
    path: () => '/api/auth/email/undo/',
    body: async () => ({ token: await undoing() }),
  },
  {
    route: 'POST /api/auth/register/invited',
    expected: everybody(201),
    path: () => '/api/auth/register/invited/',
    body: async (w) => ({ token: await w.invitation(), password }),
    roundTrips: 2,
  },
  {
    route: 'POST /api/auth/invitations/look',
    expected: everybody(200),
    path: () => '/api/auth/invitations/look/',
    body: async (w) => ({ token: await w.invitation() }),
  },
  {
    route: 'POST /api/auth/email/resend',
    expected: signedIn(202),
    path: async () => {
      await world.rows(`update mails set asked_at = asked_at - interval '2 minutes'`);
      return '/api/auth/email/resend/';
    },
  },
  { route: 'GET /portal', expected: everybody(200), path: () => '/portal/', roundTrips: 0 },
  { route: 'GET /portal/:page', expected: everybody(200), path: () => '/portal/reset', roundTrips: 0 },
  {
    route: 'POST /api/token',
    expected: everybody(200),
    path: () => '/api/token/',
    body: () => ({ username: 'owner', password }),
    roundTrips: 2,
  },
  {
    route: 'POST /api/token/refresh',
    expected: everybody(200),
    path: () => '/api/token/refresh/',
    body: async (w) => ({ refresh: (await world.device(w.people.owner)).refresh }),
  },
  {
    route: 'POST /api/token/verify',
    expected: everybody(200),
    path: () => '/api/token/verify/',
    body: async (w) => ({ token: (await world.device(w.people.owner)).token }),
  },
  {
    route: 'POST /api/token/blacklist',
    expected: everybody(200),
    path: () => '/api/token/blacklist/',
    body: async (w) => ({ refresh: (await world.device(w.people.owner)).refresh }),
  },
  { route: 'GET /api/auth/me', expected: signedIn(200), path: () => '/api/auth/me/' },
  {
    route: 'PATCH /api/auth/me',
    expected: signedIn(200),
    path: () => '/api/auth/me/',
    body: () => ({ name: 'Renamed' }),
  },
  {
    route: 'DELETE /api/auth/me',
    about: 'with a wrong password',
    expected: signedIn(400),
    path: () => '/api/auth/me/',
    body: () => ({ password: 'not my password' }),
  },
  {
    route: 'POST /api/auth/password',
    expected: signedIn(200),
    path: () => '/api/auth/password/',
    body: () => ({ current_password: password, new_password: password }),
    roundTrips: 2,
  },
  {
    route: 'POST /api/auth/step-up',
    expected: signedIn(204),
    path: () => '/api/auth/step-up/',
    body: () => ({ password }),
    roundTrips: 2,
  },
  { route: 'GET /api/auth/sessions', expected: signedIn(200), path: () => '/api/auth/sessions/' },
  { route: 'DELETE /api/auth/sessions', expected: signedIn(204), path: () => '/api/auth/sessions/' },
  {
    route: 'DELETE /api/auth/sessions/:id',
    about: "a stranger's",
    expected: signedIn(404),
    path: () => '/api/auth/sessions/999999/',
  },

  {
    route: 'POST /api/patients',
    expected: signedIn({ owner: 201, stranger: 201, admin: 201, others: 403 }),
    path: () => '/api/patients/',
    body: () => ({ name: 'Jane Doe', age: 30 }),
  },
  {
    route: 'POST /api/patients/batch',
    expected: signedIn({ owner: 201, stranger: 201, admin: 201, others: 403 }),
    path: () => '/api/patients/batch/',
    body: () => ({ patients: [{ name: 'Jane Doe', age: 30 }, { name: 'John Doe' }] }),
  },
  {
    route: 'POST /api/auth/invitations/accept',
    about: 'with records, or another role',
    expected: signedIn(409),
    path: () => '/api/auth/invitations/accept/',
    body: async (w, me) => ({ token: me ? await w.invitation() : 'none' }),
  },
  {
    route: 'GET /api/patients',
    expected: signedIn({ owner: 200, stranger: 200, admin: 200, others: 403 }),
    path: () => '/api/patients/',
  },
  {
    route: 'GET /api/patients/:id',
    expected: signedIn({
      owner: 200,
      pendingDoctor: 403,
      assignedDoctor: 200,
      otherDoctor: 200,
      admin: 200,
      others: 404,
    }),
    path: (w) => `/api/patients/${w.ownPatient.id}/`,
  },
  {
    route: 'GET /api/patients/:id',
    about: 'self-registered',
    expected: signedIn({
      patient: 200,
      pendingDoctor: 403,
      assignedDoctor: 200,
      otherDoctor: 200,
      admin: 200,
      others: 404,
    }),
    path: (w) => `/api/patients/${w.ownRecord}/`,
  },
  {
    route: 'PUT /api/patients/:id',
    expected: signedIn({
      owner: 200,
      pendingDoctor: 403,
      assignedDoctor: 403,
      otherDoctor: 403,
      admin: 200,
      others: 404,
    }),
    path: (w) => `/api/patients/${w.ownPatient.id}/`,
    body: () => ({ name: 'Jane Doe', age: 31 }),
  },
  {
    route: 'PUT /api/patients/:id',
    about: 'self-registered',
    expected: signedIn({
      patient: 200,
      pendingDoctor: 403,
      assignedDoctor: 403,
      otherDoctor: 403,
      admin: 200,
      others: 404,
    }),
    path: (w) => `/api/patients/${w.ownRecord}/`,
    body: () => ({ name: 'patient' }),
  },
  {
    route: 'PATCH /api/patients/:id',
    expected: signedIn({
      owner: 200,
      pendingDoctor: 403,
      assignedDoctor: 403,
      otherDoctor: 403,
      admin: 200,
      others: 404,
    }),
    path: (w) => `/api/patients/${w.ownPatient.id}/`,
    body: () => ({ phone: '555 0100' }),
  },
  {
    route: 'DELETE /api/patients/:id',
    expected: signedIn({
      owner: 204,
      pendingDoctor: 403,
      assignedDoctor: 403,
      otherDoctor: 403,
      admin: 204,
      others: 404,
    }),
    path: async () => `/api/patients/${await patient()}/`,
  },
  {
    route: 'DELETE /api/patients/:id',
    about: "the patient's own",
    expected: signedIn({ owner: 404, stranger: 404, otherPatient: 404, admin: 204, others: 403 }),
    path: async (w, me) => {
      if (me !== w.people.admin) return `/api/patients/${w.ownRecord}/`;
      const name = unique('doomed');
      await world.register(name, 'patient/');
      const [row] = await world.database.owner.query('select id from patients where name = $1', [name]);
      return `/api/patients/${row?.id}/`;
    },
  },
  {
    route: 'POST /api/patients/:id/invitation',
    expected: signedIn({ owner: 201, stranger: 404, admin: 201, others: 403 }),
    path: (w) => `/api/patients/${w.ownPatient.id}/invitation/`,
    body: () => ({ email: `${unique('invited')}@example.com` }),
  },
  {
    route: 'GET /api/patients/:id/invitation',
    expected: signedIn({ owner: 200, stranger: 404, admin: 200, others: 403 }),
    path: (w) => `/api/patients/${w.ownPatient.id}/invitation/`,
  },
  {
    route: 'DELETE /api/patients/:id/invitation',
    expected: signedIn({ owner: 204, stranger: 404, admin: 204, others: 403 }),
    path: async (w) => {
      const id = await patient();
      await w.send(w.people.owner, 'POST', `/api/patients/${id}/invitation/`, { email: `${unique('x')}@example.com` });
      return `/api/patients/${id}/invitation/`;
    },
  },
  {
    route: 'GET /api/patients/my-doctors',
    expected: signedIn({ patient: 200, otherPatient: 200, others: 403 }),
    path: () => '/api/patients/my-doctors/',
  },

  {
    route: 'POST /api/doctors',
    expected: signedIn({ owner: 201, stranger: 201, admin: 201, others: 403 }),
    path: () => '/api/doctors/',
    body: doctorBody,
  },
  { route: 'GET /api/doctors', expected: signedIn(200), path: () => '/api/doctors/' },
  { route: 'GET /api/doctors/:id', expected: signedIn(200), path: (w) => `/api/doctors/${w.ownDoctor.id}/` },
  {
    route: 'PUT /api/doctors/:id',
    expected: signedIn({ owner: 200, admin: 200, others: 403 }),
    path: (w) => `/api/doctors/${w.ownDoctor.id}/`,
    body: doctorBody,
  },
  {
    route: 'PATCH /api/doctors/:id',
    expected: signedIn({ owner: 200, admin: 200, others: 403 }),
    path: (w) => `/api/doctors/${w.ownDoctor.id}/`,
    body: () => ({ name: 'Dr. Jones' }),
  },
  {
    route: 'DELETE /api/doctors/:id',
    expected: signedIn({ owner: 204, admin: 204, others: 403 }),
    path: async () => `/api/doctors/${await doctor()}/`,
  },
  {
    route: 'GET /api/doctors/all-patients',
    expected: signedIn({ assignedDoctor: 200, otherDoctor: 200, others: 403 }),
    path: () => '/api/doctors/all-patients/',
  },
  {
    route: 'GET /api/doctors/my-patients',
    expected: signedIn({ assignedDoctor: 200, otherDoctor: 200, others: 403 }),
    path: () => '/api/doctors/my-patients/',
  },

  {
    route: 'POST /api/mappings',
    expected: signedIn({ owner: 201, stranger: 404, admin: 201, others: 403 }),
    path: () => '/api/mappings/',
    body: async (w: World) => ({ patient: w.ownPatient.id, doctor: await doctor() }),
  },
  {
    route: 'GET /api/mappings',
    expected: signedIn({ pendingDoctor: 403, others: 200 }),
    path: () => '/api/mappings/',
  },
  {
    route: 'GET /api/mappings/:id',
    expected: signedIn({
      owner: 200,
      pendingDoctor: 403,
      assignedDoctor: 200,
      otherDoctor: 200,
      admin: 200,
      others: 404,
    }),
    path: (w) => `/api/mappings/${w.ownPatient.id}/`,
  },
  {
    route: 'GET /api/mappings/patient/:id',
    expected: signedIn({
      patient: 200,
      pendingDoctor: 403,
      assignedDoctor: 200,
      otherDoctor: 200,
      admin: 200,
      others: 404,
    }),
    path: (w) => `/api/mappings/patient/${w.ownRecord}/`,
  },
  {
    route: 'DELETE /api/mappings/:id',
    about: "another doctor's",
    expected: signedIn({ owner: 204, stranger: 404, admin: 204, others: 403 }),
    path: async () => `/api/mappings/${await mapping()}/`,
  },
  {
    route: 'DELETE /api/mappings/:id',
    about: "the doctor's own",
    expected: signedIn({ owner: 204, stranger: 404, assignedDoctor: 204, admin: 204, others: 403 }),
    path: async (w) => `/api/mappings/${await w.assign(await patient(), w.doctorIds.assigned)}/`,
  },

  { route: 'GET /api/sync', expected: signedIn(200), path: () => '/api/sync/' },
  {
    route: 'GET /api/patient-profile',
    expected: signedIn({ patient: 200, otherPatient: 200, others: 403 }),
    path: () => '/api/patient-profile/',
  },
  {
    route: 'DELETE /api/patient-profile',
    about: 'which the patient registered',
    expected: signedIn({ patient: 409, otherPatient: 409, others: 403 }),
    path: () => '/api/patient-profile/',
  },
  {
    route: 'PUT /api/patient-profile/:user_id',
    expected: signedIn({ patient: 200, otherPatient: 404, others: 403 }),
    path: (w) => `/api/patient-profile/${w.people.patient.id}/`,
    body: () => ({ name: 'patient', age: 41 }),
  },
  {
    route: 'GET /api/doctor-profile',
    expected: signedIn({ pendingDoctor: 200, assignedDoctor: 200, otherDoctor: 200, others: 403 }),
    path: () => '/api/doctor-profile/',
  },
  {
    route: 'PUT /api/doctor-profile/:user_id',
    expected: signedIn({ pendingDoctor: 200, assignedDoctor: 404, otherDoctor: 404, others: 403 }),
    path: (w) => `/api/doctor-profile/${w.people.pendingDoctor.id}/`,
    body: doctorBody,
  },

  {
    route: 'POST /api/admin/assign-patient',
    expected: signedIn({ admin: 201, others: 403 }),
    path: () => '/api/admin/assign-patient/',
    body: async (w: World) => ({ patient_id: w.ownRecord, doctor_id: await doctor() }),
  },
  {
    route: 'GET /api/admin/users',
    expected: signedIn({ admin: 200, others: 403 }),
    path: () => '/api/admin/users/',
  },
  {
    route: 'GET /api/admin/users/:id',
    expected: signedIn({ admin: 200, others: 403 }),
    path: (w) => `/api/admin/users/${w.people.owner.id}/`,
  },
  {
    route: 'PATCH /api/admin/users/:id',
    expected: signedIn({ admin: 200, others: 403 }),
    path: (w) => `/api/admin/users/${w.people.owner.id}/`,
    body: () => ({ disabled: false }),
  },
  {
    route: 'POST /api/admin/users/:id/end-sessions',
    expected: signedIn({ admin: 204, others: 403 }),
    path: async () => `/api/admin/users/${(await world.register(unique('ended'))).id}/end-sessions/`,
  },
  {
    route: 'POST /api/admin/users/:id/reset-password',
    expected: signedIn({ admin: 202, others: 403 }),
    path: (w) => `/api/admin/users/${w.people.owner.id}/reset-password/`,
  },
  {
    route: 'POST /api/admin/invitations',
    expected: signedIn({ admin: 201, others: 403 }),
    path: () => '/api/admin/invitations/',
    body: () => ({ email: `${unique('colleague')}@example.com`, role: 'user' }),
  },
  {
    route: 'GET /api/admin/invitations',
    expected: signedIn({ admin: 200, others: 403 }),
    path: () => '/api/admin/invitations/',
  },
  {
    route: 'DELETE /api/admin/invitations/:id',
    expected: signedIn({ admin: 204, others: 403 }),
    path: async (w) => {
      const body = { email: `${unique('colleague')}@example.com`, role: 'admin' };
      return `/api/admin/invitations/${(await w.send(w.people.admin, 'POST', '/api/admin/invitations/', body)).id}/`;
    },
  },
  {
    route: 'GET /api/admin/waiting',
    expected: signedIn({ admin: 200, others: 403 }),
    path: () => '/api/admin/waiting/',
  },
  {
    route: 'GET /api/admin/settings',
    expected: signedIn({ admin: 200, others: 403 }),
    path: () => '/api/admin/settings/',
  },
  {
    route: 'GET /api/admin/mails',
    expected: signedIn({ admin: 200, others: 403 }),
    path: () => '/api/admin/mails/',
  },
  {
    route: 'POST /api/admin/mails/:id/resend',
    expected: signedIn({ admin: 202, others: 403 }),
    path: async () => {
      const { id } = await world.register(unique('unsent'));
      const [mail] = await world.rows('select id::int from mails where user_id = $1', [id]);
      return `/api/admin/mails/${mail.id}/resend/`;
    },
  },
  {
    route: 'POST /api/admin/doctors/:id/approve',
    expected: signedIn({ admin: 200, others: 403 }),
    path: (w) => `/api/admin/doctors/${w.doctorIds.assigned}/approve/`,
  },
  {
    route: 'POST /api/admin/doctors/:id/revoke',
    expected: signedIn({ admin: 200, others: 403 }),
    path: (w) => `/api/admin/doctors/${w.doctorIds.pending}/revoke/`,
  },
  {
    route: 'GET /api/admin/audit',
    expected: signedIn({ admin: 200, others: 403 }),
    path: () => '/api/admin/audit/',
  },
  {
    route: 'POST /api/admin/audit/:id/restore',
    expected: signedIn({ admin: 200, others: 403 }),
    path: async () => {
      const id = await patient();
      await w.send(w.people.owner, 'DELETE', `/api/patients/${id}/`);
      const trail = `/api/admin/audit/?action=delete&resource=patient&patient=${id}`;
      const [entry] = await w.send(w.people.admin, 'GET', trail);
      return `/api/admin/audit/${entry.id}/restore/`;
    },
  },
  {
    route: 'GET /api/patient-profile/access-log',
    expected: signedIn({ patient: 200, otherPatient: 200, others: 403 }),
    path: () => '/api/patient-profile/access-log/',
  },
  // last, because it ends the sessions that the other rows use
  { route: 'POST /api/auth/logout', expected: signedIn(204), path: () => '/api/auth/logout/' },
];

test('every route of the app has a row, and every row is a route', () => {
  expect([...new Set(rows.map(({ route }) => route))].sort()).toEqual([...routes].sort());
});

/** What is refused of a patient is noted, once the answer has gone. */
const isNoted = (route: string) =>
  / \/api\/patients\/:id(\/invitation)?$|^GET \/api\/mappings\/|^POST \/api\/(mappings|admin\/assign-patient)$|patient-profile\/:user_id$/.test(
    route,
  );

const forged = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.aW52YWxpZA';

describe.each(rows)('$route $about', ({ route, expected, path, body, roundTrips = 1 }) => {
  const method = route.split(' ')[0] ?? '';

  test.each(askers.map((asker) => [asker, expected[asker]] as const))('%s: %i', async (asker, status) => {
    const me = asker === 'nobody' || asker === 'forged' ? undefined : w.people[asker];
    const target = await path(w, me);
    const sent = { token: asker === 'forged' ? forged : me?.token, body: await body?.(w, me) };
    const before = await world.database.roundTrips();
    const answer = await world.call(method, target, sent);
    const spent = (await world.database.roundTrips()) - before;

    expect(answer.status, answer.text).toBe(status);
    // a new password ended the session that the other rows use
    if (me && route === 'POST /api/auth/password') Object.assign(me, { token: answer.body.access });
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/);
    if (target.startsWith('/api/')) expect(answer.headers.get('Cache-Control')).toBe('no-store');
    if (status === 401) {
      expect(spent).toBe(0);
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
    }
    if (status < 300) expect([roundTrips].flat()).toContain(spent);
    if (status === 204) expect(answer.text).toBe('');
    if (status >= 400) {
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
      expect(answer.body).toMatchObject({
        status,
        code: expect.any(String),
        request_id: answer.headers.get('X-Request-Id'),
      });
      // one way for a refusal too, or its timing tells whose record it is
      if (status === 403 || status === 404) expect(spent).toBe(isNoted(route) ? 2 : 1);
    }
  });
});
