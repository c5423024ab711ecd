// Fills a Django through its own API, as its people would have done before the move, and keeps what they keep: passwords,
// refresh tokens, ids.
import { Fatal } from '../support/terminal.ts';
import { type Answer, isObject, type Json, record } from './client.ts';
import type { Django } from './start.ts';

/** What somebody logs in with. */
export interface Words {
  id: number;
  username: string;
  email: string;
  password: string;
}
export interface Member extends Words {
  access: string;
  refresh: string;
}
interface Others {
  /** Made without the API: see without_api.py. */
  others: Record<'boss' | 'gone' | 'older' | 'newer' | 'locked', Words>;
  /** A refresh token that was blacklisted before the move. */
  blacklisted: string;
}
export interface OwnedBefore extends Others {
  members: Record<'ann' | 'bob' | 'carol' | 'dora', Member>;
  patients: Record<'jane' | 'june' | 'joan', number>;
  doctors: Record<'smith' | 'jones', number>;
  mapping: number;
  deleted: number;
}
export interface RolesBefore extends Others {
  members: Record<'pat' | 'pam' | 'doc' | 'dan', Member>;
  patients: Record<'pat' | 'pam', number>;
  doctors: Record<'doc' | 'dan', number>;
}

const password = 'nine blue kettles';
type Send = (step: string, request: string, token: string, body?: Json) => Promise<Answer>;

/** Everything here has to work: what fails ends the run. */
async function through(url: string, work: (send: Send) => Promise<void>): Promise<void> {
  await record(url, (ask) =>
    work(async (step, request, token, body) => {
      const answer = await ask(step, request, { token, body });
      if (answer.status < 300) return answer;
      throw new Fatal(`Filling Django: ${step} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }),
  );
}

async function join(send: Send, path: string, username: string, more: Record<string, Json> = {}): Promise<Member> {
  const email = `${username.toLowerCase().replace(/@.*|\W/g, '')}@clinic.example`;
  const made = await send(`register ${username}`, `POST ${path}`, '', { username, email, password, ...more });
  const { access, refresh } = await send(`log in as ${username}`, 'POST /api/auth/login/', '', { username, password });
  const user = isObject(made.body) && isObject(made.body.user) ? made.body.user : {};
  return { id: Number(user.id), username, email, password, access, refresh };
}

async function withoutApi(django: Django): Promise<Others['others']> {
  const all: Words[] = JSON.parse(await django.python('without_api.py'));
  const named = (username: string): Words => {
    const found = all.find((words) => words.username === username);
    if (!found) throw new Fatal(`without_api.py did not make ${username}`);
    return found;
  };
  return {
    boss: named('boss'),
    gone: named('gone'),
    older: named('older'),
    newer: named('newer'),
    locked: named('locked'),
  };
}

async function blacklist(send: Send, { username }: Member): Promise<string> {
  const { refresh } = await send('a second device', 'POST /api/token/', '', { username, password });
  await send('signs out', 'POST /api/token/blacklist/', '', { refresh });
  return refresh;
}

export async function fillOwned(django: Django): Promise<OwnedBefore> {
  const others = await withoutApi(django);
  let before: OwnedBefore | undefined;
  await through(django.url, async (send) => {
    const members = {
      ann: await join(send, '/api/auth/register/', 'ann'),
      bob: await join(send, '/api/auth/register/', 'Bob.Smith'),
      // Django takes an email for a username, and one that is nobody's email as well
      carol: await join(send, '/api/auth/register/', 'carol@clinic.example'),
      dora: await join(send, '/api/auth/register/', 'front@desk', { email: 'dora@clinic.example' }),
    };
    const patient = async ({ access }: Member, name: string, more: Record<string, Json> = {}) =>
      (await send(`patient ${name}`, 'POST /api/patients/', access, { name, ...more })).id;
    const doctor = async (name: string, specialization: string, more: Record<string, Json> = {}) =>
      (await send(name, 'POST /api/doctors/', members.ann.access, { name, specialization, ...more })).id;
    const jane = await patient(members.ann, 'Jane Doe', {
      ...{ age: 30, gender: 'Female', phone: '+1 555 0100', email: 'jane@patients.example' },
      ...{ address: '1 Elm Street\nSpringfield', medical_history: 'Asthma' },
    });
    const deleted = await patient(members.ann, 'A mistake');
    const june = await patient(members.ann, 'Žofie Šimůnková');
    const joan = await patient(members.bob, 'Joan', { age: 0 });
    await send('delete', `DELETE /api/patients/${deleted}/`, members.ann.access);
    const smith = await doctor('Dr. Smith', 'Cardiology', { contact_info: 'dr.smith@clinic.example' });
    const jones = await doctor('Dr. Jones', 'Neurology');
    const map = async (who: Member, patient: number, doctor: number) =>
      (await send(`${patient} to ${doctor}`, 'POST /api/mappings/', who.access, { patient, doctor })).id;
    const mapping = await map(members.ann, jane, smith);
    await map(members.ann, jane, jones);
    await map(members.bob, joan, smith);
    const blacklisted = await blacklist(send, members.bob);
    before = {
      members,
      others,
      patients: { jane, june, joan },
      doctors: { smith, jones },
      mapping,
      deleted,
      blacklisted,
    };
  });
  if (!before) throw new Fatal('Django was not filled.');
  return before;
}

export async function fillRoles(django: Django): Promise<RolesBefore> {
  const others = await withoutApi(django);
  let before: RolesBefore | undefined;
  await through(django.url, async (send) => {
    const patient = (name: string, more = {}) => join(send, '/api/auth/register/patient/', name, more);
    const doctor = (name: string, more: Record<string, Json>) => join(send, '/api/auth/register/doctor/', name, more);
    const members = {
      pat: await patient('pat', { age: 44, gender: 'male', phone: '555 0100', medical_history: 'Asthma' }),
      pam: await patient('pam'),
      doc: await doctor('doc', { specialization: 'Surgery', license_number: 'L1' }),
      dan: await doctor('dan', { specialization: 'Oncology' }),
    };
    const profile = async ({ access, username }: Member, kind: string) =>
      (await send(`profile of ${username}`, `GET /api/${kind}-profile/`, access)).id;
    const patients = { pat: await profile(members.pat, 'patient'), pam: await profile(members.pam, 'patient') };
    const doctors = { doc: await profile(members.doc, 'doctor'), dan: await profile(members.dan, 'doctor') };
    const { username, password } = others.boss;
    const boss = await send('log in as boss', 'POST /api/auth/login/', '', { username, password });
    const pair = { patient_id: patients.pat, doctor_id: doctors.doc };
    await send('assign', 'POST /api/admin/assign-patient/', boss.access, pair);
    before = { members, others, patients, doctors, blacklisted: await blacklist(send, members.pam) };
  });
  if (!before) throw new Fatal('Django was not filled.');
  return before;
}
