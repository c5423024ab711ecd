// What administrators do.
import { unique } from '../support/unique.ts';
import { account, doctor, entry, invitation, mail, mapping, page, reviewed, user } from './fields.ts';
import type { Route } from './route.ts';
import { signedIn } from './statuses.ts';

const adminsOnly = (status: number) => signedIn({ admin: status, others: 403 });

export const administration: Route[] = [
  {
    route: 'POST /api/admin/assign-patient',
    request: async ({ admin, w, newDoctor }) => ({
      who: admin,
      body: { patient_id: w.ownRecord, doctor_id: await newDoctor() },
    }),
    answers: adminsOnly(201),
    refusalIsNoted: true,
    takesKey: true,
    trail: ['create mapping'],
    as: 'admin',
    body: ({ patient, doctor }) => ({ patient_id: patient, doctor_id: doctor }),
    answer: mapping,
  },
  {
    route: 'GET /api/admin/users',
    request: ({ admin }) => ({ who: admin }),
    answers: adminsOnly(200),
    trail: ['read user'],
    as: 'admin',
    query: [...page, 'role', 'disabled', 'search'],
    answer: account,
  },
  {
    route: 'GET /api/admin/users/:id',
    request: ({ admin, owner }) => ({ who: admin, path: `/api/admin/users/${owner.id}` }),
    answers: adminsOnly(200),
    trail: ['read user'],
    as: 'admin',
    id: 'user',
    answer: account,
  },
  {
    route: 'PATCH /api/admin/users/:id',
    request: ({ admin, pendingDoctor, text }) => ({
      who: admin,
      path: `/api/admin/users/${pendingDoctor.id}`,
      body: { name: unique(text), disabled: false },
    }),
    answers: adminsOnly(200),
    trail: ['update user'],
    as: 'admin',
    id: 'user',
    body: () => ({ role: 'user', disabled: false, name: 'New', username: 'new', email: 'n@x.io' }),
    answer: account,
  },
  {
    route: 'POST /api/admin/users/:id/end-sessions',
    request: async ({ admin, guest }) => ({
      who: admin,
      path: `/api/admin/users/${(await guest()).id}/end-sessions`,
    }),
    answers: adminsOnly(204),
    trail: ['session_ended session'],
    as: 'admin',
    id: 'user',
    answer: [],
  },
  {
    route: 'POST /api/admin/users/:id/reset-password',
    request: async ({ admin, guest }) => ({
      who: admin,
      path: `/api/admin/users/${(await guest()).id}/reset-password`,
    }),
    answers: adminsOnly(202),
    trail: ['reset_asked user'],
    as: 'admin',
    id: 'user',
    answer: [],
  },
  {
    route: 'POST /api/admin/invitations',
    request: async ({ admin, mayInvite, text }) => {
      await mayInvite();
      return { who: admin, body: { email: `${unique('colleague')}@example.com`, role: 'user', name: text } };
    },
    answers: adminsOnly(201),
    trail: ['create invitation'],
    as: 'admin',
    body: ({ doctor }) => ({ email: 'smith@example.com', role: 'doctor', name: 'Dr. Smith', doctor }),
    answer: invitation,
  },
  {
    route: 'GET /api/admin/invitations',
    request: ({ admin }) => ({ who: admin }),
    answers: adminsOnly(200),
    trail: ['read invitation'],
    as: 'admin',
    query: [...page, 'state'],
    answer: invitation,
  },
  {
    route: 'DELETE /api/admin/invitations/:id',
    request: async ({ admin, w, mayInvite }) => {
      await mayInvite();
      const body = { email: `${unique('colleague')}@example.com`, role: 'user' };
      const { id } = await w.send(admin, 'POST', '/api/admin/invitations/', body);
      return { who: admin, path: `/api/admin/invitations/${id}` };
    },
    answers: adminsOnly(204),
    trail: ['update invitation'],
    as: 'admin',
    id: 'invitation',
    answer: [],
  },
  {
    route: 'GET /api/admin/waiting',
    request: ({ admin }) => ({ who: admin }),
    answers: adminsOnly(200),
    trail: ['read mail', 'read patient', 'read user'],
    as: 'admin',
    answer: [
      'doctors',
      'mails',
      'accounts',
      'emergencies',
      'totals',
      'waits_until',
      ...doctor,
      ...mail,
      ...user,
      ...reviewed,
    ],
  },
  {
    route: 'GET /api/admin/emergency-accesses',
    request: async ({ admin, emergency }) => {
      await emergency();
      return { who: admin };
    },
    answers: adminsOnly(200),
    trail: ['read patient'],
    as: 'admin',
    query: [...page, 'reviewed'],
    answer: reviewed,
  },
  {
    route: 'POST /api/admin/emergency-accesses/:id/review',
    request: async ({ admin, emergency }) => ({
      who: admin,
      path: `/api/admin/emergency-accesses/${await emergency()}/review`,
    }),
    answers: adminsOnly(200),
    trail: ['read patient', 'update emergency_access'],
    as: 'admin',
    id: 'emergency',
    answer: reviewed,
  },
  {
    route: 'GET /api/admin/settings',
    request: ({ admin }) => ({ who: admin }),
    answers: adminsOnly(200),
    as: 'admin',
    answer: [
      ...[
        'version',
        'registration',
        'doctor_approval',
        'doctor_access',
        'require_verified_email',
        'mail',
        'mail_from',
        'public_url',
      ],
      ...[
        'cors_origins',
        'access_token_seconds',
        'refresh_token_seconds',
        'previous_secret',
        'mfa',
        'mfa_required_for',
        'previous_mfa_key',
        'simplejwt_routes',
      ],
      ...['sessions_per_account', 'mails_per_day', 'unconfirmed_account_days', 'django_tokens_until'],
      ...['warnings', 'code', 'detail'],
    ],
  },
  {
    route: 'GET /api/admin/mails',
    request: ({ admin }) => ({ who: admin }),
    answers: adminsOnly(200),
    trail: ['read mail'],
    as: 'admin',
    query: [...page, 'state'],
    answer: mail,
  },
  {
    route: 'POST /api/admin/mails/:id/resend',
    request: async ({ app, admin, guest }) => {
      const [mail] = await app.rows('select id::int from mails where user_id = $1', [(await guest()).id]);
      return { who: admin, path: `/api/admin/mails/${mail.id}/resend` };
    },
    answers: adminsOnly(202),
    trail: ['resend mail'],
    as: 'admin',
    id: 'mail',
    answer: [],
  },
  {
    route: 'POST /api/admin/doctors/:id/approve',
    request: async ({ app, admin, waitingDoctor }) => {
      const id = await waitingDoctor();
      const { headers } = await app.as(admin, 'GET', `/api/doctors/${id}/`);
      const tag = headers.get('ETag') ?? '';
      return { who: admin, path: `/api/admin/doctors/${id}/approve`, headers: { 'If-Match': tag } };
    },
    answers: adminsOnly(200),
    trail: ['update doctor'],
    as: 'admin',
    id: 'doctor',
    answer: doctor,
  },
  {
    route: 'POST /api/admin/doctors/:id/revoke',
    // to revoke what is not approved changes nothing
    request: async ({ app, admin, waitingDoctor }) => {
      const id = await waitingDoctor();
      await app.asOwner('update doctors set approved = true where id = $1', [id]);
      return { who: admin, path: `/api/admin/doctors/${id}/revoke` };
    },
    answers: adminsOnly(200),
    trail: ['update doctor'],
    as: 'admin',
    id: 'doctor',
    answer: doctor,
  },
  {
    route: 'GET /api/admin/audit',
    request: ({ admin }) => ({ who: admin }),
    answers: adminsOnly(200),
    trail: ['read audit'],
    as: 'admin',
    query: [...page, 'actor', 'action', 'resource', 'resource_id', 'patient', 'from', 'to'],
    answer: [...entry, 'address', 'before', 'changes'],
  },
  {
    route: 'POST /api/admin/audit/:id/restore',
    request: async ({ admin, deletion }) => ({ who: admin, path: `/api/admin/audit/${await deletion()}/restore` }),
    answers: adminsOnly(200),
    trail: ['restore mapping', 'restore patient'],
    as: 'admin',
    id: 'deletion',
    answer: ['resource', 'id', 'mappings'],
  },
];
