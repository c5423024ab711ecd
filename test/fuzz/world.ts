// The README's table "Who sees what" as a program: who there is, what they made, and who may see and change it. Small
// enough to be read beside the table, and kept apart from anything of src/, so that a mistake there is not made again.
export type Role = 'user' | 'patient' | 'doctor' | 'admin';
export type LiveRole = Role | 'pending_doctor';

export interface Account {
  id: number;
  name: string;
  username: string;
  email: string;
  /** Whether that email is its own, and the one that it is to have from when it is confirmed. */
  verified: boolean;
  pending: string | null;
  role: Role;
  disabled: boolean;
  erased: boolean;
  /** null: none is right, until a link lets its owner choose one. */
  password: string | null;
  token: string;
  refresh: string;
  /** The refresh token that was replaced by that one. */
  parent?: string;
  /** Whether the session of that token is. */
  signedIn: boolean;
}
interface Owned {
  id: number;
  name: string;
  created_by: number | null;
  /** The account whose own record it is. */
  user_id: number | null;
}
export type Patient = Owned;
export interface Doctor extends Owned {
  /** null: no account that could be approved. */
  approved: boolean | null;
}
export interface Mapping {
  id: number;
  patient: number;
  doctor: number;
}

export type Deletion = { mappings: Mapping[] } & (
  | { of: 'patients'; record: Patient }
  | { of: 'doctors'; record: Doctor }
);

export interface Invitation {
  id: number;
  email: string;
  role: Role;
  patient: number | null;
  doctor: number | null;
  by: Account;
  acceptedBy?: Account;
  revoked: boolean;
  hours: number;
}
export type Purpose = 'reset' | 'verify' | 'change' | 'undo' | 'invitation';
/** What a mail's link stands for: an account, or an invitation. */
export interface Link {
  purpose: Purpose;
  email: string;
  account?: Account | undefined;
  invitation?: Invitation | undefined;
  /** Known once the mail has arrived. */
  token: string;
  /** How long it works yet: 0 once it was used or its time is over. */
  hours: number;
}
export interface Mail {
  to: string;
  subject: string;
  link?: Link | undefined;
}
/** An address that an account had until it confirmed another one. */
export interface Former {
  account: Account;
  since: number;
  hours: number;
}

export type DoctorAccess = 'all' | 'assigned';
export interface World {
  doctorAccess: DoctorAccess;
  accounts: Account[];
  invitations: Invitation[];
  /** All that were ever sent. */
  links: Link[];
  mails: Mail[];
  formers: Map<string, Former>;
  patients: Map<number, Patient>;
  doctors: Map<number, Doctor>;
  mappings: Map<number, Mapping>;
  /** What an admin can restore, in the order of its deletion. */
  deletions: Deletion[];
}

export const emptyWorld = (doctorAccess: DoctorAccess): World => ({
  doctorAccess,
  accounts: [],
  invitations: [],
  links: [],
  mails: [],
  formers: new Map(),
  patients: new Map(),
  doctors: new Map(),
  mappings: new Map(),
  deletions: [],
});

/** The role that counts: a doctor without an approved record awaits one. */
export const liveRole = (w: World, { id, role }: Account): LiveRole =>
  role === 'doctor' && ![...w.doctors.values()].some((own) => own.user_id === id && own.approved)
    ? 'pending_doctor'
    : role;

/** What the door says: 401 without a session, 403 to a role that the route is not for, and else nothing. */
export const refused = (w: World, me: Account, roles: LiveRole[]): 401 | 403 | undefined =>
  !me.signedIn ? 401 : roles.includes(liveRole(w, me)) ? undefined : 403;

export const everyRole: LiveRole[] = ['user', 'patient', 'doctor', 'pending_doctor', 'admin'];
/** The routes of one patient and its mappings. */
export const clinical: LiveRole[] = ['user', 'patient', 'doctor', 'admin'];

const made = (me: Account, record: Owned) => record.created_by === me.id;
const isOwn = (me: Account, record: Owned) => record.user_id === me.id;

type Table<Row> = Record<LiveRole, (me: Account, row: Row, w: World) => boolean>;
const nobody = () => false;
const anybody = () => true;
const may =
  <Row>(table: Table<Row>) =>
  (w: World, me: Account, row: Row) =>
    table[liveRole(w, me)](me, row, w);

