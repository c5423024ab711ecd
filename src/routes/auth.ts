// The way in: register, log in, refresh. Each answers with a pair of tokens and the user.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { signedIn as tokens } from '../answers.ts';
import { config, type Env } from '../context.ts';
import { askAuth } from '../db.ts';
import { describe } from '../describe.ts';
import { found, Problem, type ProblemCode } from '../errors.ts';
import { tryPassword } from '../guesses.ts';
import { limitAddress } from '../limits.ts';
import { hashPassword, needsRehash, weakness } from '../passwords.ts';
import { doctorFields, givenPassword, newPassword, patientFields, userFields } from '../records.ts';
import { type accountRoles, credentials, users } from '../schema.ts';
import { newRefreshSecret, type RefreshSecret, readRefreshToken, refreshToken, signAccess } from '../tokens.ts';
import { json, text } from '../validate.ts';

const accountFields = {
  email: userFields.email,
  password: newPassword,
  name: userFields.name.optional(),
  username: userFields.username.optional(),
};
const registration = <Profile extends z.ZodRawShape>(profile: Profile) =>
  z.strictObject({ ...profile, ...accountFields });
const patientProfile = z.object(patientFields).omit({ name: true, email: true }).shape;
const userBody = registration({}).meta({ id: 'Registration' });
const patientBody = registration(patientProfile).meta({ id: 'PatientRegistration' });
const doctorBody = registration(z.object(doctorFields).omit({ name: true }).shape).meta({ id: 'DoctorRegistration' });

const loginBody = z
  .strictObject({ email: text(254).optional(), username: text(254).optional(), password: givenPassword })
  .refine((sent) => sent.email || sent.username, { path: ['email'], error: 'send an email or a username' })
  .meta({ id: 'Login' });

const refreshBody = z.strictObject({ refresh: z.string().max(500, 'at most 500 characters') }).meta({ id: 'Refresh' });
const logsIn = describe('Log in', { 200: tokens }, 'invalid_credentials', 'account_disabled', 'too_many_attempts');
const refreshes = describe('Refresh tokens', { 200: tokens }, 'session_ended', 'refresh_invalid', 'refresh_reused');
const asUser = describe('Register', { 201: tokens }, 'duplicate');
const asPatient = describe('Register as a patient', { 201: tokens }, 'duplicate');
const asDoctor = describe('Register as a doctor', { 201: tokens }, 'duplicate');

/** A row of the type app.signed_in. */
const signedIn = {
  refused: sql<ProblemCode | null>`refused`,
  session: sql<number>`session_id`.mapWith(Number),
  successor: sql<number>`successor`,
  id: sql<number>`id`.mapWith(users.id),
  name: sql<string>`name`,
  username: sql<string>`username`,
  email: sql<string>`email`,
  role: sql<(typeof accountRoles)[number]>`role`,
  created_at: sql<Date>`created_at`.mapWith(users.created_at),
};

/** Runs one of the functions that open or renew a session, and makes the tokens for what it answers. */
const signIn = async (c: Context<Env>, call: SQL, secrets: RefreshSecret[], also: SQL = sql`select`) => {
  const [rows] = await askAuth(c, (db) => [db.select(signedIn).from(call), db.execute(also)]);
  const { refused, session, successor, ...user } = found(rows);
  if (refused) throw new Problem(refused);
  const settings = config(c);
  const secret = secrets[successor - 1];
  if (!secret) throw new Problem('internal_error');
  const [access, refresh] = await Promise.all([
    signAccess(settings, { id: user.id, session }),
    refreshToken(settings, session, secret),
  ]);
  return { access, refresh, token_type: 'Bearer' as const, expires_in: settings.ACCESS_TOKEN_TTL, user };
};

const device = (c: Context<Env>) =>
  c.req
    .header('User-Agent')
    ?.slice(0, 300)
    .replace(/[\ud800-\udbff]$/, '') ?? null;

type Account = z.output<ReturnType<typeof registration<Record<never, never>>>>;

const register = async (
  c: Context<Env>,
  role: 'user' | 'patient' | 'doctor',
  { email, password, name, username, ...profile }: Account,
) => {
  const weak = weakness(password, [email, name, username]);
  if (weak) throw new Problem('invalid_input', { errors: { password: [weak] } });
  const [hash, secret] = await Promise.all([hashPassword(password), newRefreshSecret()]);
  const derived =
    email
      .replace(/@.*/, '')
      .replace(/[^\p{L}\p{N}_.+-]/gu, '')
      .slice(0, 100) || 'user';
  const account = { email, role, username, name: name ?? username ?? derived, derived_username: derived };
  const linked = { ...profile, name: account.name, email };
  const { DOCTOR_APPROVAL, REFRESH_TOKEN_TTL } = config(c);
  const call = sql`app.register(${JSON.stringify(account)}::jsonb, ${JSON.stringify(linked)}::jsonb, ${hash},
    ${secret.hash}, ${device(c)}, ${REFRESH_TOKEN_TTL}, ${DOCTOR_APPROVAL === 'automatic'})`;
  return c.json(await signIn(c, call, [secret]), 201);
};

export const auth = new Hono<Env>({ strict: false })
  .use('/register/*', limitAddress('LOGIN_LIMIT'))
  .post('/register', asUser, json(userBody), (c) => register(c, 'user', c.req.valid('json')))
  .post('/register/patient', asPatient, json(patientBody), (c) => register(c, 'patient', c.req.valid('json')))
  .post('/register/doctor', asDoctor, json(doctorBody), (c) => register(c, 'doctor', c.req.valid('json')))

  .post('/login', logsIn, limitAddress('LOGIN_LIMIT'), json(loginBody), async (c) => {
    const { email, username, password } = c.req.valid('json');
    const identifier = (email || username || '').toLowerCase();
    const whose = identifier.includes('@')
      ? eq(users.email, identifier)
      : eq(users.username_key, sql`lower(${email || username})`);
    const [account, secret] = await Promise.all([tryPassword(c, identifier, whose, password), newRefreshSecret()]);
    if (!account) throw new Problem('invalid_credentials');
    const call = sql`app.open_session(${account.id}, ${account.hash}, ${secret.hash}, ${device(c)}, ${config(c).REFRESH_TOKEN_TTL})`;
    const answer = await signIn(c, call, [secret], account.forgive);
    // the login stands if this fails; the next one tries again
    if (needsRehash(account.hash)) c.executionCtx.waitUntil(renewHash(c, account, password).catch(() => {}));
    return c.json(answer);
  })

  .post('/refresh', refreshes, limitAddress('REFRESH_LIMIT'), json(refreshBody), async (c) => {
    const settings = config(c);
    const token = await readRefreshToken(settings, c.req.valid('json').refresh);
    if (!token) throw new Problem('refresh_invalid');
    const successors = `{${token.successors.map(({ hash }) => hash)}}`;
    const call = sql`app.refresh(${token.session}, ${token.hash}, ${successors}, ${device(c)}, ${settings.REFRESH_TOKEN_TTL})`;
    return c.json(await signIn(c, call, token.successors));
  });

const renewHash = async (c: Context<Env>, account: { id: number; hash: string }, password: string) => {
  const password_hash = await hashPassword(password);
  const unchanged = and(eq(credentials.user_id, account.id), eq(credentials.password_hash, account.hash));
  await askAuth(c, (db) => [db.update(credentials).set({ password_hash }).where(unchanged)]);
};
