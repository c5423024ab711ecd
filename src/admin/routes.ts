// /api/admin/waiting: what waits for an administrator. /api/admin/settings: what is in force, without what is secret.
import { Hono } from 'hono';
import type * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { config, type Env } from '../config.ts';
import { queryAsApi } from '../db/client.ts';
import { admins } from '../http/auth.ts';
import { withoutVersions } from '../http/etag.ts';
import { route } from '../openapi/route.ts';
import { warningsOf } from '../system/warnings.ts';
import { countOf, selectWaiting, withoutTotal } from './queries.ts';
import { settingsShape, waitingShape } from './shapes.ts';

export const overviewRoutes = new Hono<Env>({ strict: false })
  .get(
    '/waiting',
    route({
      summary: 'See what waits for an administrator',
      detail:
        'Doctors to approve, mails that did not arrive, accounts that wait after wrong passwords, emergencies to review.',
      roles: admins,
      answers: { 200: waitingShape },
    }),
    async (c) => {
      const [doctors, mails, accounts, emergencies] = await queryAsApi(c, selectWaiting({}));
      const totals = {
        doctors: countOf(doctors),
        mails: countOf(mails),
        accounts: countOf(accounts),
        emergencies: countOf(emergencies),
      };
      const answer: z.output<typeof waitingShape> = {
        doctors: withoutVersions(withoutTotal(doctors)),
        mails: withoutTotal(mails),
        accounts: withoutTotal(accounts),
        emergencies: withoutTotal(emergencies),
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
      // an empty batch checks only that the session is alive and that of an administrator
      await queryAsApi(c, { on: () => [] });
      const set = config(c);
      const answer: z.output<typeof settingsShape> = {
        version: manifest.version,
        warnings: warningsOf(c.env, set),
        registration: set.REGISTRATION,
        doctor_approval: set.DOCTOR_APPROVAL,
        doctor_access: set.DOCTOR_ACCESS,
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
        mfa: set.MFA_KEY !== undefined,
        mfa_required_for: set.MFA_REQUIRED_FOR,
        previous_mfa_key: set.MFA_KEY_PREVIOUS !== undefined,
        previous_secret: set.JWT_SECRET_PREVIOUS !== undefined,
        simplejwt_routes: set.SIMPLEJWT_ROUTES,
        django_tokens_until: set.DJANGO_TOKENS_UNTIL ?? null,
      };
      return c.json(answer);
    },
  );
