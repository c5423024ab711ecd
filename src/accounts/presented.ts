// A token that somebody presents: who signed it, which needs no database. A genuine one is counted by its session, and only
// forgeries by address: junk from one phone on a Wi-Fi must not keep the sessions of all others there from going on.
import type { Context } from 'hono';
import { config, type Env, networksOf } from '../config.ts';
import { withinLimit } from '../http/auth.ts';
import { readAccessToken, readDjangoToken, readRefreshToken } from './tokens.ts';

type Ours = NonNullable<Awaited<ReturnType<typeof readRefreshToken>>>;
type Theirs = NonNullable<Awaited<ReturnType<typeof readDjangoToken>>>;

const count = (c: Context<Env>, ...keys: string[]) => withinLimit(c, 'REFRESH_LIMIT', ...keys);
const bySession = (session: number) => `session:${session}`;

/** Which refresh token it is: one of ours, one that a Django signed, or none. */
export const readPresented = async (c: Context<Env>, text: string): Promise<{ ours?: Ours; theirs?: Theirs }> => {
  const ours = await readRefreshToken(config(c), text);
  if (ours) {
    await count(c, bySession(ours.session));
    return { ours };
  }
  const theirs = await readDjangoToken(config(c), text);
  if (theirs) {
    await count(c, `django:${theirs.jti}`);
    return { theirs };
  }
  await count(c, ...networksOf(c));
  return {};
};

/** The account and session of an access token of ours, or null. One that is none is not counted: it may be a refresh token. */
export const readPresentedAccess = async (c: Context<Env>, text: string) => {
  const access = await readAccessToken(config(c), text);
  if (access) await count(c, bySession(access.session));
  return access;
};
