// Never run: `npm run check` compiles it. A line under @ts-expect-error has to be an error, or it is one.
import type { Routes } from '../../clients/typescript/api.ts';
import type {
  ProblemCode as BuiltCode,
  Problem as BuiltProblem,
  Routes as BuiltRoutes,
} from '../../clients/typescript/dist/api.js';
import type * as built from '../../clients/typescript/dist/index.js';
import { all, answer, type Problem, pages, wardbook } from '../../clients/typescript/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

// When one of these is false, run `npm run client`: its dist is what apps have, and the routes are others by now.
same<BuiltRoutes, Routes>(true);
same<BuiltCode, Problem['code']>(true);
same<BuiltProblem, Problem>(true);
same<Parameters<typeof built.wardbook>, Parameters<typeof wardbook>>(true);
same<typeof built.all, typeof all>(true);

const { api } = wardbook('https://wardbook.example', { store: { load: () => null, save: () => {}, clear: () => {} } });

export const answersAreTyped = async () => {
  const patient = await answer(api.patients.$post({ json: { name: 'Jane Doe', gender: 'female', age: null } }));
  same<typeof patient.id, number>(true);
  same<typeof patient.created_at, string>(true);
  same<typeof patient.date_of_birth, string | null>(true);
  same<typeof patient.gender, 'male' | 'female' | 'other' | 'unknown' | null>(true);
  // @ts-expect-error a time arrives as text
  patient.created_at.getTime();
  // @ts-expect-error what belongs to the database stays there
  patient.version;

  const { user, expires_in } = await answer(api.auth.login.$post({ json: { username: 'ann', password: 'secret' } }));
  same<typeof user.role, 'user' | 'patient' | 'doctor' | 'admin'>(true);
  same<typeof user.email_verified, boolean>(true);
  same<typeof user.pending_email, string | null>(true);
  same<typeof expires_in, number>(true);
  const nothing = await answer(api.auth.logout.$post());
  same<typeof nothing, undefined>(true);
  const sent = await answer(api.auth.password.forgot.$post({ json: { email: 'ann@example.com' } }));
  same<typeof sent, undefined>(true);
  const invited = await answer(api.auth.register.invited.$post({ json: { token: 'x', password: 'secret' } }));
  same<typeof invited.user, typeof user>(true);
  const invitation = await answer(api.patients[':id'].invitation.$get({ param: { id: '7' } }));
  same<typeof invitation.state, 'open' | 'accepted' | 'revoked' | 'expired'>(true);
  const { removed, more } = await answer(api.sync.$get());
  same<typeof removed, { patients: number[]; doctors: number[]; mappings: number[] }>(true);
  same<typeof more, boolean>(true);
};

export const refusalsAreTyped = async () => {
  const response = await api.patients[':id'].$get({ param: { id: '7' } });
  if (response.ok) {
    same<typeof response.status, 200>(true);
    (await response.json()).medical_history;
    // @ts-expect-error an answer is no problem
    (await response.json()).code;
  } else {
    const problem = await response.json();
    same<typeof problem, Problem>(true);
    same<typeof problem.errors, Record<string, string[]> | undefined>(true);
    if (problem.code === 'not_found') return;
    // @ts-expect-error the list of codes is closed
    if (problem.code === 'gone_fishing') return;
  }
  // @ts-expect-error which of the two it is has to be asked
  (await api.patients.$post({ json: { name: 'Jane Doe' } })).json().then((made) => made.name);
};

export const wrongRequestsDoNotCompile = async () => {
  // @ts-expect-error no name
  api.patients.$post({ json: { age: 30 } });
  // @ts-expect-error a name that is no text
  api.patients.$post({ json: { name: 7 } });
  // @ts-expect-error an age that is no number
  api.auth.register.patient.$post({ json: { email: 'ann@example.com', password: 'secret', age: '40' } });
  // @ts-expect-error a field that there is not
  api.patients.$post({ json: { name: 'Jane Doe', shoe_size: 38 } });
  // @ts-expect-error no body
  api.patients.$post();
  // @ts-expect-error ids are numbers
  api.mappings.$post({ json: { patient: '1', doctor: 2 } });
  // @ts-expect-error a role is nothing to choose
  api.auth.register.$post({ json: { email: 'ann@example.com', password: 'secret', role: 'admin' } });
  // @ts-expect-error who is invited to be a patient is a patient, of the record in the path
  api.patients[':id'].invitation.$post({ param: { id: '7' }, json: { email: 'ann@example.com', role: 'admin' } });
  // @ts-expect-error nobody is invited as a patient without a record
  api.admin.invitations.$post({ json: { email: 'ann@example.com', role: 'patient' } });
  // @ts-expect-error no token
  api.auth.password.reset.$post({ json: { new_password: 'secret' } });
  // @ts-expect-error no id
  api.patients[':id'].$get();
  // @ts-expect-error no such filter
  api.doctors.$get({ query: { city: 'Oslo' } });
  // @ts-expect-error no such path
  api.nurses.$get();
  // @ts-expect-error no such method
  api.patients.$delete();
};

export const listsAreTyped = async () => {
  for await (const { state } of all(api.admin.mails.$get)) same<typeof state, 'waiting' | 'failed'>(true);
  for await (const page of pages(api.doctors.$get)) same<(typeof page)[number]['specialization'], string>(true);
  const list = all(api.mappings[':id'].$get, { param: { id: '7' }, query: { limit: '50' } });
  for await (const { doctor_detail } of list) same<typeof doctor_detail.name, string>(true);
  // @ts-expect-error this list is of one patient
  all(api.mappings[':id'].$get);
  // @ts-expect-error a record is no list
  all(api.patients[':id'].$get, { param: { id: '7' } });
  // @ts-expect-error no such filter
  all(api.doctors.$get, { query: { city: 'Oslo' } });
};

export const changesAreTyped = async () => {
  const param = { id: '7' };
  const patient = await answer(api.patients[':id'].$get({ param }));
  api.patients[':id'].$put({ param, json: patient });
  api.patients[':id'].$put({ param, json: { ...patient, phone: null } });
  api.patients[':id'].$patch({ param, json: { phone: null } });
  // @ts-expect-error a whole record has a name
  api.patients[':id'].$put({ param, json: { phone: null } });
  // @ts-expect-error a field that there is not
  api.patients[':id'].$patch({ param, json: { shoe_size: 38 } });
  // @ts-expect-error no text is an age
  api.patients[':id'].$patch({ param, json: { age: '40' } });
  // @ts-expect-error a role there is not
  api.admin.users[':id'].$patch({ param, json: { role: 'king' } });
};
