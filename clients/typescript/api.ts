// What the client knows of the server: its routes, as AppType has them, the records that they take and give, and how it
// refuses. Types only. An app gets them as dist/api.d.ts, written out by `npm run client`, and needs neither the server's
// code nor its packages.
import type { ExtractSchema } from 'hono/types';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { JSONValue } from 'hono/utils/types';
import type { FieldErrors, ProblemCode } from '../../src/errors.ts';
import type { AppType } from '../../src/index.ts';

export type { FieldErrors, ProblemCode } from '../../src/errors.ts';

/** A refusal, RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: RefusedStatus;
  detail: string;
  /** From a closed list: what a program decides by. */
  code: ProblemCode;
  request_id: string;
  /** By field, what is wrong with it. */
  errors?: FieldErrors;
}
/** What a login refuses of an account that has a second factor: the second step, `api.auth.login.otp`, takes its token. */
export interface CodeNeeded extends Problem {
  code: 'otp_required';
  status: 401;
  otp_token: string;
}
export type RefusedStatus = 400 | 401 | 403 | 404 | 409 | 410 | 412 | 413 | 415 | 422 | 428 | 429 | 500 | 503;

export type Patient = Routes['/api/patients/:id']['$put']['output'];
/** A patient, with who registered it. */
export type RegisteredPatient = Routes['/api/patients/:id']['$get']['output'];
export type NewPatient = Routes['/api/patients']['$post']['input']['json'];
export type PatientPut = Routes['/api/patients/:id']['$put']['input']['json'];
export type PatientPatch = Routes['/api/patients/:id']['$patch']['input']['json'];
export type Doctor = Routes['/api/doctors/:id']['$get']['output'];
export type NewDoctor = Routes['/api/doctors']['$post']['input']['json'];
export type DoctorPut = Routes['/api/doctors/:id']['$put']['input']['json'];
export type DoctorPatch = Routes['/api/doctors/:id']['$patch']['input']['json'];
/** Which doctor treats which patient. */
export type Mapping = Routes['/api/mappings']['$post']['output'];
export type NewMapping = Routes['/api/mappings']['$post']['input']['json'];
/** A mapping, with its doctor. */
export type AssignedDoctor = Routes['/api/mappings/:id']['$get']['output'][number];
/** An account as its owner sees it. */
export type User = Routes['/api/auth/me']['$get']['output'];
export type UserPatch = Routes['/api/auth/me']['$patch']['input']['json'];
/** An account as administrators see it. */
export type Account = Routes['/api/admin/users/:id']['$get']['output'];
export type AccountPatch = Routes['/api/admin/users/:id']['$patch']['input']['json'];
/** What a login answers, and a registration. */
export type SignedIn = Routes['/api/auth/login']['$post']['output'];
/** The second factor of the own account. */
export type SecondFactor = Routes['/api/auth/mfa']['$get']['output'];
/** A device that is signed in. */
export type Session = Routes['/api/auth/sessions']['$get']['output'][number];
export type Invitation = Routes['/api/admin/invitations']['$get']['output'][number];
/** An invitation as its link shows it. */
export type OpenInvitation = Routes['/api/auth/invitations/look']['$post']['output'];
export type NewInvitation = Routes['/api/admin/invitations']['$post']['input']['json'];
export type Mail = Routes['/api/admin/mails']['$get']['output'][number];
/** A patient whom a doctor looked up in an emergency. */
export type FoundPatient = Routes['/api/doctors/lookup-patient']['$post']['output'][number];
export type EmergencyAccess = Routes['/api/patients/:id/emergency-access']['$post']['output'];
/** The same as administrators see it. */
export type EmergencyReview = Routes['/api/admin/emergency-accesses']['$get']['output'][number];
export type AuditEntry = Routes['/api/admin/audit']['$get']['output'][number];
/** What waits for an administrator. */
export type Waiting = Routes['/api/admin/waiting']['$get']['output'];
/** What is in force. */
export type Settings = Routes['/api/admin/settings']['$get']['output'];
/** A patient in a page of what changed: with the version that a change may ask for. */
export type SyncedPatient = Routes['/api/sync']['$get']['output']['patients'][number];
export type SyncedDoctor = Routes['/api/sync']['$get']['output']['doctors'][number];
/** A page of what changed. */
export type Sync = Routes['/api/sync']['$get']['output'];

/** By path and method, what a route takes and what it answers when it does not refuse. */
export type Routes = { [Path in keyof Schema]: { [Method in keyof Schema[Path]]: Route<Schema[Path][Method]> } };

/** Without the pages for people, and what watches a server. */
type Schema = Pick<Served, Extract<keyof Served, `/api/${string}`>>;
type Served = ExtractSchema<AppType>;
type Route<R> = R extends { input: infer I; output: infer O; outputFormat: infer Format; status: infer Status }
  ? { input: Input<I>; output: Format extends 'json' ? Output<O> : undefined; status: Answered<Status> }
  : never;
/** c.json() without a status is a 200, which its type does not tell. */
type Answered<Status> = ContentfulStatusCode extends Status ? 200 : Status;

/** A query of which nothing is required may be left out. */
type Input<I> = Plain<
  { [Part in keyof I as Part extends 'query' ? never : Part]: Part extends 'param' ? Ids<I[Part]> : I[Part] } & Query<I>
>;
type Query<I> = I extends { query: infer Q } ? (object extends Q ? { query?: Sent<Q> } : { query: Sent<Q> }) : unknown;
/** In a path, Hono says, everything is text; what is no list of words is an id. */
type Ids<P> = { [Name in keyof P]: string extends P[Name] ? number : P[Name] };
/** And in a query as well. */
type Sent<Q> = { [Name in keyof Q]: Name extends Numbers ? number | undefined : Q[Name] };
type Numbers = 'limit' | 'min_age' | 'max_age' | 'patient' | 'doctor' | 'actor';
/** What may be any JSON is for the app to look into. */
type Output<O> = O extends (infer Row)[] ? Content<Row>[] : Content<O>;
type Content<O> = { [Name in keyof O]: JSONValue extends O[Name] ? unknown : O[Name] };
type Plain<T> = { [Name in keyof T]: T[Name] };
