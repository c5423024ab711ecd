// Refresh tokens that simplejwt signed, at a Django that this has replaced.
import { verify } from 'hono/jwt';
import type { Config } from '../config.ts';
import { deriveSuccessors, hashToken } from '../http/tokens.ts';

/** null for what is no such token, and for one that has expired. */
export const readDjangoToken = async (config: Config, token: string) => {
  const { DJANGO_SIGNING_KEY, DJANGO_TOKENS_UNTIL } = config;
  const until = DJANGO_TOKENS_UNTIL === undefined ? 0 : Date.parse(DJANGO_TOKENS_UNTIL) / 1000;
  if (!DJANGO_SIGNING_KEY || until <= Date.now() / 1000) return null;
  const claims = await verify(token, DJANGO_SIGNING_KEY, { alg: 'HS256', iat: false }).catch(() => null);
  const { token_type, user_id, jti, exp } = (claims ?? {}) as Record<string, unknown>;
  const isOne =
    token_type === 'refresh' && typeof exp === 'number' && typeof jti === 'string' && /^\w{1,64}$/.test(jti);
  // a number, or its text, as newer versions write it
  const account = /^[1-9]\d{0,15}$/.test(String(user_id)) ? Number(user_id) : null;
  if (!isOne || account === null) return null;
  const expires = new Date(Math.min(exp, until) * 1000).toISOString();
  return { jti, account, expires, hash: await hashToken(token), successors: await deriveSuccessors(config, token) };
};
