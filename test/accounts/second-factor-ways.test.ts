// Every way to a session asks an account that has a second factor for a code, also one that there was before.
import { neon } from '@neondatabase/serverless';
import { sign } from 'hono/jwt';
import { describe, expect, test } from 'vitest';
import { stepOfCode } from '../../src/mfa/codes.ts';
import { type Account, boot, caller, cheapPasswords, type Json, password } from '../support/app.ts';
import { factorsOf } from '../support/factor.ts';
import { openMailbox } from '../support/mailbox.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const signingKey = 'the signing key of a Django that has been replaced';
const inbox = openMailbox();
const app = await boot({
  ...inbox.settings,
  DJANGO_SIGNING_KEY: signingKey,
  DJANGO_TOKENS_UNTIL: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10),
});
const { as } = app;
const { setUp, firstStep, secondStep } = factorsOf(app);
const post = (path: string, body: Json, who?: Account) => as(who, 'POST', `/api/${path}/`, body);

const person = async (): Promise<Account> => {
  const account = await app.register(unique('ann'));
  await app.verify(account.id);
  return account;
};
const withFactor = async () => {
  const ann = await person();
  return { ann, ...(await setUp(ann)) };
};
const sessionsOf = (id: number) => app.count('from sessions where user_id = $1', [id]);

test('of all functions two put a session in, and a trigger looks at each', async () => {
  const inserting = await app.rows(`
    select proname from pg_proc join pg_namespace n on n.oid = pronamespace
    where nspname in ('app', 'public') and prosrc ~* 'insert\\s+into\\s+(public\\.)?"?sessions\\M' order by 1`);
  expect(inserting.map(({ proname }) => proname)).toEqual(['insert_session', 'session_of_django']);
  const [trigger] = await app.rows(`
    select tgenabled, proname from pg_trigger join pg_proc p on p.oid = tgfoid
    where tgrelid = 'sessions'::regclass and tgname = 't10_second_factor'`);
  expect(trigger).toEqual({ tgenabled: 'O', proname: 'guard_session' });
  const mayMark = `select has_column_privilege('app_auth', 'sessions', 'mfa', 'insert, update') as may,
    has_function_privilege('app_auth', p.oid, 'execute') as calls from pg_proc p where proname = 'insert_session'`;
  expect(await app.rows(mayMark)).toEqual([{ may: false, calls: false }]);
});

