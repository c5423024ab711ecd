// Passwords: what they must be, what a hash costs, and how it is kept.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashPassword, verifyPassword } from '../../src/accounts/passwords.ts';
import { boot, type Json } from '../support/app.ts';
import { unique } from '../support/unique.ts';

const app = await boot();
const register = (password: Json, name = unique('user')) =>
  app.call('POST', '/api/auth/register/', { body: { username: name, email: `${name}@example.com`, password } });
const login = (username: string, password: Json) => app.login({ username, password });
const storedHash = async (username: string): Promise<string> => {
  const query = 'select password_hash from credentials join users on id = user_id where username = $1';
  return (await app.database.owner.query(query, [username]))[0]?.password_hash;
};

describe('a password', () => {
  test.each(['', '1', '1234567', 'ääääääa', '💊💊💊', '        '.slice(1)])('"%s" is too short', async (password) => {
    const answer = await register(password);
    expect(answer.body).toMatchObject({
      status: 400,
      code: 'invalid_input',
      errors: { password: [expect.any(String)] },
    });
  });

  test('has 8 to 256 characters', async () => {
    expect((await register('8 chars!')).status).toBe(201);
    expect((await register('xy'.repeat(128))).status).toBe(201);
    expect((await register(`${'xy'.repeat(128)}z`)).status).toBe(400);
  });

  test('counts as its composed form does', async () => {
    // seven characters, however they are typed
    expect((await register('ééééééé'.normalize('NFC'))).status).toBe(400);
    expect((await register('ééééééé'.normalize('NFD'))).status).toBe(400);
    expect((await register('é'.repeat(200).normalize('NFD'))).status).toBe(201);
  });

  test('is the same on a phone that composes letters and on one that does not', async () => {
    const typed = 'pässwörd naïve é';
    expect(typed.normalize('NFC')).not.toBe(typed.normalize('NFD'));
    expect((await register(typed.normalize('NFD'), 'composer')).status).toBe(201);
    expect((await login('composer', typed.normalize('NFC'))).status).toBe(200);
    expect((await login('composer', typed.normalize('NFD'))).status).toBe(200);
  });

  test('is taken as it is: neither trimmed nor folded', async () => {
    await register('  Secret words  ', 'spacious');
    expect((await login('spacious', '  Secret words  ')).status).toBe(200);
    for (const other of ['Secret words', '  secret words  ', '  Secret words '])
      expect((await login('spacious', other)).status).toBe(401);
    // HMAC pads its key with NUL, so a password that ends with one would be the same as one without
    expect((await login('spacious', '  Secret words  \0')).status).toBeOneOf([400, 401]);
  });

  test('differs when it differs past 72 characters', async () => {
    const long = 'x'.repeat(100);
    await register(`${long}a`, 'long_winded');
    expect((await login('long_winded', `${long}b`)).status).toBe(401);
    expect((await login('long_winded', `${long}a`)).status).toBe(200);
  });

  test('is in no answer and in no row but as its hash', async () => {
    const answer = await register('plain as daylight', 'plain');
    expect(answer.text).not.toContain('daylight');
    expect(answer.text).not.toContain('pbkdf2');
    const rows = await app.database.owner.query(`
      select u::text from users u union all select c::text from credentials c
      union all select s::text from sessions s union all select a::text from audit a`);
    expect(rows.length).toBeGreaterThan(3);
    expect(JSON.stringify(rows)).not.toContain('daylight');
    const trail = await app.database.owner.query('select a::text from audit a');
    expect(JSON.stringify(trail)).not.toContain('pbkdf2');
  });
});

