// Checks patients: one created twice under one key, ETags, who sees whose, the search, and the sync of a phone.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fatal } from '../support/terminal.ts';
import { type Answer, expect, type Fields, problemCode } from './send.ts';
import { createPatient, deletePatient, twoPeople, type World } from './world.ts';

export const keyedPost = async (world: World): Promise<string> => {
  const { owner } = twoPeople(world);
  const key = randomUUID();
  const first = await createPatient(world, owner, {}, key);
  const second = await createPatient(world, owner, {}, key);
  expect(first.id === second.id, `one Idempotency-Key made two patients, ${first.id} and ${second.id}`);
  const isReplay = second.answer.headers.get('Idempotency-Replayed') === 'true';
  expect(isReplay, 'the second answer to an Idempotency-Key does not say Idempotency-Replayed: true');
  const other = await world.send('POST', '/api/patients/', 422, {
    token: owner.access,
    body: { name: 'Smoke Test, another' },
    headers: { 'Idempotency-Key': key },
  });
  expect(problemCode(other) === 'key_reused', `a key with another body is answered ${problemCode(other)}`);
  return 'the same key made one patient';
};

export const conditional = async (world: World): Promise<string> => {
  const { send } = world;
  const { owner } = twoPeople(world);
  const token = owner.access;
  // long enough that Cloudflare compresses it, which may weaken its tag
  const { id } = await createPatient(world, owner, { medical_history: 'Asthma, penicillin allergy. '.repeat(200) });
  const path = `/api/patients/${id}/`;
  const read = await send('GET', path, 200, { token, headers: { 'Accept-Encoding': 'gzip' } });
  const tag = tagOf(read);
  const same = await send('GET', path, 304, { token, headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': tag } });
  expect(same.text === '', 'a 304 has a body');
  await send('PATCH', path, 200, { token, body: { age: 41 }, headers: { 'If-Match': tag } });
  const late = await send('PATCH', path, 412, { token, body: { age: 42 }, headers: { 'If-Match': tag } });
  expect(problemCode(late) === 'stale_version', `a stale If-Match is answered ${problemCode(late)}`);
  await send('GET', path, 200, { token, headers: { 'If-None-Match': tag } });
  const encoding = read.headers.get('Content-Encoding');
  return `304 for what is known${encoding ? ` (through ${encoding})` : ' (uncompressed here)'}, 412 for a late write`;
};

const tagOf = ({ headers }: Answer): string => {
  const tag = headers.get('ETag');
  expect(tag !== null, 'a single patient comes without an ETag');
  return tag;
};

export const strangers = async (world: World): Promise<string> => {
  const { send } = world;
  const { owner, stranger } = twoPeople(world);
  const { id } = await createPatient(world, owner);
  const path = `/api/patients/${id}/`;
  const token = stranger.access;
  const foreign = [
    await send('GET', path, 404, { token }),
    await send('PUT', path, 404, { token, body: { name: 'Taken over' } }),
    await send('PATCH', path, 404, { token, body: { name: 'Taken over' } }),
    await send('DELETE', path, 404, { token }),
    await send('GET', `/api/mappings/${id}/`, 404, { token }),
  ];
  const missing = await send('GET', `/api/patients/${Number.MAX_SAFE_INTEGER}/`, 404, { token });
  const told = (answer: Answer) => JSON.stringify({ ...answer.body, request_id: '' });
  const isAlike = foreign.every((answer) => told(answer) === told(missing));
  expect(isAlike, "the 404 for somebody else's patient differs from that for one that does not exist");
  const { rows } = await send('GET', '/api/patients/', 200, { token });
  expect(!rows.some((row) => row.id === id), "a list shows somebody else's patient");
  await send('GET', '/api/admin/users/', 403, { token });
  await send('GET', path, 401);
  const still = await send('GET', path, 200, { token: owner.access });
  expect(still.body.name === 'Smoke Test', "a stranger changed somebody else's patient");
  return "somebody else's patient is a 404 like one that does not exist";
};

/** An isolate serves many people at once: what it keeps of one request must never reach another. */
export const mixing = async (world: World): Promise<string> => {
  const { owner, stranger } = twoPeople(world);
  const people = await Promise.all(
    [owner, stranger].map(async (person) => ({ person, patient: (await createPatient(world, person)).id })),
  );
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const { person, patient } = people[index % 2] as (typeof people)[number];
      const token = person.access;
      if (index % 4 < 2) {
        const { body } = await world.send('GET', '/api/auth/me/', 200, { token });
        expect(body.email === person.email, `one of 50 requests at once was answered as ${body.name}`);
      } else {
        const { rows } = await world.send('GET', '/api/patients/', 200, { token });
        const ids = new Set(rows.map(({ id }) => id));
        const others = people.filter((one) => one.person !== person).flatMap((one) => one.person.patients);
        expect(ids.has(patient), 'one of 50 lists at once lacks a patient of who asked');
        expect(!others.some((id) => ids.has(id)), 'one of 50 lists at once holds a patient of somebody else');
      }
    }),
  );
  return '50 requests of two people at once, each with its own answer';
};

