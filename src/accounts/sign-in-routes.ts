// /api/auth: register, log in, refresh. Each answers with a pair of tokens and the user.
import { sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { config, type Env, type registrableRoles } from '../config.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { doctorFields } from '../doctors/table.ts';
import { Problem } from '../errors.ts';
import { limitByAddress } from '../http/auth.ts';
import { newRefreshSecret } from '../http/tokens.ts';
import { json } from '../http/validate.ts';
import { documentedMiddleware, route } from '../openapi/route.ts';
import { patientFields } from '../patients/table.ts';
import { logIn, loginBody } from './login.ts';
import { newPassword } from './password-fields.ts';
import { hashPassword, passwordWeakness } from './passwords.ts';
import { rotateTokens } from './refresh.ts';
import { refreshBody, signedInShape as tokens } from './session-table.ts';
import { openSession, type SessionParams, selectSignedIn, sessionArguments, sessionParams } from './sessions.ts';
import { derivedUsername, userFields } from './table.ts';

const accountFields = {
  email: userFields.email,
  password: newPassword,
  name: userFields.name.optional().describe('without one it is the username'),
  username: userFields.username.optional().describe('without one it is made from the email'),
};
const registration = <Profile extends z.ZodRawShape>(profile: Profile) =>
  z.strictObject({ ...profile, ...accountFields });
const patientProfile = z.object(patientFields).omit({ name: true, email: true }).shape;
const example = { email: 'john@example.com', password: 'four unrelated words here' };
const userBody = registration({}).meta({ id: 'Registration', examples: [{ username: 'john_doe', ...example }] });
const patientBody = registration(patientProfile).meta({
  id: 'PatientRegistration',
  examples: [{ name: 'Jane Doe', date_of_birth: '1990-04-12', ...example }],
});
const doctorBody = registration(z.object(doctorFields).omit({ name: true }).shape).meta({
  id: 'DoctorRegistration',
  examples: [{ name: 'Dr. Smith', specialization: 'Cardiology', ...example }],
});
const openRegisteredSession = prepare(
  (db, given: SessionParams & Params<'account' | 'profile' | 'password_hash' | 'approved'>) => {
    const { account, profile, password_hash, approved } = given;
    const made = sql`${account}::jsonb, ${profile}::jsonb, ${password_hash}`;
    return [selectSignedIn(db, sql`app.register(${made}, ${sessionArguments(given)}, ${approved})`)];
  },
);
type Account = z.output<ReturnType<typeof registration<Record<never, never>>>>;

const register = async (
  c: Context<Env>,
  role: 'user' | 'patient' | 'doctor',
  { email, password, name, username, ...profile }: Account,
) => {
  const weak = passwordWeakness(password, [email, name, username]);
  if (weak) throw new Problem('invalid_input', { errors: { password: [weak] } });
  const [password_hash, secret] = await Promise.all([hashPassword(password), newRefreshSecret()]);
  const derived = derivedUsername(email);
  const account = { email, role, username, name: name ?? username ?? derived, derived_username: derived };
  const linked = { ...profile, name: account.name, email };
  const call = openRegisteredSession({
    ...sessionParams(c, secret),
    account: JSON.stringify(account),
    profile: JSON.stringify(linked),
    password_hash,
    approved: config(c).DOCTOR_APPROVAL === 'automatic',
  });
  c.set('mailed', true);
  return c.json(await openSession(c, call, [secret]), 201);
};

/** The setting REGISTRATION names the kinds of accounts that anybody may open; the others need an invitation. */
const requireOpenRegistration = (kind: (typeof registrableRoles)[number]) =>
  documentedMiddleware({ problems: ['registration_closed'] }, function requireOpenRegistration(c, next) {
    if (config(c).REGISTRATION.includes(kind)) return next();
    throw new Problem('registration_closed');
  });

/** Registrations and logins of one address are counted together. */
const limited = limitByAddress('LOGIN_LIMIT');

export const signInRoutes = new Hono<Env>({ strict: false })
  .post(
    '/register',
    route({
      summary: 'Register',
      detail: 'Opens an account of role user, which keeps the records of its own patients, and signs it in.',
      answers: { 201: tokens },
      problems: ['duplicate'],
    }),
    requireOpenRegistration('user'),
    limited,
    json(userBody),
    (c) => register(c, 'user', c.req.valid('json')),
  )
  .post(
    '/register/patient',
    route({
      summary: 'Register as a patient',
      detail: 'Opens an account together with its own patient record, and signs it in.',
      answers: { 201: tokens },
      problems: ['duplicate'],
    }),
    requireOpenRegistration('patient'),
    limited,
    json(patientBody),
    (c) => register(c, 'patient', c.req.valid('json')),
  )
  .post(
    '/register/doctor',
    route({
      summary: 'Register as a doctor',
      detail:
        'Opens an account together with its own doctor record, and signs it in. It sees patients ' +
        'once an administrator has approved it.',
      answers: { 201: tokens },
      problems: ['duplicate'],
    }),
    requireOpenRegistration('doctor'),
    limited,
    json(doctorBody),
    (c) => register(c, 'doctor', c.req.valid('json')),
  )

  .post(
    '/login',
    route({
      summary: 'Log in',
      detail:
        'With a username or an email. The answer opens a session for this device. An account that has a second factor is ' +
        'answered 401 `otp_required` with an `otp_token`, for `/api/auth/login/otp/`.',
      answers: { 200: tokens },
      problems: ['invalid_credentials', 'otp_required', 'account_disabled', 'too_many_attempts'],
    }),
    limited,
    json(loginBody),
    async (c) => c.json(await logIn(c, c.req.valid('json'))),
  )
  .post(
    '/refresh',
    route({
      summary: 'Refresh tokens',
      detail:
        'Both are new: store both before you use them. If the answer gets lost, send the old one again; ' +
        'once the new access token was used, the old refresh token ends the session.',
      answers: { 200: tokens },
      problems: ['session_ended', 'refresh_invalid', 'refresh_reused', 'too_many_requests'],
    }),
    json(refreshBody),
    async (c) => c.json(await rotateTokens(c, c.req.valid('json').refresh)),
  );
