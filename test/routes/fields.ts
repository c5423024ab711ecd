// The fields of records, by hand: what answers may have, what bodies may have, and what lists may be asked.
import { type Json, password } from '../support/app.ts';
import type { Ids } from './route.ts';

const patientFields = ['name', 'age', 'date_of_birth', 'gender', 'phone', 'email', 'address', 'medical_history'];
const doctorFields = ['name', 'specialization', 'contact_info', 'license_number'];
const stamps = ['id', 'user_id', 'created_by', 'created_at', 'updated_at'];

export const patient = [...patientFields, ...stamps];
/** As one sees it who did not make it: with who did. */
export const registered = [...patient, 'registered_by', 'username'];
export const doctor = [...doctorFields, ...stamps, 'approved'];
export const mapping = ['id', 'patient', 'doctor', 'created_at', 'expires_at'];
export const user = ['id', 'name', 'username', 'email', 'role', 'created_at', 'email_verified', 'pending_email'];
/** As administrators see it. */
export const account = [...user, 'disabled'];
export const tokens = ['access', 'refresh', 'token_type', 'expires_in', 'user', ...user];
export const mail = ['id', 'purpose', 'recipient', 'user_id', 'state', 'attempts', 'held', 'asked_at'];
export const invitation = [
  ...['id', 'email', 'role', 'name', 'patient', 'doctor'],
  ...['created_by', 'created_at', 'expires_at', 'state'],
];
export const entry = [
  ...['id', 'at', 'actor_id', 'actor_name', 'actor_role'],
  ...['action', 'resource', 'resource_id', 'patient_ids', 'request_id', 'reason'],
];

const access = ['id', 'patient', 'doctor', 'reason', 'created_at', 'expires_at'];
export const emergency = access;
export const reviewed = [...access, 'patient_name', 'doctor_name', 'reviewed_at', 'reviewed_by'];

/** Every name in an answer, at any depth. What the trail keeps of a record in `before` is not looked at. */
export const namesIn = (value: Json): string[] =>
  value === null || typeof value !== 'object'
    ? []
    : Array.isArray(value)
      ? value.flatMap(namesIn)
      : Object.entries(value).flatMap(([name, inner]) => [name, ...(name === 'before' ? [] : namesIn(inner))]);

export const page = ['limit', 'cursor', 'sort', 'count'];
export const ofPatients = [...page, 'gender', 'min_age', 'max_age', 'date_of_birth', 'doctor', 'search'];
export const ofDoctors = [...page, 'specialization', 'approved', 'search'];
export const ofMappings = [...page, 'patient', 'doctor'];

export const aPatient = () => ({
  name: 'Jane Doe',
  age: 30,
  date_of_birth: '1990-12-31',
  gender: 'female',
  phone: '555 0100',
  email: 'jane@example.com',
  address: '1 Main Street',
  medical_history: 'None',
});
export const aDoctor = () => ({
  name: 'Dr. Smith',
  specialization: 'Cardiology',
  contact_info: 'x',
  license_number: 'L-1',
});
export const anAccount = () => ({ email: 'new@example.com', username: 'new', name: 'New', password });
export const aPair = ({ patient, doctor }: Ids) => ({ patient, doctor });
export const aRefreshToken = ({ refresh }: Ids) => ({ refresh });
