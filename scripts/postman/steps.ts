// Lists the requests of the Postman collection in the order in which a person clicks through them, and what one hands
// to the next.
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined };
export type Fields = Record<string, Json>;

/** A click. Everything that is not said comes from the document. */
export interface Step {
  /** Method and path as in the document. */
  on: string;
  name?: string;
  /** Whose token it carries. By default that of the person who registers first. */
  as?: 'patient' | 'doctor' | 'admin' | 'phone' | 'invited' | 'guest';
  path?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Fields over those of the document's example. '#name' is the number in a variable. */
  body?: Fields;
  /** The whole body, where the example is not meant. */
  instead?: Fields;
  /** By default what the document says that it answers when all is well. */
  status?: number;
  code?: string;
  before?: string[];
  /**
   * A variable with the token of a link, out of the newest mail to somebody that leads to a page of the portal; without
   * these two it was brought before. Where there is none the step is skipped.
   */
  link?: { token: string; to?: string; page?: string };
  /** Variables for the steps after it, as expressions of the answer `body`. */
  keep?: Record<string, string>;
  /** What has to hold besides status, type and schema, as expressions of the answer `body`. */
  also?: Record<string, string>;
}
interface Chapter {
  name: string;
  about: string;
  /** Skipped unless somebody has made an administrator. */
  admin?: true;
  steps: Step[];
}

const tokens = (who: string) => ({ [`${who}access`]: 'body.access', [`${who}refresh`]: 'body.refresh' });
export const header = (name: string) => `pm.response.headers.get('${name}')`;
const john = { username: 'john_{{run}}', password: '{{password}}' };
const hasId = (name: string) => `body.some((one) => one.id === Number(pm.variables.get('${name}')))`;

