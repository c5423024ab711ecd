// Against flooding: requests a minute, per address or account, by Workers' rate limiting.
import type { Context } from 'hono';
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
    await withinLimit(c, name, addressOf(c));
    await next();
  });

/** Where the client is. A household holds a /64 of IPv6, so that counts as one address. */
export const addressOf = (c: Context<Env>): string => {
  const address = c.req.header('CF-Connecting-IP') ?? 'unknown';
  if (!address.includes(':')) return address;
  const [head = [], tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':');
};
