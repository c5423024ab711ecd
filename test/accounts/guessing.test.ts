// Somebody who guesses passwords may try five times, and then has to wait, longer each time.
import { beforeEach, describe, expect, test } from 'vitest';
import { statuses } from '../support/answers.ts';
import { type Answer, boot, cheapPasswords, type Json, password } from '../support/app.ts';

// how many are computed is what counts; passwords.test.ts says that each one is dear
cheapPasswords();
const app = await boot();
const doctor = await app.register('doctor');

const { rows } = app;
const login = (body: Json, address = '192.0.2.1') =>
  app.call('POST', '/api/auth/login/', { body, headers: { 'CF-Connecting-IP': address } });
const right = (address?: string) => login({ username: 'doctor', password }, address);
const wrong = (address?: string, username = 'doctor') => login({ username, password: 'not the password' }, address);
const repeat = async (times: number, act: () => Promise<Answer>) => {
  const answers = [];
  while (answers.length < times) answers.push(await act());
  return answers;
};
const retryAfter = (answer: Answer) => Number(answer.headers.get('Retry-After'));
/** As if so many were wrong already. */
const wrongBefore = async (times: number, address?: string, username?: string) => {
  await wrong(address, username);
  await failedBefore(times);
};
const failedBefore = (times: number, where = 'true') =>
  app.asOwner(`update guesses set failures = array_fill(now(), array[$1::integer]) where ${where}`, [times]);
/** As if the client had waited as long as it was told. */
const waitIsOver = () => app.asOwner(`update guesses set blocked_until = now() - interval '1 second'`);

const timePasses = (interval: string) =>
  app.asOwner(
    `update guesses set failures = array(select f - $1::interval from unnest(failures) f),
      blocked_until = blocked_until - $1::interval, forget_at = forget_at - $1::interval`,
    [interval],
  );

/** How many password hashes are computed meanwhile: six calls make one. */
const hashesDuring = async (work: () => Promise<unknown>): Promise<number> => {
  const { subtle } = crypto;
  const original = subtle.deriveBits;
  let calls = 0;
  subtle.deriveBits = (...args: Parameters<SubtleCrypto['deriveBits']>) => {
    calls++;
    return original.apply(subtle, args);
  };
  try {
    await work();
  } finally {
    subtle.deriveBits = original;
  }
  return calls / 6;
};

beforeEach(() => Promise.all([app.asOwner('delete from guesses'), app.asOwner('delete from app.networks')]));

describe('for one account from one address', () => {
  test('50 wrong guesses at once compute 5 hashes, and the rest wait', async () => {
    let answers: Answer[] = [];
    const hashes = await hashesDuring(async () => {
      answers = await Promise.all(Array.from({ length: 50 }, () => wrong()));
    });
    expect(hashes).toBe(5);
    expect(statuses(answers).sort()).toEqual([...Array(5).fill(401), ...Array(45).fill(429)]);
    for (const answer of answers.filter(({ status }) => status === 429)) {
      expect(answer.body.code).toBe('too_many_attempts');
      expect(retryAfter(answer)).toBeGreaterThanOrEqual(1);
      expect(retryAfter(answer)).toBeLessThanOrEqual(900);
    }
  });

  test('the right password has to wait as well, and costs no hash', async () => {
    await wrongBefore(4);
    expect((await wrong()).status).toBe(401);
    let answer: Answer | undefined;
    expect(
      await hashesDuring(async () => {
        answer = await right();
      }),
    ).toBe(0);
    expect(answer?.status).toBe(429);
    // nor is it lost: who was told to wait is let in afterwards, and begins anew
    await waitIsOver();
    expect((await right()).status).toBe(200);
    expect(statuses([await wrong(), await wrong()])).toEqual([401, 401]);
  });

  test('each further wrong one makes the wait longer, up to 15 minutes', async () => {
    await wrongBefore(4);
    const waits: number[] = [];
    const next = async () => {
      expect((await wrong()).status).toBe(401);
      waits.push(retryAfter(await right()));
      await waitIsOver();
    };
    for (let more = 0; more < 3; more++) await next();
    expect(waits).toEqual([...new Set(waits)].sort((a, b) => a - b));
    expect(waits[0]).toBeLessThanOrEqual(60);
    for (const failures of [20, 40]) {
      await failedBefore(failures);
      await next();
    }
    expect(waits.slice(-2)).toEqual([900, 900]);
  });

  test('those refused while waiting do not make it longer', async () => {
    await wrongBefore(4);
    await wrong();
    const first = retryAfter(await wrong());
    const last = (await repeat(30, wrong)).at(-1);
    expect(last && retryAfter(last)).toBeLessThanOrEqual(first);
  });

  test('a few wrong ones before the right one are forgiven', async () => {
    await wrongBefore(4);
    expect((await right()).status).toBe(200);
    expect(statuses([await wrong(), await wrong()])).toEqual([401, 401]);
  });

  test('what was wrong more than 90 minutes ago no longer counts, whatever was tried since', async () => {
    await wrongBefore(4);
    await timePasses('80 minutes');
    await wrong();
    expect((await right()).status).toBe(429);
    await timePasses('11 minutes');
    // of the five the last one is left
    expect(statuses(await repeat(5, wrong))).toEqual([401, 401, 401, 401, 429]);
  });
});