export const chapters: Chapter[] = [
  {
    name: 'Is anybody there?',
    about: 'What this is, and whether it runs.',
    steps: [{ on: 'GET /' }, { on: 'GET /healthz' }, { on: 'GET /readyz' }, { on: 'GET /docs' }],
  },
  {
    name: 'Register and sign in',
    about: 'John runs a practice. Every run registers another John.',
    steps: [
      {
        on: 'POST /api/auth/register/',
        before: ["pm.collectionVariables.set('run', Date.now().toString(36));"],
        body: { ...john, email: 'john.{{run}}@example.com' },
        keep: { ...tokens(''), user_id: 'body.user.id' },
        also: { 'nobody chooses a role': "body.user.role === 'user'" },
      },
      {
        on: 'POST /api/auth/register/',
        name: 'Register with the same email',
        body: { ...john, username: 'johnny_{{run}}', email: 'JOHN.{{run}}@example.com' },
        status: 409,
        code: 'duplicate',
      },
      { on: 'POST /api/auth/login/', instead: john, keep: tokens('') },
      {
        on: 'POST /api/auth/login/',
        name: 'Log in with a wrong password',
        instead: { ...john, password: 'not the one' },
        status: 401,
        code: 'invalid_credentials',
      },
      { on: 'GET /api/auth/me/', also: { 'it is John': "body.id === Number(pm.variables.get('user_id'))" } },
      { on: 'PATCH /api/auth/me/', also: { 'his name is told': "body.name === 'John Doe'" } },
    ],
  },
  {
    name: 'Links in mails',
    about:
      'An email is confirmed, changed and given back, and a password forgotten. `npm start` shows each link in its ' +
      'terminal: put what stands behind #token= into the variable that a request names. Without it the request is skipped.',
    steps: [
      { on: 'GET /portal/{page}', name: 'Open the page of a link, which uses nothing up', path: { page: 'page' } },
      {
        on: 'POST /api/auth/email/verify/',
        link: { token: 'verify_token', to: 'john.{{run}}@example.com', page: 'verify' },
        instead: { token: '{{verify_token}}' },
      },
      {
        on: 'PATCH /api/auth/me/',
        name: 'Change my email without the password',
        instead: { email: 'doe.{{run}}@example.com' },
        status: 400,
        code: 'password_required',
      },
      {
        on: 'PATCH /api/auth/me/',
        name: 'Change my email',
        instead: { email: 'doe.{{run}}@example.com', password: '{{password}}' },
        also: {
          'it does not count yet': "body.email === 'john.' + pm.variables.get('run') + '@example.com'",
          'but is told': "body.pending_email === 'doe.' + pm.variables.get('run') + '@example.com'",
        },
      },
      {
        on: 'POST /api/auth/email/resend/',
        name: 'Ask for the link again within a minute',
        status: 429,
        code: 'too_many_requests',
      },
      {
        on: 'POST /api/auth/email/verify/',
        name: 'Confirm the new email',
        link: { token: 'change_token', to: 'doe.{{run}}@example.com', page: 'verify' },
        instead: { token: '{{change_token}}' },
      },
      {
        on: 'POST /api/auth/email/resend/',
        name: 'Ask for a link when none is needed',
        link: { token: 'change_token' },
      },
      {
        on: 'POST /api/auth/email/undo/',
        link: { token: 'undo_token', to: 'john.{{run}}@example.com', page: 'undo' },
        instead: { token: '{{undo_token}}' },
      },
      { on: 'POST /api/auth/password/forgot/', instead: { email: 'john.{{run}}@example.com' } },
      {
        on: 'POST /api/auth/password/forgot/',
        name: 'Ask for a new password of nobody',
        instead: { email: 'nobody.{{run}}@example.com' },
      },
      {
        on: 'POST /api/auth/password/reset/',
        link: { token: 'reset_token', to: 'john.{{run}}@example.com', page: 'reset' },
        instead: { token: '{{reset_token}}', new_password: '{{password}}' },
      },
      {
        on: 'POST /api/auth/password/reset/',
        name: 'Use the link a second time',
        link: { token: 'reset_token' },
        instead: { token: '{{reset_token}}', new_password: '{{password}}' },
        status: 400,
        code: 'link_invalid',
      },
      { on: 'POST /api/auth/login/', name: 'Log in with the new password', instead: john, keep: tokens('') },
    ],
  },
  {
    name: 'As an app that was written for Django',
    about: 'The routes of simplejwt. A refresh keeps the refresh token, and its answer holds the access token alone.',
    steps: [
      { on: 'POST /api/token/', instead: john, keep: tokens('django_') },
      {
        on: 'POST /api/token/refresh/',
        instead: { refresh: '{{django_refresh}}' },
        keep: { django_access: 'body.access' },
      },
      { on: 'POST /api/token/verify/', instead: { token: '{{django_access}}' } },
      { on: 'POST /api/token/blacklist/', instead: { refresh: '{{django_refresh}}' } },
      {
        on: 'POST /api/token/refresh/',
        name: 'Refresh with a token that is blacklisted',
        instead: { refresh: '{{django_refresh}}' },
        status: 401,
        code: 'token_not_valid',
      },
    ],
  },
  {
    name: 'Patients',
    about: 'Records that John made, and that nobody else sees.',
    steps: [
      {
        on: 'POST /api/patients/',
        headers: { 'Idempotency-Key': 'add-jane-{{run}}' },
        keep: { patient: 'body.id' },
        also: { 'it is his': "body.created_by === Number(pm.variables.get('user_id'))" },
      },
      {
        on: 'POST /api/patients/',
        name: 'Create the patient again, because the answer got lost',
        headers: { 'Idempotency-Key': 'add-jane-{{run}}' },
        also: {
          'it is the same one': "body.id === Number(pm.variables.get('patient'))",
          'and says so': `${header('Idempotency-Replayed')} === 'true'`,
        },
      },
      {
        on: 'POST /api/patients/',
        name: 'Create a patient with mistakes',
        instead: { name: '', age: 200 },
        headers: { 'Idempotency-Key': '{{$guid}}' },
        status: 400,
        code: 'invalid_input',
        also: { 'each is named': 'body.errors.name.length > 0 && body.errors.age.length > 0' },
      },
      { on: 'GET /api/patients/', also: { 'Jane is in it': hasId('patient') } },
      {
        on: 'GET /api/patients/',
        name: 'Search patients',
        query: { search: 'jane', sort: '-created_at', limit: '1', count: 'exact' },
        keep: { cursor: `/cursor=([^&>]+)/.exec(${header('Link')})[1]` },
        also: { 'how many there are is told': `${header('X-Total-Count')} === '1'` },
      },
      {
        on: 'GET /api/patients/',
        name: 'Read the next page',
        query: { search: 'jane', sort: '-created_at', limit: '1', cursor: '{{cursor}}' },
        also: { 'that was all': 'body.length === 0' },
      },
      { on: 'GET /api/patients/{id}/', path: { id: 'patient' }, keep: { etag: header('ETag') } },
      {
        on: 'GET /api/patients/{id}/',
        name: 'Read a patient that did not change',
        path: { id: 'patient' },
        headers: { 'If-None-Match': '{{etag}}' },
        status: 304,
      },
      {
        on: 'PUT /api/patients/{id}/',
        path: { id: 'patient' },
        headers: { 'If-Match': '{{etag}}' },
        body: { medical_history: 'Asthma since childhood; allergic to penicillin' },
        also: { 'it is written': "body.medical_history.endsWith('penicillin')" },
      },
      {
        on: 'PATCH /api/patients/{id}/',
        name: 'Change a patient that somebody else has changed',
        path: { id: 'patient' },
        headers: { 'If-Match': '{{etag}}' },
        status: 412,
        code: 'stale_version',
      },
      {
        on: 'PATCH /api/patients/{id}/',
        path: { id: 'patient' },
        also: { 'null clears': 'body.address === null', 'the rest stays': "body.name === 'Jane Doe'" },
      },
    ],
  },
  {
    name: 'Doctors',
    about: 'Everybody who is signed in may look them up.',
    steps: [
      { on: 'POST /api/doctors/', headers: { 'Idempotency-Key': '{{$guid}}' }, keep: { doctor: 'body.id' } },
      { on: 'GET /api/doctors/', query: { specialization: 'cardiology' }, also: { 'she is in it': hasId('doctor') } },
      { on: 'GET /api/doctors/{id}/', path: { id: 'doctor' } },
      { on: 'PUT /api/doctors/{id}/', path: { id: 'doctor' } },
      { on: 'PATCH /api/doctors/{id}/', path: { id: 'doctor' } },
    ],
  },
  {
    name: 'Who treats whom',
    about: 'Whoever owns a patient assigns doctors to it.',
    steps: [
      {
        on: 'POST /api/mappings/',
        headers: { 'Idempotency-Key': '{{$guid}}' },
        body: { patient: '#patient', doctor: '#doctor' },
        keep: { mapping: 'body.id' },
      },
      {
        on: 'POST /api/mappings/',
        name: 'Assign the same doctor again',
        headers: { 'Idempotency-Key': '{{$guid}}' },
        body: { patient: '#patient', doctor: '#doctor' },
        status: 409,
        code: 'duplicate',
      },
      { on: 'GET /api/mappings/', also: { 'it is in it': hasId('mapping') } },
      {
        on: 'GET /api/mappings/{id}/',
        path: { id: 'patient' },
        also: { 'the doctor is told': "body[0].doctor_detail.id === Number(pm.variables.get('doctor'))" },
      },
      { on: 'GET /api/mappings/patient/{id}/', path: { id: 'patient' } },
      {
        on: 'GET /api/sync/',
        keep: { sync_cursor: 'body.cursor' },
        also: {
          'the patient comes along': "body.patients.some((one) => one.id === Number(pm.variables.get('patient')))",
        },
      },
      {
        on: 'GET /api/sync/',
        name: 'Sync when nothing has changed',
        query: { cursor: '{{sync_cursor}}' },
        keep: { sync_cursor: 'body.cursor' },
        also: { 'nothing comes': 'body.patients.length === 0 && body.mappings.length === 0' },
      },
    ],
  },
  {
    name: 'As a patient',
    about: 'Jane has an account of her own, with a record that is hers.',
    steps: [
      {
        on: 'POST /api/auth/register/patient/',
        body: { email: 'jane.{{run}}@example.com', password: '{{password}}' },
        keep: { ...tokens('patient_'), patient_user_id: 'body.user.id' },
      },
      { on: 'GET /api/patient-profile/', as: 'patient', keep: { patient_record: 'body.id' } },
      { on: 'PUT /api/patient-profile/{user_id}/', as: 'patient', path: { user_id: 'patient_user_id' } },
      {
        on: 'GET /api/patients/my-doctors/',
        as: 'patient',
        also: { 'nobody is assigned yet': 'body.length === 0' },
      },
      { on: 'GET /api/patient-profile/access-log/', as: 'patient' },
      {
        on: 'GET /api/patients/{id}/',
        name: "Read somebody else's patient",
        as: 'patient',
        path: { id: 'patient' },
        status: 404,
        code: 'not_found',
      },
      {
        on: 'POST /api/patients/',
        name: 'Create a patient as a patient',
        as: 'patient',
        headers: { 'Idempotency-Key': '{{$guid}}' },
        status: 403,
        code: 'wrong_role',
      },
    ],
  },
  {
    name: 'As a doctor',
    about: 'Anyone may register as a doctor; an administrator decides who sees patients.',
    steps: [
      {
        on: 'POST /api/auth/register/doctor/',
        body: { email: 'smith.{{run}}@example.com', password: '{{password}}' },
        keep: { ...tokens('doctor_'), doctor_user_id: 'body.user.id' },
      },
      { on: 'GET /api/doctor-profile/', as: 'doctor', keep: { doctor_record: 'body.id' } },
      { on: 'PUT /api/doctor-profile/{user_id}/', as: 'doctor', path: { user_id: 'doctor_user_id' } },
      {
        on: 'GET /api/doctors/my-patients/',
        name: 'List my patients before the approval',
        as: 'doctor',
        status: 403,
        code: 'doctor_not_approved',
      },
    ],
  },
  {
    name: 'As an administrator',
    about: 'Make one with `npm run admin`, and set ADMIN_EMAIL and ADMIN_PASSWORD. Without them this is skipped.',
    admin: true,
    steps: [
      {
        on: 'POST /api/auth/login/',
        name: 'Log in as an administrator',
        instead: { email: '{{ADMIN_EMAIL}}', password: '{{ADMIN_PASSWORD}}' },
        keep: tokens('admin_'),
        also: { 'it is one': "body.user.role === 'admin'" },
      },
      { on: 'GET /api/admin/users/', as: 'admin', query: { role: 'doctor', sort: '-id', limit: '10' } },
      { on: 'GET /api/admin/users/{id}/', as: 'admin', path: { id: 'doctor_user_id' } },
      {
        on: 'PATCH /api/admin/users/{id}/',
        as: 'admin',
        path: { id: 'doctor_user_id' },
        instead: { disabled: false },
        also: { 'the account is enabled': 'body.disabled === false' },
      },
      {
        on: 'POST /api/admin/doctors/{id}/approve/',
        as: 'admin',
        path: { id: 'doctor_record' },
        also: { 'the doctor is approved': 'body.approved === true' },
      },
      {
        on: 'POST /api/admin/assign-patient/',
        as: 'admin',
        headers: { 'Idempotency-Key': '{{$guid}}' },
        instead: { patient_id: '#patient_record', doctor_id: '#doctor_record' },
      },
      {
        on: 'GET /api/doctors/my-patients/',
        name: 'As the doctor: list my patients',
        as: 'doctor',
        also: { 'Jane is in it': hasId('patient_record') },
      },
      {
        on: 'GET /api/doctors/all-patients/',
        name: 'As the doctor: list all patients',
        as: 'doctor',
        query: { limit: '20' },
      },
      {
        on: 'GET /api/patients/my-doctors/',
        name: 'As the patient: list my doctors',
        as: 'patient',
        also: { 'the doctor is in it': hasId('doctor_record') },
      },
      {
        on: 'GET /api/patient-profile/access-log/',
        name: 'As the patient: read my access log',
        as: 'patient',
        also: { 'the doctor looked': "body.some((one) => one.actor_role === 'doctor')" },
      },
      { on: 'GET /api/admin/audit/', as: 'admin', query: { patient: '{{patient_record}}', limit: '20' } },
      {
        on: 'POST /api/admin/doctors/{id}/revoke/',
        as: 'admin',
        path: { id: 'doctor_record' },
        also: { 'no longer': 'body.approved === false' },
      },
    ],
  },
  {
    name: 'Invitations',
    about:
      'A patient gets an account for the record that is there, and so does a doctor; colleagues get one without. Whoever has ' +
      'an account may accept with it. Skipped without an administrator.',
    admin: true,
    steps: [
      {
        on: 'POST /api/patients/{id}/invitation/',
        as: 'admin',
        path: { id: 'patient' },
        body: { email: 'first.{{run}}@example.com' },
      },
      {
        on: 'GET /api/patients/{id}/invitation/',
        as: 'admin',
        path: { id: 'patient' },
        also: { 'it waits': "body.state === 'open'" },
      },
      { on: 'DELETE /api/patients/{id}/invitation/', as: 'admin', path: { id: 'patient' } },
      {
        on: 'POST /api/patients/{id}/invitation/',
        name: 'Invite the patient again',
        as: 'admin',
        path: { id: 'patient' },
        body: { email: 'invited.{{run}}@example.com' },
      },
      {
        on: 'POST /api/auth/register/invited/',
        link: { token: 'invitation_token', to: 'invited.{{run}}@example.com', page: 'invitation' },
        instead: { token: '{{invitation_token}}', password: '{{password}}' },
        keep: tokens('invited_'),
        also: { 'who is invited is a patient': "body.user.role === 'patient'", 'is sure': 'body.user.email_verified' },
      },
      {
        on: 'GET /api/patient-profile/',
        name: 'As who was invited: read my profile',
        as: 'invited',
        link: { token: 'invitation_token' },
        also: { 'it is the record of before': "body.id === Number(pm.variables.get('patient'))" },
      },
      {
        on: 'POST /api/admin/invitations/',
        as: 'admin',
        instead: { email: 'dr.{{run}}@example.com', role: 'doctor', doctor: '#doctor' },
        keep: { invitation: 'body.id' },
      },
      {
        on: 'GET /api/admin/invitations/',
        as: 'admin',
        query: { state: 'open' },
        also: { 'it is in it': hasId('invitation') },
      },
      { on: 'DELETE /api/admin/invitations/{id}/', as: 'admin', path: { id: 'invitation' } },
      {
        on: 'POST /api/auth/register/',
        name: 'Register a guest',
        body: { username: 'guest_{{run}}', email: 'guest.{{run}}@example.com', password: '{{password}}' },
        keep: { ...tokens('guest_'), guest_user_id: 'body.user.id' },
      },
      {
        on: 'POST /api/admin/invitations/',
        name: 'Invite the guest to be an administrator',
        as: 'admin',
        instead: { email: 'guest.{{run}}@example.com', role: 'admin' },
      },
      {
        on: 'POST /api/auth/invitations/accept/',
        as: 'guest',
        link: { token: 'accept_token', to: 'guest.{{run}}@example.com', page: 'invitation' },
        instead: { token: '{{accept_token}}' },
        also: { 'the guest is one': "body.role === 'admin'" },
      },
      { on: 'POST /api/admin/users/{id}/reset-password/', as: 'admin', path: { id: 'guest_user_id' } },
      { on: 'POST /api/admin/users/{id}/end-sessions/', as: 'admin', path: { id: 'guest_user_id' } },
      {
        on: 'GET /api/auth/me/',
        name: 'As the guest: read my account after the end of my sessions',
        as: 'guest',
        status: 401,
        code: 'session_ended',
      },
      { on: 'GET /api/admin/mails/', as: 'admin' },
      {
        on: 'POST /api/admin/mails/{id}/resend/',
        name: 'Send a mail again that there is not',
        as: 'admin',
        path: { id: 'no_mail' },
        status: 404,
        code: 'not_found',
      },
    ],
  },
  {
    name: 'Unassign and delete',
    about: 'John takes back what he made.',
    steps: [
      { on: 'DELETE /api/mappings/{id}/', path: { id: 'mapping' } },
      { on: 'DELETE /api/patients/{id}/', path: { id: 'patient' } },
      {
        on: 'GET /api/patients/{id}/',
        name: 'Read the deleted patient',
        path: { id: 'patient' },
        status: 404,
        code: 'not_found',
      },
      {
        on: 'GET /api/sync/',
        name: 'Sync after the deletion',
        query: { cursor: '{{sync_cursor}}' },
        also: { 'the phone is told': "body.removed.patients.includes(Number(pm.variables.get('patient')))" },
      },
    ],
  },
  {
    name: 'Undo a deletion',
    about: 'The audit trail keeps what was deleted, and an administrator may bring it back. Skipped without one.',
    admin: true,
    steps: [
      {
        on: 'GET /api/admin/audit/',
        name: 'Find the deletion',
        as: 'admin',
        query: { action: 'delete', resource: 'patient', patient: '{{patient}}' },
        keep: { deletion: 'body[0].id' },
        also: { 'the record as it was': "body[0].before.name === 'Jane Doe'" },
      },
      {
        on: 'POST /api/admin/audit/{id}/restore/',
        as: 'admin',
        path: { id: 'deletion' },
        also: { 'the patient is back': "body.id === Number(pm.variables.get('patient'))" },
      },
    ],
  },
  {
    name: 'Devices, and leaving',
    about: 'A session is a device. Refresh tokens are used once; ending a session ends its access tokens at once.',
    steps: [
      { on: 'DELETE /api/doctors/{id}/', path: { id: 'doctor' } },
      { on: 'POST /api/auth/refresh/', instead: { refresh: '{{refresh}}' }, keep: tokens('') },
      { on: 'POST /api/auth/login/', name: 'Log in on a phone', instead: john, keep: tokens('phone_') },
      {
        on: 'GET /api/auth/sessions/',
        keep: { session: 'body.find((one) => !one.current).id' },
        also: { 'this one is marked': 'body.filter((one) => one.current).length === 1' },
      },
      { on: 'DELETE /api/auth/sessions/{id}/', path: { id: 'session' } },
      {
        on: 'GET /api/auth/me/',
        name: 'Read my account on the phone',
        as: 'phone',
        status: 401,
        code: 'session_ended',
      },
      {
        on: 'POST /api/auth/password/',
        instead: { current_password: '{{password}}', new_password: 'even more unrelated words' },
        keep: tokens(''),
      },
      { on: 'DELETE /api/auth/sessions/' },
      { on: 'POST /api/auth/logout/' },
      { on: 'GET /api/auth/me/', name: 'Read my account after logging out', status: 401, code: 'session_ended' },
      { on: 'DELETE /api/auth/me/', as: 'patient', instead: { password: '{{password}}' } },
    ],
  },
];
