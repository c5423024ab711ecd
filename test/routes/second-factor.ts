// The second factor. The cast has none: whoever has one is a guest.
import { password } from '../support/app.ts';
import { factorsOf } from '../support/factor.ts';
import { codeAt, stepNow } from '../support/totp.ts';
import { tokens } from './fields.ts';
import type { Route } from './route.ts';
import type { Setting } from './setting.ts';
import { everybody, signedIn } from './statuses.ts';

const guestWithFactor = async ({ app, guest }: Setting) => {
  const who = await guest();
  return { who, ...(await factorsOf(app).setUp(who)) };
};

export const secondFactor: Route[] = [
  {
    route: 'POST /api/auth/login/otp',
    request: async (setting) => {
      const { who, code } = await guestWithFactor(setting);
      const otp_token = await factorsOf(setting.app).firstStep(who);
      return { body: { otp_token, code: await code() } };
    },
    answers: everybody(200),
    roundTrips: 2,
    trail: ['login session'],
    as: 'owner',
    body: () => ({ otp_token: 'eyJhbGci.eyJhdWQi.c2lnbmVk', code: '123456', recovery_code: '7h2kq-m9x4d' }),
    answer: tokens,
  },
  {
    route: 'GET /api/auth/mfa',
    request: ({ owner }) => ({ who: owner }),
    answers: signedIn(200),
    as: 'owner',
    answer: ['enabled', 'confirmed_at', 'recovery_codes_left', 'required', 'available'],
  },
  {
    route: 'POST /api/auth/mfa/totp',
    request: async ({ guest }) => ({ who: await guest(), body: { password } }),
    answers: signedIn(201),
    roundTrips: 2,
    trail: ['factor_started user'],
    as: 'stranger',
    body: () => ({ password }),
    answer: ['secret', 'uri', 'qr'],
  },
  {
    route: 'POST /api/auth/mfa/totp/confirm',
    request: async ({ app, guest }) => {
      const who = await guest();
      return { who, body: { code: await codeAt(await factorsOf(app).begin(who), stepNow()) } };
    },
    cases: [{ about: 'of somebody else', request: () => ({ body: { code: '123456' } }), answers: signedIn(400) }],
    roundTrips: 2,
    trail: ['factor_added user'],
    as: 'stranger',
    body: () => ({ code: '123456' }),
    answer: ['recovery_codes'],
  },
  {
    route: 'POST /api/auth/mfa/recovery-codes',
    request: async (setting) => {
      const { who, code } = await guestWithFactor(setting);
      return { who, body: { password, code: await code() } };
    },
    cases: [{ about: 'without one', request: () => ({ body: { password, code: '123456' } }), answers: signedIn(409) }],
    roundTrips: 2,
    trail: ['recovery_codes_renewed user'],
    as: 'stranger',
    body: () => ({ password, code: '123456' }),
    answer: ['recovery_codes'],
  },
  {
    route: 'DELETE /api/auth/mfa',
    request: async (setting) => {
      const { who, code } = await guestWithFactor(setting);
      return { who, body: { password, code: await code() } };
    },
    cases: [{ about: 'without one', request: () => ({ body: { password, code: '123456' } }), answers: signedIn(409) }],
    roundTrips: 2,
    trail: ['factor_removed user'],
    as: 'stranger',
    body: () => ({ password, code: '123456', recovery_code: '7h2kq-m9x4d' }),
    answer: [],
  },
  {
    route: 'POST /api/admin/users/:id/reset-mfa',
    request: async (setting) => {
      const { who } = await guestWithFactor(setting);
      return { who: setting.admin, path: `/api/admin/users/${who.id}/reset-mfa` };
    },
    answers: signedIn({ admin: 204, others: 403 }),
    trail: ['factor_reset user', 'session_ended session'],
    as: 'admin',
    id: 'user',
    answer: [],
  },
];
