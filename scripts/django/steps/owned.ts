// The steps of an app of the clinic where a user sees the patients that they made.
import type { Ask, Json } from '../client.ts';
import type { OwnedBefore, Words } from '../fill.ts';
import { tokens } from './tokens.ts';

export async function owned(ask: Ask, before: OwnedBefore): Promise<void> {
  const { members, others, blacklisted } = before;
  await tokens(ask, { holder: members.ann, blacklisted, own: '/api/mappings/' });
  const logIn = async (step: string, { username, password }: Pick<Words, 'username' | 'password'>) =>
    (await ask(step, 'POST /api/auth/login/', { body: { username, password } })).access;
  const ann = await logIn('log in', members.ann);
  const bob = await logIn('log in with capitals in the username', members.bob);
  await logIn('log in with an email for a username', members.carol);
  await logIn('log in with an @ in the username', members.dora);
  const boss = await logIn('log in as the superuser', others.boss);
  await logIn('log in with a hash of pbkdf2_sha1', others.older);
  await logIn('log in with a hash of a newer Django', others.newer);
  await logIn('log in without a usable password', others.locked);
  await logIn('log in as an inactive user', others.gone);
  await logIn('log in with a wrong password', { ...members.bob, password: 'nine blue cattle' });
  await logIn('log in as nobody', { ...members.ann, username: 'nobody' });
  await logIn('log in with other capitals', { ...members.ann, username: 'Ann' });
  await ask('log in without a password', 'POST /api/auth/login/', { body: { username: 'ann' } });

  await readBefore(ask, before, { ann, bob, boss });
  const erin = await registrations(ask);
  await patients(ask, before, { ann, bob, boss, erin });
  await doctors(ask, before, { ann, bob, boss });
  await mappings(ask, before, { ann, bob, boss });
}

type Tokens<Name extends string> = Record<Name, string>;

async function readBefore(ask: Ask, before: OwnedBefore, { ann, bob, boss }: Tokens<'ann' | 'bob' | 'boss'>) {
  const { patients, doctors, deleted } = before;
  await ask('list own patients from before the move', 'GET /api/patients/', { token: ann });
  await ask("list another's patients from before the move", 'GET /api/patients/', { token: bob });
  await ask('list all patients from before the move', 'GET /api/patients/', { token: boss });
  await ask('read a patient from before the move', `GET /api/patients/${patients.june}/`, { token: ann });
  await ask("read another's patient", `GET /api/patients/${patients.joan}/`, { token: ann });
  await ask('read a patient deleted before', `GET /api/patients/${deleted}/`, { token: ann });
  await ask('read what is no id', 'GET /api/patients/abc/', { token: ann });
  await ask('list doctors from before the move', 'GET /api/doctors/', { token: bob });
  await ask('read a doctor from before the move', `GET /api/doctors/${doctors.smith}/`, { token: bob });
  await ask('read no doctor', 'GET /api/doctors/999999/', { token: bob });
  await ask('list own mappings from before the move', 'GET /api/mappings/', { token: ann });
  await ask("list another's mappings from before the move", 'GET /api/mappings/', { token: bob });
  await ask('list all mappings from before the move', 'GET /api/mappings/', { token: boss });
  await ask("list a patient's doctors from before the move", `GET /api/mappings/${patients.jane}/`, { token: ann });
  await ask("list no patient's doctors", `GET /api/mappings/${patients.june}/`, { token: ann });
  await ask("list the doctors of another's patient", `GET /api/mappings/${patients.joan}/`, { token: ann });
}

async function registrations(ask: Ask): Promise<string> {
  const register = (step: string, body: Json) => ask(step, 'POST /api/auth/register/', { body });
  const password = 'eleven grey anchors';
  const erin = await register('register', { username: 'erin', email: 'erin@clinic.example', password });
  await register('register with capitals in the email', { username: 'finn', email: 'Finn@Clinic.example', password });
  await register('register a username that is taken', { username: 'ann', email: 'ann2@clinic.example', password });
  await register('register an email that is taken', { username: 'ann2', email: 'ann@clinic.example', password });
  await register('register without an email', { username: 'gil', password });
  await register('register with what is no email', { username: 'gil', email: 'gil', password });
  await register('register with a short password', { username: 'gil', email: 'gil@clinic.example', password: 'short' });
  return erin.access;
}

