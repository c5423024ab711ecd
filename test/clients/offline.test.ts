// Two phones and an administrator, with whatever network there is: requests and answers get lost, hours pass offline. In
// the end each phone holds what a full read gives, and whatever was written on one is there once.
import * as fc from 'fast-check';
import { beforeAll, expect, inject, test } from 'vitest';
import { all, answer, newKey, type Write } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords, password } from '../support/app.ts';
import { memoryCopy } from './copies.ts';
import { devices } from './devices.ts';

cheapPasswords();

let server: App;
beforeAll(async () => {
  server = await boot();
});
const { device, expired } = devices(() => server);

const steps = ['create', 'change', 'remove', 'hire', 'assign', 'sync', 'hours', 'edit', 'erase', 'promote'] as const;
interface Step {
  what: (typeof steps)[number];
  /** Which phone does it, or sees it happen. */
  who: 0 | 1;
  which: number;
  /** What becomes of the phone's requests meanwhile, one after the other; of those beyond, nothing bad. */
  weather: Weather[];
}
type Weather = 'fine' | 'lost' | 'answer lost' | 'unavailable';

const unavailable = () =>
  Response.json(
    { code: 'database_unavailable', title: 'Unavailable', detail: 'Later', status: 503 },
    { status: 503, headers: { 'Content-Type': 'application/problem+json' } },
  );

let people = 0;
/** A phone of somebody's, who is new here unless it is said otherwise. */
const phoneOf = async (username: string, isNew = true) => {
  let weather: Weather[] = [];
  let now: Weather = 'fine';
  const one = device({
    tries: 1,
    before: () => {
      now = weather.shift() ?? 'fine';
      if (now === 'lost') throw new TypeError('Network request failed');
      return now === 'unavailable' ? unavailable() : undefined;
    },
    after: (_, response) => (now === 'answer lost' ? undefined : response),
  });
  const { user } = isNew
    ? await one.register(username)
    : await answer(one.api.auth.login.$post({ json: { username, password } }));
  const copy = memoryCopy();
  const sync = async (meanwhile: Weather[]) => {
    weather = [...meanwhile];
    const failed = await one.sync(copy, { limit: 2 }).then(
      () => false,
      () => true,
    );
    weather = [];
    return failed;
  };
  return { ...one, user, copy, sync };
};
type Phone = Awaited<ReturnType<typeof phoneOf>>;

const pick = <T>(from: readonly T[], number: number): T | undefined => from[number % Math.max(1, from.length)];

/** What one person does on a phone without a connection: it waits there. */
const written: Record<'create' | 'change' | 'remove' | 'hire' | 'assign', (phone: Phone, which: number) => Write[]> = {
  create: (_, which) => [
    { key: newKey(), create: 'patients', json: { name: `Patient ${newKey()}`, age: which % 150 } },
  ],
  hire: () => [{ key: newKey(), create: 'doctors', json: { name: `Doctor ${newKey()}`, specialization: 'Surgery' } }],
  change: ({ copy }, which) => {
    const patient = pick(copy.now().patients, which);
    return patient ? [{ key: newKey(), change: 'patients', id: patient.id, json: { phone: `+${which}` } }] : [];
  },
  remove: ({ copy }, which) => {
    const patient = pick(copy.now().patients, which);
    return patient ? [{ key: newKey(), remove: 'patients', id: patient.id }] : [];
  },
  assign: ({ copy }, which) => {
    const [patient, doctor] = [pick(copy.now().patients, which), pick(copy.now().doctors, which)];
    const json = { patient: patient?.id ?? 0, doctor: doctor?.id ?? 0 };
    return patient && doctor ? [{ key: newKey(), create: 'mappings', json }] : [];
  },
};

/** Nothing of the history before, which would only make the copies long. */
const emptied = () =>
  server.database.owner.transaction([
    server.database.owner.query(`select set_config('app.role', 'cli', true)`),
    ...['mappings', 'patients', 'doctors'].map((table) => server.database.owner.query(`delete from ${table}`)),
  ]);

