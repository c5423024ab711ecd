// Every refusal is an RFC 9457 problem from one closed list. The only file that knows SQLSTATEs.
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Env, Misconfigured } from './config.ts';

export const problems = {
  invalid_input: [400, 'Invalid input', 'Correct the fields listed in errors and send the request again.'],
  malformed_json: [400, 'Malformed JSON', 'The body must be one JSON object in UTF-8.'],
  unauthenticated: [401, 'Not signed in', 'Send a valid access token as "Authorization: Bearer <access>".'],
  link_invalid: [400, 'Invalid link', 'This link was used, has expired, or is not one of ours. Ask for a new one.'],
  password_required: [400, 'Password needed', 'Send your password as well, to change your email or username.'],
  code_required: [400, 'Code needed', 'Your account has a second factor: send a code of your app as well.'],
  session_ended: [401, 'Session ended', 'This session is over. Log in again.'],
  invalid_credentials: [401, 'Wrong credentials', 'No account has this email or username with this password.'],
  no_active_account: [401, 'Wrong credentials', 'No active account found with the given credentials'],
  token_not_valid: [401, 'Invalid token', 'Token is invalid or expired'],
  refresh_invalid: [401, 'Invalid refresh token', 'Log in again.'],
  refresh_reused: [
    401,
    'Refresh token reused',
    'An old refresh token was used again, so the session was ended. Log in again.',
  ],
  otp_required: [
    401,
    'Code needed',
    'Send a code of your app, or a recovery code, with the otp_token to /api/auth/login/otp/ within five minutes.',
  ],
  otp_invalid: [401, 'Wrong code', 'This code is wrong, or was used already. Wait for the next one.'],
  otp_token_invalid: [401, 'Sign in again', 'The first step is too long ago, or was used already. Log in again.'],
  wrong_role: [403, 'Not allowed', 'Your role may not use this route.'],
  step_up_required: [
    403,
    'Password needed',
    'Give your password once more at /api/auth/step-up/, or a code if your account has a second factor, then send this ' +
      'again within ten minutes.',
  ],
  wrong_account: [
    403,
    'Another account',
    'This link is for another account: sign in with that one, and open it again.',
  ],
  own_account: [403, 'Your own account', 'Change your own email and username at /api/auth/me/, with your password.'],
  own_factor: [403, 'Your own second factor', 'Take away your own at /api/auth/mfa/, with your password and a code.'],
  mfa_required: [403, 'Second factor needed', 'Your role needs a second factor: set one up at /api/auth/mfa/totp/.'],
  not_owner: [403, 'Not yours to change', 'You may see this record, but not change it.'],
  doctor_not_approved: [403, 'Awaiting approval', 'An administrator has to approve this doctor account first.'],
  email_unverified: [403, 'Email not verified', 'Confirm your email first: a link to do so was sent to it.'],
  registration_closed: [403, 'By invitation only', 'Ask whoever runs this for an invitation.'],
  account_disabled: [403, 'Account disabled', 'Ask an administrator to enable this account.'],
  not_found: [404, 'Not found', 'There is nothing here, or it is not yours to see.'],
  no_record: [404, 'No record', 'This account has no patient record. By an invitation it gets one.'],
  duplicate: [409, 'Already exists', 'A record with the same unique values exists.'],
  answered_before: [409, 'Answered before', 'A request with this Idempotency-Key was answered before.'],
  last_admin: [409, 'Last administrator', 'Make another account an administrator first.'],
  no_linked_record: [409, 'No linked record', 'Only an account registered as a doctor or patient can have that role.'],
  already_linked: [409, 'Linked already', 'This record or this account belongs to somebody already.'],
  leaves_record: [
    409,
    'Another record',
    'Your account has a record. Send "leave": true as well, to leave it for the one of this invitation.',
  ],
  own_record: [409, 'Your own record', 'You registered this record yourself, so that nobody else could keep it.'],
  has_account: [
    409,
    'Has an account',
    'This record is a patient’s account’s as well. Ask an administrator to delete it.',
  ],
  invitation_open: [
    409,
    'Invited',
    'The doctor is invited to have an account. Ask an administrator to change this record.',
  ],
  others_assigned: [
    409,
    'In use',
    'Patients of others are assigned to this doctor. Ask an administrator to change it.',
  ],
  already_accessible: [409, 'Open already', 'You see this patient without an emergency.'],
  mfa_set_up: [409, 'Set up already', 'Your account has a second factor. To replace it, take it away first.'],
  mfa_not_set_up: [
    409,
    'Not set up',
    'There is no second factor. Begin at /api/auth/mfa/totp/, which counts for an hour.',
  ],
  mfa_unavailable: [409, 'Not offered', 'This deployment offers no second factor: it has no MFA_KEY.'],
  limit_reached: [409, 'Limit reached', 'Your account keeps as many of these as it may. Ask an administrator.'],
  no_linked_account: [409, 'No account', 'Only a doctor with an account can be approved.'],
  sync_reset: [410, 'Sync from the start', 'What you have no longer fits: forget it and sync without a cursor.'],
  stale_version: [412, 'Changed meanwhile', 'The record has changed since you read it. Read it again, then retry.'],
  body_too_large: [413, 'Body too large', 'Send at most 256 KiB.'],
  unsupported_media_type: [415, 'Unsupported media type', 'Send JSON with "Content-Type: application/json".'],
  key_reused: [422, 'Key reused', 'This Idempotency-Key was used for another request. Use a new key.'],
  precondition_required: [428, 'If-Match needed', 'Send If-Match with the ETag of the record that you looked at.'],
  too_many_attempts: [429, 'Too many attempts', 'Too many wrong passwords or codes. Wait as long as Retry-After says.'],
  too_many_requests: [429, 'Too many requests', 'Slow down. Wait as long as Retry-After says.'],
  internal_error: [500, 'Internal error', 'This is our fault. Report the request_id.'],
  database_unavailable: [503, 'Temporarily unavailable', 'The database did not answer. Try again shortly.'],
  misconfigured: [503, 'Not configured', 'The server lacks a setting. Its log names it.'],
} satisfies Record<string, [ContentfulStatusCode, string, string]>;

