// What an administrator does.
import { type Chapter, hasId, header, tokens } from '../step.ts';

const proof = { password: '{{password}}' };

export const administering: Chapter[] = [
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
        on: 'GET /api/doctors/{id}/',
        as: 'admin',
        path: { id: 'doctor_record' },
        keep: { doctor_etag: header('ETag') },
      },
      {
        on: 'POST /api/admin/doctors/{id}/approve/',
        as: 'admin',
        path: { id: 'doctor_record' },
        headers: { 'If-Match': '{{doctor_etag}}' },
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
        on: 'POST /api/auth/invitations/look/',
        link: { token: 'invitation_token', to: 'invited.{{run}}@example.com', page: 'invitation' },
        instead: { token: '{{invitation_token}}' },
        also: { 'an administrator invites': 'body.invited_by.administrator' },
      },
      {
        on: 'POST /api/auth/register/invited/',
        link: { token: 'invitation_token' },
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
      { on: 'DELETE /api/patient-profile/', as: 'invited', link: { token: 'invitation_token' } },
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
      { on: 'POST /api/auth/step-up/', as: 'admin', instead: { password: '{{ADMIN_PASSWORD}}' } },
      {
        on: 'POST /api/admin/invitations/',
        name: 'Invite the guest to be an administrator',
        as: 'admin',
        instead: { email: 'guest.{{run}}@example.com', role: 'admin' },
      },
      { on: 'POST /api/auth/step-up/', name: 'Give the guest’s password once more', as: 'guest', instead: proof },
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
      { on: 'GET /api/admin/waiting/', as: 'admin' },
      { on: 'GET /api/admin/settings/', as: 'admin' },
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
];
