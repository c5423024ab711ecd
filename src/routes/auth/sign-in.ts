// The way in: register, log in, refresh. Each answers with a pair of tokens and the user.
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { attemptAt, forgiven, tryPassword } from '../../accounts/guesses.ts';
import { hashPassword, needsRehash, weakness } from '../../accounts/passwords.ts';
import {
  newRefreshSecret,
  type RefreshSecret,
  readRefreshToken,
  refreshToken,
  signAccess,
} from '../../accounts/tokens.ts';
import { signedIn as tokens } from '../../answers.ts';
import { config, type Env } from '../../config.ts';
import { askAuth } from '../../db/client.ts';
import { type AnswersOf, type Call, type Database, type Given, prepare } from '../../db/prepared.ts';
import { found, Problem, type ProblemCode } from '../../errors.ts';
import { limitAddress } from '../../http/limits.ts';
import { json, text, withoutUnseen } from '../../http/validate.ts';
import { describe } from '../../openapi/describe.ts';
import { doctorFields, givenPassword, newPassword, patientFields, sameLooking, userFields } from '../../records.ts';
import { type accountRoles, credentials, users } from '../../schema.ts';

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
  .strictObject({
    email: text(254).optional(),
    username: text(254).overwrite(sameLooking).optional(),
    password: givenPassword,
  })
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
  rotation: sql<number>`rotation`,
  successor: sql<number>`successor`,
  id: sql<number>`id`.mapWith(users.id),
  name: sql<string>`name`,
  username: sql<string>`username`,
  email: sql<string>`email`,
  role: sql<(typeof accountRoles)[number]>`role`,
  created_at: sql<string>`created_at`.mapWith(users.created_at),
};

const signedInBy = (db: Database, call: SQL) => db.select(signedIn).from(call);
type New = Given<'hash' | 'device' | 'idle'>;
const registering = prepare((db, given: New & Given<'account' | 'profile' | 'password_hash' | 'approved'>) => {
  const { account, profile, password_hash, hash, device, idle, approved } = given;
  const made = sql`${account}::jsonb, ${profile}::jsonb, ${password_hash}`;
  return [signedInBy(db, sql`app.register(${made}, ${hash}, ${device}, ${idle}, ${approved})`)];
});
const opening = prepare((db, { id, proven, hash, device, idle, keys }: New & Given<'id' | 'proven' | 'keys'>) => [
  signedInBy(db, sql`app.open_session(${id}, ${proven}, ${hash}, ${device}, ${idle})`),
  forgiven(db, { keys }),
]);
const refreshing = prepare((db, { session, hash, successors, device, idle }: New & Given<'session' | 'successors'>) => [
  signedInBy(db, sql`app.refresh(${session}, ${hash}, ${successors}, ${device}, ${idle})`),
]);
const attemptByEmail = attemptAt((email) => eq(users.email, sql`lower(${email})`));
const attemptByUsername = attemptAt((name) => eq(users.username_key, sql`lower(${name})`));
type SignedIn = Call<readonly [AnswersOf<ReturnType<typeof refreshing>>[0], ...unknown[]]>;

/** Runs one of the functions that open or renew a session, and makes the tokens for what it answers. */
const signIn = async (c: Context<Env>, call: SignedIn, secrets: RefreshSecret[]) => {
  const [rows] = await askAuth(c, call);
  const { refused, session, rotation, successor, ...user } = found(rows);
  if (refused) throw new Problem(refused);
  const settings = config(c);
  const secret = secrets[successor - 1];
  if (!secret) throw new Problem('internal_error');
  const [access, refresh] = await Promise.all([
    signAccess(settings, { id: user.id, session, rotation }),
    refreshToken(settings, session, secret),
  ]);
  return { access, refresh, token_type: 'Bearer' as const, expires_in: settings.ACCESS_TOKEN_TTL, user };
};

const device = (c: Context<Env>) =>
  withoutUnseen(c.req.header('User-Agent') ?? '')
    .slice(0, 300)
    .replace(/[\ud800-\udbff]$/, '') || null;
/** What every session begins or goes on with. */
const sessionOf = (c: Context<Env>, { hash }: { hash: string }) => ({
  hash,
  device: device(c),
  idle: config(c).REFRESH_TOKEN_TTL,
});

type Account = z.output<ReturnType<typeof registration<Record<never, never>>>>;

const register = async (
  c: Context<Env>,
  role: 'user' | 'patient' | 'doctor',
  { email, password, name, username, ...profile }: Account,
) => {
  const weak = weakness(password, [email, name, username]);
  if (weak) throw new Problem('invalid_input', { errors: { password: [weak] } });
  const [password_hash, secret] = await Promise.all([hashPassword(password), newRefreshSecret()]);
  const derived =
    email
      .replace(/@.*/, '')
      .replace(/[^\p{L}\p{N}_.+-]/gu, '')
      .slice(0, 100) || 'user';
  const account = { email, role, username, name: name ?? username ?? derived, derived_username: derived };
  const linked = { ...profile, name: account.name, email };
  const call = registering({
    ...sessionOf(c, secret),
    account: JSON.stringify(account),
    profile: JSON.stringify(linked),
    password_hash,
    approved: config(c).DOCTOR_APPROVAL === 'automatic',
  });
  return c.json(await signIn(c, call, [secret]), 201);
};

export const auth = new Hono<Env>({ strict: false })
  .use('/register/*', limitAddress('LOGIN_LIMIT'))
  .post('/register', asUser, json(userBody), (c) => register(c, 'user', c.req.valid('json')))
  .post('/register/patient', asPatient, json(patientBody), (c) => register(c, 'patient', c.req.valid('json')))
  .post('/register/doctor', asDoctor, json(doctorBody), (c) => register(c, 'doctor', c.req.valid('json')))

  .post('/login', logsIn, limitAddress('LOGIN_LIMIT'), json(loginBody), async (c) => {
    const { email, username, password } = c.req.valid('json');
    const identifier = email || username || '';
    const attempt = identifier.includes('@') ? attemptByEmail : attemptByUsername;
    const [account, secret] = await Promise.all([tryPassword(c, attempt, identifier, password), newRefreshSecret()]);
    if (!account) throw new Problem('invalid_credentials');
    const { id, hash, keys } = account;
    const answer = await signIn(c, opening({ ...sessionOf(c, secret), id, proven: hash, keys }), [secret]);
    // the login stands if this fails; the next one tries again
    if (needsRehash(account.hash)) c.executionCtx.waitUntil(renewHash(c, account, password).catch(() => {}));
    return c.json(answer);
  })

  .post('/refresh', refreshes, limitAddress('REFRESH_LIMIT'), json(refreshBody), async (c) => {
    const token = await readRefreshToken(config(c), c.req.valid('json').refresh);
    if (!token) throw new Problem('refresh_invalid');
    const { session } = token;
    const successors = `{${token.successors.map(({ hash }) => hash)}}`;
    return c.json(await signIn(c, refreshing({ ...sessionOf(c, token), session, successors }), token.successors));
  });

const renewing = prepare((db, { id, proven, renewed }: Given<'id' | 'proven' | 'renewed'>) => [
  db
    .update(credentials)
    .set({ password_hash: renewed })
    .where(and(eq(credentials.user_id, id), eq(credentials.password_hash, proven))),
]);
const renewHash = async (c: Context<Env>, { id, hash }: { id: number; hash: string }, password: string) =>
  askAuth(c, renewing({ id, proven: hash, renewed: await hashPassword(password) }));
