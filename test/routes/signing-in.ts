// Registering, signing in, links in mails: all that asks for no token.
import { password } from '../support/app.ts';
import { unique } from '../support/unique.ts';
import { aDoctor, anAccount, aPatient, aRefreshToken, tokens, user } from './fields.ts';
import type { Route } from './route.ts';
import { everybody, signedIn } from './statuses.ts';

export const signingIn: Route[] = [
  {
    route: 'POST /api/auth/register',
    request: ({ newAccount }) => ({ body: newAccount() }),
    answers: everybody(201),
    trail: ['create user', 'login session'],
    as: 'owner',
    body: anAccount,
    answer: tokens,
  },
  {
    route: 'POST /api/auth/register/patient',
    request: ({ newAccount, text }) => ({
      body: { ...newAccount(), phone: text.slice(0, 50), medical_history: text },
    }),
    answers: everybody(201),
    trail: ['create patient', 'create user', 'login session'],
    as: 'owner',
    body: () => ({ ...aPatient(), ...anAccount() }),
    answer: tokens,
  },
  {
    route: 'POST /api/auth/register/doctor',
    request: ({ newAccount, text }) => ({ body: { ...newAccount(), specialization: text } }),
    answers: everybody(201),
    trail: ['create doctor', 'create user', 'login session'],
    as: 'owner',
    body: () => ({ ...aDoctor(), ...anAccount() }),
    answer: tokens,
  },
  {
    route: 'POST /api/auth/login',
    request: () => ({ body: { username: 'stranger', password } }),
    answers: everybody(200),
    roundTrips: 2,
    trail: ['login session'],
    as: 'owner',
    body: () => ({ email: 'a@example.com', username: 'a', password }),
    answer: tokens,
  },
  {
    route: 'POST /api/auth/refresh',
    request: async ({ app, owner }) => ({ body: { refresh: (await app.device(owner)).refresh } }),
    answers: everybody(200),
    as: 'owner',
    body: aRefreshToken,
    answer: tokens,
  },
  {
    route: 'POST /api/token',
    request: ({ stranger }) => ({ body: { username: 'stranger', password }, actor: stranger.id }),
    answers: everybody(200),
    roundTrips: 2,
    trail: ['login session'],
    as: 'owner',
    body: () => ({ username: 'a', password }),
    answer: ['access', 'refresh'],
  },
  {
    route: 'POST /api/token/refresh',
    request: async ({ app, owner }) => ({ body: { refresh: (await app.device(owner)).refresh } }),
    answers: everybody(200),
    as: 'owner',
    body: aRefreshToken,
    answer: ['access'],
  },
  {
    route: 'POST /api/token/verify',
    request: async ({ app, owner }) => ({ body: { token: (await app.device(owner)).token } }),
    answers: everybody(200),
    as: 'owner',
    body: ({ refresh }) => ({ token: refresh }),
    answer: [],
  },
  {
    route: 'POST /api/token/blacklist',
    request: async ({ app, owner }) => ({
      body: { refresh: (await app.device(owner)).refresh },
      actor: owner.id,
    }),
    answers: everybody(200),
    trail: ['logout session'],
    as: 'owner',
    body: aRefreshToken,
    answer: [],
  },
  {
    route: 'POST /api/auth/password/forgot',
    request: () => ({ body: { email: `${unique('x')}@example.com` }, actor: null }),
    answers: everybody(202),
    trail: ['reset_asked user'],
    as: 'owner',
    body: () => ({ email: 'nobody@example.com' }),
    answer: [],
  },
  {
    route: 'POST /api/auth/password/reset',
    request: async ({ app, guest, text }) => {
      const { id, user } = await guest();
      const token = await app.link('reset', { user: id, email: user.email });
      return { body: { token, new_password: unique(`${text}, the new one`) }, actor: id };
    },
    answers: everybody(204),
    roundTrips: 2,
    trail: ['password_reset user', 'update user'],
    as: 'owner',
    body: ({ reset }) => ({ token: reset, new_password: 'another horse battery' }),
    answer: [],
  },
  {
    route: 'POST /api/auth/email/verify',
    request: async ({ app, guest }) => {
      const { id, user } = await guest();
      return { body: { token: await app.link('verify', { user: id, email: user.email }) }, actor: id };
    },
    answers: everybody(204),
    trail: ['email_verified user', 'update user'],
    as: 'owner',
    body: ({ verify }) => ({ token: verify }),
    answer: [],
  },
  {
    route: 'POST /api/auth/email/undo',
    request: async ({ app, guest }) => {
      const { id, user } = await guest();
      await app.rows('insert into app.former_emails (email, user_id) values ($1, $2)', [user.email, id]);
      return { body: { token: await app.link('undo', { user: id, email: user.email }) }, actor: id };
    },
    answers: everybody(204),
    trail: ['email_undone user', 'update user'],
    as: 'owner',
    body: ({ undo }) => ({ token: undo }),
    answer: [],
  },
  {
    route: 'POST /api/auth/register/invited',
    request: async ({ w, text }) => ({ body: { token: await w.invitation(), password, name: text } }),
    answers: everybody(201),
    roundTrips: 2,
    trail: ['accept invitation', 'accept patient', 'create user', 'login session'],
    as: 'owner',
    body: ({ invited }) => ({ token: invited, password, username: 'new', name: 'New' }),
    answer: tokens,
  },
  {
    route: 'POST /api/auth/invitations/look',
    request: async ({ w }) => ({ body: { token: await w.invitation() }, actor: null }),
    answers: everybody(200),
    trail: ['read invitation'],
    as: 'owner',
    body: ({ invited }) => ({ token: invited }),
    answer: ['email', 'role', 'name', 'expires_at', 'invited_by', 'administrator'],
  },
  {
    // for somebody who is signed in
    route: 'POST /api/auth/invitations/accept',
    request: async ({ app, w, guest }) => {
      const who = await guest();
      await app.stepUp(who);
      return { who, body: { token: await w.invitation() } };
    },
    cases: [
      {
        about: 'with records, or another role',
        request: async ({ app, w, stranger }, me) => {
          if (me) await app.stepUp(me);
          if (me === stranger) await w.newPatient({}, stranger);
          return { body: { token: await w.invitation() } };
        },
        answers: signedIn(409),
      },
    ],
    trail: ['accept invitation', 'accept patient', 'update user'],
    as: 'stranger',
    body: ({ invited }) => ({ token: invited, leave: true }),
    answer: user,
  },
];
