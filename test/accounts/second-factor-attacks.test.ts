// What somebody with fresh eyes tried against the second factor: things that happen at once, a key that is gone, hostile input.
import { describe, expect, test } from 'vitest';
import worker from '../../src/index.ts';
import { type Account, boot, caller, cheapPasswords, type Json, mfaKey, password } from '../support/app.ts';
import { factorsOf } from '../support/factor.ts';
import { openMailbox } from '../support/mailbox.ts';
import { sessionOf } from '../support/tokens.ts';
import { codeAt, stepNow } from '../support/totp.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const inbox = openMailbox();
const app = await boot(inbox.settings);
const { as } = app;
const { begin, setUp, firstStep, secondStep } = factorsOf(app);

const person = async (): Promise<Account> => {
  const account = await app.register(unique('ann'));
  await app.verify(account.id);
  return account;
};
const withFactor = async () => {
  const ann = await person();
  return { ann, ...(await setUp(ann)) };
};
const hasFactor = (id: number) =>
  app.count('from app.factors where user_id = $1 and confirmed_at is not null', [id]).then((count) => count === 1);
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
/** Does these in one transaction that takes a second to end, and meanwhile the other thing. */
const whileWaiting = async <T>(statements: string[], act: () => Promise<T>): Promise<T> => {
  const { owner } = app.database;
  const slow = owner.transaction(
    [`select set_config('app.role', 'cli', true)`, ...statements, 'select pg_sleep(1.2)'].map((one) =>
      owner.query(one),
    ),
  );
  await pause(400);
  const [answer] = await Promise.all([act(), slow]);
  return answer;
};

describe('a session that is ended meanwhile', () => {
  test('confirms no factor: a thief must not lock the owner out who has just chosen a new password', async () => {
    const ann = await person();
    const secret = await begin(ann);
    const code = await codeAt(secret, stepNow());
    // what a password reset does to the account
    const answer = await whileWaiting(
      [
        `update credentials set updated_at = now() where user_id = ${ann.id}`,
        `delete from sessions where user_id = ${ann.id}`,
      ],
      () => as(ann, 'POST', '/api/auth/mfa/totp/confirm/', { code }),
    );
    expect([answer.status, answer.body.code]).toEqual([401, 'session_ended']);
    expect(await hasFactor(ann.id)).toBe(false);
  });

  test('goes on with no new one by a changed password: a reset factor signs the account out everywhere', async () => {
    const { ann } = await withFactor();
    const answer = await whileWaiting([`select app.reset_factor(${ann.id})`], () =>
      as(ann, 'POST', '/api/auth/password/', { current_password: password, new_password: 'another horse' }),
    );
    expect([answer.status, answer.body.code]).toEqual([401, 'session_ended']);
    expect(await app.count('from sessions where user_id = $1', [ann.id])).toBe(0);
  });
});

test('a factor that is taken away while the password is changed leaves no session that says it came with one', async () => {
  const { ann } = await withFactor();
  // what app.remove_factor() does, in its order
  const answer = await whileWaiting(
    [
      `select from credentials where user_id = ${ann.id} for share`,
      `delete from app.factors where user_id = ${ann.id}`,
      `update sessions set mfa = false where user_id = ${ann.id}`,
    ],
    () => as(ann, 'POST', '/api/auth/password/', { current_password: password, new_password: 'another horse' }),
  );
  expect(answer.status, answer.text).toBe(200);
  expect(await app.rowOf('sessions', sessionOf({ token: answer.body.access }))).toMatchObject({ mfa: false });
});

