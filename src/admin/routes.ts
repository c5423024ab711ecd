// /api/admin/waiting: what waits for an administrator. /api/admin/settings: what is in force, without what is secret.
import { and, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import type * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { config, type Env } from '../config.ts';
import { audited } from '../db/audit.ts';
import { queryAsApi } from '../db/client.ts';
import { prepare } from '../db/prepare.ts';
import { admins } from '../http/auth.ts';
import { withoutVersions } from '../http/etag.ts';
import { route } from '../openapi/route.ts';
import { doctorColumns, doctors } from '../doctors/table.ts';
import { isUnsent, mailColumns, mails } from '../mail/table.ts';
import { blockedAccounts, blockedColumns, settingsShape, waitingShape } from './shapes.ts';
import { patientsOfAccounts } from '../patients/table.ts';
import { users } from '../accounts/table.ts';
import { warningsOf } from '../system/warnings.ts';

/** Of each. There is a list for the rest. */
const maxOfEach = 20;
/** How many there are before that limit: with the rows, so that both are of one moment. */
const totalColumn = { in_all: sql<number>`count(*) over ()`.mapWith(Number).as('in_all') };
/** Whom an administrator has disabled, or made something else, is decided about. */
const isPending = and(
  sql`not ${doctors.approved}`,
  sql`${doctors.user_id} in (select id from users where role = 'doctor' and disabled_at is null)`,
);
/** One that is tried for the first time has an attempt as well, but is not due again for a minute. */
const isStuck = and(
  isUnsent,
  or(
    isNotNull(mails.failed_at),
    isNotNull(mails.held),
    sql`${mails.attempts} > 1`,
    sql`${mails.attempts} = 1 and ${mails.due_at} <= now()`,
  ),
);
const selectWaiting = prepare((db) => [
  db
    .select({ ...doctorColumns, ...totalColumn })
    .from(doctors)
    .where(isPending)
    .orderBy(doctors.created_at, doctors.id)
    .limit(maxOfEach),
  audited(
    db,
    'mail',
    patientsOfAccounts('user_id'),
    db
      .select({ ...mailColumns, ...totalColumn })
      .from(mails)
      .where(isStuck)
      .orderBy(mails.asked_at, mails.id)
      .limit(maxOfEach),
  ),
  audited(
    db,
    'user',
    patientsOfAccounts('id'),
    db
      .select({ ...blockedColumns, ...totalColumn })
      .from(users)
      .innerJoin(blockedAccounts, sql`blocked.user_id = ${users.id}`)
      .where(isNull(users.disabled_at))
      .orderBy(users.id)
      .limit(maxOfEach),
  ),
]);
const countOf = (rows: { in_all: number }[]) => rows[0]?.in_all ?? 0;
const withoutTotal = <Row extends { in_all: number }>(rows: Row[]) => rows.map(({ in_all: _, ...row }) => row);
export const overviewRoutes = new Hono<Env>({ strict: false })
  .get(
    '/waiting',
    route({
      summary: 'See what waits for an administrator',
      detail: 'Doctors to approve, mails that did not arrive, accounts that wait after wrong ' + 'passwords.',
      roles: admins,
      answers: { 200: waitingShape },
    }),
    async (c) => {
      const [doctors, mails, accounts] = await queryAsApi(c, selectWaiting({}));
      const totals = { doctors: countOf(doctors), mails: countOf(mails), accounts: countOf(accounts) };
      const answer: z.output<typeof waitingShape> = {
        doctors: withoutVersions(withoutTotal(doctors)),
        mails: withoutTotal(mails),
        accounts: withoutTotal(accounts),
        totals,
      };
      return c.json(answer);
    },
  )
  .get(
    '/settings',
    route({
      summary: 'See the settings',
      detail: 'As they are in force; what is secret is not shown.',
      roles: admins,
      answers: { 200: settingsShape },
    }),
    async (c) => {
      // asks for nothing but whether the session is alive and an administrator's
      await queryAsApi(c, { on: () => [] });
      const set = config(c);
      const answer: z.output<typeof settingsShape> = {
        version: manifest.version,
        warnings: warningsOf(c.env, set),
        registration: set.REGISTRATION,
        doctor_approval: set.DOCTOR_APPROVAL,
        require_verified_email: set.REQUIRE_VERIFIED_EMAIL,
        mail: set.EMAIL ? 'binding' : set.MAIL_API_URL ? 'api' : null,
        mail_from: set.MAIL_FROM ?? null,
        public_url: set.PUBLIC_URL ?? null,
        cors_origins: set.CORS_ORIGINS,
        access_token_seconds: set.ACCESS_TOKEN_TTL,
        refresh_token_seconds: set.REFRESH_TOKEN_TTL,
        sessions_per_account: set.SESSIONS_PER_ACCOUNT,
        mails_per_day: set.MAILS_PER_DAY,
        unconfirmed_account_days: set.UNCONFIRMED_ACCOUNT_DAYS,
        previous_secret: set.JWT_SECRET_PREVIOUS !== undefined,
        simplejwt_routes: set.SIMPLEJWT_ROUTES,
        django_tokens_until: set.DJANGO_TOKENS_UNTIL ?? null,
      };
      return c.json(answer);
    },
  );
