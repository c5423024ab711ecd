// What a fuzzer has to know of each route: what a good request to it looks like, and which fields its answer may have.
import { type Json, password } from '../support/app.ts';

/** Records that a path or a body can name. */
export const kinds = ['patient', 'doctor', 'mapping', 'user', 'session', 'deletion', 'invitation', 'mail'] as const;
/** The links in mails whose tokens are at hand. */
export const links = ['reset', 'verify', 'undo', 'invited'] as const;
export type Kind = (typeof kinds)[number];
export type Ids = Record<Kind, number> & Record<(typeof links)[number], string> & { refresh: string };
export const cast = ['user', 'stranger', 'patient', 'pending', 'doctor', 'admin'] as const;
export type Part = (typeof cast)[number];

export interface Target {
  /** Who gets furthest. */
  as: Part;
  /** What the id in its path is of. */
  id?: Kind | 'page';
  body?: (ids: Ids) => Json;
  /** The parameters that its query string may have. */
  query?: string[];
  /** Every name that may be in a 2xx answer, at any depth. undefined: the route is documentation, and may say anything. */
  answer?: string[];
}

const patientFields = ['name', 'age', 'date_of_birth', 'gender', 'phone', 'email', 'address', 'medical_history'];
const doctorFields = ['name', 'specialization', 'contact_info', 'license_number'];
const stamps = ['id', 'user_id', 'created_by', 'created_at', 'updated_at'];
const patient = [...patientFields, ...stamps];
const registered = [...patient, 'registered_by', 'username'];
const doctor = [...doctorFields, ...stamps, 'approved'];
const mapping = ['id', 'patient', 'doctor', 'created_at'];
const user = ['id', 'name', 'username', 'email', 'role', 'created_at', 'email_verified', 'pending_email'];
const account = [...user, 'disabled'];
const signedIn = ['access', 'refresh', 'token_type', 'expires_in', 'user', ...user];
const mail = ['id', 'purpose', 'recipient', 'user_id', 'state', 'attempts', 'held', 'asked_at'];
const invitation = [
  ...['id', 'email', 'role', 'name', 'patient', 'doctor'],
  ...['created_by', 'created_at', 'expires_at', 'state'],
];
const entry = [
  'id',
  'at',
  'actor_id',
  'actor_name',
  'actor_role',
  'action',
  'resource',
  'resource_id',
  'patient_ids',
  'request_id',
];

const page = ['limit', 'cursor', 'sort', 'count'];
const ofPatients = [...page, 'gender', 'min_age', 'max_age', 'date_of_birth', 'doctor', 'search'];
const ofDoctors = [...page, 'specialization', 'approved', 'search'];
const ofMappings = [...page, 'patient', 'doctor'];

const aPatient = () => ({
  name: 'Jane Doe',
  age: 30,
  date_of_birth: '1990-12-31',
  gender: 'female',
  phone: '555 0100',
  email: 'jane@example.com',
  address: '1 Main Street',
  medical_history: 'None',
});
const aDoctor = () => ({ name: 'Dr. Smith', specialization: 'Cardiology', contact_info: 'x', license_number: 'L-1' });
const anAccount = () => ({ email: 'new@example.com', username: 'new', name: 'New', password });
const aPair = ({ patient, doctor }: Ids) => ({ patient, doctor });

