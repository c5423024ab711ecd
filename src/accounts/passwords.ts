// Hashes passwords, verifies them, and finds the ones that others would guess first.
import { decodeBase64, decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import { deriveDjangoHash, parseDjangoHash } from '../django/hashes.ts';
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
// Stands in for the hash of an account that does not exist, so that the answer takes as long as for one that does.
const placeholderHash = `$pbkdf2-sha256$i=${iterations},r=${rounds}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * Whether the password has this hash. Without a hash the answer is no, after the same time: that of our hash, or that
 * of the hash that a `decoy` describes. The answer is no as well for a hash of an unknown kind.
 */
export const verifyPassword = async (password: string, stored?: string, decoy?: string | null): Promise<boolean> => {
  const django = parseDjangoHash(stored ?? decoy ?? '');
  if (django) {
    const given = deriveDjangoHash(password, django);
    return stored !== undefined && equalBytes(given, decodeBase64(django.hash));
  }
  const [, i, r, salt, hash] = hashPattern.exec(stored ?? placeholderHash) ?? hashPattern.exec(placeholderHash) ?? [];
  const given = await deriveBits(password, decodeBase64Url(salt ?? ''), Number(i), Number(r));
  return stored !== undefined && hashPattern.test(stored) && equalBytes(given, decodeBase64Url(hash ?? ''));
};

/** Whether the hash was made with other parameters than those of today. */
export const needsRehash = (stored: string): boolean =>
  !stored.startsWith(`$pbkdf2-sha256$i=${iterations},r=${rounds}$`);

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
};

const commonPasswordSet = new Set(commonPasswords.split(' '));

/**
 * Tells a person what is wrong with a password that others would guess first; null if nothing is. `own` is what is
 * known of the person.
 */
export const passwordWeakness = (password: string, own: (string | null | undefined)[]): string | null => {
  const folded = password.normalize('NFC').toLowerCase().trim();
  if (commonPasswordSet.has(folded))
    return 'is one of the commonest passwords: choose another, for example four unrelated words';
  if (own.some((text) => text && (text.toLowerCase() === folded || text.toLowerCase().split('@')[0] === folded))) {
    return 'is your name or email: choose something that others do not know';
  }
  return null;
};
