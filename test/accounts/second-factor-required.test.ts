// Roles that need a second factor, what needs a code once more, factors that are lost, and the key that encrypts them.
import { describe, expect, test } from 'vitest';
import worker from '../../src/index.ts';
import { type Account, boot, caller, cheapPasswords, type Json, mfaKey, password } from '../support/app.ts';
import { factorsOf } from '../support/factor.ts';
import { openMailbox } from '../support/mailbox.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const { as } = app;
const { begin, setUp, firstStep, secondStep } = factorsOf(app);

const person = async (way: '' | 'doctor/' | 'patient/' = ''): Promise<Account> => {
  const account = await app.register(unique('ann'), way);
  await app.verify(account.id);
  return account;
};
const newAdmin = async (): Promise<Account> => {
  const admin = await person();
  await app.makeAdmin(admin.id);
  return admin;
};
const required = caller({ ...app.env, MFA_REQUIRED_FOR: 'admin, doctor' });
const asked = (who: { token: string }, method: string, path: string, body?: Json) =>
  required(method, path, { token: who.token, body });
const codeOf = (who: { token: string }, path: string) => asked(who, 'GET', path).then(({ body }) => body.code ?? 'ok');
const subjectsTo = async (who: Account) => (await inbox.mails(who.user.email)).map(({ subject }) => subject);

describe('where MFA_REQUIRED_FOR names its role, an account without a factor', () => {
  test('reaches /api/auth only, and all else with one', async () => {
    const admin = await newAdmin();
    for (const path of ['/api/admin/users/', '/api/patients/', '/api/doctors/', '/api/sync/'])
      expect(await codeOf(admin, path)).toBe('mfa_required');
    const refused = await asked(admin, 'GET', '/api/admin/users/');
    expect(refused.status).toBe(403);
    for (const path of ['me', 'sessions', 'mfa']) expect(await codeOf(admin, `/api/auth/${path}/`)).toBe('ok');
    expect((await asked(admin, 'GET', '/api/auth/mfa/')).body).toMatchObject({ required: true, enabled: false });
    await setUp(admin);
    expect(await codeOf(admin, '/api/admin/users/')).toBe('ok');
  });

  test('with one that is not confirmed does not', async () => {
    const admin = await newAdmin();
    await begin(admin);
    expect(await codeOf(admin, '/api/admin/users/')).toBe('mfa_required');
  });

  test('counts as a doctor while it waits for approval', async () => {
    const doctor = await person('doctor/');
    expect(await codeOf(doctor, '/api/doctors/')).toBe('mfa_required');
    expect((await asked(doctor, 'GET', '/api/auth/mfa/')).body).toMatchObject({ required: true });
  });

  test('of another role goes on as before', async () => {
    const [user, patient] = [await person(), await person('patient/')];
    expect([await codeOf(user, '/api/patients/'), await codeOf(patient, '/api/patient-profile/')]).toEqual([
      'ok',
      'ok',
    ]);
    expect((await asked(user, 'GET', '/api/auth/mfa/')).body).toMatchObject({ required: false });
  });

  test('needs one from the request on in which it gets the role', async () => {
    const ann = await person();
    expect(await codeOf(ann, '/api/patients/')).toBe('ok');
    await app.makeAdmin(ann.id);
    expect(await codeOf(ann, '/api/patients/')).toBe('mfa_required');
  });

  test('whose factor is taken away is without again, in the sessions that it has', async () => {
    const admin = await newAdmin();
    const { code } = await setUp(admin);
    const removed = await asked(admin, 'DELETE', '/api/auth/mfa/', { password, code: await code() });
    expect(removed.status).toBe(204);
    expect(await codeOf(admin, '/api/admin/users/')).toBe('mfa_required');
  });

  test('signs in with both and is let in; a session that is refreshed stays so', async () => {
    const admin = await newAdmin();
    const { code } = await setUp(admin);
    const { body } = await secondStep({ otp_token: await firstStep(admin), code: await code() });
    expect(await codeOf({ token: body.access }, '/api/admin/users/')).toBe('ok');
    const refreshed = await app.call('POST', '/api/auth/refresh/', { body: { refresh: body.refresh } });
    expect(await codeOf({ token: refreshed.body.access }, '/api/admin/users/')).toBe('ok');
  });
});