export type ProblemCode = keyof typeof problems;
export type FieldErrors = Record<string, string[]>;

interface More {
  errors?: FieldErrors;
  /** Seconds, for 429 and 503. */
  retryAfter?: number;
  /** What the second step of a login needs. */
  otpToken?: string;
  cause?: unknown;
}

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly more: More;
  constructor(code: ProblemCode, more: More = {}) {
    super(code, { cause: more.cause });
    this.code = code;
    this.more = more;
  }
}

/** The first row, or the same 404 for "missing" and "not yours". */
export const requireRow = <T>(rows: readonly T[]): T => {
  const row = rows[0];
  if (row === undefined) throw new Problem('not_found');
  return row;
};

/** The row of writeOne(). Where nothing was written, a visible record is somebody else's. */
export const requireChanged = <T extends object>(rows: readonly T[]): T => {
  const row: { is_visible?: boolean | null } = requireRow(rows);
  if (typeof row.is_visible === 'boolean') throw new Problem(row.is_visible ? 'not_owner' : 'not_found');
  // JSON leaves out what is undefined
  return Object.assign(row, { is_visible: undefined }) as T;
};

const uniqueViolations: Record<string, FieldErrors> = {
  users_email: { email: ['has an account already'] },
  users_username: { username: ['is taken'] },
  mappings_patient_id_doctor_id_key: { doctor: ['is assigned to this patient already'] },
};

/** Turns whatever the database call threw into a problem. Driver messages hold parameters: they stop here. */
export const databaseProblem = (error: unknown): Problem => {
  const { code, message, constraint, routine } = sqlError(error);
  if (code === 'WB000' && message in problems) return new Problem(message as ProblemCode);
  if (code === '23505') return new Problem('duplicate', { errors: uniqueViolations[constraint ?? ''] });
  // a new row that refers to a record that does not exist, or that a policy does not let the actor use
  if (code === '23503' || (code === '42501' && routine === 'ExecWithCheckOptions')) return new Problem('not_found');
  if (code?.startsWith('22') || code === '23514')
    return new Problem('invalid_input', {
      errors: { non_field_errors: ['holds a value that cannot be stored or compared'] },
    });
  // unreachable, overloaded, restarting, a deadlock, a broken answer, a trail that cannot be written, another schema:
  // not caused by anything that the client sent
  return new Problem('database_unavailable', { cause: error });
};

/** Whether the same request may succeed the next time: the connection failed, or the transaction lost to another. */
export const isTransient = (error: unknown): boolean => {
  const { code, name, sourceError } = sqlError(error);
  // the driver wraps a deadline that passes before the answer begins, but not one that passes in the middle of it
  return code === undefined ? (sourceError?.name ?? name) !== 'TimeoutError' : /^(08|40|57P)/.test(code);
};

/** Whether PostgreSQL rolled the transaction back because of another one: nothing of it happened. */
export const isRolledBack = (error: unknown): boolean => sqlError(error).code?.startsWith('40') ?? false;

type SqlError = Error & Record<'code' | 'constraint' | 'routine', string | undefined> & { sourceError?: Error };

const sqlError = (error: unknown): SqlError => {
  const { name, message, stack, sourceError, constraint, routine, code } = (
    error instanceof Error && error.cause instanceof Error ? error.cause : error
  ) as SqlError;
  // neither is a SQLSTATE: Neon's empty code when its connection to PostgreSQL broke, and the number that an abort has
  const sqlstate = typeof code === 'string' && code !== '' ? code : undefined;
  return { name, message, stack, sourceError, constraint, routine, code: sqlstate };
};

const asProblem = (error: Error): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof Misconfigured) return new Problem('misconfigured');
  if (error instanceof HTTPException && error.status === 401) return new Problem('unauthenticated');
  if (error instanceof HTTPException && error.status === 413) return new Problem('body_too_large');
  if (error instanceof HTTPException && error.status < 500) return new Problem('malformed_json');
  return new Problem('internal_error', { cause: error });
};

/** What went wrong on our side, for the log. Without messages, because those contain values that people sent. */
const traceOf = (error: unknown) => {
  const { name, code, routine, stack } = sqlError(error);
  const frames = stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 6);
  return { error: name, sqlstate: code, routine, frames: frames?.map((line) => line.trim()) };
};

/** The body of a refusal. */
export const problemOf = (
  code: ProblemCode,
  request_id: string,
  { errors, otpToken }: Pick<More, 'errors' | 'otpToken'> = {},
) => {
  const [status, title, detail] = problems[code];
  const type = `urn:wardbook:problem:${code}`;
  return { type, title, status, detail, code, request_id, errors, otp_token: otpToken };
};
export const problemType = 'application/problem+json';

export const respondWithProblem = (error: Error, c: Context<Env>): Response => {
  const problem = asProblem(error);
  const [status] = problems[problem.code];
  c.set('problem', problem.code);
  if (error instanceof Misconfigured) c.set('trace', { misconfigured: error.message });
  else if (status >= 500) c.set('trace', traceOf(problem.cause ?? problem));
  if (status === 401) c.header('WWW-Authenticate', 'Bearer');
  if (status === 429 || status === 503) c.header('Retry-After', String(problem.more.retryAfter ?? 5));
  c.header('Content-Type', problemType);
  return c.body(JSON.stringify(problemOf(problem.code, c.get('requestId'), problem.more)), status);
};