describe('a hash', () => {
  test('says how it was made, and is salted anew each time', async () => {
    const shape = /^\$pbkdf2-sha256\$i=100000,r=6\$([\w-]{22})\$([\w-]{43})$/;
    await register('one password for two', 'first');
    await register('one password for two', 'second');
    const [, salt, hash] = shape.exec(await storedHash('first')) ?? [];
    const [, otherSalt, otherHash] = shape.exec(await storedHash('second')) ?? [];
    expect(salt).toBeTruthy();
    expect(otherSalt).toBeTruthy();
    expect(salt).not.toBe(otherSalt);
    expect(hash).not.toBe(otherHash);
  });

  test('is PBKDF2, chained six times, because Workers refuse more than 100,000 rounds at once', async () => {
    const [, , , salt = '', hash] = (await hashPassword('chained')).split('$');
    const bytes = (text: string) =>
      Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('chained'), 'PBKDF2', false, [
      'deriveBits',
    ]);
    let derived = bytes(salt);
    for (let round = 0; round < 6; round++) {
      const step = { name: 'PBKDF2', hash: 'SHA-256', salt: derived, iterations: 100_000 };
      derived = new Uint8Array(await crypto.subtle.deriveBits(step, key, 256));
    }
    expect(derived).toEqual(bytes(hash ?? ''));
  });

  test('that is the one of nobody fits no password', async () => {
    const nobody = `$pbkdf2-sha256$i=100000,r=6$${'A'.repeat(22)}$${'A'.repeat(43)}`;
    for (const given of ['', 'password', nobody]) expect(await verifyPassword(given)).toBe(false);
  });

  test('of former parameters is accepted, and renewed', async () => {
    // made by Python: one round of 1,000, as a predecessor might have written
    const old = await formerHash('my old password', 1_000);
    await register('about to be replaced', 'veteran');
    await app.asOwner(
      `update credentials set password_hash = $1 where user_id = (select id from users where username = 'veteran')`,
      [old],
    );
    expect((await login('veteran', 'not my old password')).status).toBe(401);
    expect(await storedHash('veteran')).toBe(old);
    expect((await login('veteran', 'my old password')).status).toBe(200);
    const renewed = await storedHash('veteran');
    expect(renewed).toMatch(/^\$pbkdf2-sha256\$i=100000,r=6\$/);
    expect((await login('veteran', 'my old password')).status).toBe(200);
    expect(await storedHash('veteran')).toBe(renewed);
  });

  const formerHash = async (password: string, iterations: number) => {
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(password), 'PBKDF2', false, [
      'deriveBits',
    ]);
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256);
    const text = (bytes: Uint8Array) =>
      btoa(String.fromCharCode(...bytes))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');
    return `$pbkdf2-sha256$i=${iterations},r=1$${text(salt)}$${text(new Uint8Array(bits))}`;
  };
});

describe('on a Worker, which refuses more than 100,000 iterations a call', () => {
  const { subtle } = crypto;
  const real = subtle.deriveBits;
  let calls: number[] = [];

  beforeEach(async () => {
    if (!(await storedHash('known'))) await register('a known password', 'known');
    calls = [];
    subtle.deriveBits = async (algorithm, key, length) => {
      const { iterations = 0 } = algorithm as { iterations?: number };
      if (iterations > 100_000) throw new DOMException('iteration counts above 100000 are not supported');
      calls.push(iterations);
      return real.call(subtle, algorithm, key, length ?? undefined);
    };
  });
  afterEach(() => {
    subtle.deriveBits = real;
  });
  const spent = () => calls.reduce((sum, iterations) => sum + iterations, 0);

  test('registering costs 600,000', async () => {
    expect((await register('quite expensive')).status).toBe(201);
    expect(spent()).toBe(600_000);
  });

  test('logging in costs 600,000', async () => {
    expect((await login('known', 'a known password')).status).toBe(200);
    expect(spent()).toBe(600_000);
  });

  const withoutId = ({ status, text, headers }: Awaited<ReturnType<typeof login>>) => ({
    status,
    text: text.replace(/"request_id":"[^"]*"/, ''),
    headers: [...headers].filter(([name]) => name !== 'x-request-id'),
  });

  test.each([
    ['a username', { username: 'known' }, { username: 'unknown' }],
    ['an email', { email: 'known@example.com' }, { email: 'unknown@example.com' }],
    ['an email as username', { username: 'known@example.com' }, { username: 'unknown@example.com' }],
  ])(
    'a wrong password costs as much and says as much, whether somebody has %s or nobody',
    async (_, known, unknown) => {
      const attempt = async (who: object) => {
        calls = [];
        const before = await app.database.roundTrips();
        const answer = await app.call('POST', '/api/auth/login/', { body: { ...who, password: 'wrong password' } });
        return { answer: withoutId(answer), calls, roundTrips: (await app.database.roundTrips()) - before };
      };
      const [known_, unknown_] = [await attempt(known), await attempt(unknown)];
      expect(known_).toEqual(unknown_);
      expect(known_.answer.status).toBe(401);
      expect(known_.calls).toEqual(Array(6).fill(100_000));
    },
  );

  test('an account without credentials costs as much, and says as much', async () => {
    const nobody = withoutId(await login('unknown', 'a known password'));
    await app.asOwner(`delete from credentials where user_id = (select id from users where username = 'known')`);
    calls = [];
    expect(withoutId(await login('known', 'a known password'))).toEqual(nobody);
    expect(spent()).toBe(600_000);
  });

  test('what is refused before it is compared costs nothing', async () => {
    await register('short');
    await login('known', '');
    await login('known', 'x'.repeat(1_001));
    expect(spent()).toBe(0);
  });
});
