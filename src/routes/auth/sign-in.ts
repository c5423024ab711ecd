// /api/auth, the way in: register, log in, refresh. Each answers with a pair of tokens and the user.
import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { attemptAt, credentials, forgiven, tryPassword } from '../../accounts/guesses.ts';
import { givenPassword, hashPassword, needsRehash, newPassword, weakness } from '../../accounts/passwords.ts';
import { type Opening, opening, openingOf, signedInBy, signIn } from '../../accounts/sessions.ts';
import { newRefreshSecret, readRefreshToken } from '../../accounts/tokens.ts';
import { config, type Env, type openKinds } from '../../config.ts';
import { askAuth } from '../../db/client.ts';
import { type Given, prepare } from '../../db/prepared.ts';
import { Problem } from '../../errors.ts';
import { limitAddress } from '../../http/auth.ts';
import { text } from '../../http/fields.ts';
import { json } from '../../http/validate.ts';
import { describe, noted } from '../../openapi/describe.ts';
import { doctorFields } from '../../records/doctor.ts';
import { patientFields } from '../../records/patient.ts';
import { signedIn as tokens } from '../../records/session.ts';
import { derivedUsername, sameLooking, userFields, users } from '../../records/user.ts';

const accountFields = {
  email: userFields.email,
  password: newPassword,
  name: userFields.name.optional(),
  username: userFields.username.optional(),
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

const loginBody = z
  .strictObject({
    email: text(254).optional(),
    username: text(254).overwrite(sameLooking).optional(),
    password: givenPassword,
  })
  .refine((sent) => sent.email || sent.username, { path: ['email'], error: 'send an email or a username' })
  .meta({ id: 'Login', examples: [{ username: 'john_doe', password: example.password }] });

const refreshBody = z
  .strictObject({ refresh: z.string().max(500, 'at most 500 characters') })
  .meta({ id: 'Refresh', examples: [{ refresh: '21.c2VjcmV0.bWFj' }] });
const logsIn = describe('Log in', { 200: tokens }, 'invalid_credentials', 'account_disabled', 'too_many_attempts');
const refreshes = describe(
  'Refresh tokens. Both are new: store both before you use them. If the answer gets lost, send the old one again; ' +
    'once the new access token was used, the old refresh token ends the session.',
  { 200: tokens },
  'session_ended',
  'refresh_invalid',
  'refresh_reused',
);
const asUser = describe('Register', { 201: tokens }, 'duplicate');
const asPatient = describe('Register as a patient', { 201: tokens }, 'duplicate');
const asDoctor = describe('Register as a doctor', { 201: tokens }, 'duplicate');

const registering = prepare((db, given: Opening & Given<'account' | 'profile' | 'password_hash' | 'approved'>) => {
  const { account, profile, password_hash, approved } = given;
  const made = sql`${account}::jsonb, ${profile}::jsonb, ${password_hash}`;
  return [signedInBy(db, sql`app.register(${made}, ${opening(given)}, ${approved})`)];
});
const loggingIn = prepare((db, given: Opening & Given<'id' | 'proven' | 'keys'>) => [
  signedInBy(db, sql`app.open_session(${given.id}, ${given.proven}, ${opening(given)})`),
  forgiven(db, given),
]);
const refreshing = prepare((db, given: Opening & Given<'session' | 'successors'>) => {
  const { session, hash, successors, device, network, idle } = given;
  return [signedInBy(db, sql`app.refresh(${session}, ${hash}, ${successors}, ${device}, ${network}, ${idle})`)];
});
/** What somebody typed at Django to sign in may be neither the email nor the username that the account has here. */
const byLoginName = (typed: SQL) => eq(users.login_name, sql`lower(${typed})`);
const attemptByEmail = attemptAt((email) => or(eq(users.email, sql`lower(${email})`), byLoginName(email)));
const attemptByUsername = attemptAt((name) => or(eq(users.username_key, sql`lower(${name})`), byLoginName(name)));

type Account = z.output<ReturnType<typeof registration<Record<never, never>>>>;

const register = async (
  c: Context<Env>,
  role: 'user' | 'patient' | 'doctor',
  { email, password, name, username, ...profile }: Account,
) => {
  const weak = weakness(password, [email, name, username]);
  if (weak) throw new Problem('invalid_input', { errors: { password: [weak] } });
  const [password_hash, secret] = await Promise.all([hashPassword(password), newRefreshSecret()]);
  const derived = derivedUsername(email);
  const account = { email, role, username, name: name ?? username ?? derived, derived_username: derived };
  const linked = { ...profile, name: account.name, email };
  const call = registering({
    ...openingOf(c, secret),
    account: JSON.stringify(account),
    profile: JSON.stringify(linked),
    password_hash,
    approved: config(c).DOCTOR_APPROVAL === 'automatic',
  });
  c.set('mailed', true);
  return c.json(await signIn(c, call, [secret]), 201);
};

/** A deployment says which kinds of accounts anybody may open; the others are by invitation. */
const open = (kind: (typeof openKinds)[number]) =>
  noted({ codes: ['registration_closed'] }, function open(c, next) {
    if (config(c).REGISTRATION.includes(kind)) return next();
    throw new Problem('registration_closed');
  });

/** Registrations and logins of one address are counted together. */
const limited = limitAddress('LOGIN_LIMIT');

export const signInRoutes = new Hono<Env>({ strict: false })
  .post('/register', asUser, open('user'), limited, json(userBody), (c) => register(c, 'user', c.req.valid('json')))
  .post('/register/patient', asPatient, open('patient'), limited, json(patientBody), (c) =>
    register(c, 'patient', c.req.valid('json')),
  )
  .post('/register/doctor', asDoctor, open('doctor'), limited, json(doctorBody), (c) =>
    register(c, 'doctor', c.req.valid('json')),
  )

  .post('/login', logsIn, limited, json(loginBody), async (c) => {
    const { email, username, password } = c.req.valid('json');
    const identifier = email || username || '';
    const attempt = identifier.includes('@') ? attemptByEmail : attemptByUsername;
    const [account, secret] = await Promise.all([tryPassword(c, attempt, identifier, password), newRefreshSecret()]);
    if (!account) throw new Problem('invalid_credentials');
    const { id, hash, keys } = account;
    const answer = await signIn(c, loggingIn({ ...openingOf(c, secret), id, proven: hash, keys }), [secret]);
    // the login stands if this fails; the next one tries again
    if (needsRehash(account.hash)) c.executionCtx.waitUntil(renewHash(c, account, password).catch(() => {}));
    return c.json(answer);
  })

  .post('/refresh', refreshes, limitAddress('REFRESH_LIMIT'), json(refreshBody), async (c) => {
    const token = await readRefreshToken(config(c), c.req.valid('json').refresh);
    if (!token) throw new Problem('refresh_invalid');
    const { session } = token;
    const successors = `{${token.successors.map(({ hash }) => hash)}}`;
    return c.json(await signIn(c, refreshing({ ...openingOf(c, token), session, successors }), token.successors));
  });

const renewing = prepare((db, { id, proven, renewed }: Given<'id' | 'proven' | 'renewed'>) => [
  db
    .update(credentials)
    .set({ password_hash: renewed })
    .where(and(eq(credentials.user_id, id), eq(credentials.password_hash, proven))),
]);
const renewHash = async (c: Context<Env>, { id, hash }: { id: number; hash: string }, password: string) =>
  askAuth(c, renewing({ id, proven: hash, renewed: await hashPassword(password) }));
