// A token that somebody presents: who signed it, which needs no database. A genuine one is counted by its session, and only
// forgeries by address: junk from one phone on a Wi-Fi must not keep the sessions of all others there from going on.
import type { Context } from 'hono';
import { config, type Env, networksOf } from '../config.ts';
import { readDjangoToken } from '../django/tokens.ts';
import { enforceLimit } from '../http/auth.ts';
import { readAccessToken, readRefreshToken } from '../http/tokens.ts';

type OwnToken = NonNullable<Awaited<ReturnType<typeof readRefreshToken>>>;
type DjangoToken = NonNullable<Awaited<ReturnType<typeof readDjangoToken>>>;

const countRefresh = (c: Context<Env>, ...keys: string[]) => enforceLimit(c, 'REFRESH_LIMIT', ...keys);
const sessionKey = (session: number) => `session:${session}`;

/** Which refresh token it is: one of ours, one that a Django signed, or none. */
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

/** The account and session of an access token of ours, or null. One that is none is not counted: it may be a refresh token. */
export const identifyAccessToken = async (c: Context<Env>, text: string) => {
  const access = await readAccessToken(config(c), text);
  if (access) await countRefresh(c, sessionKey(access.session));
  return access;
};