export const seesPatient = may<Patient>({
  user: made,
  patient: isOwn,
  pending_doctor: nobody,
  doctor: (me, { id }, w) => w.doctorAccess === 'all' || treating(w, me).some(({ patient }) => patient === id),
  admin: anybody,
});
export const changesPatient = may<Patient>({
  user: made,
  patient: isOwn,
  pending_doctor: nobody,
  doctor: nobody,
  admin: anybody,
});
/** Deletes a patient, and says who treats it. */
export const managesPatient = may<Patient>({
  user: made,
  patient: nobody,
  pending_doctor: nobody,
  doctor: nobody,
  admin: anybody,
});
/** Doctors are seen by everybody; the own record is changed by another route, the profile. */
export const changesDoctor = may<Doctor>({
  user: made,
  patient: nobody,
  pending_doctor: nobody,
  doctor: nobody,
  admin: anybody,
});
export const seesMapping = (w: World, me: Account, { patient }: Mapping) => {
  const of = w.patients.get(patient);
  return of !== undefined && seesPatient(w, me, of);
};

export const byId = <Row extends { id: number }>(rows: Iterable<Row>) => [...rows].sort((a, b) => a.id - b.id);
const treating = (w: World, me: Account) =>
  byId(w.mappings.values()).filter(({ doctor }) => w.doctors.get(doctor)?.user_id === me.id);
const treated = (w: World, me: Account) =>
  byId(w.mappings.values()).filter(({ patient }) => w.patients.get(patient)?.user_id === me.id);
const known = <Row>(rows: (Row | undefined)[]) => rows.filter((row) => row !== undefined);

/** An account as it sees itself. */
export const shownAccount = ({ id, name, username, email, role, verified, pending }: Account) => ({
  ...{ id, name, username, email, role },
  ...{ email_verified: verified, pending_email: pending },
});
export const shownInvitation = (one: Invitation) => {
  const { id, email, role, patient, doctor, by } = one;
  const over = one.acceptedBy ? 'accepted' : one.revoked ? 'revoked' : 'expired';
  return { id, email, role, patient, doctor, created_by: by.id, state: waits(one) ? 'open' : over };
};
/** Whether nobody has accepted it, and nothing has ended it. */
export const waits = ({ acceptedBy, revoked, hours }: Invitation) => !acceptedBy && !revoked && hours > 0;

export interface List {
  path: string;
  roles: LiveRole[];
  rows: (w: World, me: Account) => { id: number }[];
}

/** Every list, whom it is for, and what is in it. */
export const lists: List[] = [
  {
    path: '/api/patients/',
    roles: ['user', 'admin'],
    rows: (w, me) => byId(w.patients.values()).filter((patient) => seesPatient(w, me, patient)),
  },
  { path: '/api/doctors/', roles: everyRole, rows: (w) => byId(w.doctors.values()) },
  {
    path: '/api/mappings/',
    roles: clinical,
    rows: (w, me) => byId(w.mappings.values()).filter((mapping) => seesMapping(w, me, mapping)),
  },
  {
    path: '/api/patients/my-doctors/',
    roles: ['patient'],
    rows: (w, me) => byId(known(treated(w, me).map(({ doctor }) => w.doctors.get(doctor)))),
  },
  {
    path: '/api/doctors/all-patients/',
    roles: ['doctor'],
    rows: (w, me) => byId(w.patients.values()).filter((patient) => seesPatient(w, me, patient)),
  },
  {
    path: '/api/doctors/my-patients/',
    roles: ['doctor'],
    rows: (w, me) => byId(known(treating(w, me).map(({ patient }) => w.patients.get(patient)))),
  },
  {
    path: '/api/admin/users/',
    roles: ['admin'],
    rows: (w) =>
      byId(w.accounts.filter(({ erased }) => !erased)).map((account) => ({
        ...shownAccount(account),
        disabled: account.disabled,
      })),
  },
  {
    path: '/api/admin/invitations/',
    roles: ['admin'],
    rows: (w) => byId(w.invitations).reverse().map(shownInvitation),
  },
  // whatever was called for has arrived
  { path: '/api/admin/mails/', roles: ['admin'], rows: () => [] },
];