/** What the routes of the records answer, which know nothing of syncing. */
const readInFull = async ({ api }: Phone) => {
  const read = async <Row extends { id: number }>(rows: AsyncIterable<Row>) => {
    const list: Row[] = [];
    for await (const row of rows) list.push(row);
    return list.sort((a, b) => a.id - b.id);
  };
  return {
    patients: await read(all(api.patients.$get)),
    doctors: await read(all(api.doctors.$get)),
    mappings: await read(all(api.mappings.$get)),
  };
};

/** Keys live for a day: what waits for longer may be done twice, as the package's README says. */
const mostHours = 22;

const play = async (ofOnePerson: boolean, history: Step[]) => {
  await emptied();
  const number = ++people;
  const [name, other] = [`phone${number}a`, `phone${number}${ofOnePerson ? 'a' : 'b'}`];
  const both = [await phoneOf(name), await phoneOf(other, !ofOnePerson)] as const;
  const [{ user: own }] = both;
  const desk = device();
  const { user: clerk } = await desk.register(`desk${number}`);
  await server.makeAdmin(clerk.id);
  // makes administrators
  await answer(desk.api.auth['step-up'].$post({ json: { password } }));
  const made: Write[] = [];
  let hours = 0;
  const isPatients = `created_by in (${both.map(({ user }) => user.id)})`;

  for (const { what, who, which, weather } of history) {
    const phone = both[who];
    if (what === 'sync') await phone.sync(weather);
    else if (what === 'hours') {
      const tokens = await expired(phone.tokens());
      await phone.set(tokens);
      if (hours < mostHours) {
        await server.rows(`update idempotency_keys set created_at = created_at - interval '2 hours'`);
        hours += 2;
      }
    } else if (what === 'edit' || what === 'erase') {
      const rows = await server.rows(`select id::int from patients where ${isPatients} order by id`);
      const param = { id: pick(rows, which)?.id ?? 0 };
      if (rows.length === 0) continue;
      if (what === 'edit') await answer(desk.api.patients[':id'].$patch({ param, json: { address: `${which} Elm` } }));
      else await answer(desk.api.patients[':id'].$delete({ param }));
    } else if (what === 'promote') {
      // the scope of a copy is another from then on
      const json = { role: which % 2 ? ('admin' as const) : ('user' as const) };
      await answer(desk.api.admin.users[':id'].$patch({ param: { id: own.id }, json }));
    } else {
      const writes = written[what](phone, which);
      phone.copy.write(...writes);
      made.push(...writes);
    }
  }
  // the weather is fine again: all that waits is sent, and what the other sent arrives
  for (const phone of both) expect(await phone.sync([])).toBe(false);
  await server.settled();
  for (const phone of both) expect(await phone.sync([])).toBe(false);

  for (const phone of both) {
    expect(phone.copy.writes()).toEqual([]);
    expect(phone.copy.now()).toEqual({ ...(await readInFull(phone)), cursor: expect.any(String) });
  }
  // and each outcome was told once
  const told = both.flatMap(({ copy }) => copy.outcomes.map(([key]) => key));
  expect(told.sort()).toEqual(made.map(({ key }) => key).sort());
  for (const write of made) {
    if (!('create' in write) || write.create === 'mappings') continue;
    const { name } = write.json;
    const there = await server.count(`from ${write.create} where name = $1`, [name]);
    const gone = await server.count(`from audit where action = 'delete' and before ->> 'name' = $1`, [name]);
    expect([name, there + gone]).toEqual([name, 1]);
  }
};
const weathers: fc.Arbitrary<Weather[]> = fc.array(
  fc.constantFrom<Weather>('fine', 'fine', 'fine', 'lost', 'answer lost', 'unavailable'),
  { maxLength: 8 },
);
const stepOf: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...steps, 'create', 'create', 'sync', 'sync', 'sync'),
  who: fc.constantFrom<0 | 1>(0, 1),
  which: fc.nat(1000),
  weather: weathers,
});

// few of the same histories each time in `npm test`, and many of others in `npm run fuzz`
const { sequences, seed } = inject('fuzz') ?? { sequences: 25, seed: 20_261_124 };

test(
  'in the end each phone holds what a full read gives, and what was written is there once',
  {
    timeout: sequences * 5000,
  },
  () =>
    fc.assert(fc.asyncProperty(fc.boolean(), fc.array(stepOf, { minLength: 5, maxLength: 30 }), play), {
      numRuns: sequences,
      seed,
      endOnFailure: true,
    }),
);
