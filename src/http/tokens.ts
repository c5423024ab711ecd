// Makes and reads tokens. Access tokens are JWTs with an account and its session and without a role; Hono's middleware
// verifies them (auth.ts). Refresh tokens are opaque.
import { sign, verify } from 'hono/jwt';
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import type { Actor, Config } from '../config.ts';

const encoder = new TextEncoder();
const keys = new Map<string, Promise<CryptoKey>>();

const keyOf = (secret: string): Promise<CryptoKey> => {
  let key = keys.get(secret);
  if (!key) {
    key = crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ]);
    keys.set(secret, key);
  }
  return key;
};
/** The current signing key and, while it is being replaced, the previous one. */
export const keysOf = async ({ JWT_SECRET, JWT_SECRET_PREVIOUS }: Config): Promise<[CryptoKey, ...CryptoKey[]]> =>
  JWT_SECRET_PREVIOUS ? [await keyOf(JWT_SECRET), await keyOf(JWT_SECRET_PREVIOUS)] : [await keyOf(JWT_SECRET)];

const claims = { iss: 'wardbook', aud: 'wardbook' } as const;
/** How a token is verified. Not its iat, because the clocks of two data centres may differ by a second. */
export const accessTokenRules = { alg: 'HS256', verification: { ...claims, iat: false } } as const;

export const signAccessToken = async (config: Config, { id, session, rotation }: Actor): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    ...claims,
    sub: String(id),
    sid: session,
    rot: rotation,
    iat: now,
    exp: now + config.ACCESS_TOKEN_TTL,
  };
  return sign(payload, await keyOf(config.JWT_SECRET), 'HS256');
};

/** Fits into an integer of PostgreSQL. */
const isRotation = (rot: number) => Number.isInteger(rot) && rot >= 1 && rot < 2 ** 31;
/** The account and session of the claims; null if they are not those of an access token of ours. */
export const actorFromClaims = ({ sub, sid, rot, exp }: Record<string, unknown>): Actor | null => {
  const id = typeof sub === 'string' && /^[1-9]\d{0,15}$/.test(sub) ? Number(sub) : null;
  const isNamed = typeof sid === 'number' && Number.isSafeInteger(sid) && typeof rot === 'number' && isRotation(rot);
  return id && isNamed && exp ? { id, session: sid, rotation: rot } : null;
};
/** The actor of an access token, outside of Hono's middleware. */
export const readAccessToken = async (config: Config, token: string): Promise<Actor | null> => {
  for (const key of await keysOf(config)) {
    const claims = await verify(token, key, { ...accessTokenRules.verification, alg: accessTokenRules.alg }).catch(
      () => null,
    );
    if (claims) return actorFromClaims(claims);
  }
  return null;
};

export const base64url = (bytes: ArrayBuffer) => encodeBase64Url(bytes).replaceAll('=', '');
const hmac = async (key: CryptoKey, text: string) =>
  base64url(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
const sha256 = async (text: string) => base64url(await crypto.subtle.digest('SHA-256', encoder.encode(text)));

export interface RefreshSecret {
  secret: string;
  hash: string;
}
const withHash = async (secret: string): Promise<RefreshSecret> => ({ secret, hash: await sha256(secret) });

export const newRefreshSecret = () => withHash(base64url(crypto.getRandomValues(new Uint8Array(32)).buffer));

/**
 * The token of the link in a mail. It is derived from the mail's own key: when a mail is sent again, because nobody
 * knows whether the first arrived, both have the same link.
 */
export const deriveLinkToken = async (config: Config, mailKey: string): Promise<RefreshSecret> =>
  withHash(await hmac(await keyOf(config.JWT_SECRET), `link:${mailKey}`));
/** What the database stores of a token. */
export const hashToken = sha256;

/** `<session>.<secret>.<mac>`. By its MAC a made-up token is refused without the database, and ends no session. */
export const formatRefreshToken = async (
  config: Config,
  session: number,
  { secret }: RefreshSecret,
): Promise<string> => {
  const named = `${session}.${secret}`;
  return `${named}.${await hmac(await keyOf(config.JWT_SECRET), `refresh:${named}`)}`;
};

/**
 * Reads a refresh token; null if it is none of ours. Its successor is derived from it, so that it can be answered again
 * without being stored. While a signing key is being replaced there is a possible successor for each key.
 */
export const readRefreshToken = async (config: Config, token: string) => {
  const [, session, secret, mac] = /^([1-9]\d{0,15})\.([\w-]{43})\.([\w-]{43})$/.exec(token) ?? [];
  if (!session || !secret || !mac) return null;
  const candidates = await keysOf(config);
  const text = encoder.encode(`refresh:${session}.${secret}`);
  const valid = await Promise.all(
    candidates.map((key) => crypto.subtle.verify('HMAC', key, decodeBase64Url(mac), text)),
  );
  if (!valid.includes(true)) return null;
  return { session: Number(session), hash: await sha256(secret), successors: await deriveSuccessors(config, secret) };
};
export const deriveSuccessors = async (config: Config, secret: string): Promise<RefreshSecret[]> =>
  Promise.all((await keysOf(config)).map(async (key) => withHash(await hmac(key, `successor:${secret}`))));

/** A keyed hash for one purpose, under the current key and, while it is being replaced, under the previous one. */
export const keyedHashes = async (config: Config, purpose: string, text: string): Promise<[string, ...string[]]> => {
  const hashes = await Promise.all((await keysOf(config)).map((key) => hmac(key, `${purpose}:${text}`)));
  return hashes as [string, ...string[]];
};

/** Those of a token that opens nothing but the second step of a login. No access token has them. */
const otpClaims = { iss: claims.iss, aud: 'wardbook-otp' } as const;
const otpSeconds = 300;
/** A key of its own, so that no other token of ours can be one of these. */
const otpKeyOf = async (key: CryptoKey) => keyOf(await hmac(key, 'the key of otp_token'));
/** Says which hash of the password was proven, and nothing of the hash itself. */
const bindPassword = async (key: CryptoKey, hash: string) => hmac(key, `password:${hash}`);

/** The first step of a login: whose password was proven, as which hash, and the keys under which the attempt counts. */
interface FirstStep {
  id: number;
  hash: string;
  keys: string;
}
export const signOtpToken = async ({ JWT_SECRET }: Config, { id, hash, keys }: FirstStep): Promise<string> => {
  const key = await otpKeyOf(await keyOf(JWT_SECRET));
  const exp = Math.floor(Date.now() / 1000) + otpSeconds;
  const payload = { ...otpClaims, sub: String(id), jti: crypto.randomUUID(), exp, keys };
  return sign({ ...payload, password: await bindPassword(key, hash) }, key, 'HS256');
};
/** What such a token says; null if it is none, or has expired. `isFor` tells whether a hash is the one that was proven. */
export const readOtpToken = async (config: Config, token: string) => {
  for (const signing of await keysOf(config)) {
    const key = await otpKeyOf(signing);
    const read = await verify(token, key, { ...otpClaims, iat: false, alg: 'HS256' }).catch(() => null);
    if (!read) continue;
    const { sub, jti, exp, keys, password } = read as Record<'sub' | 'jti' | 'keys' | 'password', string> & {
      exp: number;
    };
    const isFor = async (hash: string) => (await bindPassword(key, hash)) === password;
    return { account: Number(sub), id: jti, expires: new Date(exp * 1000).toISOString(), keys, isFor };
  }
  return null;
};
