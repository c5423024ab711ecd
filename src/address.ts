// Where a client is, as Cloudflare says.
import type { Context } from 'hono';
import type { Env } from './config.ts';

const headerOf = (c: Context<Env>) => c.req.header('CF-Connecting-IP');

/** The client's address for the trail; null when there is none, or what somebody put there is not one. */
export const addressOf = (c: Context<Env>): string | null => {
  const address = headerOf(c) ?? '';
  return /^[\da-f.:]{3,45}$/i.test(address) ? address.toLowerCase() : null;
};

/** The address to count by. A household holds a /64 of IPv6, so that counts as one address. */
export const networkOf = (c: Context<Env>): string => {
  const address = headerOf(c) ?? 'unknown';
  if (!address.includes(':')) return address;
  const [head = [], tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':');
};
