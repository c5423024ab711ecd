// Written by `npm run client`; change what is in clients/typescript/ instead.
// biome-ignore-all lint/complexity/noBannedTypes: a route that takes nothing
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
export type Patient = {
  created_at: string;
  updated_at: string;
  id: number;
  user_id: number | null;
  created_by: number | null;
  name: string;
  date_of_birth: string | null;
  gender: 'female' | 'male' | 'other' | 'unknown' | null;
  phone: string | null;
  email: string | null;
  address: string | null;
  medical_history: string | null;
  age: number | null;
};
/** A patient, with who registered it. */
export type RegisteredPatient = {
  created_at: string;
  updated_at: string;
  id: number;
  user_id: number | null;
  created_by: number | null;
  name: string;
  date_of_birth: string | null;
  gender: 'female' | 'male' | 'other' | 'unknown' | null;
  phone: string | null;
  email: string | null;
  address: string | null;
  medical_history: string | null;
  age: number | null;
  registered_by?: { id: number; name: string; username: string | null } | undefined;
};
export type NewPatient = {
  name: string;
  age?: number | null | undefined;
  date_of_birth?: string | null | undefined;
  gender?: 'female' | 'male' | 'other' | 'unknown' | null | undefined;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  address?: string | null | undefined;
  medical_history?: string | null | undefined;
};
export type PatientPut = NewPatient;
export type PatientPatch = {
  name?: string | undefined;
  age?: number | null | undefined;
  date_of_birth?: string | null | undefined;
  gender?: 'female' | 'male' | 'other' | 'unknown' | null | undefined;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  address?: string | null | undefined;
  medical_history?: string | null | undefined;
};
export type Doctor = {
  created_at: string;
  updated_at: string;
  id: number;
  user_id: number | null;
  created_by: number | null;
  name: string;
  specialization: string;
  contact_info: string | null;
  approved: boolean | null;
  license_number: string | null;
};
export type NewDoctor = {
  name: string;
  specialization: string;
  contact_info?: string | null | undefined;
  license_number?: string | null | undefined;
};
export type DoctorPut = NewDoctor;
export type DoctorPatch = {
  name?: string | undefined;
  specialization?: string | undefined;
  contact_info?: string | null | undefined;
  license_number?: string | null | undefined;
};
/** Which doctor treats which patient. */
export type Mapping = { id: number; patient: number; doctor: number; created_at: string; expires_at: string | null };
export type NewMapping = { patient: number; doctor: number; expires_at?: string | null | undefined };
/** A mapping, with its doctor. */
export type AssignedDoctor = {
  id: number;
  patient: number;
  doctor: number;
  created_at: string;
  expires_at: string | null;
  doctor_detail: Doctor;
};
/** An account as its owner sees it. */
export type User = {
  id: number;
  name: string;
  username: string | null;
  email: string | null;
  role: 'admin' | 'doctor' | 'patient' | 'user';
  created_at: string;
  email_verified: boolean;
  pending_email: string | null;
};
export type UserPatch = {
  name?: string | undefined;
  username?: string | undefined;
  email?: string | undefined;
  password?: string | undefined;
};
/** An account as administrators see it. */
export type Account = {
  id: number;
  name: string;
  username: string | null;
  email: string | null;
  role: 'admin' | 'doctor' | 'patient' | 'user';
  created_at: string;
  email_verified: boolean;
  pending_email: string | null;
  disabled: boolean;
};
export type AccountPatch = {
  name?: string | undefined;
  username?: string | undefined;
  email?: string | undefined;
  role?: 'admin' | 'doctor' | 'patient' | 'user' | undefined;
  disabled?: boolean | undefined;
};
/** What a login answers, and a registration. */
export type SignedIn = {
  access: string;
  refresh: string;
  token_type: 'Bearer';
  expires_in: number;
  user: {
    id: number;
    name: string;
    username: string;
    email: string | null;
    role: 'admin' | 'doctor' | 'patient' | 'user';
    created_at: string;
    email_verified: boolean;
    pending_email: string | null;
  };
};
/** The second factor of the own account. */
export type SecondFactor = {
  enabled: boolean;
  confirmed_at: string | null;
  recovery_codes_left: number;
  required: boolean;
  available: boolean;
};
/** A device that is signed in. */
export type Session = {
  id: number;
  device: string | null;
  created_at: string;
  last_used_at: string;
  mfa: boolean;
  current: boolean;
};
export type Invitation = {
  id: number;
  email: string;
  role: 'admin' | 'doctor' | 'patient' | 'user';
  name: string | null;
  patient: number | null;
  doctor: number | null;
  created_by: number | null;
  created_at: string;
  expires_at: string;
  state: 'accepted' | 'expired' | 'open' | 'revoked';
};
/** An invitation as its link shows it. */
export type OpenInvitation = {
  email: string;
  role: 'admin' | 'doctor' | 'patient' | 'user';
  expires_at: string;
  name: string | null;
  invited_by: { email: string | null; administrator: boolean; name: string | null } | null;
};
export type NewInvitation = {
  email: string;
  role: 'admin' | 'doctor' | 'user';
  name?: string | undefined;
  doctor?: number | undefined;
};
export type Mail = {
  id: number;
  purpose:
    | 'change'
    | 'email_taken'
    | 'emergency_access'
    | 'factor_added'
    | 'factor_removed'
    | 'invitation'
    | 'new_admin'
    | 'new_device'
    | 'password_changed'
    | 'profile_changed'
    | 'recovery_code_used'
    | 'reset'
    | 'role_changed'
    | 'token_replayed'
    | 'undo'
    | 'verify';
  recipient: string;
  user_id: number | null;
  state: 'failed' | 'waiting';
  attempts: number;
  held: 'address' | 'deployment' | null;
  asked_at: string;
};
/** A patient whom a doctor looked up in an emergency. */
export type FoundPatient = {
  id: number;
  name: string;
  date_of_birth: string;
  gender: 'female' | 'male' | 'other' | 'unknown' | null;
};
export type EmergencyAccess = {
  id: number;
  patient: number;
  doctor: number;
  reason: string;
  created_at: string;
  expires_at: string;
};
/** The same as administrators see it. */
export type EmergencyReview = {
  id: number;
  patient: number;
  doctor: number;
  patient_name: string | null;
  doctor_name: string;
  reason: string;
  created_at: string;
  expires_at: string;
  reviewed_at: string | null;
  reviewed_by: number | null;
};
export type AuditEntry = {
  id: number;
  at: string;
  actor_id: number | null;
  actor_name: string | null;
  actor_role: string | null;
  action: string;
  resource: string;
  resource_id: number | null;
  patient_ids: number[];
  request_id: string | null;
  address: string | null;
  before: unknown;
  reason: string | null;
};
/** What waits for an administrator. */
export type Waiting = {
  doctors: {
    id: number;
    user_id: number | null;
    created_by: number | null;
    name: string;
    created_at: string;
    updated_at: string;
    specialization: string;
    contact_info: string | null;
    license_number: string | null;
    approved: boolean | null;
  }[];
  mails: Mail[];
  accounts: { id: number; name: string; username: string | null; email: string | null; waits_until: string }[];
  emergencies: {
    id: number;
    patient: number;
    doctor: number;
    reason: string;
    created_at: string;
    expires_at: string;
    patient_name: string | null;
    doctor_name: string;
    reviewed_at: string | null;
    reviewed_by: number | null;
  }[];
  totals: { doctors: number; mails: number; accounts: number; emergencies: number };
};
/** What is in force. */
export type Settings = {
  version: string;
  warnings: { code: 'limiter_missing' | 'mail_unset' | 'registration_unset'; detail: string }[];
  registration: ('doctor' | 'patient' | 'user')[];
  doctor_approval: 'automatic' | 'manual';
  doctor_access: 'all' | 'assigned';
  require_verified_email: boolean;
  mail: 'api' | 'binding' | null;
  mail_from: string | null;
  public_url: string | null;
  cors_origins: string[];
  access_token_seconds: number;
  refresh_token_seconds: number;
  sessions_per_account: number;
  mails_per_day: number;
  unconfirmed_account_days: number;
  mfa: boolean;
  mfa_required_for: ('admin' | 'doctor' | 'patient' | 'user')[];
  previous_mfa_key: boolean;
  previous_secret: boolean;
  simplejwt_routes: boolean;
  django_tokens_until: string | null;
};
/** A patient in a page of what changed: with the version that a change may ask for. */
export type SyncedPatient = {
  version: number;
  created_at: string;
  updated_at: string;
  id: number;
  user_id: number | null;
  created_by: number | null;
  name: string;
  date_of_birth: string | null;
  gender: 'female' | 'male' | 'other' | 'unknown' | null;
  phone: string | null;
  email: string | null;
  address: string | null;
  medical_history: string | null;
  age: number | null;
};
export type SyncedDoctor = {
  version: number;
  created_at: string;
  updated_at: string;
  id: number;
  user_id: number | null;
  created_by: number | null;
  name: string;
  specialization: string;
  contact_info: string | null;
  approved: boolean | null;
  license_number: string | null;
};
/** A page of what changed. */
export type Sync = {
  patients: SyncedPatient[];
  doctors: SyncedDoctor[];
  mappings: Mapping[];
  removed: { patients: number[]; doctors: number[]; mappings: number[] };
  cursor: string;
  more: boolean;
};

