// Wrong codes have a counter of their own, for the account, that only a right code clears; and what is sent many times at once
// counts once.
import { describe, expect, test } from 'vitest';
import { statuses } from '../support/answers.ts';
import { type Account, type Answer, boot, cheapPasswords, password } from '../support/app.ts';
import { factorsOf } from '../support/factor.ts';
import { codeAt, stepNow } from '../support/totp.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const { as } = app;
const { setUp, firstStep, secondStep, forgetCodes } = factorsOf(app);
const withFactor = async () => {
  const ann = await app.register(unique('ann'));
  return { ann, ...(await setUp(ann)) };
};
/** A first step with an attempt that is counted to nobody's harm. */
const freshStep = async (ann: Account) => {
  await app.rows('delete from guesses');
  return firstStep(ann);
};
const times = <T>(count: number, act: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
const in20 = async (act: (index: number) => Promise<Answer>) => statuses(await times(20, act));
const ofThem = (all: number[], status: number) => all.filter((one) => one === status).length;

describe('twenty at once', () => {
  test('with one code: one session', async () => {
    const { ann, code } = await withFactor();
    // tokens of their own, so that it is the code that is used up
    const tokens: string[] = [];
    for (let index = 0; index < 20; index++) tokens.push(await freshStep(ann));
    const body = { code: await code() };
    const answers = await in20((index) => secondStep({ ...body, otp_token: tokens[index] ?? '' }));
    expect([ofThem(answers, 200), ofThem(answers, 200) + ofThem(answers, 401) + ofThem(answers, 429)]).toEqual([1, 20]);
    expect(await app.count('from sessions where user_id = $1', [ann.id])).toBe(2);
  });

  test('with one recovery code: one session', async () => {
    const { ann, recovery } = await withFactor();
    const tokens: string[] = [];
    for (let index = 0; index < 20; index++) tokens.push(await freshStep(ann));
    const answers = await in20((index) => secondStep({ recovery_code: recovery[0], otp_token: tokens[index] ?? '' }));
    expect(ofThem(answers, 200)).toBe(1);
    expect(await app.count('from app.recovery_codes where user_id = $1', [ann.id])).toBe(9);
  });

  test('with one token and a recovery code each: one session', async () => {
    const { ann, recovery } = await withFactor();
    const otp_token = await freshStep(ann);
    const answers = await times(10, (index) => secondStep({ otp_token, recovery_code: recovery[index] }));
    expect(statuses(answers).filter((status) => status === 200)).toHaveLength(1);
    expect(await app.count('from sessions where user_id = $1', [ann.id])).toBe(2);
  });

  test('with one code that confirms: recovery codes once', async () => {
    const ann = await app.register(unique('ann'));
    const { begin } = factorsOf(app);
    const secret = await begin(ann);
    const body = { code: await codeAt(secret, stepNow()) };
    const answers = await in20(() => as(ann, 'POST', '/api/auth/mfa/totp/confirm/', body));
    expect(ofThem(answers, 200)).toBe(1);
    expect(await app.count('from app.recovery_codes where user_id = $1', [ann.id])).toBe(10);
  });
});

describe('wrong codes', () => {
  test('wait after five, whatever is sent then, and a right password changes nothing', async () => {
    const { ann, code, wrongCode, secret: _ } = await withFactor();
    const wrong = await wrongCode();
    for (let guess = 0; guess < 5; guess++)
      expect((await secondStep({ otp_token: await freshStep(ann), code: wrong })).body.code).toBe('otp_invalid');
    const [{ last_step }] = await app.rows('select last_step::int from app.factors where user_id = $1', [ann.id]);
    await app.rows('update app.factors set last_step = null where user_id = $1', [ann.id]);
    const late = await secondStep({ otp_token: await freshStep(ann), code: await codeAt(_, stepNow()) });
    expect([late.status, late.body.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(late.headers.get('Retry-After'))).toBeGreaterThan(25);
    expect(last_step).toBeGreaterThan(0);
    // the same counter for what is done signed in
    const stepUp = await as(ann, 'POST', '/api/auth/step-up/', { code: wrong });
    expect(stepUp.body.code).toBe('too_many_attempts');
    const admins = await app.register(unique('boss'));
    await app.makeAdmin(admins.id);
    const waiting = (await as(admins, 'GET', '/api/admin/waiting/')).body.accounts;
    expect(waiting.map(({ id }: Account) => id)).toContain(ann.id);
    expect((await secondStep({ otp_token: await freshStep(ann), code: await code() })).status).toBe(200);
  });

  test('are forgotten by a right one only', async () => {
    const { ann, code, wrongCode } = await withFactor();
    const failures = async () =>
      (await app.rows('select cardinality(failures) as count from app.factors where user_id = $1', [ann.id]))[0].count;
    const wrong = await wrongCode();
    for (let guess = 0; guess < 3; guess++) await secondStep({ otp_token: await freshStep(ann), code: wrong });
    await firstStep(ann);
    expect(await failures()).toBe(3);
    const right = await code();
    await app.rows(`update app.factors set failures = array[now(), now()] where user_id = $1`, [ann.id]);
    expect((await secondStep({ otp_token: await freshStep(ann), code: right })).status).toBe(200);
    expect(await failures()).toBe(0);
  });

  test('keep the right password counted as an attempt, until a code was right', async () => {
    const { ann, code } = await withFactor();
    await app.rows('delete from guesses');
    for (let login = 0; login < 4; login++) await firstStep(ann);
    const otp_token = await firstStep(ann);
    const sixth = await app.login({ username: ann.user.username, password });
    expect([sixth.status, sixth.body.code]).toEqual([429, 'too_many_attempts']);
    expect((await secondStep({ otp_token, code: await code() })).status).toBe(200);
    expect((await app.login({ username: ann.user.username, password })).body.code).toBe('otp_required');
  });

  test('are entries in the trail, and no mail', async () => {
    const { ann, wrongCode } = await withFactor();
    const answer = await secondStep({ otp_token: await freshStep(ann), code: await wrongCode() });
    expect(await app.trailOf(answer)).toMatchObject([{ action: 'code_failed', resource: 'user', resource_id: ann.id }]);
  });

  test('count once each when many come at once', async () => {
    const { ann, wrongCode } = await withFactor();
    const [otp_token, wrong] = [await freshStep(ann), await wrongCode()];
    const answers = await in20(() => secondStep({ otp_token, code: wrong }));
    expect([ofThem(answers, 401), ofThem(answers, 429)]).toEqual([5, 15]);
  });

  test('somebody who has the password and guesses for a week gets at most a hundred guesses a day', async () => {
    const { ann } = await withFactor();
    await forgetCodes(ann.id);
    // the very function, with the clock moved in the table, as fast as whoever guesses may
    await app.asOwner(`
      create function app.guess_codes(account bigint, hours integer, patience interval) returns integer[] language plpgsql as $$
      declare
        made integer[] := '{}';
        v_today integer := 0;
        passed interval := '0';
        wait integer;
        v_sealed text := (select secret from app.factors where user_id = account);
      begin
        while passed < make_interval(hours => hours) loop
          wait := app.accept_code(account, v_sealed, null, null);
          if wait < 0 then
            v_today := v_today + 1;
            continue;
          end if;
          passed := passed + greatest(make_interval(secs => wait), patience);
          update app.factors set failures = array(select f - greatest(make_interval(secs => wait), patience) from unnest(failures) f),
            blocked_until = blocked_until - greatest(make_interval(secs => wait), patience) where user_id = account;
          if passed >= make_interval(hours => 24 * (cardinality(made) + 1)) then
            made := made || v_today;
            v_today := 0;
          end if;
        end loop;
        return made || v_today;
      end $$`);
    for (const patience of ['0', '20 minutes', '3 hours', '25 hours']) {
      await forgetCodes(ann.id);
      const [{ made }] = await app.rows('select app.guess_codes($1, 168, $2::interval) as made', [ann.id, patience]);
      const whole = made.reduce((sum: number, day: number) => sum + day, 0);
      expect(whole, `waiting ${patience}`).toBeLessThanOrEqual(8 * 100);
      expect(Math.max(...made)).toBeLessThanOrEqual(200);
      expect(whole).toBeGreaterThan(7);
    }
    // in no 24 hours more than a hundred
    const [{ most }] = await app.rows(`select cardinality(failures) as most from app.factors where user_id = $1`, [
      ann.id,
    ]);
    expect(most).toBeLessThanOrEqual(100);
  });
});
