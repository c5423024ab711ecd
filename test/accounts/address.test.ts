// Where a request came from, and what is said when nobody can tell.
import { Hono } from 'hono';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Env } from '../../src/config.ts';

/** As a fresh isolate has it. */
const isolate = async () => {
  vi.resetModules();
  const { addressOf, networkOf } = await import('../../src/config.ts');
  const app = new Hono<Env>().get('/', (c) => c.json({ address: addressOf(c), network: networkOf(c) }));
  return async (address?: string): Promise<unknown> =>
    (await app.request('/', { headers: address === undefined ? {} : { 'CF-Connecting-IP': address } })).json();
};
const said = () => vi.spyOn(console, 'warn').mockImplementation(() => {});
afterEach(() => vi.restoreAllMocks());

describe('the address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::1', '2001:db8:1:2'],
    // may be counted, but is nothing for the trail
    ['Jane Doe', null, 'jane doe'],
    [`${'1.'.repeat(40)}1`, null, `${'1.'.repeat(40)}1`],
    [undefined, null, 'unknown'],
  ])('of %s is %s, and counted as %s', async (sent, address, network) => {
    said();
    expect(await (await isolate())(sent)).toEqual({ address, network });
  });
});

describe('a request without an address', () => {
  test('is said once an isolate, in words', async () => {
    const warned = said();
    const request = await isolate();
    await request('192.0.2.1');
    expect(warned).not.toHaveBeenCalled();
    for (let times = 0; times < 3; times++) await request();
    expect(warned).toHaveBeenCalledOnce();
    const { warning, ...rest } = JSON.parse(warned.mock.calls[0]?.[0]);
    expect(warning).toMatch(/^A request came without CF-Connecting-IP\. .+ transform rule/);
    expect(rest).toEqual({});

    await (await isolate())();
    expect(warned).toHaveBeenCalledTimes(2);
  });
});
