// sync of the typed client: what was written offline is sent first, under its keys, then the copy is brought up to date.
import { beforeAll, describe, expect, test } from 'vitest';
import { answer, newKey, Offline, type Page, type Write } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords } from '../support/app.ts';
import { memoryCopy } from './copies.ts';
import { devices, paths, problemOf } from './devices.ts';

cheapPasswords();

let server: App;
beforeAll(async () => {
  server = await boot();
});
const { device } = devices(() => server);

let people = 0;
/** Somebody new, with a phone and a copy on it. */
const phone = async (weather: Parameters<typeof device>[0] = {}) => {
  const one = device({ tries: 1, ...weather });
  const { user } = await one.register(`phone${++people}`);
  one.sent.length = 0;
  return { ...one, copy: memoryCopy(), me: user };
};
const patientNamed = (name: string): Write => ({ key: newKey(), create: 'patients', json: { name } });
const created = async ({ api }: Awaited<ReturnType<typeof phone>>, ...names: string[]) => {
  const made = [];
  for (const name of names) made.push(await answer(api.patients.$post({ json: { name } })));
  return made;
};

describe('page by page', () => {
  test('goes through to the last, and from its cursor on brings what changed', async () => {
    const one = await phone();
    const [first] = await created(one, 'Ada', 'Bea', 'Cleo');
    await server.settled();
    const seen: Page[] = [];
    for await (const page of one.sync({ limit: 1 })) seen.push(page);
    expect(seen.flatMap(({ patients }) => patients.map(({ name }) => name))).toEqual(['Ada', 'Bea', 'Cleo']);
    expect(seen.map(({ reset }) => reset)).toEqual(seen.map((_, place) => place === 0));
    expect(seen.map(({ more }) => more)).toEqual(seen.map((_, place) => place < seen.length - 1));
    await answer(one.api.patients[':id'].$delete({ param: { id: first?.id ?? 0 } }));
    await server.settled();
    const later: Page[] = [];
    for await (const page of one.sync({ cursor: seen.at(-1)?.cursor })) later.push(page);
    expect(later.map(({ reset, patients, removed }) => [reset, patients, removed.patients])).toEqual([
      [false, [], [first?.id]],
    ]);
  });

  test('begins anew where the server cannot go on, and says so', async () => {
    const one = await phone();
    await created(one, 'Ada');
    let cursor = '';
    for await (const page of one.sync()) cursor = page.cursor;
    await server.makeAdmin(one.me.id);
    const seen: Page[] = [];
    for await (const page of one.sync({ cursor })) seen.push(page);
    expect(seen[0]?.reset).toBe(true);
    expect(seen.flatMap(({ patients }) => patients).length).toBeGreaterThan(1);
  });

  test('is refused to nobody in particular, and with what is no cursor', async () => {
    const { sync } = device();
    await expect(sync().next()).rejects.toThrow('Nobody is signed in');
    await expect(sync(memoryCopy())).rejects.toThrow('Nobody is signed in');
    const one = await phone();
    expect(await problemOf(one.sync({ cursor: 'nonsense' }).next())).toMatchObject({ code: 'invalid_input' });
  });
});

