// /api/admin/waiting: what waits for an administrator. /api/admin/settings: what is in force, without what is secret.
import { and, eq, gt, isNotNull, or, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import type * as z from 'zod';
import manifest from '../../../package.json' with { type: 'json' };
import { config, type Env } from '../../config.ts';
import { audited } from '../../db/audit.ts';
import { ask } from '../../db/client.ts';
import { prepare } from '../../db/prepared.ts';
import { admins } from '../../http/auth.ts';
import { untagged } from '../../http/etag.ts';
import { total } from '../../http/pages.ts';
import { describe } from '../../openapi/describe.ts';
import { doctorColumns, doctors } from '../../records/doctor.ts';
import { mailColumns, mails, unsent } from '../../records/mail.ts';
import { blocked, blockedColumns, settings, waiting } from '../../records/overview.ts';
import { patientsOf } from '../../records/patient.ts';
import { users } from '../../records/user.ts';

/** Of each. There is a list for the rest. */
const most = 20;
const isPending = eq(doctors.approved, false);
/** One that was tried once may be on its way. */
const isStuck = and(unsent, or(isNotNull(mails.failed_at), gt(mails.attempts, 1)));
const whatWaits = prepare((db) => {
  const pending = db.select(doctorColumns).from(doctors).where(isPending).orderBy(doctors.id).limit(most);
  const stuck = db.select(mailColumns).from(mails).where(isStuck).orderBy(mails.id).limit(most);
  const waits = db
    .select(blockedColumns)
    .from(users)
    .innerJoin(blocked, eq(users.id, sql`blocked.user_id`))
    .orderBy(users.id)
    .limit(most);
  return [
    pending,
    audited(db, 'mail', patientsOf('user_id'), stuck),
    audited(db, 'user', patientsOf('id'), waits),
    total(db, doctors, isPending),
    total(db, mails, isStuck),
    total(db, blocked, undefined),
  ];
});
const nothing = prepare((db) => [db.execute(sql`select 1`)]);

const tellsWhatWaits = describe(
  'See what waits for an administrator. Doctors to approve, mails that did not arrive, accounts that wait after wrong ' +
    'passwords.',
  { 200: waiting },
  admins,
);
const tellsSettings = describe(
  'See the settings. As they are in force; what is secret is not shown.',
  { 200: settings },
  admins,
);

export const overviewRoutes = new Hono<Env>({ strict: false })
  .get('/waiting', tellsWhatWaits, async (c) => {
    const [doctors, mails, accounts, ...counts] = await ask(c, whatWaits({}));
    const [ofDoctors = 0, ofMails = 0, ofAccounts = 0] = counts.map(([row]) => row?.count);
    const totals = { doctors: ofDoctors, mails: ofMails, accounts: ofAccounts };
    const shown: z.output<typeof waiting> = { doctors: untagged(doctors), mails, accounts, totals };
    return c.json(shown);
  })
  .get('/settings', tellsSettings, async (c) => {
    // asked for the sake of who asks: the session may have ended, the role be another by now
    await ask(c, nothing({}));
    const set = config(c);
    const shown: z.output<typeof settings> = {
      version: manifest.version,
      registration: set.REGISTRATION,
      doctor_approval: set.DOCTOR_APPROVAL,
      require_verified_email: set.REQUIRE_VERIFIED_EMAIL,
      mail: set.EMAIL ? 'binding' : set.MAIL_API_URL ? 'api' : null,
      mail_from: set.MAIL_FROM ?? null,
      public_url: set.PUBLIC_URL ?? null,
      cors_origins: set.CORS_ORIGINS,
      access_token_seconds: set.ACCESS_TOKEN_TTL,
      refresh_token_seconds: set.REFRESH_TOKEN_TTL,
      previous_secret: set.JWT_SECRET_PREVIOUS !== undefined,
      simplejwt_routes: set.SIMPLEJWT_ROUTES,
      django_tokens_until: set.DJANGO_TOKENS_UNTIL ?? null,
    };
    return c.json(shown);
  });
