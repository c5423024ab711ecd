// Changes that were made offline and ask for the version that they were made of: what somebody else wrote meanwhile is not
// written over in silence.
import { beforeAll, expect, test } from 'vitest';
import { answer, type Copy, newKey, Offline, remaining, type Write } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords } from '../support/app.ts';
import { memoryCopy } from './copies.ts';
import { devices } from './devices.ts';

cheapPasswords();

let server: App;
beforeAll(async () => {
  server = await boot();
});
const { device } = devices(() => server);

let people = 0;
/** A phone with the record of one patient, of which it has seen the first version. */
const phone = async (weather: Parameters<typeof device>[0] = {}) => {
  const one = device({ tries: 1, ...weather });
  await one.register(`phone${++people}`);
  const { id } = await answer(one.api.patients.$post({ json: { name: 'Jane', medical_history: 'Asthma' } }));
  const desk = device({ store: one.store });
  const elsewhere = (medical_history: string) =>
    answer(desk.api.patients[':id'].$patch({ param: { id }, json: { medical_history } }));
  const change = (json: object, if_match = 1): Write => ({ key: newKey(), change: 'patients', id, json, if_match });
  const now = () => answer(desk.api.patients[':id'].$get({ param: { id } }));
  return { ...one, id, copy: memoryCopy(), elsewhere, change, now };
};

test('the next change takes the version that the one before was answered', async () => {
  const { sync, copy, change, now } = await phone();
  copy.write(change({ phone: '1' }), change({ phone: '2' }), change({ age: 3 }));
  await sync(copy);
  expect(
    copy.outcomes.map(([, { problem, record }]) => problem ?? (record && 'version' in record && record.version)),
  ).toEqual([2, 3, 4]);
  expect(await now()).toMatchObject({ phone: '2', age: 3 });
});

test('also when the app was closed in between, if it keeps what remains', async () => {
  let connected = true;
  const one = await phone({
    before: ({ method }) => {
      if (!connected && method === 'PATCH') throw new TypeError('Network request failed');
      connected &&= method !== 'PATCH';
      return undefined;
    },
  });
  let writes = [one.change({ phone: '1' }), one.change({ phone: '2' })];
  const opened = (): Copy => ({
    ...one.copy,
    load: () => ({ ...one.copy.load(), writes }),
    sent: (write, outcome) => {
      one.copy.sent(write, outcome);
      writes = remaining(writes, write, outcome);
    },
  });
  await expect(one.sync(opened())).rejects.toThrow(Offline);
  expect(writes).toMatchObject([{ json: { phone: '2' }, if_match: 2 }]);
  connected = true;
  await one.sync(opened());
  expect(one.copy.outcomes.map(([, { problem }]) => problem)).toEqual([undefined, undefined]);
  expect((await one.now()).phone).toBe('2');
});

test('what somebody else changed is refused, with the record as it is now', async () => {
  const { id, sync, copy, change, elsewhere, now } = await phone();
  await elsewhere('Asthma, hay fever');
  copy.write(change({ medical_history: 'Asthma, diabetes' }));
  await sync(copy);
  expect(copy.outcomes).toEqual([
    [
      expect.any(String),
      {
        problem: expect.objectContaining({ code: 'stale_version' }),
        current: expect.objectContaining({ id, medical_history: 'Asthma, hay fever', version: 2 }),
      },
    ],
  ]);
  expect((await now()).medical_history).toBe('Asthma, hay fever');
});

test('or the app says what becomes of it, with both at hand, as often as somebody is faster', async () => {
  const { sync, copy, change, elsewhere, now } = await phone();
  await elsewhere('Asthma, hay fever');
  copy.write(change({ medical_history: 'Asthma, diabetes' }), change({ phone: '7' }));
  const seen: unknown[] = [];
  const conflict: Copy['conflict'] = async ({ json, if_match }, theirs) => {
    if (!('medical_history' in json && 'medical_history' in theirs)) return undefined;
    seen.push([if_match, json.medical_history, theirs.version, theirs.medical_history]);
    if (seen.length === 1) await elsewhere('Asthma, hay fever, gout');
    return { medical_history: `${theirs.medical_history}, diabetes` };
  };
  await sync({ ...copy, conflict });
  expect(seen).toEqual([
    [1, 'Asthma, diabetes', 2, 'Asthma, hay fever'],
    [2, 'Asthma, hay fever, diabetes', 3, 'Asthma, hay fever, gout'],
  ]);
  expect(copy.outcomes.map(([, { problem }]) => problem)).toEqual([undefined, undefined]);
  expect(await now()).toMatchObject({ medical_history: 'Asthma, hay fever, gout, diabetes', phone: '7' });
});

test('or leaves theirs as it is, and has it as what came of it', async () => {
  const { sync, copy, change, elsewhere, now } = await phone();
  await elsewhere('Hay fever');
  copy.write(change({ medical_history: 'Diabetes' }));
  await sync({ ...copy, conflict: () => null });
  expect(copy.outcomes).toMatchObject([[expect.any(String), { record: { medical_history: 'Hay fever', version: 2 } }]]);
  expect((await now()).medical_history).toBe('Hay fever');
});

test('one whose answer got lost is in conflict with nobody', async () => {
  let lose = true;
  const { sync, copy, change } = await phone({
    after: ({ method }, response) => (method === 'PATCH' && lose ? undefined : response),
  });
  copy.write(change({ phone: '1' }), change({ phone: '2' }));
  await expect(sync(copy)).rejects.toThrow(Offline);
  lose = false;
  await sync({ ...copy, conflict: () => expect.fail('there is none') });
  expect(copy.outcomes).toMatchObject([
    [expect.any(String), { record: { phone: '1' } }],
    [expect.any(String), { record: { phone: '2' } }],
  ]);
});

test('a record that is gone is a change that was refused', async () => {
  const { api, id, sync, copy, change } = await phone();
  await answer(api.patients[':id'].$delete({ param: { id } }));
  copy.write(change({ phone: '1' }));
  await sync(copy);
  expect(copy.outcomes).toMatchObject([[expect.any(String), { problem: { code: 'not_found' } }]]);
});
