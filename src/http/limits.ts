// Against flooding: requests a minute, per address or account, by Workers' rate limiting.
import type { Context } from 'hono';
import { networkOf } from '../address.ts';
import type { Env, Limiter } from '../config.ts';
import { Problem } from '../errors.ts';
import { noted } from '../openapi/describe.ts';

/** Counts a request against Workers' limiter, where there is one. */
export const withinLimit = async (c: Context<Env>, name: Limiter, key: string): Promise<void> => {
  const answer = await c.env[name]?.limit({ key });
  if (answer?.success === false) throw new Problem('too_many_requests', { retryAfter: 60 });
};

export const limitAddress = (name: Limiter) =>
  noted({ codes: ['too_many_requests'] }, async function limitAddress(c, next) {
    await withinLimit(c, name, networkOf(c));
    await next();
  });