describe('a copy', () => {
  test('has what there is, and forgets what is gone', async () => {
    const one = await phone();
    const [ada, bea] = await created(one, 'Ada', 'Bea');
    await server.settled();
    await one.sync(one.copy, { limit: 1 });
    expect(one.copy.now().patients).toEqual([ada, bea]);
    await answer(one.api.patients[':id'].$delete({ param: { id: ada?.id ?? 0 } }));
    const older = await answer(one.api.patients[':id'].$patch({ param: { id: bea?.id ?? 0 }, json: { age: 80 } }));
    await server.settled();
    await one.sync(one.copy);
    expect(one.copy.now().patients).toEqual([older]);
    expect(one.copy.resets()).toBe(1);
  });

  test('is forgotten when it no longer fits, but not what was written', async () => {
    const one = await phone();
    await created(one, 'Ada');
    await server.settled();
    await one.sync(one.copy);
    await server.makeAdmin(one.me.id);
    const write: Write = {
      key: newKey(),
      create: 'doctors',
      json: { name: 'Dr. Smith', specialization: 'Cardiology' },
    };
    let connected = true;
    const { sync } = device({
      store: one.store,
      tries: 1,
      before: ({ url }) => {
        // the write does not get through, and after it the rest does
        if (!connected || url.endsWith('/doctors')) throw new TypeError('Network request failed');
        return undefined;
      },
    });
    one.copy.write(write);
    await expect(sync(one.copy)).rejects.toThrow(Offline);
    connected = false;
    await expect(sync(one.copy)).rejects.toThrow(Offline);
    expect([one.copy.writes(), one.copy.resets()]).toEqual([[write], 1]);
    await one.sync(one.copy);
    expect([one.copy.writes(), one.copy.resets()]).toEqual([[], 2]);
    expect(one.copy.now().patients.length).toBeGreaterThan(1);
  });

  test('goes on where it was when the connection failed between two pages', async () => {
    let answers = 2;
    const one = await phone({
      before: ({ url }) => {
        if (url.includes('/sync') && answers-- <= 0) throw new TypeError('Network request failed');
        return undefined;
      },
    });
    const made = await created(one, 'Ada', 'Bea', 'Cleo', 'Dora');
    await server.settled();
    await expect(one.sync(one.copy, { limit: 1 })).rejects.toThrow(Offline);
    expect(one.copy.now().patients).toEqual(made.slice(0, 2));
    answers = Number.POSITIVE_INFINITY;
    await one.sync(one.copy, { limit: 1 });
    expect(one.copy.now().patients).toEqual(made);
    expect(one.copy.resets()).toBe(1);
  });

  test('is done one after the other when asked for twice at once', async () => {
    const one = await phone();
    await created(one, 'Ada');
    one.copy.write(patientNamed('Bea'));
    const syncing = one.sync(one.copy);
    const other = one.sync(one.copy);
    one.copy.write(patientNamed('Cleo'));
    await Promise.all([syncing, other]);
    await server.settled();
    await one.sync(one.copy);
    expect(one.copy.now().patients.map(({ name }) => name)).toEqual(['Ada', 'Bea', 'Cleo']);
    expect(one.copy.outcomes).toHaveLength(2);
    expect(paths(one.sent, '/api/patients').map(({ key }) => key)).toHaveLength(3);
  });

  test('goes on after one that failed', async () => {
    const one = await phone();
    let full = true;
    const copy = {
      ...one.copy,
      apply: (page: Page) => {
        if (full) throw new Error('a full disk');
        one.copy.apply(page);
      },
    };
    const failing = one.sync(copy);
    const next = one.sync(copy);
    await expect(failing).rejects.toThrow('a full disk');
    await expect(next).rejects.toThrow('a full disk');
    full = false;
    await one.sync(copy);
    expect(one.copy.now().cursor).toEqual(expect.any(String));
  });

  test('of one person gets nothing of another, who signs in meanwhile', async () => {
    const one = await phone();
    const other = await phone();
    await created(other, 'Not yours');
    await created(one, 'Ada');
    one.copy.write(patientNamed('Bea'), patientNamed('Cleo'));
    const copy = {
      ...one.copy,
      sent: async (...sent: Parameters<typeof one.copy.sent>) => {
        one.copy.sent(...sent);
        const tokens = other.tokens();
        if (tokens) await one.set(tokens);
      },
    };
    await expect(one.sync(copy)).rejects.toThrow('Somebody else');
    expect(one.copy.now().patients).toEqual([]);
    expect(one.copy.writes()).toHaveLength(1);
    const names = (await answer(other.api.patients.$get())).map(({ name }) => name);
    expect(names).toEqual(['Not yours']);
  });
});

