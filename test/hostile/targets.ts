// Every route that takes a body, with a good one, for tests that make it bad.
import { type Json, password } from '../support/app.ts';
import type { ActorName, assemble } from '../support/cast.ts';

export interface Target {
  route: string;
  path: string;
  as?: ActorName;
  body: Record<string, Json>;
  /** A whole new record: unknown fields are refused, even those of our own answers. */
  creates?: boolean;
}

const patientBody = { name: 'Jane', gender: 'female', phone: '1', email: 'jane@example.com', address: 'x', age: 30 };
const patient = { ...patientBody, medical_history: 'x' };
export const doctor = { name: 'Dr. Smith', specialization: 'Cardiology', contact_info: 'x', license_number: 'x' };
const account = { email: 'new@example.com', username: 'new', name: 'New', password };
const link = { token: 'x' };

export const targetsOf = ({
  people,
  ownPatient,
  ownDoctor,
  doctorIds,
}: Awaited<ReturnType<typeof assemble>>): Target[] => [
  { route: 'POST /api/auth/register', path: '/api/auth/register/', body: account, creates: true },
  {
    route: 'POST /api/auth/register/patient',
    path: '/api/auth/register/patient/',
    body: { ...patient, ...account },
    creates: true,
  },
  {
    route: 'POST /api/auth/register/doctor',
    path: '/api/auth/register/doctor/',
    body: { ...doctor, ...account },
    creates: true,
  },
  { route: 'POST /api/auth/login', path: '/api/auth/login/', body: { username: 'nobody', password }, creates: true },
  { route: 'POST /api/auth/refresh', path: '/api/auth/refresh/', body: { refresh: 'x' }, creates: true },
  { route: 'POST /api/token', path: '/api/token/', body: { username: 'nobody', password }, creates: true },
  { route: 'POST /api/token/refresh', path: '/api/token/refresh/', body: { refresh: 'x' }, creates: true },
  { route: 'POST /api/token/verify', path: '/api/token/verify/', body: link, creates: true },
  { route: 'POST /api/token/blacklist', path: '/api/token/blacklist/', body: { refresh: 'x' }, creates: true },
  {
    route: 'POST /api/auth/password/forgot',
    path: '/api/auth/password/forgot/',
    body: { email: 'nobody@example.com' },
    creates: true,
  },
  {
    route: 'POST /api/auth/password/reset',
    path: '/api/auth/password/reset/',
    body: { ...link, new_password: 'xxxxxxxx' },
    creates: true,
  },
  { route: 'POST /api/auth/email/verify', path: '/api/auth/email/verify/', body: link, creates: true },
  { route: 'POST /api/auth/email/undo', path: '/api/auth/email/undo/', body: link, creates: true },
  {
    route: 'POST /api/auth/register/invited',
    path: '/api/auth/register/invited/',
    body: { ...link, password, username: 'new', name: 'New' },
    creates: true,
  },
  { route: 'POST /api/auth/invitations/look', path: '/api/auth/invitations/look/', body: link, creates: true },
  {
    route: 'POST /api/auth/invitations/accept',
    path: '/api/auth/invitations/accept/',
    as: 'stranger',
    body: { ...link, leave: true },
    creates: true,
  },
  {
    route: 'PATCH /api/auth/me',
    path: '/api/auth/me/',
    as: 'stranger',
    body: { name: 'Stranger', username: 's', email: 's@example.com', password: 'x' },
  },
  { route: 'DELETE /api/auth/me', path: '/api/auth/me/', as: 'stranger', body: { password: 'x' }, creates: true },
  {
    route: 'POST /api/auth/password',
    path: '/api/auth/password/',
    as: 'stranger',
    body: { current_password: 'x', new_password: 'xxxxxxxx' },
    creates: true,
  },
  {
    route: 'POST /api/auth/step-up',
    path: '/api/auth/step-up/',
    as: 'stranger',
    body: { password: 'x' },
    creates: true,
  },
  { route: 'POST /api/patients', path: '/api/patients/', as: 'owner', body: patient, creates: true },
  {
    route: 'POST /api/patients/batch',
    path: '/api/patients/batch/',
    as: 'owner',
    body: { patients: [patient] },
    creates: true,
  },
  { route: 'PUT /api/patients/:id', path: `/api/patients/${ownPatient.id}/`, as: 'owner', body: patient },
  { route: 'PATCH /api/patients/:id', path: `/api/patients/${ownPatient.id}/`, as: 'owner', body: patient },
  {
    route: 'POST /api/patients/:id/invitation',
    path: `/api/patients/${ownPatient.id}/invitation/`,
    as: 'owner',
    body: { email: 'jane@example.com' },
    creates: true,
  },
  { route: 'POST /api/doctors', path: '/api/doctors/', as: 'owner', body: doctor, creates: true },
  { route: 'PUT /api/doctors/:id', path: `/api/doctors/${ownDoctor.id}/`, as: 'owner', body: doctor },
  { route: 'PATCH /api/doctors/:id', path: `/api/doctors/${ownDoctor.id}/`, as: 'owner', body: doctor },
  {
    route: 'POST /api/mappings',
    path: '/api/mappings/',
    as: 'owner',
    body: { patient: ownPatient.id, doctor: doctorIds.other },
    creates: true,
  },
  {
    route: 'PUT /api/patient-profile/:user_id',
    path: `/api/patient-profile/${people.patient.id}/`,
    as: 'patient',
    body: patient,
  },
  {
    route: 'PUT /api/doctor-profile/:user_id',
    path: `/api/doctor-profile/${people.assignedDoctor.id}/`,
    as: 'assignedDoctor',
    body: doctor,
  },
  {
    route: 'POST /api/admin/assign-patient',
    path: '/api/admin/assign-patient/',
    as: 'admin',
    body: { patient_id: ownPatient.id, doctor_id: doctorIds.other },
    creates: true,
  },
  {
    route: 'PATCH /api/admin/users/:id',
    path: `/api/admin/users/${people.stranger.id}/`,
    as: 'admin',
    body: { role: 'user', disabled: false, name: 'Stranger', username: 's', email: 's@example.com' },
  },
  {
    route: 'POST /api/admin/invitations',
    path: '/api/admin/invitations/',
    as: 'admin',
    body: { email: 'smith@example.com', role: 'doctor', name: 'Dr. Smith', doctor: ownDoctor.id },
    creates: true,
  },
];
