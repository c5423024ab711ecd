// Lists where Wardbook answers otherwise than Django, on purpose. By itself it prints the rows of docs/from-django.md.
import type { Difference } from './compare.ts';
import type { Clinic } from './start.ts';

/** A row of the table. */
interface Said {
  there: string;
  here: string;
  why: string;
}
interface Known extends Said {
  /** The steps that show it, by the field that differs in them. */
  at: Record<string, string[]>;
  /** The clinic whose steps they are; both, where it is not given. */
  clinic?: Clinic;
}

const known: Known[] = [
  {
    at: { status: ['use an access token from before the move'] },
    there: 'an access token that Django signed is good until it expires',
    here: '401, on which the app refreshes, as it does every few minutes',
    why: 'only refresh tokens are taken over: those can be compared with what Django had issued',
  },
  {
    at: {
      code: ['ask with nonsense for a token', 'ask with a refresh token'],
      messages: ['ask with nonsense for a token', 'ask with a refresh token'],
    },
    there: '`token_not_valid` and `messages` with every 401',
    here: 'the same 401 with `unauthenticated`; `token_not_valid` below `/api/token/`',
    why: 'codes come from one closed list',
  },
  {
    at: { status: ['verify a blacklisted token'] },
    there: '200 from `/api/token/verify/` for a blacklisted token',
    here: '401',
    why: 'what does not count is not valid',
  },
  {
    at: {
      detail: [
        'refresh with a token blacklisted before',
        'refresh with an access token',
        'blacklist it again',
        'refresh with the blacklisted pair',
      ],
    },
    there: '`Token is blacklisted` or `Token has wrong type` in the `detail` of a refused token',
    here: '`Token is invalid or expired` for all, with the same `code`',
    why: 'an app goes by the code, and others need not know why',
  },
  {
    at: { status: ['log in as an inactive user'] },
    there: '401 for an inactive account',
    here: '403, `account_disabled`, for its right password',
    why: 'whoever knows the password may know why it does not help',
  },
  {
    clinic: 'owned',
    at: { status: ['log in with other capitals'] },
    there: 'a username in other capitals is somebody else',
    here: 'the same account',
    why: 'usernames are unique without regard to case',
  },
  {
    clinic: 'owned',
    at: { 'user.email': ['register with capitals in the email'] },
    there: 'an email keeps its capitals',
    here: 'it is in small letters',
    why: 'emails are unique without regard to case',
  },
  {
    clinic: 'roles',
    at: { 'user.email': ['log in as the administrator'], email: ['who is boss'] },
    there: '`""` for an account without an email',
    here: '`null`',
    why: 'emails are unique, and several accounts may have none',
  },
  {
    at: { status: ['register a username that is taken', 'register an email that is taken', 'assign the same again'] },
    there: '400 for a duplicate',
    here: '409, with the field under `errors`',
    why: 'an app can tell it from a mistake in the body',
  },
  {
    at: { status: ['assign no patient', 'assign no doctor'] },
    there: '400 for a mapping to what there is not',
    here: '404',
    why: 'what is missing and what is not yours are the same answer',
  },
  {
    clinic: 'owned',
    at: { status: ["assign another's patient"] },
    there: "400 or 403 for somebody else's record",
    here: '404',
    why: 'what is missing and what is not yours are the same answer',
  },
  {
    clinic: 'owned',
    at: {
      '[].gender': ['list own patients from before the move', 'list all patients from before the move'],
      gender: ['make a patient of a gender with a capital'],
    },
    there: '`"Female"`, as it was sent',
    here: '`"female"`: male, female, other or unknown, in any capitals',
    why: 'patients can be counted by it',
  },
  {
    clinic: 'owned',
    at: {
      '[].medical_history': [
        'list own patients from before the move',
        "list another's patients from before the move",
        'list all patients from before the move',
        'list patients once one is gone',
      ],
      medical_history: [
        'read a patient from before the move',
        'patch a patient from before the move',
        'make a patient of a name',
        'make a patient with empty texts',
        'make a patient with spaces around the name',
        'make a patient of a gender with a capital',
      ],
      phone: ['make a patient with empty texts'],
      '[].phone': ['list patients once one is gone'],
    },
    there: '`""` for an empty text',
    here: '`null`',
    why: 'there is one way to be empty',
  },
  {
    clinic: 'owned',
    at: { status: ['make a patient with an unknown field', 'patch a read-only field'] },
    there: 'an unknown field is ignored, and a read-only one',
    here: '400; a PUT, which sends all it got, may hold read-only ones',
    why: 'a success must not claim what was not done',
  },
  {
    clinic: 'owned',
    at: { status: ['make a patient with a number as text'] },
    there: '`"age": "31"` becomes 31',
    here: '400',
    why: 'the document says what a field is, and typed clients hold to it',
  },
  {
    clinic: 'owned',
    at: { status: ['make a patient of 151', 'make a patient of a gender of their own words'] },
    there: 'ages above 150 and other words for a gender, if the model has no bounds',
    here: '400',
    why: 'fields have bounds',
  },
  {
    clinic: 'roles',
    at: { '[].license_number': ['list own doctors', 'list doctors as a patient'] },
    there: 'everybody reads the license number of a doctor',
    here: '`null`, but to the doctor, its creator and administrators',
    why: 'it is what somebody would need to pass for the doctor',
  },
  {
    clinic: 'roles',
    at: { status: ['list all patients as a new doctor'] },
    there: 'who registers as a doctor sees patients at once',
    here: '403, `doctor_not_approved`, until an administrator approves. `DOCTOR_APPROVAL=automatic` for as before',
    why: 'anybody can register as a doctor; those who are moved in are approved',
  },
  {
    clinic: 'roles',
    at: { status: ['put another specialization'] },
    there: 'an approved doctor changes name, specialization and license number at once',
    here: '403, `step_up_required`, until `/api/auth/step-up/` was given the password; then the doctor waits for approval again',
    why: 'whoever finds a phone must not turn into another doctor',
  },
  {
    clinic: 'roles',
    at: { updated_at: ['put the own doctor profile'] },
    there: 'a PUT that changes nothing sets `updated_at`',
    here: 'it stays as it is',
    why: 'what changes nothing writes nothing',
  },
];

