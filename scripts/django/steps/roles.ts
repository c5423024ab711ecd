// The steps of an app of the clinic with roles, where patients and doctors have profiles and an administrator assigns.
import type { Ask, Json } from '../client.ts';
import type { RolesBefore, Words } from '../fill.ts';
import { tokens } from './tokens.ts';

export async function roles(ask: Ask, before: RolesBefore): Promise<void> {
  const { members, others, blacklisted } = before;
  await tokens(ask, { holder: members.pat, blacklisted, own: '/api/patient-profile/' });
  const logIn = async (step: string, { username, password }: Pick<Words, 'username' | 'password'>) =>
    (await ask(step, 'POST /api/auth/login/', { body: { username, password } })).access;
  const pat = await logIn('log in as a patient', members.pat);
  const pam = await logIn('log in as another patient', members.pam);
  const doc = await logIn('log in as a doctor', members.doc);
  const dan = await logIn('log in as another doctor', members.dan);
  const boss = await logIn('log in as the administrator', others.boss);
  await logIn('log in with a hash of pbkdf2_sha1', others.older);
  await logIn('log in with a hash of a newer Django', others.newer);
  await logIn('log in without a usable password', others.locked);
  await logIn('log in as an inactive user', others.gone);
  await logIn('log in with a wrong password', { ...members.doc, password: 'nine blue cattle' });
  const people = { pat, pam, doc, dan, boss };

  for (const [name, token] of Object.entries(people)) await ask(`who is ${name}`, 'GET /api/auth/me/', { token });
  await readBefore(ask, people);
  await registrations(ask);
  await profiles(ask, before, people);
  await assigning(ask, before, people);
}

type People = Record<'pat' | 'pam' | 'doc' | 'dan' | 'boss', string>;

async function readBefore(ask: Ask, { pat, pam, doc, dan, boss }: People) {
  await ask('read the own patient profile', 'GET /api/patient-profile/', { token: pat });
  await ask('read the own doctor profile', 'GET /api/doctor-profile/', { token: doc });
  await ask("read a patient's profile as a doctor", 'GET /api/patient-profile/', { token: doc });
  await ask("read a doctor's profile as a patient", 'GET /api/doctor-profile/', { token: pat });
  await ask("read a doctor's profile as the administrator", 'GET /api/doctor-profile/', { token: boss });
  await ask('list own doctors', 'GET /api/patients/my-doctors/', { token: pat });
  await ask('list own doctors without any', 'GET /api/patients/my-doctors/', { token: pam });
  await ask('list own patients', 'GET /api/doctors/my-patients/', { token: doc });
  await ask('list own patients without any', 'GET /api/doctors/my-patients/', { token: dan });
  await ask('list all patients', 'GET /api/doctors/all-patients/', { token: dan });
  await ask('list own patients as a patient', 'GET /api/doctors/my-patients/', { token: pat });
  await ask('list own doctors as a doctor', 'GET /api/patients/my-doctors/', { token: doc });
  await ask('list doctors as a patient', 'GET /api/doctors/', { token: pat });
  await ask('list doctors as the administrator', 'GET /api/doctors/', { token: boss });
  await ask('read no doctor', 'GET /api/doctors/999999/', { token: pat });
}

async function registrations(ask: Ask) {
  const password = 'eleven grey anchors';
  const account = (username: string) => ({ username, email: `${username}@clinic.example`, password });
  const asPatient = (step: string, body: Json) => ask(step, 'POST /api/auth/register/patient/', { body });
  const asDoctor = (step: string, body: Json) => ask(step, 'POST /api/auth/register/doctor/', { body });
  const more = { age: 20, gender: 'other', phone: '555 0101', address: '3 Ash Road', medical_history: 'None' };
  await asPatient('register as a patient', { ...account('pia'), ...more });
  await asDoctor('register as a doctor', { ...account('dov'), specialization: 'Geriatrics', license_number: 'L2' });
  await asPatient('register a username that is taken', { ...account('pat'), email: 'pat2@clinic.example' });
  await asPatient('register an email that is taken', { ...account('pat2'), email: 'pat@clinic.example' });
  await asDoctor('register as a doctor of nothing', account('dud'));
  await asPatient('register with a gender that there is not', { ...account('pip'), gender: 'x' });
  const logIn = async (username: string) =>
    (await ask(`log in as ${username}`, 'POST /api/auth/login/', { body: { username, password } })).access;
  const [pia, dov] = [await logIn('pia'), await logIn('dov')];
  await ask('read the profile of a new patient', 'GET /api/patient-profile/', { token: pia });
  await ask('read the profile of a new doctor', 'GET /api/doctor-profile/', { token: dov });
  await ask('list all patients as a new doctor', 'GET /api/doctors/all-patients/', { token: dov });
}

async function profiles(ask: Ask, { members }: RolesBefore, { pat, doc }: People) {
  const ofPatient = (step: string, id: number, body: Json) =>
    ask(step, `PUT /api/patient-profile/${id}/`, { token: pat, body });
  await ofPatient('put the own patient profile', members.pat.id, { name: 'Pat', age: 45 });
  await ofPatient('put it without a name', members.pat.id, { age: 46 });
  await ofPatient("put another's patient profile", members.pam.id, { name: 'Pam' });
  await ofPatient("put a doctor's id", members.doc.id, { name: 'Doc' });
  const ofDoctor = (step: string, body: Json) =>
    ask(step, `PUT /api/doctor-profile/${members.doc.id}/`, { token: doc, body });
  await ofDoctor('put the own doctor profile', { name: 'doc', specialization: 'Surgery', license_number: 'L1' });
  await ofDoctor('put it without a specialization', { name: 'doc' });
}

async function assigning(ask: Ask, before: RolesBefore, { pat, pam, doc, dan, boss }: People) {
  const { patients, doctors } = before;
  const assign = (step: string, token: string, patient_id: number, doctor_id: number) =>
    ask(step, 'POST /api/admin/assign-patient/', { token, body: { patient_id, doctor_id } });
  await assign('assign', boss, patients.pam, doctors.dan);
  await assign('assign as a patient', pat, patients.pat, doctors.dan);
  await assign('assign as a doctor', doc, patients.pat, doctors.dan);
  await ask('list own doctors once assigned', 'GET /api/patients/my-doctors/', { token: pam });
  await ask('list own patients once assigned', 'GET /api/doctors/my-patients/', { token: dan });
  await assign('assign the same again', boss, patients.pam, doctors.dan);
  await assign('assign no patient', boss, 999999, doctors.dan);
  await assign('assign no doctor', boss, patients.pam, 999999);
  await ask('put another specialization', `PUT /api/doctor-profile/${before.members.dan.id}/`, {
    token: dan,
    body: { name: 'dan', specialization: 'Radiology' },
  });
  await ask('list own patients after that', 'GET /api/doctors/my-patients/', { token: dan });
}