export const targets: Record<string, Target> = {
  'GET /': { as: 'user' },
  'GET /healthz': { as: 'user', answer: ['status'] },
  'GET /readyz': { as: 'user', answer: ['status', 'has_administrator', 'warnings'] },
  'GET /docs': { as: 'user' },
  'GET /portal': { as: 'user' },
  'GET /portal/:page': { as: 'user', id: 'page' },

  'POST /api/auth/register': { as: 'user', body: anAccount, answer: signedIn },
  'POST /api/auth/register/patient': {
    as: 'user',
    body: () => ({ ...aPatient(), ...anAccount() }),
    answer: signedIn,
  },
  'POST /api/auth/register/doctor': {
    as: 'user',
    body: () => ({ ...aDoctor(), ...anAccount() }),
    answer: signedIn,
  },
  'POST /api/auth/login': {
    as: 'user',
    body: () => ({ email: 'a@example.com', username: 'a', password }),
    answer: signedIn,
  },
  'POST /api/auth/refresh': {
    as: 'user',
    body: ({ refresh }) => ({ refresh }),
    answer: signedIn,
  },
  'POST /api/auth/logout': { as: 'user', answer: [] },
  'GET /api/auth/me': { as: 'user', answer: user },
  'PATCH /api/auth/me': {
    as: 'user',
    body: () => ({ name: 'New', username: 'new', email: 'n@x.io', password }),
    answer: user,
  },
  'DELETE /api/auth/me': { as: 'user', body: () => ({ password }), answer: [] },
  'POST /api/auth/password': {
    as: 'user',
    body: () => ({ current_password: password, new_password: 'another horse battery' }),
    answer: signedIn,
  },
  'POST /api/auth/step-up': { as: 'user', body: () => ({ password }), answer: [] },
  'POST /api/token': { as: 'user', body: () => ({ username: 'a', password }), answer: ['access', 'refresh'] },
  'POST /api/token/refresh': { as: 'user', body: ({ refresh }) => ({ refresh }), answer: ['access'] },
  'POST /api/token/verify': { as: 'user', body: ({ refresh }) => ({ token: refresh }), answer: [] },
  'POST /api/token/blacklist': { as: 'user', body: ({ refresh }) => ({ refresh }), answer: [] },
  'POST /api/auth/password/forgot': { as: 'user', body: () => ({ email: 'nobody@example.com' }), answer: [] },
  'POST /api/auth/password/reset': {
    as: 'user',
    body: ({ reset }) => ({ token: reset, new_password: 'another horse battery' }),
    answer: [],
  },
  'POST /api/auth/email/verify': { as: 'user', body: ({ verify }) => ({ token: verify }), answer: [] },
  'POST /api/auth/email/undo': { as: 'user', body: ({ undo }) => ({ token: undo }), answer: [] },
  'POST /api/auth/email/resend': { as: 'stranger', answer: [] },
  'POST /api/auth/register/invited': {
    as: 'user',
    body: ({ invited }) => ({ token: invited, password, username: 'new', name: 'New' }),
    answer: signedIn,
  },
  'POST /api/auth/invitations/look': {
    as: 'user',
    body: ({ invited }) => ({ token: invited }),
    answer: ['email', 'role', 'name', 'expires_at', 'invited_by', 'administrator'],
  },
  'POST /api/auth/invitations/accept': {
    as: 'stranger',
    body: ({ invited }) => ({ token: invited, leave: true }),
    answer: user,
  },
  'GET /api/auth/sessions': { as: 'user', answer: ['id', 'device', 'created_at', 'last_used_at', 'current'] },
  'DELETE /api/auth/sessions': { as: 'user', answer: [] },
  'DELETE /api/auth/sessions/:id': { as: 'user', id: 'session', answer: [] },

  'POST /api/patients': { as: 'user', body: aPatient, answer: patient },
  'POST /api/patients/batch': {
    as: 'user',
    body: () => ({ patients: [aPatient(), aPatient()] }),
    answer: patient,
  },
  'GET /api/patients': { as: 'user', query: ofPatients, answer: patient },
  'GET /api/patients/my-doctors': { as: 'patient', answer: doctor },
  'GET /api/patients/:id': { as: 'user', id: 'patient', answer: registered },
  'PUT /api/patients/:id': { as: 'user', id: 'patient', body: aPatient, answer: patient },
  'PATCH /api/patients/:id': { as: 'user', id: 'patient', body: aPatient, answer: patient },
  'DELETE /api/patients/:id': { as: 'user', id: 'patient', answer: [] },
  'POST /api/patients/:id/invitation': {
    as: 'user',
    id: 'patient',
    body: () => ({ email: 'jane@example.com' }),
    answer: invitation,
  },
  'GET /api/patients/:id/invitation': { as: 'user', id: 'patient', answer: invitation },
  'DELETE /api/patients/:id/invitation': { as: 'user', id: 'patient', answer: [] },

  'POST /api/doctors': { as: 'user', body: aDoctor, answer: doctor },
  'GET /api/doctors': { as: 'user', query: ofDoctors, answer: doctor },
  'GET /api/doctors/all-patients': { as: 'doctor', query: ofPatients, answer: registered },
  'GET /api/doctors/my-patients': { as: 'doctor', query: ofPatients, answer: registered },
  'GET /api/doctors/:id': { as: 'user', id: 'doctor', answer: doctor },
  'PUT /api/doctors/:id': { as: 'user', id: 'doctor', body: aDoctor, answer: doctor },
  'PATCH /api/doctors/:id': { as: 'user', id: 'doctor', body: aDoctor, answer: doctor },
  'DELETE /api/doctors/:id': { as: 'user', id: 'doctor', answer: [] },

  'POST /api/mappings': { as: 'user', body: aPair, answer: mapping },
  'GET /api/mappings': { as: 'user', query: ofMappings, answer: mapping },
  'GET /api/mappings/:id': { as: 'user', id: 'patient', answer: [...mapping, 'doctor_detail', ...doctor] },
  'GET /api/mappings/patient/:id': { as: 'user', id: 'patient', answer: [...mapping, 'doctor_detail', ...doctor] },
  'DELETE /api/mappings/:id': { as: 'user', id: 'mapping', answer: [] },

  'GET /api/sync': {
    as: 'user',
    query: ['limit', 'cursor'],
    answer: [
      ...['patients', 'doctors', 'mappings', 'removed', 'cursor', 'more'],
      ...['version', ...patient, ...doctor, ...mapping],
    ],
  },
  'GET /api/patient-profile': { as: 'patient', answer: registered },
  'DELETE /api/patient-profile': { as: 'patient', answer: [] },
  'PUT /api/patient-profile/:user_id': { as: 'patient', id: 'user', body: aPatient, answer: patient },
  'GET /api/patient-profile/access-log': { as: 'patient', query: page, answer: entry },
  'GET /api/doctor-profile': { as: 'doctor', answer: doctor },
  'PUT /api/doctor-profile/:user_id': { as: 'doctor', id: 'user', body: aDoctor, answer: doctor },

  'POST /api/admin/assign-patient': {
    as: 'admin',
    body: ({ patient, doctor }) => ({ patient_id: patient, doctor_id: doctor }),
    answer: mapping,
  },
  'GET /api/admin/users': { as: 'admin', query: [...page, 'role', 'disabled', 'search'], answer: account },
  'GET /api/admin/users/:id': { as: 'admin', id: 'user', answer: account },
  'PATCH /api/admin/users/:id': {
    as: 'admin',
    id: 'user',
    body: () => ({ role: 'user', disabled: false, name: 'New', username: 'new', email: 'n@x.io' }),
    answer: account,
  },
  'POST /api/admin/users/:id/end-sessions': { as: 'admin', id: 'user', answer: [] },
  'POST /api/admin/users/:id/reset-password': { as: 'admin', id: 'user', answer: [] },
  'POST /api/admin/invitations': {
    as: 'admin',
    body: ({ doctor }) => ({ email: 'smith@example.com', role: 'doctor', name: 'Dr. Smith', doctor }),
    answer: invitation,
  },
  'GET /api/admin/invitations': { as: 'admin', query: [...page, 'state'], answer: invitation },
  'DELETE /api/admin/invitations/:id': { as: 'admin', id: 'invitation', answer: [] },
  'GET /api/admin/mails': { as: 'admin', query: [...page, 'state'], answer: mail },
  'GET /api/admin/waiting': {
    as: 'admin',
    answer: ['doctors', 'mails', 'accounts', 'totals', 'waits_until', ...doctor, ...mail, ...user],
  },
  'GET /api/admin/settings': {
    as: 'admin',
    answer: [
      ...['version', 'registration', 'doctor_approval', 'require_verified_email', 'mail', 'mail_from', 'public_url'],
      ...['cors_origins', 'access_token_seconds', 'refresh_token_seconds', 'previous_secret', 'simplejwt_routes'],
      ...['sessions_per_account', 'mails_per_day', 'unconfirmed_account_days', 'django_tokens_until'],
      ...['warnings', 'code', 'detail'],
    ],
  },
  'POST /api/admin/mails/:id/resend': { as: 'admin', id: 'mail', answer: [] },
  'POST /api/admin/doctors/:id/approve': { as: 'admin', id: 'doctor', answer: doctor },
  'POST /api/admin/doctors/:id/revoke': { as: 'admin', id: 'doctor', answer: doctor },
  'GET /api/admin/audit': {
    as: 'admin',
    query: [...page, 'actor', 'action', 'resource', 'resource_id', 'patient', 'from', 'to'],
    answer: [...entry, 'address', 'before', 'changes'],
  },
  'POST /api/admin/audit/:id/restore': { as: 'admin', id: 'deletion', answer: ['resource', 'id', 'mappings'] },
};

export const nameOf = (method: string, pattern: string) =>
  `${method === 'HEAD' ? 'GET' : method} ${pattern.replace(/(.)\/$/, '$1')}`;