describe('from elsewhere', () => {
  test('a stranger who guesses locks nobody out', async () => {
    await wrongBefore(4, '192.0.2.66');
    await wrong('192.0.2.66');
    expect((await right('192.0.2.1')).status).toBe(200);
    // and that somebody else came in is no news for the stranger
    expect((await right('192.0.2.66')).status).toBe(429);
  });

  test('50 wrong ones for an account are the limit, wherever they come from', async () => {
    await wrong('192.0.2.10');
    await wrong('192.0.2.11');
    // the count that both have in common is the account's
    await failedBefore(48, 'cardinality(failures) = 2');
    expect(statuses([await wrong('192.0.2.12'), await wrong('192.0.2.13')])).toEqual([401, 401]);
    const refused = await right('192.0.2.14');
    expect(refused.status).toBe(429);
    expect(retryAfter(refused)).toBeLessThanOrEqual(900);
    expect((await login({ username: 'somebody_else', password }, '192.0.2.14')).status).toBe(401);
    await waitIsOver();
    expect((await right('192.0.2.14')).status).toBe(200);
  });

  test('100 wrong ones from an address are the limit, whosever they are', async () => {
    await wrong('192.0.2.20', 'one');
    await wrong('192.0.2.20', 'two');
    await failedBefore(98, 'cardinality(failures) = 2');
    expect(statuses([await wrong('192.0.2.20', 'three'), await wrong('192.0.2.20', 'four')])).toEqual([401, 401]);
    expect((await right('192.0.2.20')).status).toBe(429);
    expect((await right('192.0.2.21')).status).toBe(200);
  });

  test('five by the email do not show with the username: nobody is told that both are of one account', async () => {
    for (const name of ['doctor@example.com', 'somebody@example.com']) {
      await wrongBefore(4, '192.0.2.31', name);
      expect((await wrong('192.0.2.31', name)).status).toBe(401);
      expect((await wrong('192.0.2.31', name.toUpperCase())).status).toBe(429);
      for (const other of ['doctor', 'somebody']) expect((await wrong('192.0.2.31', other)).status).toBe(401);
      await app.asOwner('delete from guesses');
    }
  });

  test('but an account is one for the 50, whatever it is called', async () => {
    const headers = { 'CF-Connecting-IP': '192.0.2.34' };
    await wrong('192.0.2.32', 'Doctor');
    await wrong('192.0.2.33', 'DOCTOR@example.com');
    const { token } = await app.device(doctor);
    await app.call('DELETE', '/api/auth/me/', { token, headers, body: { password: 'not the password' } });
    await failedBefore(49, 'cardinality(failures) = 3');
    expect((await wrong('192.0.2.35')).status).toBe(401);
    for (const username of ['doctor', 'doctor@example.com'])
      expect((await login({ username, password }, '192.0.2.36')).status).toBe(429);
    expect((await app.call('DELETE', '/api/auth/me/', { token, headers, body: { password } })).status).toBe(429);
  });

  test('where the account signed in before the 50 do not count, and those from there have their own five', async () => {
    expect((await right('192.0.2.40')).status).toBe(200);
    await wrong('192.0.2.41');
    await wrong('192.0.2.42');
    await failedBefore(49, 'cardinality(failures) = 2');
    expect((await wrong('192.0.2.43')).status).toBe(401);
    expect((await right('192.0.2.44')).status).toBe(429);
    for (let times = 0; times < 2; times++) expect((await right('192.0.2.40')).status).toBe(200);
    // that somebody came in gives those elsewhere no new guesses
    expect((await right('192.0.2.44')).status).toBe(429);
    expect(statuses(await repeat(6, () => wrong('192.0.2.40')))).toEqual([...Array(5).fill(401), 429]);
    expect((await right('192.0.2.40')).status).toBe(429);
    await waitIsOver();
    // whatever was typed: of all names together there are 50 from there
    await failedBefore(49, `key like 'account:%|%'`);
    expect((await wrong('192.0.2.40', 'doctor@example.com')).status).toBe(401);
    expect((await right('192.0.2.40')).status).toBe(429);
  });

  test('where it was 180 days ago they count again', async () => {
    expect((await right('192.0.2.45')).status).toBe(200);
    const blocked = async () => {
      await app.asOwner('delete from guesses');
      await wrong('192.0.2.46');
      await app.asOwner(`update guesses set blocked_until = now() + interval '1 minute' where key ~ '^account:\\d+$'`);
      return (await right('192.0.2.45')).status;
    };
    const away = (days: number) =>
      app.asOwner(`update app.networks set last_used_at = now() - $1 * interval '1 day'`, [days]);
    await away(179);
    expect(await blocked()).toBe(200);
    await away(181);
    expect(await blocked()).toBe(429);
  });

  test('and where a link for a new password was used they do not count either', async () => {
    const { id } = await app.register('forgetful');
    const headers = { 'CF-Connecting-IP': '192.0.2.47' };
    const body = { token: await app.link('reset', { user: id }), new_password: 'a much better password' };
    expect((await app.call('POST', '/api/auth/password/reset/', { body, headers })).status).toBe(204);
    await wrong('192.0.2.48', 'forgetful');
    await app.asOwner(`update guesses set blocked_until = now() + interval '1 minute' where key ~ '^account:\\d+$'`);
    const words = { username: 'forgetful', password: 'a much better password' };
    expect((await login(words, '192.0.2.49')).status).toBe(429);
    expect((await login(words, '192.0.2.47')).status).toBe(200);
  });

  test('an account remembers the last 50 of its networks', async () => {
    const { id } = await app.register('traveller');
    await app.asOwner(
      `insert into app.networks select $1, 'network ' || n, now() - n * interval '1 minute' from generate_series(1, 60) n`,
      [id],
    );
    expect((await login({ username: 'traveller', password }, '192.0.2.55')).status).toBe(200);
    expect(await app.count('from app.networks where user_id = $1', [id])).toBe(50);
    expect(
      await rows(`select network_hash from app.networks where user_id = $1 and network_hash = 'network 50'`, [id]),
    ).toEqual([]);
    expect(
      await rows(`select network_hash from app.networks where user_id = $1 and network_hash like '%192%'`, [id]),
    ).toEqual([]);
  });

  test('400 wrong ones from a /56 are the limit, from however many of its networks', async () => {
    await wrong('2001:db8:56:101::1', 'one');
    await wrong('2001:db8:56:102::1', 'two');
    await failedBefore(398, 'cardinality(failures) = 2');
    expect(statuses([await wrong('2001:db8:56:103::1', 'three'), await wrong('2001:db8:56:104::1', 'four')])).toEqual([
      401, 401,
    ]);
    expect((await right('2001:db8:56:1ff::1')).status).toBe(429);
    expect((await right('2001:db8:56:200::1')).status).toBe(200);
  });

  test("coming in with one's own account gives no guesses at others back", async () => {
    await wrong('192.0.2.30', 'one');
    await wrong('192.0.2.30', 'two');
    await failedBefore(98, 'cardinality(failures) = 2');
    expect((await right('192.0.2.30')).status).toBe(200);
    expect(statuses([await wrong('192.0.2.30', 'three'), await wrong('192.0.2.30', 'four')])).toEqual([401, 401]);
    expect((await wrong('192.0.2.30', 'five')).status).toBe(429);
  });

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', true, true],
    ['2001:db8::1', '2001:db8::2:3', true, true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false, true],
    ['2001:db8:1:1ff::1', '2001:db8:1:200::1', false, false],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false, true],
    ['2001:db8:1::1', '2001:db8:2::1', false, false],
    // "::" stands for two groups here, so that the fourth is 5 or 6
    ['2001::5:1:2:3:4', '2001::6:1:2:3:4', false, true],
    ['192.0.2.5', '192.0.2.6', false, false],
  ])('%s and %s are one address: %s, and of one /56: %s', async (one, other, same, sameSite) => {
    await wrong();
    await app.asOwner(`update guesses set blocked_until = now() + interval '1 minute'`);
    // refused without a hash, but noted: for each address, and for the account from there
    await wrong(one);
    await wrong(other);
    const noted = await rows(`select count(*)::int from guesses where blocked_until is null`);
    const sites = one.includes(':') ? (sameSite ? 1 : 2) : 0;
    expect(noted).toEqual([{ count: (same ? 2 : 4) + sites }]);
  });
});

