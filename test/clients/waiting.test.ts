// How long the typed client waits, and what for: a refresh that hears nothing, an app that gives up, limits of the server.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { answer, Offline, page, wardbook } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords } from '../support/app.ts';
import { devices, paths } from './devices.ts';

cheapPasswords();

let server: App;
beforeAll(async () => {
  server = await boot();
});
const { device } = devices(() => server);

const silence = new Promise<never>(() => {});
const refusal = (status: number, code: string, wait: number) =>
  Response.json(
    { type: 'x', title: 'No', detail: 'No.', status, code },
    { status, headers: { 'Retry-After': String(wait), 'Content-Type': 'application/problem+json' } },
  );

describe('a refresh that hears nothing', () => {
  const stuck = async (name: string) => {
    const network = { isSilent: true };
    const one = device({
      after: (request, response) => (request.url.endsWith('/refresh') && network.isSilent ? silence : response),
    });
    await one.register(name);
    const held = one.tokens();
    if (held) await one.set({ ...held, renew_at: 0 });
    one.sent.length = 0;
    return { ...one, network };
  };

  test('keeps nobody who gives up, and no other call either', async () => {
    const { api, sent } = await stuck('ann');
    const leaving = new AbortController();
    const waiting = api.patients.$get({}, { signal: leaving.signal });
    const other = api.doctors.$get({}, { timeout: 200 });
    await expect(other).rejects.toThrow(Offline);
    leaving.abort(new Error('gone elsewhere'));
    await expect(waiting).rejects.toThrow('gone elsewhere');
    expect(sent.map(({ path }) => path)).toEqual(['/api/auth/refresh']);
  });

  test('is given up in its time, and sent again when the connection is back', async () => {
    const { api, sent, network } = await stuck('ben');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const reading = answer(api.patients.$get());
      await vi.waitUntil(() => sent.length === 1);
      network.isSilent = false;
      vi.advanceTimersByTime(15_000);
      await vi.waitUntil(() => vi.getTimerCount() > 1);
      vi.advanceTimersByTime(1000);
      vi.useRealTimers();
      expect(await reading).toEqual([]);
      expect(paths(sent, '/api/auth/refresh').length).toBeGreaterThan(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a call', () => {
  test('is over when its time is, wherever it hangs, and says that nobody answered', async () => {
    const { api, register } = device({ timeout: 100, after: () => silence, tries: 1 });
    await expect(register('cleo')).rejects.toThrow(new Offline('No answer within 100 ms'));
    await expect(api.doctors.$get()).rejects.toThrow(Offline);
    const store = { load: () => silence, save: () => {}, clear: () => {} };
    await expect(device({ store, timeout: 100 }).api.doctors.$get()).rejects.toThrow(Offline);
  });

  test('whose body is cut off was not answered, and is sent again', async () => {
    let cuts = 1;
    const cut = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('[{"id"'));
            controller.error(new TypeError('The connection was lost'));
          },
        }),
        { headers: { 'Content-Type': 'application/json' } },
      );
    const { api, register, sent } = device({
      after: ({ method }, response) => (method === 'GET' && cuts-- > 0 ? cut() : response),
    });
    await register('dora');
    expect(await answer(api.patients.$get())).toEqual([]);
    expect(paths(sent, '/api/patients')).toHaveLength(2);
  });

  test('asks the store once', async () => {
    const one = device();
    await one.register('eve');
    const load = vi.spyOn(one.store, 'load');
    await answer(one.api.patients.$get());
    await answer(one.api.auth.me.$get());
    expect(load).toHaveBeenCalledTimes(2);
  });

  test('that was too much waits as long as Retry-After says: a read, a keyed POST, a change of a record', async () => {
    let limited = false;
    const { api, register, sent } = device({
      before: () => {
        limited = !limited;
        return limited ? refusal(429, 'too_many_requests', 1) : undefined;
      },
    });
    limited = true;
    await register('fay');
    sent.length = 0;
    limited = false;
    const { id } = await answer(api.patients.$post({ json: { name: 'Jane' } }));
    await answer(api.patients.$get());
    await answer(api.patients[':id'].$patch({ param: { id }, json: { age: 7 } }, { headers: { 'If-Match': '"1"' } }));
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET', 'GET', 'PATCH', 'PATCH']);
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(sent[1]?.key).toBe(sent[0]?.key);
    // whoever guesses passwords waits alone, and nobody waits beyond the time that there is
    sent.length = 0;
    limited = false;
    expect((await api.auth.login.$post({ json: { username: 'fay', password: 'wrong' } })).status).toBe(429);
    limited = false;
    expect((await api.patients.$get({}, { timeout: 900 })).status).toBe(429);
    expect(sent).toHaveLength(2);
  });

  test('of DELETE whose answer got lost has done what it was for; a first one of nothing has not', async () => {
    let lose = 1;
    const { api, register, sent } = device({
      after: ({ method }, response) => (method === 'DELETE' && lose-- > 0 ? undefined : response),
    });
    await register('gus');
    const { id } = await answer(api.patients.$post({ json: { name: 'Jane' } }));
    expect(await answer(api.patients[':id'].$delete({ param: { id } }))).toBeUndefined();
    expect(sent.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
    expect((await api.patients[':id'].$delete({ param: { id } })).status).toBe(404);
  });

  test('is offline by a class of its own, with the reason', async () => {
    const reason = new TypeError('Network request failed');
    const { api } = device({
      tries: 1,
      before: () => {
        throw reason;
      },
    });
    const failed = await api.doctors.$get().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Offline);
    expect(failed).toMatchObject({ name: 'Offline', cause: reason });
  });
});

test('an address that ends with /api is refused in a sentence', () => {
  const store = { load: () => null, save: () => {}, clear: () => {} };
  for (const url of ['https://wardbook.example/api', 'https://wardbook.example/api//'])
    expect(() => wardbook(url, { store })).toThrow(
      'The address of the server ends before /api: give https://wardbook.example',
    );
  expect(() => wardbook('https://api.wardbook.example/', { store })).not.toThrow();
});

test('one page has its rows, where the next begins, and how many there are', async () => {
  const { api, register } = device();
  await register('hal');
  expect(await page(api.patients.$get)).toEqual({ rows: [], next: undefined, total: undefined });
  for (const name of ['Ada', 'Bea', 'Cleo']) await answer(api.patients.$post({ json: { name } }));
  const query = { limit: 2, count: 'exact' as const };
  const first = await page(api.patients.$get, { query });
  expect([first.rows.map(({ name }) => name), first.total]).toEqual([['Ada', 'Bea'], 3]);
  const second = await page(api.patients.$get, { query: { ...query, cursor: first.next } });
  expect(second).toEqual({ rows: [expect.objectContaining({ name: 'Cleo' })], next: undefined, total: undefined });
});