export const search = async (world: World): Promise<string> => {
  const { owner } = twoPeople(world);
  const { id } = await createPatient(world, owner, { name: 'Éléonore García-Brûlé (Smoke Test)' });
  const find = async (text: string) => {
    const path = `/api/patients/?search=${encodeURIComponent(text)}`;
    const { rows } = await world.send('GET', path, 200, { token: owner.access });
    return rows.some((row) => row.id === id);
  };
  for (const text of ['éléonore', 'ELEONORE', 'garcia', 'Brule', 'Gracia']) {
    expect(await find(text), `a search for "${text}" does not find Éléonore García-Brûlé`);
  }
  expect(!(await find('Wojciechowski')), 'a search for "Wojciechowski" finds Éléonore García-Brûlé');
  return 'Éléonore García-Brûlé is found without accents, and with a typo';
};

interface Round {
  patients: Fields[];
  removed: number[];
  pages: number;
  cursor: string;
}

const mostPages = 500;
const syncToEnd = async ({ send }: World, token: string, from?: string): Promise<Round> => {
  const round: Round = { patients: [], removed: [], pages: 0, cursor: from ?? '' };
  for (;;) {
    const query = round.cursor ? `?cursor=${encodeURIComponent(round.cursor)}` : '';
    const { body } = await send('GET', `/api/sync/${query}`, 200, { token });
    const { patients, removed, cursor, more } = body as {
      patients: Fields[];
      removed: { patients: number[] };
    } & Fields;
    expect(typeof cursor === 'string' && cursor !== '', '/api/sync/ answers no cursor');
    round.patients.push(...patients);
    round.removed.push(...removed.patients);
    round.pages++;
    round.cursor = cursor;
    if (more !== true) return round;
    expect(round.pages < mostPages, `/api/sync/ has more after ${mostPages} pages`);
  }
};

export const sync = async (world: World): Promise<string> => {
  const { owner } = twoPeople(world);
  const kept = await createPatient(world, owner);
  const gone = await createPatient(world, owner);
  const all = await untilSynced(world, undefined, (round) => isIn(round, kept.id) && isIn(round, gone.id));
  const ids = new Set(all.patients.map(({ id }) => id));
  const missing = owner.patients.filter((id) => !ids.has(id));
  expect(missing.length === 0, `a sync from the start lacks ${missing.length} of ${owner.patients.length} patients`);
  expect(ids.size === owner.patients.length, "a sync from the start holds somebody else's patients");

  await world.send('PATCH', `/api/patients/${kept.id}/`, 200, { token: owner.access, body: { age: 50 } });
  await deletePatient(world, owner, gone.id);
  const next = await untilSynced(world, all.cursor, (round) => isIn(round, kept.id) && round.removed.includes(gone.id));
  expect(next.patients.length === 1, `the next sync tells ${next.patients.length} patients, of which one changed`);
  return `${all.pages === 1 ? 'one page' : `${all.pages} pages`} to the end, then one change and one removal`;
};

const isIn = ({ patients }: Round, id: number): boolean => patients.some((patient) => patient.id === id);

/** A change is told once every transaction that began before it has ended, whoever's it is on the same server. */
const untilSynced = async (world: World, from: string | undefined, isThere: (round: Round) => boolean) => {
  const { owner } = twoPeople(world);
  for (let attempt = 0; attempt < 10; attempt++) {
    const round = await syncToEnd(world, owner.access, from);
    if (isThere(round)) return round;
    await sleep(1000);
  }
  throw new Fatal('/api/sync/ does not tell a change within 10 s');
};
