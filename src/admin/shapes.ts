// The shapes of what waits for an administrator, and of the settings.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { accountRoles, users } from '../accounts/table.ts';
import { registrableRoles } from '../config.ts';
import { isoTime } from '../db/columns.ts';
import { doctor } from '../doctors/table.ts';
import { emergencyReview } from '../emergencies/table.ts';
import { recordId } from '../http/fields.ts';
import { mail } from '../mail/table.ts';
import { warningCodes } from '../system/shapes.ts';

/**
 * The accounts that have to wait after wrong passwords, and until when. By a function, because no role may read
 * guesses.
 */
export const blockedAccounts = sql`app.blocked_accounts() as blocked (user_id, waits_until)`;
export const blockedColumns = {
  id: users.id,
  name: users.name,
  username: users.username,
  email: users.email,
  waits_until: sql<string>`blocked.waits_until`.mapWith(isoTime).as('waits_until'),
};

const orNull = z.string().nullable();
const blockedAccount = z
  .object({
    id: recordId,
    name: z.string(),
    username: orNull,
    email: orNull,
    waits_until: z.iso.datetime().describe('when the next password may be tried'),
  })
  .meta({
    id: 'BlockedAccount',
    examples: [
      {
        id: 3,
        name: 'John Doe',
        username: 'john_doe',
        email: 'john@example.com',
        waits_until: '2026-11-20T16:55:12.345Z',
      },
    ],
  });
const totals = z
  .object({ doctors: z.int(), mails: z.int(), accounts: z.int(), emergencies: z.int() })
  .meta({ id: 'WaitingTotals', examples: [{ doctors: 1, mails: 0, accounts: 0, emergencies: 0 }] });
export const waitingShape = z
  .object({
    doctors: z.array(doctor).describe('those who await approval, the longest first'),
    mails: z.array(mail).describe('those that were tried and not sent, the oldest first'),
    accounts: z.array(blockedAccount).describe('those that wait after wrong passwords'),
    emergencies: z.array(emergencyReview).describe('those that nobody has reviewed, the oldest first'),
    totals: totals.describe('how many there are of each, where not all are here'),
  })
  .meta({
    id: 'Waiting',
    examples: [
      {
        doctors: [],
        mails: [],
        accounts: [],
        emergencies: [],
        totals: { doctors: 1, mails: 0, accounts: 0, emergencies: 0 },
      },
    ],
  });

const warning = z
  .object({ code: z.enum(warningCodes), detail: z.string() })
  .meta({ id: 'SettingsWarning', examples: [{ code: 'mail_unset', detail: 'Mails wait and do not leave.' }] });
export const settingsShape = z
  .object({
    version: z.string(),
    warnings: z.array(warning).describe('what should be set, or bound, and is not'),
    registration: z.array(z.enum(registrableRoles)).describe('who may register without an invitation'),
    doctor_approval: z.enum(['manual', 'automatic']),
    doctor_access: z.enum(['all', 'assigned']).describe('which patients an approved doctor sees'),
    require_verified_email: z
      .boolean()
      .describe('whether an account may use /api/auth only until its email is confirmed'),
    mail: z.enum(['binding', 'api']).nullable().describe('how mails are sent; null: not at all'),
    mail_from: orNull,
    public_url: orNull.describe('where links in mails lead'),
    cors_origins: z.array(z.string()).describe('the origins of browsers that may ask; `*` is any'),
    access_token_seconds: z.int(),
    refresh_token_seconds: z.int(),
    sessions_per_account: z.int().describe('how many an account may have at once'),
    mails_per_day: z.int().describe('how many this deployment sends'),
    unconfirmed_account_days: z.int().describe('after which an account goes whose email nobody confirmed; 0: never'),
    mfa: z.boolean().describe('whether accounts may have a second factor'),
    mfa_required_for: z.array(z.enum(accountRoles)).describe('the roles that need one'),
    previous_mfa_key: z.boolean().describe('whether MFA_KEY_PREVIOUS is set: factors are being encrypted anew'),
    previous_secret: z.boolean().describe('whether tokens that JWT_SECRET_PREVIOUS signed still count'),
    simplejwt_routes: z.boolean().describe('whether there are the routes under /api/token'),
    django_tokens_until: orNull.describe('until when the tokens of the earlier Django count'),
  })
  .meta({
    id: 'Settings',
    examples: [
      {
        version: '0.2.0',
        warnings: [],
        registration: ['user', 'patient', 'doctor'],
        doctor_approval: 'manual',
        doctor_access: 'all',
        require_verified_email: false,
        mail: 'api',
        mail_from: 'Wardbook <no-reply@wardbook.example>',
        public_url: 'https://wardbook.example',
        cors_origins: ['https://app.wardbook.example'],
        access_token_seconds: 600,
        refresh_token_seconds: 604_800,
        sessions_per_account: 100,
        mails_per_day: 10_000,
        unconfirmed_account_days: 0,
        mfa: true,
        mfa_required_for: ['admin'],
        previous_mfa_key: false,
        previous_secret: false,
        simplejwt_routes: true,
        django_tokens_until: null,
      },
    ],
  });
