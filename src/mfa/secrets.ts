// What is secret about a second factor, encrypted by MFA_KEY: the database keeps it and cannot read it.
import { decodeBase64Url } from 'hono/utils/encode';
import { type Config, Misconfigured } from '../config.ts';
import { base64url } from '../http/tokens.ts';

export interface FactorSecret {
  /** Of the codes: 20 bytes, as RFC 4226 recommends. */
  totp: Uint8Array<ArrayBuffer>;
  /** Under it the account's recovery codes are hashed, so that the hashes alone tell nothing. */
  recovery: Uint8Array<ArrayBuffer>;
}
const [totpBytes, recoveryBytes, ivBytes] = [20, 32, 12];

const encoder = new TextEncoder();
const sha256 = (text: string) => crypto.subtle.digest('SHA-256', encoder.encode(text));

interface MfaKey {
  key: CryptoKey;
  id: string;
}
const keys = new Map<string, Promise<MfaKey>>();
/** The setting may be any long text; AES takes 32 bytes. The id says nothing of the key, only which one it was. */
const importMfaKey = async (setting: string): Promise<MfaKey> => {
  const key = await crypto.subtle.importKey('raw', await sha256(setting), 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { key, id: base64url(await sha256(`the id of ${setting}`)).slice(0, 10) };
};
const keyOf = (setting: string): Promise<MfaKey> => {
  let key = keys.get(setting);
  if (!key) {
    key = importMfaKey(setting);
    keys.set(setting, key);
  }
  return key;
};

/** Whether factors can be set up here. */
export const offersFactors = ({ MFA_KEY }: Config): boolean => MFA_KEY !== undefined;
const currentKey = ({ MFA_KEY }: Config): Promise<MfaKey> => {
  if (MFA_KEY) return keyOf(MFA_KEY);
  throw new Misconfigured([{ path: ['MFA_KEY'], message: 'is missing, and accounts have second factors' }]);
};
export const currentKeyId = async (config: Config): Promise<string> => (await currentKey(config)).id;

export const newFactorSecret = (): FactorSecret => ({
  totp: crypto.getRandomValues(new Uint8Array(totpBytes)),
  recovery: crypto.getRandomValues(new Uint8Array(recoveryBytes)),
});

/** An encrypted secret is bound to its account: in the row of another one it is not readable. */
const algorithm = (account: number, iv: Uint8Array<ArrayBuffer>) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(`the second factor of ${account}`),
});

export const encryptSecret = async (config: Config, account: number, { totp, recovery }: FactorSecret) => {
  const { key, id } = await currentKey(config);
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const plain = new Uint8Array([...totp, ...recovery]);
  const encrypted = new Uint8Array(await crypto.subtle.encrypt(algorithm(account, iv), key, plain));
  return { encrypted: base64url(new Uint8Array([...iv, ...encrypted]).buffer), keyId: id };
};

/** Tries the current key and, while it is being replaced, the previous one. */
export const decryptSecret = async (config: Config, account: number, encrypted: string): Promise<FactorSecret> => {
  const { MFA_KEY_PREVIOUS } = config;
  const bytes = new Uint8Array(decodeBase64Url(encrypted));
  const [iv, ciphertext] = [bytes.slice(0, ivBytes), bytes.slice(ivBytes)];
  for (const { key } of [await currentKey(config), ...(MFA_KEY_PREVIOUS ? [await keyOf(MFA_KEY_PREVIOUS)] : [])]) {
    const plain = await crypto.subtle.decrypt(algorithm(account, iv), key, ciphertext).catch(() => null);
    if (plain) return { totp: new Uint8Array(plain, 0, totpBytes), recovery: new Uint8Array(plain, totpBytes) };
  }
  throw new Misconfigured([{ path: ['MFA_KEY'], message: 'is not the one that encrypted a second factor' }]);
};
