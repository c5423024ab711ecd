// The codes of a second factor: those of an app, by time (RFC 6238), and recovery codes. Whether a right code still
// counts the database decides, because it may have been used.
import { createTOTPKeyURI, verifyHOTP } from '@oslojs/otp';
import { base64url } from '../http/tokens.ts';
import type { FactorSecret } from './secrets.ts';

const [seconds, digits] = [30, 6];

/**
 * The time step of a code; null if it is of none. One step to either side, because the clock of a phone may be off. All
 * three are computed whichever it is of: while an account has to wait, the time must not tell a right code.
 */
export const stepOfCode = ({ totp }: FactorSecret, code: string): number | null => {
  const now = Math.floor(Date.now() / 1000 / seconds);
  return [now, now - 1, now + 1].filter((step) => verifyHOTP(totp, BigInt(step), digits, code))[0] ?? null;
};

/** What an app reads from the picture, and the secret in it, to be typed where there is no camera. */
export const enrolmentOf = ({ totp }: FactorSecret, issuer: string, account: string) => {
  const uri = createTOTPKeyURI(issuer, account, totp, seconds, digits);
  return { uri, secret: new URL(uri).searchParams.get('secret') ?? '' };
};

/** Crockford's: without letters that look like a digit. 32 of them, so that a byte picks each as often. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const [codes, half] = [10, 5];
const letters = (count: number) =>
  [...crypto.getRandomValues(new Uint8Array(count))].map((byte) => alphabet[byte % alphabet.length]).join('');

/** The letters of a recovery code, however somebody typed them. */
const lettersOf = (typed: string) =>
  typed.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');

const importRecoveryKey = ({ recovery }: FactorSecret) =>
  crypto.subtle.importKey('raw', recovery, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
const hashWith = async (key: CryptoKey, code: string) =>
  base64url(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(lettersOf(code))));

export const hashRecoveryCode = async (secret: FactorSecret, code: string): Promise<string> =>
  hashWith(await importRecoveryKey(secret), code);

/** Ten new ones of 50 bits, as they are shown once, and their hashes. */
export const newRecoveryCodes = async (secret: FactorSecret) => {
  const key = await importRecoveryKey(secret);
  const shown = Array.from({ length: codes }, () => `${letters(half)}-${letters(half)}`);
  const hashes = await Promise.all(shown.map((code) => hashWith(key, code)));
  return { shown, hashes: `{${hashes}}` };
};
