// The third look at a dump: each row as the row of ours that it becomes, checked as if a client had sent it.
import * as z from 'zod';
import { userFields } from '../../src/accounts/table.ts';
import { doctorFields } from '../../src/doctors/table.ts';
import { patientFields } from '../../src/patients/table.ts';
import type { Decision } from './accounts.ts';
import type { Row } from './dump.ts';
import type { Findings } from './findings.ts';
import { type IdSet, idSet } from './id-set.ts';
import { ownerOf, type People } from './people.ts';
import type { Plan } from './plan.ts';
import type { Survey } from './survey.ts';
import { type Reader, reader, type Said, sayings } from './values.ts';

export type Staged = { table: StagedTable; values: Record<string, unknown> };
export type StagedTable = 'users' | 'patients' | 'doctors' | 'mappings' | 'tokens' | 'blacklisted';

export type Known = {
  plan: Plan;
  models: Survey;
  people: People;
  decisions: Map<number, Decision>;
  findings: Findings;
  /** What is counted of one pass. */
  counts: Counts;
};
export type Counts = Record<StagedTable | 'credentials' | 'resets' | 'expired', number>;
export const noCounts = (): Counts => ({
  users: 0,
  patients: 0,
  doctors: 0,
  mappings: 0,
  tokens: 0,
  blacklisted: 0,
  credentials: 0,
  resets: 0,
  expired: 0,
});

const patient = z.object(patientFields);
const doctor = z.object(doctorFields);
const nameOnly = z.object({ name: userFields.name });
/** Django's hashes that a login here can verify. */
const knownHash = /^pbkdf2_sha(256|1)\$\d+\$[^$]+\$[A-Za-z0-9+/]+=*$/;