describe('a session is opened by no way without a code:', () => {
  const ways: Record<string, (ann: Account) => Promise<{ status: number; body: Json }>> = {
    'a login with the username': (ann) => app.login({ username: ann.user.username, password }),
    'a login with the email': (ann) => app.login({ email: ann.user.email, password }),
    'simplejwt’s login': (ann) => post('token', { username: ann.user.username, password }),
  };
  test.each(Object.entries(ways))('%s', async (_, way) => {
    const { ann, code } = await withFactor();
    const answer = await way(ann);
    expect([answer.status, answer.body.code, answer.body.access]).toEqual([401, 'otp_required', undefined]);
    expect(await sessionsOf(ann.id)).toBe(1);
    const second = await secondStep({ otp_token: answer.body.otp_token, code: await code() });
    expect(second.status).toBe(200);
  });

  test('a new password by a link keeps the factor', async () => {
    const { ann, code } = await withFactor();
    const token = await app.link('reset', { user: ann.id, email: ann.user.email });
    const chosen = 'another horse battery';
    expect((await post('auth/password/reset', { token, new_password: chosen })).status).toBe(204);
    expect(await sessionsOf(ann.id)).toBe(0);
    const first = await app.login({ username: ann.user.username, password: chosen });
    expect(first.body.code).toBe('otp_required');
    expect((await secondStep({ otp_token: first.body.otp_token, code: await code() })).status).toBe(200);
  });

  test('a changed password goes on with a session that came with one', async () => {
    const { ann } = await withFactor();
    const changed = await post('auth/password', { current_password: password, new_password: 'another horse' }, ann);
    expect(changed.status, changed.text).toBe(200);
    expect(await app.rowOf('sessions', sessionOf({ token: changed.body.access }))).toMatchObject({ mfa: true });
    const first = await app.login({ username: ann.user.username, password: 'another horse' });
    expect(first.body.code).toBe('otp_required');
  });

  test('an accepted invitation opens none, and keeps the factor', async () => {
    const admin = await person();
    await app.makeAdmin(admin.id);
    const { ann } = await withFactor();
    const invited = { email: `${unique('new')}@example.com`, role: 'user' };
    const { id } = (await post('admin/invitations', invited, admin)).body;
    const token = await app.link('invitation', { mail: (await app.rowOf('invitations', id)).mail_id });
    expect((await post('auth/invitations/accept', { token }, ann)).status).toBe(200);
    expect(await sessionsOf(ann.id)).toBe(1);
    expect((await app.login({ username: ann.user.username, password })).body.code).toBe('otp_required');
  });

  const djangoToken = (id: number) =>
    sign(
      {
        ...{ token_type: 'refresh', exp: Math.floor(Date.now() / 1000) + 86_400, user_id: id },
        jti: crypto.randomUUID().replaceAll('-', ''),
      },
      signingKey,
      'HS256',
    );
  test('a refresh token of Django’s ends with the first code, and opens nothing', async () => {
    const ann = await person();
    await app.asOwner('update users set imported_at = now() where id = $1', [ann.id]);
    const cameFromDjango = () =>
      app.rows('insert into app.django_accounts (user_id) values ($1) on conflict do nothing', [ann.id]);
    await cameFromDjango();
    const [opened, unused] = [await djangoToken(ann.id), await djangoToken(ann.id)];
    expect((await post('auth/refresh', { refresh: opened })).status).toBe(200);
    await setUp(ann);
    for (const again of [async () => {}, cameFromDjango]) {
      await again();
      for (const refresh of [opened, unused, await djangoToken(ann.id)]) {
        expect((await post('auth/refresh', { refresh })).body.code).toBe('session_ended');
        expect((await post('token/refresh', { refresh })).body.code).toBe('token_not_valid');
        expect((await post('token/verify', { token: refresh })).body.code).toBe('token_not_valid');
      }
    }
    expect(await sessionsOf(ann.id)).toBe(1);
  });

  test('the functions as the previous Worker calls them', async () => {
    const { ann } = await withFactor();
    const sql = neon(app.database.appUrl);
    const [{ password_hash: hash }] = await app.rows('select password_hash from credentials where user_id = $1', [
      ann.id,
    ]);
    const anonymously = (query: string, params: unknown[]) =>
      sql.transaction([
        sql.query(`select app.begin_anonymous('a test', null), set_config('role', 'app_auth', true)`),
        sql.query(query, params),
      ]);
    const open = `select refused from app.open_session($1, $2, 'a hash', null, 'a network', 600)`;
    await expect(anonymously(open, [ann.id, hash])).rejects.toThrow('otp_required');
    const insert = `insert into sessions (user_id, refresh_hash, idle_until, expires_at)
      values ($1, 'a hash', now() + interval '1 hour', now() + interval '1 hour')`;
    await expect(anonymously(insert, [ann.id])).rejects.toThrow('otp_required');
    const marked = insert.replace('expires_at)', 'expires_at, mfa)').replace(/\)$/, ', true)');
    await expect(anonymously(marked, [ann.id])).rejects.toThrow('permission denied');
    await expect(anonymously('update sessions set mfa = true where user_id = $1', [ann.id])).rejects.toThrow('denied');
    for (const table of ['factors', 'recovery_codes', 'used_otp_tokens'])
      await expect(anonymously(`select 1 from app.${table}`, [])).rejects.toThrow('permission denied');
    expect(await sessionsOf(ann.id)).toBe(1);
  });

  test('a login that is under way while the factor is confirmed', async () => {
    const ann = await person();
    const { begin } = factorsOf(app);
    await begin(ann);
    const [logins] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, () => app.login({ username: ann.user.username, password }))),
      setUp(ann),
    ]);
    // whatever came first: none of them is left
    expect(logins.every(({ status, body }) => status === 200 || body.code === 'otp_required')).toBe(true);
    expect(await sessionsOf(ann.id)).toBe(1);
  });
});

test('a change of email that is undone takes a factor with it that came after, and no older one', async () => {
  const undo = async (ann: Account, since: string) => {
    await app.rows('insert into app.former_emails (email, user_id, since) values ($1, $2, now() + $3::interval)', [
      ann.user.email,
      ann.id,
      since,
    ]);
    const token = await app.link('undo', { user: ann.id, email: ann.user.email });
    expect((await post('auth/email/undo', { token })).status).toBe(204);
    return app.count('from app.factors where user_id = $1', [ann.id]);
  };
  expect(await undo((await withFactor()).ann, '-1 hour')).toBe(0);
  expect(await undo((await withFactor()).ann, '1 minute')).toBe(1);
});

test('while a JWT_SECRET is being replaced the first step’s token counts, and not after that', async () => {
  const { ann, code } = await withFactor();
  const otp_token = await firstStep(ann);
  const JWT_SECRET = 'the next secret, which is long enough too';
  const step = async (env: object) =>
    caller({ ...app.env, JWT_SECRET, ...env })('POST', '/api/auth/login/otp/', {
      body: { otp_token, code: await code() },
    });
  expect((await step({})).body.code).toBe('otp_token_invalid');
  expect((await step({ JWT_SECRET_PREVIOUS: app.env.JWT_SECRET })).status).toBe(200);
});

// RFC 6238, appendix B: the last six of the eight digits for SHA-1
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at %i the RFC’s secret has the code %s', (seconds, code) => {
  const totp = new TextEncoder().encode('12345678901234567890');
  const original = Date.now;
  const at = (now: number) => {
    Date.now = () => now * 1000;
    try {
      return stepOfCode({ totp, recovery: new Uint8Array() }, code);
    } finally {
      Date.now = original;
    }
  };
  const step = Math.floor(seconds / 30);
  // no clock shows a time before 1970
  const early = seconds < 100 ? seconds : seconds - 30;
  expect([at(seconds), at(seconds + 30), at(early)]).toEqual([step, step, step]);
  expect([at(seconds + 61), seconds < 100 ? null : at(seconds - 60)]).toEqual([null, null]);
});
