// Passwords that Django hashed: right at the first login, and ours from then on.

import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { verifyPassword } from '../../src/accounts/passwords.ts';
import { boot, cheapPasswords, password } from '../support/app.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const second = await boot();
const hashed = (digest: typeof sha256 | typeof sha1, name: string, iterations: number, word = password) => {
  const hash = pbkdf2(digest, word, 'NaCl', { c: iterations, dkLen: digest.outputLen });
  return `${name}$${iterations}$NaCl$${btoa(String.fromCharCode(...hash))}`;
};
const withHash = async (hash: string | null) => {
  const { id, user } = await app.register(unique('ann'));
  if (hash) await app.rows('update credentials set password_hash = $2 where user_id = $1', [id, hash]);
  else await app.rows('delete from credentials where user_id = $1', [id]);
  return { id, username: user.username };
};
const stored = async (id: number) =>
  (await app.rows('select password_hash as hash, updated_at::text from credentials where user_id = $1', [id]))[0];

describe('a hash of Django’s', () => {
  test.each([
    ['pbkdf2_sha256', hashed(sha256, 'pbkdf2_sha256', 26_000)],
    ['pbkdf2_sha1', hashed(sha1, 'pbkdf2_sha1', 5000)],
  ])('%s lets in whoever knows the password, and becomes ours', async (_, hash) => {
    const { id, username } = await withHash(hash);
    const before = await stored(id);
    expect((await app.login({ username, password: 'not the one' })).status).toBe(401);
    expect((await stored(id)).hash).toBe(hash);
    expect((await app.login({ username, password })).status).toBe(200);
    const after = await stored(id);
    expect(after.hash).toMatch(/^\$pbkdf2-sha256\$i=100000,r=6\$/);
    // the password is the same, only kept in another way
    expect(after.updated_at).toBe(before.updated_at);
    expect((await app.login({ username, password })).status).toBe(200);
  });

  test('of a password with letters beyond ASCII is compared as Django hashed it', async () => {
    const word = 'pass\u0065\u0301 with accents';
    expect(await verifyPassword(word, hashed(sha256, 'pbkdf2_sha256', 1000, word))).toBe(true);
    expect(await verifyPassword(word.normalize('NFC'), hashed(sha256, 'pbkdf2_sha256', 1000, word))).toBe(false);
  });

  test.each([
    ['argon2', 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA'],
    ['bcrypt', 'bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuv'],
    ['md5', 'md5$salt$0123456789abcdef'],
    ['unusable', '!ab12'],
    ['empty', ''],
    ['broken', 'pbkdf2_sha256$x$y'],
    ['of no rounds', 'pbkdf2_sha256$0$salt$aGFzaA=='],
    ['of more rounds than anybody makes', 'pbkdf2_sha256$9999999$salt$aGFzaA=='],
    ['without a hash', 'pbkdf2_sha256$1000'],
    ['none', null],
  ])('of a kind that is not known (%s) is a wrong password like any other', async (_, hash) => {
    const { username } = await withHash(hash);
    const answer = await app.login({ username, password });
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_credentials']);
  });

  test('is a decoy for accounts that do not exist, as often as accounts have one', async () => {
    const other = second;
    const decoys = async () =>
      (
        await other.rows(
          `select distinct app.decoy('somebody ' || n) as decoy from generate_series(1, 200) n order by 1`,
        )
      ).map(({ decoy }) => decoy);
    await other.register('one');
    await other.register('two');
    expect(await decoys()).toEqual([null]);
    await other.rows(`update credentials set password_hash = $1 where user_id = 1`, [
      hashed(sha256, 'pbkdf2_sha256', 1000),
    ]);
    expect(await decoys()).toEqual(['pbkdf2_sha256$1000', null]);
    expect((await other.login({ username: 'nobody at all', password })).status).toBe(401);
    const [twice] = await other.rows(`select app.decoy('somebody') is not distinct from app.decoy('somebody') as same`);
    expect(twice.same).toBe(true);
  });
});