export function converter({ plan, models, people, decisions, findings, counts }: Known): (row: Row) => Staged[] {
  const idsOf = (kind: string): IdSet | undefined =>
    models.get(Object.keys(plan.models).find((model) => plan.models[model]?.becomes === kind) ?? '')?.ids;
  const [accounts, patients, doctors, tokens] = ['users', 'patients', 'doctors', 'outstanding'].map(idsOf);
  const none = idSet();
  const pairs = new Set<string>();

  const pair = (row: Row, patient: number, doctor: number) => {
    const key = `${patient} ${doctor}`;
    if (pairs.has(key)) findings.wrong(row, `assigns doctor ${doctor} to patient ${patient}, as a row before it does`);
    pairs.add(key);
  };

  /** As a client's body would be checked; what is not said is left out. */
  const checked = <Schema extends z.ZodObject>(schema: Schema, read: Reader, sent: Record<string, unknown>) => {
    const result = schema.safeParse(sent);
    if (result.success) return result.data as Record<string, unknown>;
    for (const { path, message } of result.error.issues) {
      const what = sent[String(path[0])] === undefined ? 'is missing' : message;
      read.wrong(String(path[0]), what);
    }
    return undefined;
  };

  const stamps = (read: Reader) => {
    const created_at = read.time('created_at');
    return { created_at, updated_at: read.time('updated_at') ?? created_at };
  };

  const ownership = (row: Row, read: Reader, said: Said) => {
    const owner = ownerOf(row, plan, said);
    if (owner !== undefined && !accounts?.has(owner)) {
      findings.wrong(row, `(user) is ${owner}, and the dump has no such account`);
    } else if (owner === undefined) read.reference('user', accounts, 'account');
    const created_by = read.reference('created_by', accounts, 'account');
    const decision = decisions.get(owner ?? 0);
    return { owner, created_by, name: read.text('name', ' ') ?? decision?.name, email: decision?.email };
  };

  /** Assignments out of a field of the record itself: one id, or a list of them. */
  const assigned = (
    row: Row,
    read: Reader,
    place: 'doctors' | 'patients',
    created_at: unknown,
    created_by: unknown,
  ) => {
    const value = read.one(place);
    const others = place === 'doctors' ? doctors : patients;
    return (value === undefined ? [] : [value].flat()).flatMap((other): Staged[] => {
      const single = reader(row, { [place]: [{ field: place, value: other }] }, findings);
      const id = single.reference(place, others ?? none, place.slice(0, -1));
      if (id === undefined) return [];
      const [patient_id, doctor_id] = place === 'doctors' ? [row.pk as number, id] : [id, row.pk as number];
      pair(row, patient_id, doctor_id);
      return [{ table: 'mappings', values: { patient_id, doctor_id, created_by, created_at } }];
    });
  };

  const kinds: Record<string, (row: Row, read: Reader, said: Said) => Staged[]> = {
    users(row, read) {
      const decision = decisions.get(row.pk as number);
      if (!decision) return [];
      checked(nameOnly, read, { name: decision.name });
      const hash = read.text('password');
      const password_hash = hash !== undefined && knownHash.test(hash) ? hash : null;
      counts[password_hash ? 'credentials' : 'resets']++;
      const disabled = read.flag('active') === false;
      const { created_at, updated_at } = stamps(read);
      const last_login = read.time('last_login');
      const values = { id: row.pk, ...decision, disabled, created_at, updated_at, last_login, password_hash };
      return [{ table: 'users', values }];
    },

    roles: () => [],

    patients(row, read, said) {
      const { owner, created_by, name, email } = ownership(row, read, said);
      const sent = {
        name,
        age: read.age('age'),
        date_of_birth: read.date('date_of_birth'),
        gender: read.gender('gender', plan.words.gender),
        phone: read.text('phone'),
        email: read.text('email') ?? email,
        address: read.text('address'),
        medical_history: read.text('medical_history', '\n'),
      };
      if (sent.date_of_birth !== undefined && sent.age !== undefined) {
        findings.rule('an age beside a date of birth is left out: it follows from the date', row);
      }
      const values = checked(patient, read, sent);
      const times = stamps(read);
      const mappings = assigned(row, read, 'doctors', times.created_at, created_by);
      if (!values) return [];
      return [
        { table: 'patients', values: { id: row.pk, user_id: owner, created_by, ...values, ...times } },
        ...mappings,
      ];
    },

    doctors(row, read, said) {
      const { owner, created_by, name } = ownership(row, read, said);
      const values = checked(doctor, read, {
        name,
        specialization: read.text('specialization'),
        contact_info: read.text('contact_info'),
        license_number: read.text('license_number'),
      });
      const times = stamps(read);
      const approval = read.flag('approved');
      if (owner === undefined && approval !== undefined) {
        findings.rule('whether a doctor without an account is approved has no meaning here', row);
      }
      const approved = owner === undefined ? null : (approval ?? true);
      const mappings = assigned(row, read, 'patients', times.created_at, created_by);
      if (!values) return [];
      return [
        { table: 'doctors', values: { id: row.pk, user_id: owner, created_by, approved, ...values, ...times } },
        ...mappings,
      ];
    },

    mappings(row, read) {
      const side = (place: 'patient' | 'doctor', ids = none): number | undefined => {
        const account = read.reference(`${place}_user`, accounts, 'account');
        if (account === undefined) return read.reference(place, ids, place);
        const id = people.get(account)?.linked[place];
        if (id === undefined) read.wrong(`${place}_user`, `is ${account}, an account without a ${place}`);
        return id;
      };
      const [patient_id, doctor_id] = [side('patient', patients), side('doctor', doctors)];
      const created_by = read.reference('created_by', accounts, 'account');
      const created_at = read.time('created_at');
      if (patient_id === undefined || doctor_id === undefined) {
        const isEmpty = (place: string) => read.one(place) === undefined && read.one(`${place}_user`) === undefined;
        for (const place of ['patient', 'doctor'].filter(isEmpty)) read.wrong(place, 'is missing');
        return [];
      }
      pair(row, patient_id, doctor_id);
      return [{ table: 'mappings', values: { id: row.pk, patient_id, doctor_id, created_by, created_at } }];
    },

    outstanding(row, read) {
      // none for that of a deleted account, which signs nobody in
      const user_id = read.reference('user', accounts, 'account');
      const [jti, expires_at] = [read.text('jti'), expiry(read)];
      if (user_id === undefined || jti === undefined || expires_at === undefined) return [];
      if (Date.parse(expires_at) <= Date.now()) {
        counts.expired++;
        return [];
      }
      return [{ table: 'tokens', values: { pk: row.pk, jti, user_id, expires_at } }];
    },

    blacklisted(_row, read) {
      const pk = read.reference('token', tokens ?? none, 'token');
      return pk === undefined ? [] : [{ table: 'blacklisted', values: { pk } }];
    },
  };

  return (row) => {
    const becomes = plan.models[row.model]?.becomes;
    const convert = becomes && kinds[becomes];
    if (!convert) return [];
    if (typeof row.pk !== 'number' || row.pk < 1) {
      findings.wrong(row, 'has an id that is no whole number above 0, and ids stay');
      return [];
    }
    const said = sayings(row, plan);
    const staged = convert(row, reader(row, said, findings), said);
    for (const { table } of staged) counts[table]++;
    return staged;
  };
}

/** The one time that may lie ahead. */
function expiry(read: Reader): string | undefined {
  const value = read.one('expires_at');
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) {
    read.wrong('expires_at', 'is no time');
    return undefined;
  }
  return /(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
}