export type FieldErrors = Record<string, string[]>;
export type ProblemCode =
  | 'account_disabled'
  | 'already_accessible'
  | 'already_linked'
  | 'answered_before'
  | 'body_too_large'
  | 'code_required'
  | 'database_unavailable'
  | 'doctor_not_approved'
  | 'duplicate'
  | 'email_unverified'
  | 'has_account'
  | 'internal_error'
  | 'invalid_credentials'
  | 'invalid_input'
  | 'invitation_open'
  | 'key_reused'
  | 'last_admin'
  | 'leaves_record'
  | 'limit_reached'
  | 'link_invalid'
  | 'malformed_json'
  | 'mfa_not_set_up'
  | 'mfa_required'
  | 'mfa_set_up'
  | 'mfa_unavailable'
  | 'misconfigured'
  | 'no_active_account'
  | 'no_linked_account'
  | 'no_linked_record'
  | 'no_record'
  | 'not_found'
  | 'not_owner'
  | 'others_assigned'
  | 'otp_invalid'
  | 'otp_required'
  | 'otp_token_invalid'
  | 'own_account'
  | 'own_factor'
  | 'own_record'
  | 'password_required'
  | 'precondition_required'
  | 'refresh_invalid'
  | 'refresh_reused'
  | 'registration_closed'
  | 'session_ended'
  | 'stale_version'
  | 'step_up_required'
  | 'sync_reset'
  | 'token_not_valid'
  | 'too_many_attempts'
  | 'too_many_requests'
  | 'unauthenticated'
  | 'unsupported_media_type'
  | 'wrong_account'
  | 'wrong_role';