test.each([
  [{ MFA_REQUIRED_FOR: 'admin', MFA_KEY: undefined }, 'MFA_KEY: is missing'],
  [{ MFA_KEY_PREVIOUS: mfaKey, MFA_KEY: undefined }, 'MFA_KEY: is missing'],
  [{ MFA_REQUIRED_FOR: 'nurse' }, 'MFA_REQUIRED_FOR'],
  [{ MFA_KEY: 'too short' }, 'MFA_KEY: must be 32'],
])('%j is a mistake in the settings', async (settings, message) => {
  const lines: string[] = [];
  const { info } = console;
  console.info = (line: string) => void lines.push(line);
  const { token } = await person();
  const answer = await caller({ ...app.env, ...settings })('GET', '/api/auth/me/', { token }).finally(() => {
    console.info = info;
  });
  expect(answer.body).toMatchObject({ status: 503, code: 'misconfigured' });
  expect(lines.join()).toContain(message);
  expect(lines.join()).not.toContain('too short,');
});

describe('the step-up', () => {
  const newAddress = () => `${unique('new')}@example.com`;
  test('takes the code of an account that has a factor, and not its password', async () => {
    const admin = await newAdmin();
    const { code, wrongCode } = await setUp(admin);
    const stepUp = (body: Json) => as(admin, 'POST', '/api/auth/step-up/', body);
    const byPassword = await stepUp({ password });
    expect([byPassword.status, byPassword.body.code]).toEqual([400, 'code_required']);
    expect((await stepUp({ code: await wrongCode() })).body.errors).toHaveProperty('code');
    const { id } = await person();
    const promote = () => as(admin, 'PATCH', `/api/admin/users/${id}/`, { role: 'admin' });
    expect((await promote()).body.code).toBe('step_up_required');
    const right = await stepUp({ code: await code() });
    expect([right.status, right.text]).toEqual([204, '']);
    expect(await app.trailOf(right)).toMatchObject([{ action: 'step_up', resource: 'session' }]);
    expect((await promote()).status).toBe(200);
  });

  test('takes the password of one that has none, and no code', async () => {
    const ann = await person();
    const stepUp = async (body: Json) => (await as(ann, 'POST', '/api/auth/step-up/', body)).body?.code ?? 'done';
    expect(await stepUp({ code: '123456' })).toBe('mfa_not_set_up');
    expect(await stepUp({ password })).toBe('done');
    expect([await stepUp({}), await stepUp({ password, code: '123456' })]).toEqual(['invalid_input', 'mfa_not_set_up']);
  });

  test('is needed with a factor for a new email and to erase the account, with the password as well', async () => {
    const ann = await person();
    const { code } = await setUp(ann);
    const change = () => as(ann, 'PATCH', '/api/auth/me/', { email: newAddress(), password });
    const erase = () => as(ann, 'DELETE', '/api/auth/me/', { password });
    expect([(await change()).body.code, (await erase()).body.code]).toEqual(['step_up_required', 'step_up_required']);
    // what was refused is no guess
    expect(await app.count(`from guesses where user_id = $1 and failures <> '{}'`, [ann.id])).toBe(0);
    expect((await as(ann, 'POST', '/api/auth/step-up/', { code: await code() })).status).toBe(204);
    expect([(await change()).status, (await erase()).status]).toEqual([200, 204]);
  });
});

describe('a factor that is lost', () => {
  const reset = (by: Account, whom: { id: number }) => as(by, 'POST', `/api/admin/users/${whom.id}/reset-mfa/`);

  test('is taken away by an administrator, after a step-up, with a mail and an entry', async () => {
    const [admin, ann] = [await newAdmin(), await person()];
    await setUp(ann);
    expect((await reset(admin, ann)).body.code).toBe('step_up_required');
    await app.stepUp(admin);
    const answer = await reset(admin, ann);
    expect([answer.status, answer.text]).toEqual([204, '']);
    const entry = { action: 'factor_reset', resource: 'user', resource_id: ann.id, actor_id: admin.id };
    expect(await app.trailOf(answer)).toMatchObject([{ action: 'session_ended' }, entry]);
    expect(await subjectsTo(ann)).toContain('Your second factor was taken away');
    // whoever found the phone is out as well
    expect((await as(ann, 'GET', '/api/auth/me/')).body.code).toBe('session_ended');
    expect((await app.login({ username: ann.user.username, password })).status).toBe(200);
    expect((await reset(admin, ann)).body.code).toBe('mfa_not_set_up');
  });

  test('is not taken away by anybody else, nor one’s own, nor that of nobody', async () => {
    const [admin, ann] = [await newAdmin(), await person()];
    await setUp(ann);
    const own = await setUp(admin);
    expect((await as(admin, 'POST', '/api/auth/step-up/', { code: await own.code() })).status).toBe(204);
    expect((await reset(ann, admin)).body.code).toBe('wrong_role');
    const refused = await reset(admin, admin);
    expect([refused.status, refused.body.code]).toEqual([403, 'own_factor']);
    expect((await reset(admin, { id: 999_999 })).status).toBe(404);
  });

  test('of an administrator is taken away by another one', async () => {
    const [admin, other] = [await newAdmin(), await newAdmin()];
    await setUp(other);
    await app.stepUp(admin);
    expect((await reset(admin, other)).status).toBe(204);
  });

  test('of the last administrator is taken away by the command line only', async () => {
    const own = await boot();
    const boss = await own.register('boss');
    await own.makeAdmin(boss.id);
    await factorsOf(own).setUp(boss);
    // an administrator who was disabled a moment ago asks for it
    await expect(
      own.database.owner.transaction([
        own.database.owner.query(`select set_config('app.role', 'admin', true), set_config('app.user_id', '0', true)`),
        own.database.owner.query(`select app.reset_factor(${boss.id})`),
      ]),
    ).rejects.toThrow('last_admin');
    await own.asOwner(`select app.reset_factor(${boss.id})`);
    expect((await own.login({ username: 'boss', password })).status).toBe(200);
  });
});

