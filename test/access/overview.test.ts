// What an administrator sees first: what waits, and what is in force.
import { neon } from '@neondatabase/serverless';
import { describe, expect, test } from 'vitest';
import { boot, caller, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { admin, pendingDoctor, assignedDoctor } = w.people;
const { as, rows } = app;

describe('what waits', () => {
  const waits = async () => (await as(admin, 'GET', '/api/admin/waiting/')).body as Json;
  const doctorOf = async ({ id }: { id: number }) =>
    (await rows('select id::int from doctors where user_id = $1', [id]))[0]?.id;

  test('doctors until they are approved, and no others', async () => {
    const [pending, approved] = [await doctorOf(pendingDoctor), await doctorOf(assignedDoctor)];
    const before = await waits();
    const ids = before.doctors.map(({ id }: Json) => id);
    expect(ids).toContain(pending);
    expect(ids).not.toContain(approved);
    expect(ids).not.toContain(w.ownDoctor.id);
    expect(before.totals.doctors).toBe(ids.length);
    await app.approve(admin, pending);
    const after = await waits();
    expect(after.doctors.map(({ id }: Json) => id)).not.toContain(pending);
    expect(after.totals.doctors).toBe(ids.length - 1);
    await as(admin, 'POST', `/api/admin/doctors/${pending}/revoke/`);
    // who is disabled is decided about
    await as(admin, 'PATCH', `/api/admin/users/${pendingDoctor.id}/`, { disabled: true });
    expect((await waits()).doctors.map(({ id }: Json) => id)).not.toContain(pending);
    await as(admin, 'PATCH', `/api/admin/users/${pendingDoctor.id}/`, { disabled: false });
  });

  test('mails that were tried and did not arrive, but none that is on its way, nor of a stranger', async () => {
    const { id: user } = await app.register(unique('mailed'));
    const mail = async (state: string, purpose = 'verify', whose: number | null = user) =>
      (
        await rows(
          `insert into mails (purpose, recipient, user_id, ${state}) values ($1, 'x@example.com', $2, $3) returning id::int`,
          [purpose, whose, state === 'attempts' ? 3 : new Date()],
        )
      )[0]?.id;
    const [tried, failed, sent, stranger] = [
      await mail('attempts'),
      await mail('failed_at'),
      await mail('sent_at'),
      await mail('failed_at', 'reset', null),
    ];
    const { mails, totals } = await waits();
    const ids = mails.map(({ id }: Json) => id);
    expect(ids).toEqual(expect.arrayContaining([tried, failed]));
    for (const id of [sent, stranger]) expect(ids).not.toContain(id);
    // the mail of the registration was never tried
    expect(mails.filter(({ user_id }: Json) => user_id === user)).toHaveLength(2);
    expect(totals.mails).toBe(ids.length);
  });

  test('accounts that have to wait after wrong passwords, as long as they do', async () => {
    const username = unique('guessed');
    const { id } = await app.register(username);
    for (let time = 0; time < 6; time++)
      await app.call('POST', '/api/auth/login/', { body: { username, password: 'not the password' } });
    // and one that nobody has: what was typed is nobody's business
    for (let time = 0; time < 6; time++)
      await app.call('POST', '/api/auth/login/', { body: { email: 'nobody@example.com', password } });
    const { accounts, totals } = await waits();
    expect(accounts.map((one: Json) => one.id)).toEqual([id]);
    expect(accounts[0]).toMatchObject({ username });
    expect(Date.parse(accounts[0].waits_until)).toBeGreaterThan(Date.now());
    expect(totals.accounts).toBe(1);
    await as(admin, 'PATCH', `/api/admin/users/${id}/`, { disabled: true });
    expect((await waits()).accounts).toEqual([]);
    await as(admin, 'PATCH', `/api/admin/users/${id}/`, { disabled: false });
    await rows(`update guesses set blocked_until = now() - interval '1 second'`);
    expect((await waits()).accounts).toEqual([]);
  });

  test('twenty of each at most, and how many there are', async () => {
    await rows(
      `with u as (insert into users (name, username, email, role)
         select 'Many', 'many' || n, 'many' || n || '@example.com', 'doctor' from generate_series(1, 25) n returning id)
       insert into doctors (name, specialization, user_id, approved) select 'Many', 'x', id, false from u`,
    );
    const { doctors, totals } = await waits();
    expect(doctors).toHaveLength(20);
    expect(totals.doctors).toBeGreaterThanOrEqual(25);
  });

  test('and the function under it tells nobody else', async () => {
    const worker = neon(app.database.appUrl);
    const asked = worker.transaction([
      worker.query(`select set_config('app.role', 'user', true), set_config('role', 'app_api', true)`),
      worker.query('select * from app.blocked_accounts()'),
    ]);
    await expect(asked).rejects.toMatchObject({ message: 'wrong_role' });
  });
});

test('the settings are as they are in force, and nothing that is secret is among them', async () => {
  const secret = 'a-secret-that-nobody-may-see-0123456789';
  const call = caller({
    ...app.env,
    JWT_SECRET_PREVIOUS: secret,
    MFA_KEY: secret,
    MFA_KEY_PREVIOUS: app.env.MFA_KEY,
    MFA_REQUIRED_FOR: 'admin, doctor',
    MAIL_API_URL: 'http://127.0.0.1:9/secret-path',
    MAIL_API_KEY: secret,
    MAIL_FROM: 'Clinic <clinic@example.com>',
    PUBLIC_URL: 'https://clinic.example',
    REGISTRATION: 'patient',
    DOCTOR_APPROVAL: 'automatic',
    DOCTOR_ACCESS: 'assigned' as const,
    REQUIRE_VERIFIED_EMAIL: 'on',
    DJANGO_SIGNING_KEY: secret,
    DJANGO_TOKENS_UNTIL: '2026-11-26',
    ACCESS_TOKEN_TTL: 300,
    MAILS_PER_DAY: 500,
    UNCONFIRMED_ACCOUNT_DAYS: '30',
  });
  await app.verify(admin.id);
  await app.rows('update sessions set mfa = true where user_id = $1', [admin.id]);
  const { body, text } = await call('GET', '/api/admin/settings/', { token: admin.token });
  expect(body).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    warnings: [{ code: 'limiter_missing', detail: expect.stringMatching(/LOGIN_LIMIT.*USER_LIMIT/) }],
    registration: ['patient'],
    doctor_approval: 'automatic',
    doctor_access: 'assigned',
    require_verified_email: true,
    mail: 'api',
    mail_from: 'Clinic <clinic@example.com>',
    public_url: 'https://clinic.example',
    cors_origins: ['https://portal.example'],
    access_token_seconds: 300,
    refresh_token_seconds: 604_800,
    sessions_per_account: 100,
    mails_per_day: 500,
    unconfirmed_account_days: 30,
    mfa: true,
    mfa_required_for: ['admin', 'doctor'],
    previous_mfa_key: true,
    previous_secret: true,
    simplejwt_routes: true,
    django_tokens_until: '2026-11-26',
  });
  for (const hidden of [secret, app.env.MFA_KEY, app.env.JWT_SECRET, app.env.DATABASE_URL, 'secret-path'])
    expect(text).not.toContain(hidden);
  // who may register without an invitation is everybody's to know
  expect((await call('GET', '/')).body.registration).toEqual(['patient']);
});

test('whether there is an administrator yet, whoever asks', async () => {
  const empty = await boot();
  const has = async (call: typeof empty.call) => (await call('GET', '/readyz')).body.has_administrator;
  expect(await has(empty.call)).toBe(false);
  await empty.register(unique('nobody'));
  await empty.makeAdmin((await empty.register(unique('boss'))).id);
  // another isolate: one asks the database once in five seconds
  expect(await has(caller({ ...empty.env, DATABASE_TIMEOUT_MS: 7000 }))).toBe(true);
});
