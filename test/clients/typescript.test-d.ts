// Never run: `npm run check` compiles it. A line under @ts-expect-error has to be an error, or it is one.
import type * as source from '../../clients/typescript/api.ts';
import type * as built from '../../clients/typescript/dist/index.js';
import {
  all,
  answer,
  type Copy,
  type Doctor,
  type Mapping,
  type NewPatient,
  type Patient,
  type Problem,
  pages,
  type Tokens,
  type User,
  type Write,
  wardbook,
} from '../../clients/typescript/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

// When one of these is false, run `npm run client`: its dist is what apps have, and the routes are others by now.
same<built.Routes, source.Routes>(true);
same<built.ProblemCode, source.ProblemCode>(true);
same<built.Problem, Problem>(true);
same<built.Patient, Patient>(true);
same<built.AssignedDoctor, source.AssignedDoctor>(true);
same<built.SignedIn, source.SignedIn>(true);
same<built.Sync, source.Sync>(true);
same<built.Tokens, Tokens>(true);
same<built.Write, Write>(true);
same<Parameters<typeof built.wardbook>, Parameters<typeof wardbook>>(true);
same<typeof built.all, typeof all>(true);

const { api, user, onChange, sync } = wardbook('https://wardbook.example', {
  store: { load: () => null, save: () => {}, clear: () => {} },
});

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
  const invitation = await answer(api.patients[':id'].invitation.$get({ param: { id: 7 } }));
  same<typeof invitation.state, 'open' | 'accepted' | 'revoked' | 'expired'>(true);
  const { removed, more } = await answer(api.sync.$get());
  same<typeof patient, Patient>(true);
  same<typeof removed, { patients: number[]; doctors: number[]; mappings: number[] }>(true);
  same<typeof more, boolean>(true);
};

export const refusalsAreTyped = async () => {
  const response = await api.patients[':id'].$get({ param: { id: 7 } });
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
  api.patients[':id'].invitation.$post({ param: { id: 7 }, json: { email: 'ann@example.com', role: 'admin' } });
  // @ts-expect-error nobody is invited as a patient without a record
  api.admin.invitations.$post({ json: { email: 'ann@example.com', role: 'patient' } });
  // @ts-expect-error no token
  api.auth.password.reset.$post({ json: { new_password: 'secret' } });
  // @ts-expect-error ids are numbers in a path as well
  api.patients[':id'].$get({ param: { id: '7' } });
  // @ts-expect-error and so is a limit
  api.patients.$get({ query: { limit: '50' } });
  // @ts-expect-error no such header, it is an option
  api.patients.$get({ headers: { 'If-None-Match': '*' } });
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
  const list = all(api.mappings[':id'].$get, { param: { id: 7 }, query: { limit: 50 } });
  for await (const { doctor_detail } of list) same<typeof doctor_detail.name, string>(true);
  // @ts-expect-error this list is of one patient
  all(api.mappings[':id'].$get);
  // @ts-expect-error a record is no list
  all(api.patients[':id'].$get, { param: { id: 7 } });
  // @ts-expect-error no such filter
  all(api.doctors.$get, { query: { city: 'Oslo' } });
};

export const changesAreTyped = async () => {
  const param = { id: 7 };
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

export const recordsHaveNames = async () => {
  const jane: NewPatient = { name: 'Jane Doe', date_of_birth: '1990-12-31', phone: null };
  const made: Patient = await answer(api.patients.$post({ json: jane }));
  const doctors: Doctor[] = await answer(api.doctors.$get({ query: { limit: 5, search: 'smith' } }));
  const mapping: Mapping = await answer(
    api.mappings.$post({ json: { patient: made.id, doctor: doctors[0]?.id ?? 1 } }),
  );
  same<typeof mapping.patient, number>(true);
  // @ts-expect-error a patient has a name
  const nobody: NewPatient = { age: 30 };
  return nobody;
};

export const whoIsSignedInIsTyped = async () => {
  const known = await user();
  same<typeof known, User | null>(true);
  const end = onChange((now) => same<typeof now, User | null>(true));
  same<ReturnType<typeof end>, void>(true);
};

export const syncIsTyped = async (copy: Copy) => {
  for await (const { reset, patients, cursor } of sync({ cursor: null, limit: 100 })) {
    same<typeof patients, source.SyncedPatient[]>(true);
    same<(typeof patients)[number]['version'], number>(true);
    same<[typeof reset, typeof cursor], [boolean, string]>(true);
  }
  const done = await sync(copy, { signal: new AbortController().signal });
  same<typeof done, void>(true);
  // @ts-expect-error a copy forgets as well
  sync({ load: () => null, apply: () => {} });
  const write: Write = { key: 'k', change: 'patients', id: 7, json: { phone: null } };
  // @ts-expect-error a patient has a name
  const wrong: Write = { key: 'k', create: 'patients', json: { age: 30 } };
  // @ts-expect-error nobody changes a mapping
  const other: Write = { key: 'k', change: 'mappings', id: 7, json: {} };
  return [write, wrong, other];
};
