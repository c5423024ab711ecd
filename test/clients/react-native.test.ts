// The typed client where phones run it: React Native's fetch is whatwg-fetch on an XMLHttpRequest, and its AbortController
// is abort-controller's, whose signal has no throwIfAborted and no reason.
import { AbortController, type AbortSignal } from 'abort-controller/dist/abort-controller.mjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetch } from 'whatwg-fetch';
import { all, answer, Offline, Refused, type Signal, type Tokens, wardbook } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords, password } from '../support/app.ts';
import { base, served } from './devices.ts';

cheapPasswords();

let server: App;
/** What the network does with the next requests, and what it was asked. */
let weather: ('fails' | 'loses the answer' | 'is silent' | Response)[] = [];
let asked: { method: string; path: string; key: string | null }[] = [];

/** The phone's, as much of it as whatwg-fetch uses: without a FileReader, which there is none of here, it takes text. */
class XMLHttpRequest {
  status = 0;
  statusText = '';
  response = '';
  responseURL = '';
  readyState = 0;
  onload = () => {};
  onerror = () => {};
  onabort = () => {};
  onreadystatechange = () => {};
  #method = '';
  #headers = new Headers();
  #answered = new Headers();
  #aborted = false;

  open(method: string, url: string) {
    this.#method = method;
    this.responseURL = url;
  }
  setRequestHeader(name: string, value: string) {
    this.#headers.set(name, value);
  }
  getAllResponseHeaders() {
    return [...this.#answered].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }
  abort() {
    this.#aborted = true;
    this.#done(this.onabort);
  }
  #done(tell: () => void) {
    this.readyState = 4;
    this.onreadystatechange();
    tell();
  }
  async send(body: string | null) {
    const request = new Request(this.responseURL, { method: this.#method, headers: this.#headers, body });
    const key = request.headers.get('Idempotency-Key');
    asked.push({ method: this.#method, path: new URL(request.url).pathname, key });
    const now = weather.shift();
    if (now === 'is silent') return;
    if (now === 'fails') return this.#done(this.onerror);
    const response = now instanceof Response ? now : await served(server, request);
    const text = await response.text();
    if (this.#aborted) return;
    if (now === 'loses the answer') return this.#done(this.onerror);
    [this.status, this.statusText, this.#answered, this.response] = [response.status, '', response.headers, text];
    this.#done(this.onload);
  }
}

beforeAll(async () => {
  server = await boot();
  Object.assign(globalThis, { XMLHttpRequest });
});
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'XMLHttpRequest');
});

const phone = () => {
  let held: Tokens | null = null;
  [weather, asked] = [[], []];
  const store = {
    load: () => held,
    save: (tokens: Tokens) => {
      held = tokens;
    },
    clear: () => {
      held = null;
    },
  };
  const client = wardbook(base, { store, fetch: (url, init) => fetch(url, init) });
  const register = (username: string) =>
    answer(client.api.auth.register.$post({ json: { username, email: `${username}@example.com`, password } }));
  const age = () => held && store.save({ ...held, renew_at: 0 });
  return { ...client, register, age };
};
/** As an app gives it: no more than what is there. */
const signalOf = (signal: AbortSignal): Signal => signal;

describe("with React Native's fetch and signal", () => {
  test('an app signs in, creates, renews, and reads page by page', async () => {
    const { api, user, register, age, sync } = phone();
    await register('ann');
    const names = ['Ada', 'Bea', 'Cléo & Söhne'];
    for (const name of names) await answer(api.patients.$post({ json: { name } }));
    age();
    const read: string[] = [];
    for await (const { name } of all(api.patients.$get, { query: { limit: 1, sort: 'name' } })) read.push(name);
    expect(read).toEqual(names);
    expect(asked.filter(({ path }) => path === '/api/auth/refresh')).toHaveLength(1);
    const found = await answer(api.patients.$get({ query: { search: 'Söhne', min_age: undefined } }));
    expect(found.map(({ name }) => name)).toEqual(['Cléo & Söhne']);
    expect(
      await answer(api.patients[':id'].$patch({ param: { id: found[0]?.id ?? 0 }, json: { age: 7 } })),
    ).toMatchObject({
      age: 7,
    });
    await server.settled();
    const sizes: number[] = [];
    for await (const page of sync({ limit: 2 })) sizes.push(page.patients.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3);
    expect(await answer(api.auth.logout.$post())).toBeUndefined();
    expect(await user()).toBeNull();
    const refused = await answer(api.patients.$get()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ problem: { code: 'unauthenticated' } });
  });

  test('a lost connection is tried three times, also with a signal', async () => {
    const { api, register } = phone();
    await register('ben');
    const { signal } = new AbortController();
    expect(signal).not.toHaveProperty('throwIfAborted');
    asked = [];
    weather = ['fails', 'fails'];
    expect(await answer(api.patients.$get({}, { signal: signalOf(signal) }))).toEqual([]);
    expect(asked).toHaveLength(3);
    weather = ['fails', 'fails', 'fails'];
    await expect(api.patients.$get({}, { signal: signalOf(signal) })).rejects.toThrow(Offline);
    expect([asked.length, weather]).toEqual([6, []]);
  });

  test('a lost answer makes one record', async () => {
    const { api, register } = phone();
    await register('cem');
    asked = [];
    weather = ['loses the answer'];
    const { signal } = new AbortController();
    const made = await answer(api.patients.$post({ json: { name: 'Only One' } }, { signal: signalOf(signal) }));
    expect(asked.map(({ key }) => key)).toEqual([asked[0]?.key, asked[0]?.key]);
    expect(asked[0]?.key).toEqual(expect.any(String));
    expect(await answer(api.patients.$get())).toEqual([made]);
  });

  test('what the app gives up ends at once: on its way, and while it waits for another try', async () => {
    const { api, register } = phone();
    await register('dan');
    const onItsWay = new AbortController();
    weather = ['is silent'];
    asked = [];
    const asking = api.patients.$get({}, { signal: signalOf(onItsWay.signal) });
    await expect.poll(() => asked.length).toBe(1);
    onItsWay.abort();
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });

    const waiting = new AbortController();
    weather = [new Response('', { status: 503, headers: { 'Retry-After': '20' } })];
    const given = api.patients.$get({}, { signal: signalOf(waiting.signal) });
    await expect.poll(() => weather.length).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const started = Date.now();
    waiting.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    expect(Date.now() - started).toBeLessThan(1000);
    expect(asked).toHaveLength(2);

    const before = new AbortController();
    before.abort();
    await expect(api.patients.$get({}, { signal: signalOf(before.signal) })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(asked).toHaveLength(2);
  });
});
