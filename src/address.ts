// Where a client is, as Cloudflare says.
import type { Context } from 'hono';
import type { Env } from './config.ts';

/** Cloudflare sends it, unless a transform rule removes it. Said once, because it would be so for every request. */
let isMissed = false;
const headerOf = (c: Context<Env>): string | undefined => {
  const header = c.req.header('CF-Connecting-IP')?.toLowerCase();
  if (header === undefined && !isMissed) {
    isMissed = true;
    console.warn(JSON.stringify({ warning: missing }));
  }
  return header;
};
const missing =
  'A request came without CF-Connecting-IP. All that do so share one address: wrong passwords of one make the others wait, ' +
  'and the audit trail does not tell them apart. Look for a transform rule of this zone that removes the header.';

/** The client's address for the trail; null when there is none, or what somebody put there is not one. */
export const addressOf = (c: Context<Env>): string | null => {
  const address = headerOf(c) ?? '';
  return /^[\da-f.:]{3,45}$/.test(address) ? address : null;
};

/** The address to count by. A household holds a /64 of IPv6, so that counts as one address. */
export const networkOf = (c: Context<Env>): string => {
  const address = headerOf(c) ?? 'unknown';
  if (!address.includes(':')) return address;
  const [head = [], tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':');
};