/** What the comparison makes no difference of. */
const alike: Said[] = [
  {
    there: 'the fields that a serializer names',
    here: 'the same and more',
    why: 'one API serves all clients',
  },
  {
    there: '`{"detail": "..."}`, `{"email": ["..."]}` for an error',
    here: 'the same `detail`, and the same fields under `errors`, in other words',
    why: 'a problem as of RFC 9457',
  },
  {
    there: 'times to the microsecond',
    here: 'to the millisecond',
    why: "JavaScript's have no more",
  },
];

interface Place {
  step: string;
  field: string;
}
export interface Judged {
  unknown: Difference[];
  met: number;
  /** Known differences that did not occur. */
  stale: Place[];
}

export function judge(clinic: Clinic, differences: Difference[]): Judged {
  const expected = known
    .filter((one) => (one.clinic ?? clinic) === clinic)
    .flatMap(({ at }) => Object.entries(at))
    .flatMap(([field, steps]) => steps.map((step): Place => ({ step, field })));
  const has = (all: Place[], { step, field }: Place) => all.some((one) => one.step === step && one.field === field);
  const unknown = differences.filter((one) => !has(expected, one));
  return {
    unknown,
    met: differences.length - unknown.length,
    stale: expected.filter((one) => !has(differences, one)),
  };
}

export function knownTable(): string {
  const rows = [...alike, ...known].map(({ there, here, why }) => `| ${there} | ${here} | ${why} |`);
  return ['| Django | Wardbook | because |', '|---|---|---|', ...rows].join('\n');
}

if (import.meta.main) console.log(knownTable());