async function patients(
  ask: Ask,
  before: OwnedBefore,
  { ann, bob, boss, erin }: Tokens<'ann' | 'bob' | 'boss' | 'erin'>,
) {
  const make = (step: string, body: Json, token = ann) => ask(step, 'POST /api/patients/', { token, body });
  const full = {
    ...{ name: 'Nina Kovač', age: 51, gender: 'female', phone: '+1 555 0123', email: 'nina@patients.example' },
    ...{ address: '2 Oak Avenue', medical_history: 'Hypertension' },
  };
  const made = await make('make a patient', full);
  const least = await make('make a patient of a name', { name: 'Noor' }, erin);
  await make('make a patient with empty texts', { name: 'Nell', phone: '', medical_history: '' }, bob);
  await make('make a patient with spaces around the name', { name: '  Nola ' }, bob);
  await make('make a patient of a gender with a capital', { name: 'Nika', gender: 'Female' });
  await make('make a patient without a name', { age: 3 });
  await make('make a patient with an empty name', { name: '' });
  await make('make a patient with a long name', { name: 'x'.repeat(201) });
  await make('make a patient of a negative age', { name: 'Nemo', age: -1 });
  await make('make a patient of no age', { name: 'Nemo', age: 'old' });
  await make('make a patient with what is no email', { name: 'Nemo', email: 'nemo' });
  await make('send a list', [full]);
  await make('send what is no JSON', '{"name": ');
  await ask('make a patient without a token', 'POST /api/patients/', { body: full });

  const one = `/api/patients/${made.id}/`;
  await ask('read the new patient', `GET ${one}`, { token: ann });
  await ask('put all fields', `PUT ${one}`, { token: ann, body: { ...full, age: 52 } });
  await ask('put some fields', `PUT ${one}`, { token: ann, body: { name: 'Nina K.' } });
  await ask('put back what was answered', `PUT ${one}`, { token: ann, body: made.body });
  await ask('put without a name', `PUT ${one}`, { token: ann, body: { age: 53 } });
  await ask('patch a field', `PATCH ${one}`, { token: ann, body: { phone: '+1 555 0199' } });
  await ask('patch a field to null', `PATCH ${one}`, { token: ann, body: { address: null } });
  await ask('patch nothing', `PATCH ${one}`, { token: ann, body: {} });
  await ask("read another's new patient", `GET ${one}`, { token: bob });
  await ask("put another's patient", `PUT ${one}`, { token: bob, body: full });
  await ask("patch another's patient", `PATCH ${one}`, { token: bob, body: { age: 1 } });
  await ask("delete another's patient", `DELETE ${one}`, { token: bob });
  await ask('patch as the superuser', `PATCH ${one}`, { token: boss, body: { age: 54 } });
  await ask('patch a patient from before the move', `PATCH /api/patients/${before.patients.june}/`, {
    token: ann,
    body: { age: 9 },
  });
  await ask('delete a patient', `DELETE /api/patients/${least.id}/`, { token: erin });
  await ask('delete it again', `DELETE /api/patients/${least.id}/`, { token: erin });
  await ask('list patients, one of them deleted', 'GET /api/patients/', { token: erin });

  // what Django takes and makes something of
  await make('make a patient with an unknown field', { name: 'Odd', blood_type: 'A' });
  await make('make a patient with a number as text', { name: 'Odd', age: '31' });
  await make('make a patient of 151', { name: 'Odd', age: 151 });
  await make('make a patient of a gender of their own words', { name: 'Odd', gender: 'agender' });
  await ask('patch a read-only field', `PATCH ${one}`, { token: ann, body: { created_by: 1 } });
}

async function doctors(ask: Ask, before: OwnedBefore, { ann, bob, boss }: Tokens<'ann' | 'bob' | 'boss'>) {
  const make = (step: string, body: Json) => ask(step, 'POST /api/doctors/', { token: bob, body });
  const body = { name: 'Dr. Novak', specialization: 'Dentistry', contact_info: '+1 555 0142' };
  const { id } = await make('make a doctor', body);
  await make('make a doctor without a specialization', { name: 'Dr. Who' });
  const one = `/api/doctors/${id}/`;
  await ask('read the new doctor', `GET ${one}`, { token: ann });
  await ask('put a doctor', `PUT ${one}`, { token: bob, body: { ...body, specialization: 'Surgery' } });
  await ask('patch a doctor', `PATCH ${one}`, { token: bob, body: { contact_info: null } });
  await ask("put another's doctor", `PUT ${one}`, { token: ann, body });
  await ask("delete another's doctor", `DELETE ${one}`, { token: ann });
  await ask('patch a doctor as the superuser', `PATCH ${one}`, { token: boss, body: { contact_info: 'room 5' } });
  await ask('delete a doctor', `DELETE ${one}`, { token: bob });
  await ask('read the deleted doctor', `GET ${one}`, { token: bob });
  const ofBefore = `/api/doctors/${before.doctors.jones}/`;
  await ask('patch a doctor from before the move', `PATCH ${ofBefore}`, {
    token: ann,
    body: { specialization: 'Neurosurgery' },
  });
  await ask("patch another's doctor from before the move", `PATCH ${ofBefore}`, {
    token: bob,
    body: { specialization: 'None' },
  });
}

async function mappings(ask: Ask, before: OwnedBefore, { ann, bob, boss }: Tokens<'ann' | 'bob' | 'boss'>) {
  const { jane, june, joan } = before.patients;
  const { smith, jones } = before.doctors;
  const map = (step: string, token: string, body: Json) => ask(step, 'POST /api/mappings/', { token, body });
  const made = await map('assign', ann, { patient: june, doctor: smith });
  await map('assign as the superuser', boss, { patient: joan, doctor: jones });
  await map('assign without a doctor', ann, { patient: june });
  await map('assign the same again', ann, { patient: jane, doctor: jones });
  await map("assign another's patient", ann, { patient: joan, doctor: jones });
  await map('assign no patient', ann, { patient: 999999, doctor: jones });
  await map('assign no doctor', ann, { patient: june, doctor: 999999 });
  await ask('list the doctors of a patient', `GET /api/mappings/${june}/`, { token: ann });
  await ask("unassign another's", `DELETE /api/mappings/${made.id}/`, { token: bob });
  await ask('unassign', `DELETE /api/mappings/${made.id}/`, { token: ann });
  await ask('unassign again', `DELETE /api/mappings/${made.id}/`, { token: ann });
  await ask('unassign what was assigned before', `DELETE /api/mappings/${before.mapping}/`, { token: ann });
  await ask('list mappings', 'GET /api/mappings/', { token: boss });
  await ask('delete a patient with a mapping', `DELETE /api/patients/${joan}/`, { token: bob });
  await ask('list mappings once it is gone', 'GET /api/mappings/', { token: boss });
  await ask('list patients once one is gone', 'GET /api/patients/', { token: bob });
}
