// Passwords: what is accepted as one, how it is hashed, and which ones others would guess first.
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64, decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import * as z from 'zod';
import commonPasswords from './common-passwords.ts';

// PBKDF2-HMAC-SHA256 at OWASP's 600,000 iterations. Workers refuse more than 100,000 a call, so six calls are chained,
// each salted with what came before. What is stored says how it was made: `$pbkdf2-sha256$i=100000,r=6$salt$hash`.
const iterations = 100_000;
const rounds = 6;
const encoder = new TextEncoder();
const base64url = (bytes: Uint8Array<ArrayBuffer>) => encodeBase64Url(bytes.buffer).replaceAll('=', '');

const deriveBits = async (password: string, salt: Uint8Array<ArrayBuffer>, iterations: number, rounds: number) => {
  const key = await crypto.subtle.importKey('raw', encoder.encode(password.normalize('NFC')), 'PBKDF2', false, [
    'deriveBits',
  ]);
  let derived = salt;
  for (let round = 0; round < rounds; round++) {
    const bits = await crypto.subtle.deriveBits(
      { name: 'PBKDF2', hash: 'SHA-256', salt: derived, iterations },
      key,
      256,
    );
    derived = new Uint8Array(bits);
  }
  return derived;
};

export const hashPassword = async (password: string): Promise<string> => {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hash = await deriveBits(password, salt, iterations, rounds);
  return `$pbkdf2-sha256$i=${iterations},r=${rounds}$${base64url(salt)}$${base64url(hash)}`;
};

const hashPattern = /^\$pbkdf2-sha256\$i=(\d+),r=(\d+)\$([^$]+)\$([^$]+)$/;
// Compared with where there is no such account, so that the answer takes as long as if there were one.
const placeholderHash = `$pbkdf2-sha256$i=${iterations},r=${rounds}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

// Django's are one call of PBKDF2, of more rounds than Workers compute by themselves: `pbkdf2_sha256$600000$salt$hash`.
// @noble/hashes takes up to two seconds for one in JavaScript. It happens once for each account that came from there.
const digests = { pbkdf2_sha1: sha1, pbkdf2_sha256: sha256 };
/** More than this is no Django's, and would take longer than a request may. */
const mostIterations = 2_000_000;
const ofDjango = (stored: string) => {
  const [, digest, iterations, salt = '', hash = ''] =
    /^(pbkdf2_sha(?:1|256))\$(\d{1,7})(?:\$([^$]*)\$([\w+/=]+))?$/.exec(stored) ?? [];
  if (!digest || !iterations || Number(iterations) < 1 || Number(iterations) > mostIterations) return null;
  return { digest: digests[digest as keyof typeof digests], iterations: Number(iterations), salt, hash };
};

/**
 * Whether the password is the stored one. Without a stored one it takes as long, or as long as a `decoy` says that it
 * took for somebody else, and is never right; nor is it for a hash of a kind that we do not know.
 */
export const verifyPassword = async (password: string, stored?: string, decoy?: string | null): Promise<boolean> => {
  const theirs = ofDjango(stored ?? decoy ?? '');
  if (theirs) {
    const { digest, iterations, salt, hash } = theirs;
    const given = pbkdf2(digest, encoder.encode(password), encoder.encode(salt), {
      c: iterations,
      dkLen: digest.outputLen,
    });
    return stored !== undefined && equalBytes(given, decodeBase64(hash));
  }
  const [, i, r, salt, hash] = hashPattern.exec(stored ?? placeholderHash) ?? hashPattern.exec(placeholderHash) ?? [];
  const given = await deriveBits(password, decodeBase64Url(salt ?? ''), Number(i), Number(r));
  return stored !== undefined && hashPattern.test(stored) && equalBytes(given, decodeBase64Url(hash ?? ''));
};

/** Made with other parameters than we would use today. */
export const needsRehash = (stored: string): boolean =>
  !stored.startsWith(`$pbkdf2-sha256$i=${iterations},r=${rounds}$`);

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
};

const commonPasswordSet = new Set(commonPasswords.split(' '));

/** What a person should do about a password that others would guess first, or null. `own` is what is known of them. */
export const passwordWeakness = (password: string, own: (string | null | undefined)[]): string | null => {
  const folded = password.normalize('NFC').toLowerCase().trim();
  if (commonPasswordSet.has(folded))
    return 'is one of the commonest passwords: choose another, for example four unrelated words';
  if (own.some((text) => text && (text.toLowerCase() === folded || text.toLowerCase().split('@')[0] === folded))) {
    return 'is your name or email: choose something that others do not know';
  }
  return null;
};

export const newPassword = z
  .string()
  .max(1000, 'at most 256 characters')
  .transform((value) => value.normalize('NFC'))
  .pipe(z.string().min(8, 'use 8 characters or more').max(256, 'at most 256 characters'))
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'contains characters that cannot be used')
  .meta({ minLength: 8, maxLength: 256, description: 'none of the commonest, nor your own name or email' });
/** A password that is only compared: whatever it is, the answer is that it is the right one or not. */
export const submittedPassword = z
  .string()
  .min(1, 'must not be empty')
  .max(1000, 'at most 1000 characters')
  .refine((value) => !value.includes('\0'), 'contains characters that cannot be used');

/** The body of what somebody who is signed in does with the password alone. */
export const ownPassword = z.strictObject({ password: submittedPassword.describe('your own, once more') }).meta({
  id: 'OwnPassword',
  examples: [{ password: 'four unrelated words here' }],
});