describe('where a factor cannot be decrypted', () => {
  const next = 'the next key for second factors, long enough as well';
  const rotating = { ...app.env, MFA_KEY: next, MFA_KEY_PREVIOUS: mfaKey };
  const run = async () => {
    const { info } = console;
    const lines: Json[] = [];
    console.info = (line: string) => void lines.push(JSON.parse(line));
    try {
      await worker.scheduled({ cron: '17 * * * *', scheduledTime: Date.now() }, rotating as typeof app.env);
      return { lines, failed: false };
    } catch {
      return { lines, failed: true };
    } finally {
      console.info = info;
    }
  };

  test('the hourly job does the others, and all else that it has to do, and then fails', async () => {
    const lost: number[] = [];
    for (let count = 0; count < 2; count++) lost.push((await withFactor()).ann.id);
    await app.rows(`update app.factors set secret = 'bG9zdA', key_id = 'lost' where user_id = any ($1)`, [lost]);
    const { ann, code } = await withFactor();
    await app.rows(`insert into app.used_otp_tokens values ('long ago', now() - interval '1 day')`);
    const { lines, failed } = await run();
    expect(lines.find(({ job }) => job === 'mfa')).toMatchObject({ unreadable: 2 });
    expect(lines.find(({ job }) => job === 'sweep')).toBeDefined();
    expect(await app.count(`from app.used_otp_tokens where id = 'long ago'`)).toBe(0);
    expect(failed).toBe(true);
    const answer = await caller({ ...app.env, MFA_KEY: next })('POST', '/api/auth/login/otp/', {
      body: { otp_token: await firstStep(ann), code: await code() },
    });
    expect(answer.status, answer.text).toBe(200);
    await app.rows('delete from app.factors where user_id = any ($1)', [lost]);
    // back to the key of the other tests
    await app.rows('delete from app.factors where user_id = $1', [ann.id]);
  });

  test('more of them than a run takes keep no other one from its turn', async () => {
    await app.asOwner(`
      insert into app.factors (user_id, secret, key_id, confirmed_at)
      select id, 'bG9zdA', 'lost', now() from users where id not in (select user_id from app.factors)`);
    const { ann } = await withFactor();
    const [rows] = [await app.rows(`select user_id from app.factors_of_other_keys('x', 1, 0)`)];
    expect(rows[0]?.user_id).not.toBe(ann.id);
    const after = await app.rows(`select user_id::int from app.factors_of_other_keys('x', 1, $1)`, [ann.id - 1]);
    expect(after).toEqual([{ user_id: ann.id }]);
    await app.rows('delete from app.factors');
  });

  test('every route says so by a code, and a right password is no guess', async () => {
    const { ann, code } = await withFactor();
    await app.rows('delete from guesses');
    const otp_token = await firstStep(ann);
    for (const env of [{ MFA_KEY: next }, { MFA_KEY: undefined }]) {
      const call = caller({ ...app.env, ...env });
      const own = async (method: string, path: string, body?: Json) => {
        const answer = await call(method, path, { token: ann.token, body });
        return [answer.status, answer.body.code];
      };
      const sent = { code: await code() };
      expect(await own('POST', '/api/auth/login/otp/', { otp_token, ...sent })).toEqual([503, 'misconfigured']);
      expect(await own('POST', '/api/auth/step-up/', sent)).toEqual([503, 'misconfigured']);
      for (let again = 0; again < 3; again++) {
        expect(await own('DELETE', '/api/auth/mfa/', { password, ...sent })).toEqual([503, 'misconfigured']);
        expect(await own('POST', '/api/auth/mfa/recovery-codes/', { password, ...sent })).toEqual([
          503,
          'misconfigured',
        ]);
      }
      expect(await own('GET', '/api/auth/mfa/')).toEqual([200, undefined]);
    }
  });
});

test('hostile bodies are refused, and never a mistake of ours', async () => {
  const { ann } = await withFactor();
  const otp_token = await firstStep(ann);
  const hostile: Json[] = [
    123456,
    ['123456'],
    { $ne: '' },
    true,
    null,
    '',
    ' ',
    '١٢٣٤٥٦',
    '１２３４５６',
    '12345\u0000',
    '\ud800',
    '-12345',
    '1e5',
    '0x1234',
    '1'.repeat(10_000),
  ];
  for (const code of hostile)
    for (const name of ['code', 'recovery_code']) {
      const bodies: [string, string, Json][] = [
        ['POST', 'login/otp/', { otp_token, [name]: code }],
        ['POST', 'login/otp/', { otp_token: code, code: '123456' }],
        ['POST', 'step-up/', { [name]: code }],
        ['DELETE', 'mfa/', { password, [name]: code }],
        ['POST', 'mfa/totp/confirm/', { [name]: code }],
        ['POST', 'mfa/recovery-codes/', { password, [name]: code }],
      ];
      for (const [method, path, body] of bodies) {
        const answer = await as(ann, method, `/api/auth/${path}`, body);
        expect([400, 401, 409, 429], `${path} ${JSON.stringify(body).slice(0, 90)}: ${answer.text}`).toContain(
          answer.status,
        );
      }
    }
  for (const body of [[], 'text', null, 7, [{ otp_token, code: '123456' }]] as Json[])
    expect((await secondStep(body)).status).toBe(400);
});
