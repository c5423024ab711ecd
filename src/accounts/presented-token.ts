// Finds out who signed a token, without the database, and counts it against the limit: a genuine token by its session,
// a forged one by address. So junk from one phone does not use up the limit of everybody else on the same Wi-Fi.
import type { Context } from 'hono';
import { config, type Env, networksOf } from '../config.ts';
import { readDjangoToken } from '../django/tokens.ts';
import { enforceLimit } from '../http/auth.ts';
import { readAccessToken, readRefreshToken } from '../http/tokens.ts';

type OwnToken = NonNullable<Awaited<ReturnType<typeof readRefreshToken>>>;
type DjangoToken = NonNullable<Awaited<ReturnType<typeof readDjangoToken>>>;

const countRefresh = (c: Context<Env>, ...keys: string[]) => enforceLimit(c, 'REFRESH_LIMIT', ...keys);
const sessionKey = (session: number) => `session:${session}`;

/** Whether it is a refresh token of ours, one that a Django signed, or neither. */
export const identifyRefreshToken = async (
  c: Context<Env>,
  text: string,
): Promise<{ own?: OwnToken; django?: DjangoToken }> => {
  const own = await readRefreshToken(config(c), text);
  if (own) {
    await countRefresh(c, sessionKey(own.session));
    return { own };
  }
  const django = await readDjangoToken(config(c), text);
  if (django) {
    await countRefresh(c, `django:${django.jti}`);
    return { django };
  }
  await countRefresh(c, ...networksOf(c));
  return {};
};

/** The account and session of an access token of ours; null, and not counted, if it is something else. */
export const identifyAccessToken = async (c: Context<Env>, text: string) => {
  const access = await readAccessToken(config(c), text);
  if (access) await countRefresh(c, sessionKey(access.session));
  return access;
};
