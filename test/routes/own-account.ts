// What people do with their own account and its sessions.
import { password } from '../support/app.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';
import { tokens, user } from './fields.ts';
import type { Route } from './route.ts';
import { signedIn } from './statuses.ts';

export const ownAccount: Route[] = [
  {
    route: 'GET /api/auth/me',
    request: ({ owner }) => ({ who: owner }),
    answers: signedIn(200),
    as: 'owner',
    answer: user,
  },
  {
    route: 'PATCH /api/auth/me',
    request: ({ owner, text }) => ({ who: owner, body: { name: unique(text) } }),
    answers: signedIn(200),
    trail: ['update user'],
    as: 'owner',
    body: () => ({ name: 'New', username: 'new', email: 'n@x.io', password }),
    answer: user,
  },
  {
    route: 'DELETE /api/auth/me',
    request: async ({ guest }) => ({ who: await guest(), body: { password } }),
    cases: [
      {
        about: 'with a wrong password',
        request: () => ({ body: { password: 'not my password' } }),
        answers: signedIn(400),
      },
    ],
    trail: ['update user'],
    as: 'owner',
    body: () => ({ password }),
    answer: [],
  },
  {
    route: 'POST /api/auth/password',
    request: async ({ guest, text }) => ({
      who: await guest(),
      body: { current_password: password, new_password: unique(`${text}, the new one`) },
    }),
    // everybody keeps the password that they have
    cases: [
      { request: () => ({ body: { current_password: password, new_password: password } }), answers: signedIn(200) },
    ],
    roundTrips: 2,
    trail: ['login session', 'password_change user'],
    as: 'owner',
    body: () => ({ current_password: password, new_password: 'another horse battery' }),
    answer: tokens,
  },
  {
    route: 'POST /api/auth/step-up',
    request: async ({ app, owner }) => ({ who: await app.device(owner), body: { password } }),
    answers: signedIn(204),
    roundTrips: 2,
    trail: ['step_up session'],
    as: 'owner',
    body: () => ({ password, code: '123456' }),
    answer: [],
  },
  {
    route: 'POST /api/auth/email/resend',
    request: ({ owner }) => ({ who: owner }),
    cases: [
      {
        // not twice in a minute
        request: async ({ app }) => {
          await app.rows(`update mails set asked_at = asked_at - interval '2 minutes'`);
          return {};
        },
        answers: signedIn(202),
      },
    ],
    as: 'stranger',
    answer: [],
  },
  {
    route: 'GET /api/auth/sessions',
    request: ({ owner }) => ({ who: owner }),
    answers: signedIn(200),
    as: 'owner',
    answer: ['id', 'device', 'created_at', 'last_used_at', 'mfa', 'current'],
  },
  {
    route: 'DELETE /api/auth/sessions',
    request: async ({ app, guest }) => {
      const who = await guest();
      await app.device(who);
      return { who };
    },
    answers: signedIn(204),
    trail: ['session_ended session'],
    as: 'owner',
    answer: [],
  },
  {
    route: 'DELETE /api/auth/sessions/:id',
    about: "a stranger's",
    request: async ({ app, stranger }) => ({
      who: stranger,
      path: `/api/auth/sessions/${sessionOf(await app.device(stranger))}`,
    }),
    answers: signedIn({ stranger: 204, others: 404 }),
    trail: ['session_ended session'],
    as: 'owner',
    id: 'session',
    answer: [],
  },
];

/** Where the cast itself signs out, so nothing can come after it. */
export const signingOut: Route[] = [
  {
    route: 'POST /api/auth/logout',
    request: async ({ app, owner }) => ({ who: await app.device(owner) }),
    answers: signedIn(204),
    trail: ['logout session'],
    as: 'owner',
    answer: [],
  },
];