/** By path and method, what a route takes and what it answers when it does not refuse. */
export type Routes = {
  '/api/admin/assign-patient': { $post: { input: { json: NewMapping }; output: Mapping; status: 201 } };
  '/api/admin/audit': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-id' | 'id' | undefined;
              count?: 'exact' | undefined;
              actor?: number | undefined;
              action?: string | undefined;
              resource?: string | undefined;
              resource_id?: string | undefined;
              patient?: number | undefined;
              from?: string | undefined;
              to?: string | undefined;
            }
          | undefined;
      };
      output: AuditEntry[];
      status: 200;
    };
  };
  '/api/admin/audit/:id/restore': {
    $post: {
      input: { param: { id: number } };
      output: { resource: 'doctor' | 'patient'; id: number; mappings: number[] };
      status: 200;
    };
  };
  '/api/admin/doctors/:id/approve': { $post: { input: { param: { id: number } }; output: Doctor; status: 200 } };
  '/api/admin/doctors/:id/revoke': { $post: { input: { param: { id: number } }; output: Doctor; status: 200 } };
  '/api/admin/emergency-accesses': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-id' | 'id' | undefined;
              count?: 'exact' | undefined;
              reviewed?: 'false' | 'true' | undefined;
            }
          | undefined;
      };
      output: EmergencyReview[];
      status: 200;
    };
  };
  '/api/admin/emergency-accesses/:id/review': {
    $post: { input: { param: { id: number } }; output: EmergencyReview; status: 200 };
  };
  '/api/admin/invitations': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-id' | 'id' | undefined;
              count?: 'exact' | undefined;
              state?: 'accepted' | 'expired' | 'open' | 'revoked' | undefined;
            }
          | undefined;
      };
      output: Invitation[];
      status: 200;
    };
    $post: { input: { json: NewInvitation }; output: Invitation; status: 201 };
  };
  '/api/admin/invitations/:id': { $delete: { input: { param: { id: number } }; output: undefined; status: 204 } };
  '/api/admin/mails': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-asked_at' | '-id' | 'asked_at' | 'id' | undefined;
              count?: 'exact' | undefined;
              state?: 'failed' | 'waiting' | undefined;
            }
          | undefined;
      };
      output: Mail[];
      status: 200;
    };
  };
  '/api/admin/mails/:id/resend': { $post: { input: { param: { id: number } }; output: undefined; status: 202 } };
  '/api/admin/settings': { $get: { input: {}; output: Settings; status: 200 } };
  '/api/admin/users': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-created_at' | '-id' | '-name' | 'created_at' | 'id' | 'name' | undefined;
              count?: 'exact' | undefined;
              role?: 'admin' | 'doctor' | 'patient' | 'user' | undefined;
              disabled?: 'false' | 'true' | undefined;
              search?: string | undefined;
            }
          | undefined;
      };
      output: Account[];
      status: 200;
    };
  };
  '/api/admin/users/:id': {
    $get: { input: { param: { id: number } }; output: Account; status: 200 };
    $patch: { input: { json: AccountPatch; param: { id: number } }; output: Account; status: 200 };
  };
  '/api/admin/users/:id/end-sessions': { $post: { input: { param: { id: number } }; output: undefined; status: 204 } };
  '/api/admin/users/:id/reset-mfa': { $post: { input: { param: { id: number } }; output: undefined; status: 204 } };
  '/api/admin/users/:id/reset-password': {
    $post: { input: { param: { id: number } }; output: undefined; status: 202 };
  };
  '/api/admin/waiting': { $get: { input: {}; output: Waiting; status: 200 } };
  '/api/auth/email/resend': { $post: { input: {}; output: undefined; status: 202 } };
  '/api/auth/email/undo': { $post: { input: { json: { token: string } }; output: undefined; status: 204 } };
  '/api/auth/email/verify': { $post: { input: { json: { token: string } }; output: undefined; status: 204 } };
  '/api/auth/invitations/accept': {
    $post: { input: { json: { token: string; leave?: boolean | undefined } }; output: User; status: 200 };
  };
  '/api/auth/invitations/look': { $post: { input: { json: { token: string } }; output: OpenInvitation; status: 200 } };
  '/api/auth/login': {
    $post: {
      input: { json: { username: string; password: string } | { email: string; password: string } };
      output: SignedIn;
      status: 200;
    };
  };
  '/api/auth/login/otp': {
    $post: {
      input: { json: { otp_token: string; code: string } | { otp_token: string; recovery_code: string } };
      output: SignedIn;
      status: 200;
    };
  };
  '/api/auth/logout': { $post: { input: {}; output: undefined; status: 204 } };
  '/api/auth/me': {
    $delete: { input: { json: { password: string } }; output: undefined; status: 204 };
    $get: { input: {}; output: User; status: 200 };
    $patch: { input: { json: UserPatch }; output: User; status: 200 };
  };
  '/api/auth/mfa': {
    $delete: {
      input: { json: { password: string; code: string } | { password: string; recovery_code: string } };
      output: undefined;
      status: 204;
    };
    $get: { input: {}; output: SecondFactor; status: 200 };
  };
  '/api/auth/mfa/recovery-codes': {
    $post: { input: { json: { password: string; code: string } }; output: { recovery_codes: string[] }; status: 200 };
  };
  '/api/auth/mfa/totp': {
    $post: { input: { json: { password: string } }; output: { secret: string; uri: string; qr: string }; status: 201 };
  };
  '/api/auth/mfa/totp/confirm': {
    $post: { input: { json: { code: string } }; output: { recovery_codes: string[] }; status: 200 };
  };
  '/api/auth/password': {
    $post: { input: { json: { current_password: string; new_password: string } }; output: SignedIn; status: 200 };
  };
  '/api/auth/password/forgot': { $post: { input: { json: { email: string } }; output: undefined; status: 202 } };
  '/api/auth/password/reset': {
    $post: { input: { json: { token: string; new_password: string } }; output: undefined; status: 204 };
  };
  '/api/auth/refresh': { $post: { input: { json: { refresh: string } }; output: SignedIn; status: 200 } };
  '/api/auth/register': {
    $post: {
      input: { json: { email: string; password: string; name?: string | undefined; username?: string | undefined } };
      output: SignedIn;
      status: 201;
    };
  };
  '/api/auth/register/doctor': {
    $post: {
      input: {
        json: {
          specialization: string;
          contact_info?: string | null | undefined;
          license_number?: string | null | undefined;
          email: string;
          password: string;
          name?: string | undefined;
          username?: string | undefined;
        };
      };
      output: SignedIn;
      status: 201;
    };
  };
  '/api/auth/register/invited': {
    $post: {
      input: { json: { token: string; password: string; username?: string | undefined; name?: string | undefined } };
      output: SignedIn;
      status: 201;
    };
  };
  '/api/auth/register/patient': {
    $post: {
      input: {
        json: {
          age?: number | null | undefined;
          date_of_birth?: string | null | undefined;
          gender?: 'female' | 'male' | 'other' | 'unknown' | null | undefined;
          phone?: string | null | undefined;
          address?: string | null | undefined;
          medical_history?: string | null | undefined;
          email: string;
          password: string;
          name?: string | undefined;
          username?: string | undefined;
        };
      };
      output: SignedIn;
      status: 201;
    };
  };
  '/api/auth/sessions': {
    $delete: { input: {}; output: undefined; status: 204 };
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-created_at' | '-id' | '-last_used_at' | 'created_at' | 'id' | 'last_used_at' | undefined;
              count?: 'exact' | undefined;
            }
          | undefined;
      };
      output: Session[];
      status: 200;
    };
  };
  '/api/auth/sessions/:id': { $delete: { input: { param: { id: number } }; output: undefined; status: 204 } };
  '/api/auth/step-up': {
    $post: { input: { json: { password: string } | { code: string } }; output: undefined; status: 204 };
  };
  '/api/doctor-profile': { $get: { input: {}; output: Doctor; status: 200 } };
  '/api/doctor-profile/:user_id': {
    $put: { input: { json: NewDoctor; param: { user_id: number } }; output: Doctor; status: 200 };
  };
  '/api/doctors': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?:
                | '-created_at'
                | '-id'
                | '-name'
                | '-specialization'
                | 'created_at'
                | 'id'
                | 'name'
                | 'specialization'
                | undefined;
              count?: 'exact' | undefined;
              specialization?: string | undefined;
              approved?: 'false' | 'true' | undefined;
              search?: string | undefined;
            }
          | undefined;
      };
      output: Doctor[];
      status: 200;
    };
    $post: { input: { json: NewDoctor }; output: Doctor; status: 201 };
  };
  '/api/doctors/:id': {
    $delete: { input: { param: { id: number } }; output: undefined; status: 204 };
    $get: { input: { param: { id: number } }; output: Doctor; status: 200 };
    $patch: { input: { json: DoctorPatch; param: { id: number } }; output: Doctor; status: 200 };
    $put: { input: { json: NewDoctor; param: { id: number } }; output: Doctor; status: 200 };
  };
  '/api/doctors/all-patients': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-created_at' | '-id' | '-name' | 'created_at' | 'id' | 'name' | undefined;
              count?: 'exact' | undefined;
              gender?: 'female' | 'male' | 'other' | 'unknown' | undefined;
              min_age?: number | undefined;
              max_age?: number | undefined;
              date_of_birth?: string | undefined;
              doctor?: number | undefined;
              search?: string | undefined;
            }
          | undefined;
      };
      output: {
        created_at: string;
        updated_at: string;
        id: number;
        user_id: number | null;
        created_by: number | null;
        name: string;
        date_of_birth: string | null;
        gender: 'female' | 'male' | 'other' | 'unknown' | null;
        phone: string | null;
        email: string | null;
        address: string | null;
        medical_history: string | null;
        age: number | null;
        registered_by: { id: number; name: string; username: string | null } | null;
      }[];
      status: 200;
    };
  };
  '/api/doctors/lookup-patient': {
    $post: { input: { json: { name: string; date_of_birth: string } }; output: FoundPatient[]; status: 200 };
  };
  '/api/doctors/my-patients': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-created_at' | '-id' | '-name' | 'created_at' | 'id' | 'name' | undefined;
              count?: 'exact' | undefined;
              gender?: 'female' | 'male' | 'other' | 'unknown' | undefined;
              min_age?: number | undefined;
              max_age?: number | undefined;
              date_of_birth?: string | undefined;
              doctor?: number | undefined;
              search?: string | undefined;
            }
          | undefined;
      };
      output: {
        created_at: string;
        updated_at: string;
        id: number;
        user_id: number | null;
        created_by: number | null;
        name: string;
        date_of_birth: string | null;
        gender: 'female' | 'male' | 'other' | 'unknown' | null;
        phone: string | null;
        email: string | null;
        address: string | null;
        medical_history: string | null;
        age: number | null;
        registered_by: { id: number; name: string; username: string | null } | null;
      }[];
      status: 200;
    };
  };
  '/api/mappings': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-created_at' | '-id' | 'created_at' | 'id' | undefined;
              count?: 'exact' | undefined;
              patient?: number | undefined;
              doctor?: number | undefined;
            }
          | undefined;
      };
      output: Mapping[];
      status: 200;
    };
    $post: { input: { json: NewMapping }; output: Mapping; status: 201 };
  };
  '/api/mappings/:id': {
    $delete: { input: { param: { id: number } }; output: undefined; status: 204 };
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-id' | 'id' | undefined;
              count?: 'exact' | undefined;
            }
          | undefined;
        param: { id: number };
      };
      output: AssignedDoctor[];
      status: 200;
    };
  };
  '/api/mappings/patient/:id': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-id' | 'id' | undefined;
              count?: 'exact' | undefined;
            }
          | undefined;
        param: { id: number };
      };
      output: AssignedDoctor[];
      status: 200;
    };
  };
  '/api/patient-profile': {
    $delete: { input: {}; output: undefined; status: 204 };
    $get: { input: {}; output: RegisteredPatient; status: 200 };
  };
  '/api/patient-profile/:user_id': {
    $put: { input: { json: NewPatient; param: { user_id: number } }; output: Patient; status: 200 };
  };
  '/api/patient-profile/access-log': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-id' | 'id' | undefined;
              count?: 'exact' | undefined;
            }
          | undefined;
      };
      output: {
        id: number;
        at: string;
        action: string;
        resource: string;
        actor_id: number | null;
        actor_name: string | null;
        actor_role: string | null;
        reason: string | null;
      }[];
      status: 200;
    };
  };
  '/api/patients': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?: '-created_at' | '-id' | '-name' | 'created_at' | 'id' | 'name' | undefined;
              count?: 'exact' | undefined;
              gender?: 'female' | 'male' | 'other' | 'unknown' | undefined;
              min_age?: number | undefined;
              max_age?: number | undefined;
              date_of_birth?: string | undefined;
              doctor?: number | undefined;
              search?: string | undefined;
            }
          | undefined;
      };
      output: Patient[];
      status: 200;
    };
    $post: { input: { json: NewPatient }; output: Patient; status: 201 };
  };
  '/api/patients/:id': {
    $delete: { input: { param: { id: number } }; output: undefined; status: 204 };
    $get: { input: { param: { id: number } }; output: RegisteredPatient; status: 200 };
    $patch: { input: { json: PatientPatch; param: { id: number } }; output: Patient; status: 200 };
    $put: { input: { json: NewPatient; param: { id: number } }; output: Patient; status: 200 };
  };
  '/api/patients/:id/emergency-access': {
    $post: { input: { json: { reason: string }; param: { id: number } }; output: EmergencyAccess; status: 201 };
  };
  '/api/patients/:id/invitation': {
    $delete: { input: { param: { id: number } }; output: undefined; status: 204 };
    $get: { input: { param: { id: number } }; output: Invitation; status: 200 };
    $post: { input: { json: { email: string }; param: { id: number } }; output: Invitation; status: 201 };
  };
  '/api/patients/batch': { $post: { input: { json: { patients: NewPatient[] } }; output: Patient[]; status: 201 } };
  '/api/patients/my-doctors': {
    $get: {
      input: {
        query?:
          | {
              limit?: number | undefined;
              cursor?: string | undefined;
              sort?:
                | '-created_at'
                | '-id'
                | '-name'
                | '-specialization'
                | 'created_at'
                | 'id'
                | 'name'
                | 'specialization'
                | undefined;
              count?: 'exact' | undefined;
              specialization?: string | undefined;
              approved?: 'false' | 'true' | undefined;
              search?: string | undefined;
            }
          | undefined;
      };
      output: Doctor[];
      status: 200;
    };
  };
  '/api/sync': {
    $get: {
      input: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined };
      output: Sync;
      status: 200;
    };
  };
  '/api/token': {
    $post: {
      input: { json: { username: string; password: string } | { email: string; password: string } };
      output: { access: string; refresh: string };
      status: 200;
    };
  };
  '/api/token/blacklist': { $post: { input: { json: { refresh: string } }; output: {}; status: 200 } };
  '/api/token/refresh': { $post: { input: { json: { refresh: string } }; output: { access: string }; status: 200 } };
  '/api/token/verify': { $post: { input: { json: { token: string } }; output: {}; status: 200 } };
};