describe('while MFA_KEY is being replaced', () => {
  const [next, previous] = ['the next key for second factors, long enough as well', mfaKey];
  const rotating = { ...app.env, MFA_KEY: next, MFA_KEY_PREVIOUS: previous };
  const run = (env: typeof app.env) => worker.scheduled({ cron: '17 * * * *', scheduledTime: Date.now() }, env);

  test('factors of before count, and the hourly job encrypts them anew', async () => {
    const ann = await person();
    const { code, recovery } = await setUp(ann);
    const step = async (env: object, body: Json) =>
      caller({ ...app.env, ...env })('POST', '/api/auth/login/otp/', {
        body: { otp_token: await firstStep(ann), ...body },
      });
    const encrypted = async () =>
      (await app.rows('select secret, key_id from app.factors where user_id = $1', [ann.id]))[0];
    const before = await encrypted();
    expect((await step(rotating, { code: await code() })).status).toBe(200);
    expect((await step({ MFA_KEY: next }, { code: await code() })).body.code).toBe('misconfigured');
    const lines: Json[] = [];
    const { info } = console;
    console.info = (line: string) => void lines.push(JSON.parse(line));
    await run(rotating as typeof app.env).finally(() => {
      console.info = info;
    });
    expect(lines.find(({ job }) => job === 'mfa')?.reencrypted).toBeGreaterThan(0);
    const after = await encrypted();
    expect([after.secret, after.key_id]).not.toContain(before.secret);
    expect(after.key_id).not.toBe(before.key_id);
    // the previous key is needed no more, for codes and for recovery codes
    await app.rows('delete from guesses');
    expect((await step({ MFA_KEY: next }, { code: await code() })).status).toBe(200);
    expect((await step({ MFA_KEY: next }, { recovery_code: recovery[0] })).status).toBe(200);
    // and JWT_SECRET has nothing to do with it
    const elsewhere = { MFA_KEY: next, JWT_SECRET: 'another secret for tests that is long enough' };
    const call = caller({ ...app.env, ...elsewhere });
    const first = await call('POST', '/api/auth/login/', { body: { username: ann.user.username, password } });
    const body = { otp_token: first.body.otp_token, code: await code() };
    expect((await call('POST', '/api/auth/login/otp/', { body })).status).toBe(200);
  });
});

test('neither a secret nor a code is in the log, in the trail, or in a refusal', async () => {
  const said: string[] = [];
  const levels = ['debug', 'error', 'info', 'log', 'warn'] as const;
  const original = Object.fromEntries(levels.map((level) => [level, console[level]]));
  for (const level of levels) console[level] = (...words: unknown[]) => void said.push(words.map(String).join(' '));
  const ann = await person();
  const { secret, code, wrongCode, recovery } = await setUp(ann);
  const [right, wrong, otp_token] = [await code(), await wrongCode(), await firstStep(ann)];
  const refused = [
    await secondStep({ otp_token, code: wrong }),
    await secondStep({ otp_token, recovery_code: `${recovery[1]}x` }),
    await secondStep({ otp_token: `${otp_token}x`, code: wrong }),
    await as(ann, 'DELETE', '/api/auth/mfa/', { password, code: wrong }),
  ];
  await secondStep({ otp_token, code: right });
  await secondStep({ otp_token: await firstStep(ann), recovery_code: recovery[2] });
  Object.assign(console, original);
  const trail = JSON.stringify(await app.rows('select * from audit'));
  const mails = JSON.stringify(await inbox.requests());
  for (const text of [said.join('\n'), trail, mails, ...refused.map(({ text }) => text)])
    for (const hidden of [secret, otp_token, ...recovery, `"${right}"`, `"${wrong}"`, mfaKey])
      expect(text.includes(hidden), `${hidden} in ${text.slice(0, 80)}`).toBe(false);
  expect(sessionOf(ann)).toBeGreaterThan(0);
});
