// What an app on a phone does with the typed client, and all that it sees of it. It is run twice: in Node against a
// Wardbook, and in Hermes with the earlier answers. Both have to say the same.
import { AbortController } from 'abort-controller/dist/abort-controller.mjs';
import { all, answer, type Copy, Refused, type Tokens, wardbook } from '../../../clients/typescript/dist/index.js';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export async function converse(given: Fetch, say: (line: string) => void): Promise<void> {
  const keys: string[] = [];
  let losing = 0;
  /** What goes over the network, as a line each; of an answer that gets lost, the client hears nothing. */
  const fetch: Fetch = async (url, init) => {
    const key = new Map(Object.entries(init.headers ?? {})).get('Idempotency-Key');
    if (key && !keys.includes(key)) keys.push(key);
    const lost = losing > 0 && losing--;
    say(
      [init.method, url.slice(url.indexOf('/api')), init.body, key && `key ${keys.indexOf(key) + 1}`, lost && 'lost']
        .filter(Boolean)
        .join(' '),
    );
    const response = await given(url, init);
    if (lost) throw new TypeError('Network request failed');
    return response;
  };

  let held: Tokens | null = null;
  const store = {
    load: () => held,
    save: (tokens: Tokens) => {
      held = tokens;
    },
    clear: () => {
      held = null;
    },
  };
  const { api, user, onChange, sync } = wardbook('http://wardbook.test', { store, fetch });
  onChange((user) => say(`signed in: ${user?.name ?? 'nobody'}`));

  const json = { username: 'hanna', email: 'hanna@example.com', password: 'four unrelated words' };
  await answer(api.auth.register.$post({ json }));
  losing = 1;
  for (const name of ['Ada', 'Cléo & Söhne 🩺']) {
    const { id, name: made } = await answer(api.patients.$post({ json: { name } }));
    say(`made ${id} ${made}`);
  }
  // the access token is over, and two requests want another one
  const now = await store.load();
  if (now) store.save({ ...now, renew_at: 0 });
  await Promise.all([answer(api.auth.me.$get()), answer(api.auth.me.$get())]);
  for await (const { name } of all(api.patients.$get, { query: { limit: 1, sort: '-name' } })) say(`read ${name}`);

  const refused = await answer(api.patients[':id'].$get({ param: { id: 404 } })).catch((error: unknown) => error);
  say(refused instanceof Refused ? `${refused.name}: ${refused.problem.code}` : `not refused: ${refused}`);
  const leaving = new AbortController();
  leaving.abort();
  const aborted = await api.patients.$get({}, { signal: leaving.signal }).catch((error: Error) => error);
  say(`given up: ${'name' in aborted && aborted.name}`);

  let cursor: string | null = null;
  let writes = [{ key: 'written-offline', create: 'patients' as const, json: { name: 'Bea' } }];
  const copy: Copy = {
    load: () => ({ cursor, writes }),
    apply: (page) => {
      say(`page of ${page.patients.map(({ name }) => name).join()}${page.reset ? ', from the start' : ''}`);
      cursor = page.cursor;
    },
    reset: () => {
      cursor = null;
    },
    sent: (write, { record }) => {
      say(`sent ${write.key}: ${record?.id}`);
      writes = writes.filter(({ key }) => key !== write.key);
    },
  };
  await sync(copy, { limit: 2 });
  for await (const { patients, more } of sync({ limit: 2 })) say(`${patients.length} of a page, more: ${more}`);
  await answer(api.auth.logout.$post());
  say(`in the end: ${await user()}`);
}
