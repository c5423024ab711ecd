// What the code of an app takes for granted of its records, compiled against the client that was generated.
import type {
  Assignment,
  Credentials,
  Mapping,
  NewPatient,
  Patient,
  PatientPatch,
  Problem,
  Sync,
  User,
} from '../made/openapi-typescript/index.ts';

/** Whether two types are the same: for once, anything fits neither `any` nor `unknown`. */
type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
type Fields<Record> = { [Name in keyof Record]: Record[Name] };
const holds = <_Claim extends true>() => {};

interface Sendable {
  age?: number | null;
  date_of_birth?: string | null;
  gender?: Patient['gender'];
  phone?: string | null;
  email?: string | null;
  address?: string | null;
  medical_history?: string | null;
}
interface ReadOnly {
  id: number;
  user_id: number | null;
  created_by: number | null;
  created_at: string;
  updated_at: string;
}
holds<Same<Fields<Patient>, Fields<{ name: string } & Required<Sendable> & ReadOnly>>>();
holds<Same<Fields<NewPatient>, Fields<{ name: string } & Sendable>>>();
holds<Same<Fields<PatientPatch>, Fields<{ name?: string } & Sendable>>>();
holds<Same<NonNullable<Patient['gender']>, 'male' | 'female' | 'other' | 'unknown'>>();
holds<Same<null extends Patient['gender'] ? true : false, true>>();
holds<Same<User['role'], 'user' | 'patient' | 'doctor' | 'admin'>>();
holds<
  Same<Fields<Mapping>, { id: number; patient: number; doctor: number; created_at: string; expires_at: string | null }>
>();
holds<Same<Fields<Sync['patients'][number]>, Fields<Patient & { version: number }>>>();
holds<Same<Sync['removed']['mappings'], number[]>>();
holds<Same<string extends Problem['code'] ? true : false, false>>();
holds<Same<Problem['errors'], Record<string, string[]> | undefined>>();

export const byUsername: Credentials = { username: 'john_doe', password: 'four unrelated words here' };
export const byEmail: Credentials = { email: 'john@example.com', password: 'four unrelated words here' };
export const assigned: Assignment = { patient: 7, doctor: 4 };
export const cleared: PatientPatch = { address: null };
// @ts-expect-error: nobody signs in with nothing
export const nobody: Credentials = {};
// @ts-expect-error: nor without a password
export const withoutPassword: Credentials = { username: 'john_doe' };
// @ts-expect-error: nor without a name
export const withoutName: Credentials = { password: 'four unrelated words here' };
// @ts-expect-error: it takes two
export const nothing: Assignment = {};
// @ts-expect-error: a doctor alone treats nobody
export const alone: Assignment = { doctor: 4 };
// @ts-expect-error: an id is a number
export const asText: Assignment = { patient: '7', doctor: 4 };
// @ts-expect-error: a name cannot be cleared
export const nameless: PatientPatch = { name: null };
