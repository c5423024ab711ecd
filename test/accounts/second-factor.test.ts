// A second factor: setting one up, signing in with it, and taking it away.
import { describe, expect, test } from 'vitest';
import { type Account, boot, caller, cheapPasswords, password } from '../support/app.ts';
import { factorsOf } from '../support/factor.ts';
import { openMailbox } from '../support/mailbox.ts';
import { sessionOf } from '../support/tokens.ts';
import { codeAt, stepNow } from '../support/totp.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const { as } = app;
const { begin, setUp, firstStep, secondStep, forgetCodes } = factorsOf(app);

const person = async (): Promise<Account> => {
  const account = await app.register(unique('ann'));
  await app.verify(account.id);
  return account;
};
const withFactor = async () => {
  const ann = await person();
  return { ann, ...(await setUp(ann)) };
};
const of = (who: Account) => as(who, 'GET', '/api/auth/mfa/').then(({ body }) => body);
const subjectsTo = async (who: Account) => (await inbox.mails(who.user.email)).map(({ subject }) => subject);
const actionsOn = async (id: number) =>
  (await app.rows(`select action from audit where resource = 'user' and resource_id = $1 order by id`, [id])).map(
    ({ action }) => action,
  );

describe('setting one up', () => {
  test('needs the password', async () => {
    const ann = await person();
    const wrong = await as(ann, 'POST', '/api/auth/mfa/totp/', { password: 'not the one' });
    expect(wrong.body).toMatchObject({ status: 400, errors: { password: ['is not your password'] } });
    expect((await as(ann, 'POST', '/api/auth/mfa/totp/', {})).status).toBe(400);
  });

  test('answers a secret, an address for an app, and a picture of it', async () => {
    const ann = await person();
    const { status, body } = await as(ann, 'POST', '/api/auth/mfa/totp/', { password });
    expect(status).toBe(201);
    expect(body.secret).toMatch(/^[A-Z2-7]{32}$/);
    const uri = new URL(body.uri);
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp']);
    expect(uri.searchParams.get('secret')).toBe(body.secret);
    expect(uri.searchParams.get('issuer')).toBe(new URL(inbox.settings.PUBLIC_URL).host);
    expect(decodeURIComponent(uri.pathname)).toContain(ann.user.email);
    expect(decodeURIComponent(body.qr)).toMatch(/^data:image\/svg\+xml,<svg/);
  });

  test('counts for nothing before a code was sent', async () => {
    const ann = await person();
    await begin(ann);
    expect(await of(ann)).toMatchObject({
      enabled: false,
      confirmed_at: null,
      recovery_codes_left: 0,
      available: true,
    });
    expect((await app.login({ username: ann.user.username, password })).status).toBe(200);
  });

  test('is confirmed by a code within an hour, and answers ten recovery codes', async () => {
    const ann = await person();
    const secret = await begin(ann);
    const confirm = (code: string) => as(ann, 'POST', '/api/auth/mfa/totp/confirm/', { code });
    await app.rows(`update app.factors set created_at = now() - interval '61 minutes' where user_id = $1`, [ann.id]);
    expect((await confirm(await codeAt(secret, stepNow()))).body.code).toBe('mfa_not_set_up');
    await app.rows('update app.factors set created_at = now() where user_id = $1', [ann.id]);
    const wrong = await confirm(await codeAt(secret, stepNow() + 7));
    expect(wrong.body).toMatchObject({ status: 400, errors: { code: ['is wrong, or was used already'] } });
    const { status, body } = await confirm(await codeAt(secret, stepNow()));
    expect(status).toBe(200);
    expect(new Set(body.recovery_codes).size).toBe(10);
    for (const code of body.recovery_codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
    expect(await of(ann)).toMatchObject({ enabled: true, recovery_codes_left: 10, required: false });
    expect((await of(ann)).confirmed_at).toMatch(/^\d{4}-/);
    expect((await confirm(await codeAt(secret, stepNow() + 1))).body.code).toBe('mfa_not_set_up');
    expect(await subjectsTo(ann)).toContain('Your account has a second factor');
    expect(await actionsOn(ann.id)).toEqual(expect.arrayContaining(['factor_started', 'factor_added']));
  });

  test('ends every other session, and that which goes on came with a factor', async () => {
    const ann = await person();
    const tablet = await app.device(ann);
    await setUp(ann);
    expect((await as(tablet, 'GET', '/api/auth/me/')).body.code).toBe('session_ended');
    const refreshed = await app.call('POST', '/api/auth/refresh/', { body: { refresh: tablet.refresh } });
    expect(refreshed.body.code).toBe('session_ended');
    expect((await as(ann, 'GET', '/api/auth/sessions/')).body).toMatchObject([{ current: true, mfa: true }]);
  });

  test('again replaces what was not confirmed, and refuses where one counts', async () => {
    const ann = await person();
    const [first, second] = [await begin(ann), await begin(ann)];
    const confirm = async (secret: string) =>
      (await as(ann, 'POST', '/api/auth/mfa/totp/confirm/', { code: await codeAt(secret, stepNow()) })).status;
    expect([await confirm(first), await confirm(second)]).toEqual([400, 200]);
    expect((await as(ann, 'POST', '/api/auth/mfa/totp/', { password })).body.code).toBe('mfa_set_up');
  });

  test('needs a confirmed address where mails are sent, and not where none are', async () => {
    const ann = await app.register(unique('ann'));
    const refused = await as(ann, 'POST', '/api/auth/mfa/totp/', { password });
    expect([refused.status, refused.body.code]).toEqual([403, 'email_unverified']);
    const { MAIL_API_URL: _, MAIL_API_KEY: __, ...env } = { ...app.env, ...inbox.settings };
    const sent = { token: ann.token, body: { password } };
    expect((await caller(env)('POST', '/api/auth/mfa/totp/', sent)).status).toBe(201);
  });

  test('answers a code of its own where there is no MFA_KEY', async () => {
    const ann = await person();
    const without = caller({ ...app.env, MFA_KEY: undefined });
    const answer = await without('POST', '/api/auth/mfa/totp/', { token: ann.token, body: { password } });
    expect([answer.status, answer.body.code]).toEqual([409, 'mfa_unavailable']);
    expect((await without('GET', '/api/auth/mfa/', { token: ann.token })).body).toMatchObject({ available: false });
  });
});

describe('signing in', () => {
  test('takes two steps', async () => {
    const { ann, code } = await withFactor();
    const first = await app.login({ username: ann.user.username, password });
    expect([first.status, first.body.code]).toEqual([401, 'otp_required']);
    expect(first.headers.get('WWW-Authenticate')).toBe('Bearer');
    const second = await secondStep({ otp_token: first.body.otp_token, code: await code() });
    expect(second.status, second.text).toBe(200);
    expect(second.body).toMatchObject({ token_type: 'Bearer', user: { id: ann.id } });
    const { body } = await as({ token: second.body.access }, 'GET', '/api/auth/sessions/');
    expect(body.map(({ mfa }: { mfa: boolean }) => mfa)).toEqual([true, true]);
    expect(await app.trailOf(second)).toMatchObject([{ action: 'login', resource: 'session', actor_id: ann.id }]);
  });

  test('with a wrong password says nothing of a factor', async () => {
    const { ann } = await withFactor();
    const answer = await app.login({ username: ann.user.username, password: 'not the one' });
    expect(answer.body.code).toBe('invalid_credentials');
    expect(answer.body.otp_token).toBeUndefined();
  });

  test('takes a recovery code instead, each once, however it is typed', async () => {
    const { ann, recovery } = await withFactor();
    const typed = recovery[0]?.toUpperCase().replace('-', ' ').replaceAll('0', 'O').replaceAll('1', 'L');
    const step = async (recovery_code: unknown) =>
      (await secondStep({ otp_token: await firstStep(ann), recovery_code })).body.code ?? 'in';
    expect([await step(typed), await step(recovery[0]), await step(recovery[1])]).toEqual(['in', 'otp_invalid', 'in']);
    expect(await of(ann)).toMatchObject({ recovery_codes_left: 8 });
    expect(await subjectsTo(ann)).toContain('A recovery code was used');
    expect(await actionsOn(ann.id)).toContain('recovery_code_used');
  });

  test('takes the code of the step before and of the step after, and none beyond', async () => {
    const { ann, secret } = await withFactor();
    const outcome = async (more: number) => {
      await forgetCodes(ann.id);
      const code = await codeAt(secret, stepNow() + more);
      return (await secondStep({ otp_token: await firstStep(ann), code })).status;
    };
    expect([await outcome(-1), await outcome(0), await outcome(1)]).toEqual([200, 200, 200]);
    expect([await outcome(-3), await outcome(3)]).toEqual([401, 401]);
  });

  test('takes no code twice, nor an older one after a newer', async () => {
    const { ann, secret } = await withFactor();
    await forgetCodes(ann.id);
    const now = stepNow();
    const outcome = async (step: number) =>
      (await secondStep({ otp_token: await firstStep(ann), code: await codeAt(secret, step) })).body.code ?? 'in';
    expect(await outcome(now)).toBe('in');
    expect(await outcome(now)).toBe('otp_invalid');
    expect(await outcome(now - 1)).toBe('otp_invalid');
    expect(await outcome(now + 1)).toBe('in');
  });

  test('needs a code or a recovery code, and with both takes the code', async () => {
    const { ann, code, wrongCode, recovery } = await withFactor();
    const otp_token = await firstStep(ann);
    const both = { otp_token, code: await wrongCode(), recovery_code: recovery[0] };
    expect((await secondStep(both)).body.code).toBe('otp_invalid');
    expect(await of(ann)).toMatchObject({ recovery_codes_left: 10 });
    for (const body of [{ otp_token }, { otp_token, code: '12345' }, { otp_token, code: 'abcdef' }])
      expect((await secondStep(body)).status).toBe(400);
    const spaced = (await code()).replace(/^(...)/, '$1 ');
    expect((await secondStep({ otp_token, code: spaced })).status).toBe(200);
  });
});

describe('the token of the first step', () => {
  test('opens one session, and only that', async () => {
    const { ann, code, recovery } = await withFactor();
    const otp_token = await firstStep(ann);
    expect((await secondStep({ otp_token, code: await code() })).status).toBe(200);
    expect((await secondStep({ otp_token, recovery_code: recovery[0] })).body.code).toBe('otp_token_invalid');
    // and no recovery code was lost by it
    expect(await of(ann)).toMatchObject({ recovery_codes_left: 10 });
    expect((await as({ token: otp_token }, 'GET', '/api/auth/me/')).body.code).toBe('unauthenticated');
    const refreshed = await app.call('POST', '/api/auth/refresh/', { body: { refresh: otp_token } });
    expect(refreshed.body.code).toBe('refresh_invalid');
    const verified = await app.call('POST', '/api/token/verify/', { body: { token: otp_token } });
    expect(verified.body.code).toBe('token_not_valid');
    // nor is an access token one
    expect((await secondStep({ otp_token: ann.token, code: await code() })).body.code).toBe('otp_token_invalid');
  });

  test('goes on after a wrong code', async () => {
    const { ann, code, wrongCode } = await withFactor();
    const otp_token = await firstStep(ann);
    expect((await secondStep({ otp_token, code: await wrongCode() })).body.code).toBe('otp_invalid');
    expect((await secondStep({ otp_token, code: await code() })).status).toBe(200);
  });

  test('is good for five minutes', async () => {
    const { ann, code } = await withFactor();
    const otp_token = await firstStep(ann);
    const claims = JSON.parse(atob(otp_token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''));
    expect(Math.abs(claims.exp - Date.now() / 1000 - 300)).toBeLessThan(5);
    const original = Date.now;
    Date.now = () => original() + 301_000;
    const late = await secondStep({ otp_token, code: '123456' }).finally(() => {
      Date.now = original;
    });
    expect(late.body.code).toBe('otp_token_invalid');
    expect((await secondStep({ otp_token, code: await code() })).status).toBe(200);
  });

  test('is for the password as it was', async () => {
    const { ann, code } = await withFactor();
    const otp_token = await firstStep(ann);
    const link = await app.link('reset', { user: ann.id, email: ann.user.email });
    const reset = { token: link, new_password: 'another horse battery' };
    expect((await app.call('POST', '/api/auth/password/reset/', { body: reset })).status).toBe(204);
    expect((await secondStep({ otp_token, code: await code() })).body.code).toBe('otp_token_invalid');
  });

  test('is none that somebody else signed', async () => {
    const { code } = await withFactor();
    for (const otp_token of ['junk', 'a.b.c', 'x'.repeat(2000)])
      expect((await secondStep({ otp_token, code: await code() })).body.code).toBe('otp_token_invalid');
  });
});

describe('with a password and a code', () => {
  const changed = (ann: Account, method: string, path: string, body: object) =>
    as(ann, method, `/api/auth/mfa/${path}`, { password, ...body });

  test('come new recovery codes, and earlier ones are void', async () => {
    const { ann, code, wrongCode, recovery } = await withFactor();
    const renew = (body: object) => changed(ann, 'POST', 'recovery-codes/', body);
    expect((await renew({ code: await wrongCode() })).body.errors).toEqual({ code: ['is wrong, or was used already'] });
    expect((await renew({ code: await code(), password: 'not the one' })).body.errors).toHaveProperty('password');
    expect((await renew({ recovery_code: recovery[0] })).status).toBe(400);
    const { body } = await renew({ code: await code() });
    expect(body.recovery_codes).toHaveLength(10);
    const step = async (recovery_code: unknown) =>
      (await secondStep({ otp_token: await firstStep(ann), recovery_code })).status;
    expect([await step(recovery[3]), await step(body.recovery_codes[3])]).toEqual([401, 200]);
    expect(await actionsOn(ann.id)).toContain('recovery_codes_renewed');
  });

  test('it is taken away, with a mail and an entry', async () => {
    const { ann, code, wrongCode } = await withFactor();
    const remove = (body: object) => changed(ann, 'DELETE', '', body);
    expect((await remove({ code: await wrongCode() })).status).toBe(400);
    expect((await remove({})).status).toBe(400);
    expect((await of(ann)).enabled).toBe(true);
    const removed = await remove({ code: await code() });
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect(await of(ann)).toMatchObject({ enabled: false, recovery_codes_left: 0 });
    expect((await app.login({ username: ann.user.username, password })).status).toBe(200);
    expect(await subjectsTo(ann)).toContain('Your second factor was taken away');
    expect(await actionsOn(ann.id)).toContain('factor_removed');
    expect(await app.rowOf('sessions', sessionOf(ann))).toMatchObject({ mfa: false });
    expect((await remove({ code: '123456' })).body.code).toBe('mfa_not_set_up');
  });

  test('or a recovery code, for whoever has lost the phone', async () => {
    const { ann, recovery } = await withFactor();
    expect((await changed(ann, 'DELETE', '', { recovery_code: recovery[5] })).status).toBe(204);
  });
});

test('a secret is encrypted for its account only, and a recovery code is kept as a hash', async () => {
  const { ann, secret, recovery } = await withFactor();
  const other = await withFactor();
  const kept = JSON.stringify(
    await app.rows(`select f.*, array(select hash from app.recovery_codes) as codes from app.factors f`),
  );
  for (const hidden of [secret, ...recovery, ...recovery.map((code) => code.replace('-', ''))])
    expect(kept).not.toContain(hidden);
  await app.rows(
    `update app.factors f set secret = (select o.secret from app.factors o where o.user_id = $2) where f.user_id = $1`,
    [ann.id, other.ann.id],
  );
  const moved = await secondStep({ otp_token: await firstStep(ann), code: await other.code() });
  expect(moved.body.code).toBe('misconfigured');
});

test('erasing the account erases it', async () => {
  const { ann, code } = await withFactor();
  expect((await as(ann, 'DELETE', '/api/auth/me/', { password })).body.code).toBe('step_up_required');
  expect((await as(ann, 'POST', '/api/auth/step-up/', { code: await code() })).status).toBe(204);
  expect((await as(ann, 'DELETE', '/api/auth/me/', { password })).status).toBe(204);
  expect(await app.count('from app.factors where user_id = $1', [ann.id])).toBe(0);
  expect(await app.count('from app.recovery_codes where user_id = $1', [ann.id])).toBe(0);
});