describe('what was written offline', () => {
  test('is sent first, the oldest first, under its keys, and tells what became of it', async () => {
    const one = await phone();
    const [ada, bea] = await created(one, 'Ada', 'Bea');
    one.sent.length = 0;
    const writes: Write[] = [
      { key: 'k1', create: 'doctors', json: { name: 'Dr. Smith', specialization: 'Cardiology' } },
      { key: 'k2', change: 'patients', id: ada?.id ?? 0, json: { phone: '+1 555 0100' } },
      { key: 'k3', remove: 'patients', id: bea?.id ?? 0 },
      { key: 'k4', remove: 'patients', id: bea?.id ?? 0 },
      { key: 'k5', change: 'patients', id: bea?.id ?? 0, json: { phone: '1' } },
      { key: 'k6', create: 'patients', json: { name: '' } },
    ];
    one.copy.write(...writes);
    await one.sync(one.copy);
    expect(one.sent.map(({ method, path, key }) => [method, path.split('/')[2], key])).toEqual([
      ['POST', 'doctors', 'k1'],
      ['PATCH', 'patients', null],
      ['DELETE', 'patients', null],
      ['DELETE', 'patients', null],
      ['PATCH', 'patients', null],
      ['POST', 'patients', 'k6'],
      ['GET', 'sync', null],
    ]);
    expect(one.copy.outcomes).toEqual([
      ['k1', { record: expect.objectContaining({ name: 'Dr. Smith' }) }],
      ['k2', { record: expect.objectContaining({ id: ada?.id, phone: '+1 555 0100' }) }],
      ['k3', {}],
      ['k4', {}],
      ['k5', { problem: expect.objectContaining({ code: 'not_found' }) }],
      ['k6', { problem: expect.objectContaining({ code: 'invalid_input', errors: { name: ['must not be empty'] } }) }],
    ]);
    expect(one.copy.writes()).toEqual([]);
  });

  test('may be of records that have no id before it is sent', async () => {
    const one = await phone();
    const doctor = { key: 'd', create: 'doctors', json: { name: 'Dr. Smith', specialization: 'Cardiology' } } as const;
    one.copy.write(patientNamed('Ada'), doctor, { key: 'm', create: 'mappings', json: { patient: -1, doctor: -2 } });
    const ids = new Map<number, number>();
    const sent: typeof one.copy.sent = (write, outcome) => {
      one.copy.sent(write, outcome);
      if (outcome.record && 'create' in write) ids.set(write.create === 'patients' ? -1 : -2, outcome.record.id);
    };
    const load = () => ({
      ...one.copy.load(),
      writes: one.copy.writes().map((write) => {
        if (write.key !== 'm' || !('create' in write) || write.create !== 'mappings') return write;
        const json = { patient: ids.get(-1) ?? -1, doctor: ids.get(-2) ?? -2 };
        return { ...write, json };
      }),
    });
    await one.sync({ ...one.copy, load, sent });
    const [patient] = await answer(one.api.patients.$get());
    const [mapping] = await answer(one.api.mappings.$get());
    expect(mapping?.patient).toBe(patient?.id);
  });

  test('makes one record, though its answer got lost and the app was closed', async () => {
    let lose = true;
    const one = await phone();
    const losing = device({
      store: one.store,
      tries: 1,
      after: ({ method }, response) => (method === 'POST' && lose ? undefined : response),
    });
    one.copy.write(patientNamed('Only One'));
    await expect(losing.sync(one.copy)).rejects.toThrow(Offline);
    expect(one.copy.writes()).toHaveLength(1);
    lose = false;
    await losing.sync(one.copy);
    expect((await answer(one.api.patients.$get())).map(({ name }) => name)).toEqual(['Only One']);
    expect(one.copy.outcomes).toMatchObject([[expect.any(String), { record: { name: 'Only One' } }]]);
  });

  test.each([
    ['the session is over', 401],
    ['it is too much at once', 429],
    ['the database is away', 503],
  ])('waits when %s', async (_, status) => {
    const one = await phone();
    const { sync } = device({
      store: one.store,
      tries: 1,
      before: () =>
        Response.json(
          { code: 'x', title: 'x', detail: 'x', status },
          {
            status,
            headers: { 'Content-Type': 'application/problem+json' },
          },
        ),
    });
    one.copy.write(patientNamed('Ada'));
    expect((await problemOf(sync(one.copy))).status).toBe(status);
    expect([one.copy.writes().length, one.copy.outcomes]).toEqual([1, []]);
  });

  test('may stay when it was refused, and is tried once with each sync', async () => {
    const one = await phone();
    one.copy.write(patientNamed(''), patientNamed('Ada'));
    const sent: typeof one.copy.sent = (write, outcome) => {
      if (!outcome.problem) one.copy.sent(write, outcome);
    };
    await one.sync({ ...one.copy, sent });
    expect(paths(one.sent, '/api/patients')).toHaveLength(2);
    expect(one.copy.writes()).toHaveLength(1);
    await one.sync({ ...one.copy, sent });
    expect(paths(one.sent, '/api/patients')).toHaveLength(3);
  });

  test('is not sent by a copy that could not tell that it was', async () => {
    const one = await phone();
    one.copy.write(patientNamed('Ada'));
    const { sent: _, ...copy } = one.copy;
    await expect(one.sync(copy)).rejects.toThrow('needs sent()');
    expect(one.sent).toEqual([]);
  });
});