describe('whether there is an account', () => {
  const unlike = ({ body, headers }: Answer) => {
    const { request_id, ...rest } = body;
    const { 'x-request-id': _, ...others } = Object.fromEntries(headers);
    return { rest, others };
  };

  // that a wrong password costs and says the same is in passwords.test.ts
  test('does not show in when the wait begins, nor in what is said then', async () => {
    const seen = [];
    for (const username of ['doctor', 'nobody']) {
      await wrongBefore(4, '192.0.2.50', username);
      const before = await app.database.roundTrips();
      const answers = await repeat(2, () => wrong('192.0.2.50', username));
      const roundTrips = (await app.database.roundTrips()) - before;
      expect(statuses(answers)).toEqual([401, 429]);
      seen.push({ roundTrips, answers: answers.map(unlike) });
    }
    expect(seen[0]).toEqual(seen[1]);
  });

  test('nor who it is, in the table of counts', async () => {
    await wrong('192.0.2.60');
    const [{ text }] = await rows('select string_agg(guesses::text, $1) as text from guesses', [' ']);
    expect(text).not.toMatch(/doctor|192\.0\.2/);
  });
});

describe('a signed-in account', () => {
  const signedIn = (method: string, path: string, body: Json) => app.call(method, path, { token: doctor.token, body });
  const change = (current_password: string, new_password = 'an entirely new one') =>
    signedIn('POST', '/api/auth/password/', { current_password, new_password });
  const erase = (sent: string) => signedIn('DELETE', '/api/auth/me/', { password: sent });

  test('is not a place to guess either: 50 guesses compute 5 hashes', async () => {
    let answers: Answer[] = [];
    const hashes = await hashesDuring(async () => {
      answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => (index % 2 ? change('not the password') : erase('not the password'))),
      );
    });
    expect(hashes).toBe(5);
    expect(statuses(answers).sort()).toEqual([...Array(5).fill(400), ...Array(45).fill(429)]);
    expect(statuses([await change(password), await erase(password)])).toEqual([429, 429]);
  });

  test('is told which field was wrong', async () => {
    expect((await change('not the password')).body.errors).toEqual({ current_password: ['is not your password'] });
    expect((await erase('not the password')).body.errors).toEqual({ password: ['is not your password'] });
  });

  test.each([
    ['password123', /commonest passwords: choose another/],
    ['PassWord123', /commonest passwords: choose another/],
    ['doctor@example.com', /your name or email: choose something/],
    ['DOCTOR@example.com', /your name or email: choose something/],
    ['short', /8 characters or more/],
    ['x'.repeat(257), /at most 256 characters/],
  ])('cannot choose %s, and is told what to do', async (chosen, advice) => {
    const answer = await change(password, chosen);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.errors)).toEqual(['new_password']);
    expect(answer.body.errors.new_password[0]).toMatch(advice);
  });

  test('has guessed nothing by choosing a weak one', async () => {
    await change(password, 'password123');
    expect(await rows('select key from guesses where cardinality(failures) > 0')).toEqual([]);
    expect((await right()).status).toBe(200);
  });
});

describe('who registers', () => {
  const register = (body: Json) => app.call('POST', '/api/auth/register/', { body });
  const jane = { email: 'jane.doe.the.third@example.com', name: 'Jane Margaret Doe', username: 'jane_margaret' };

  test.each([
    ['a common one', 'iloveyou1', /commonest/],
    ['a common one in capitals', 'QWERTYUIOP', /commonest/],
    ['the email', 'jane.doe.the.third@example.com', /name or email/],
    ['what is before the @', 'Jane.Doe.The.Third', /name or email/],
    ['the name', 'jane margaret doe', /name or email/],
    ['the username', 'JANE_MARGARET', /name or email/],
  ])('with %s as the password is told to choose another, at no cost', async (_, chosen, advice) => {
    let answer: Answer | undefined;
    const hashes = await hashesDuring(async () => {
      answer = await register({ ...jane, password: chosen });
    });
    expect(hashes).toBe(0);
    expect(answer?.status).toBe(400);
    expect(answer?.body.errors.password[0]).toMatch(advice);
    expect(answer?.text.toLowerCase()).not.toContain(chosen.toLowerCase());
  });

  test('with one that only contains them may', async () => {
    expect((await register({ ...jane, password: 'jane_margaret password123' })).status).toBe(201);
  });
});
