// The database fails in every way that it can: every route says 503 or the truth, and what was kept agrees with that.
import { beforeEach, describe, expect, test } from 'vitest';
import { table } from '../routes/table.ts';
import { tagOf } from '../support/answers.ts';
import { type Answer, boot, caller, cheapPasswords, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { faults, faultyConnection } from '../support/database.ts';
import { everyRoute, type Prepared, send } from '../support/every-route.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { routes } from '../support/routes.ts';
import { sessionOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, admin } = w.people;
const { prepare, prepareAll } = everyRoute(app, w);

// two ways to the same database, because only what comes too late needs a client that does not wait
const database = await faultyConnection(app.database.appUrl);
const slowDatabase = await faultyConnection(app.database.appUrl);
const call = caller({ ...app.env, DATABASE_URL: database.url });
const hasty = caller({ ...app.env, DATABASE_URL: slowDatabase.url, DATABASE_TIMEOUT_MS: '500' });

const unheard: Fault[] = faults.none;
const tooLate: Fault[] = faults.allTooLate;
const through = (fault: Fault) =>
  tooLate.includes(fault) ? { connection: slowDatabase, call: hasty } : { connection: database, call };

const { rows } = app;
const records = [
  ...['users', 'credentials', 'sessions', 'patients', 'doctors', 'mappings', 'idempotency_keys', 'guesses', 'mails'],
  ...['invitations', 'app.links', 'app.former_emails', 'app.devices'],
  ...['app.networks', 'app.sent_mails', 'app.former_patients'],
];
const contents = () => app.sumsOf([...records, 'audit']);
/** The changes that the trail has of one request. */
const changesOf = async (answer: Answer) => (await app.trailOf(answer)).filter(({ action }) => action !== 'read');

/** Where a key keeps a write from happening twice. */
const keyed = table.filter(({ takesKey }) => takesKey).map(({ route }) => route);
/** It answers what it found some seconds ago; test/hostile/readiness.test.ts is about it. */
const remembers = (route: string) => route === 'GET /readyz';
const asksNoDatabase = (route: string) => !route.includes(' /api/');
const expectUnavailable = (answer: Answer, about = '') => {
  expect(answer.status, `${about} answered ${answer.text}`).toBe(503);
  expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d{0,2}$/);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(answer.headers.get('ETag')).toBeNull();
  expect(answer.body).toEqual({
    type: 'urn:wardbook:problem:database_unavailable',
    title: expect.any(String),
    status: 503,
    detail: 'The database did not answer. Try again shortly.',
    code: 'database_unavailable',
    request_id: answer.headers.get('X-Request-Id'),
  });
};
/** Versions count changes and the trail tells of them: none without the other, and none twice for one request. */
const expectAgreement = async () => {
  for (const [table, kind] of [
    ['patients', 'patient'],
    ['doctors', 'doctor'],
    ['users', 'user'],
  ])
    expect(
      await rows(`select id, version from ${table} r where version <> (
        select count(*) from audit where resource = '${kind}' and resource_id = r.id and action in ('create', 'update', 'restore', 'accept', 'leave'))`),
    ).toEqual([]);
  const there = `select resource_id from audit where resource = 'mapping' and action <> 'read' group by 1 having (array_agg(action order by id desc))[1] <> 'delete'`;
  expect(
    await rows(`(${there} except select id from mappings) union all (select id from mappings except ${there})`),
  ).toEqual([]);
  expect(
    await rows(`select request_id, action, resource, resource_id from audit
      where action <> 'read' and request_id is not null group by 1, 2, 3, 4 having count(*) > 1`),
  ).toEqual([]);
};

beforeEach(async () => {
  await app.asOwner('delete from guesses');
  // each test opens some, and past a hundred the account's first one ends
  await app.rows('delete from sessions where user_id = $1 and id <> $2', [owner.id, sessionOf(owner)]);
});

test('every route of the app has a request here, which succeeds', async () => {
  for (const request of await prepareAll()) {
    const answer = await send(call, request);
    expect(answer.status, `${request.route} answered ${answer.text}`).toBeLessThan(300);
  }
  expect(routes.length).toBeGreaterThan(40);
  await expectAgreement();
});

describe.each(Object.values(faults).flat() as Fault[])('%s', (fault) => {
  const { connection, call } = through(fault);
  const during = async <T>(more: { times?: number; only?: string }, act: () => Promise<T>): Promise<T> => {
    await connection.fail(fault, more);
    try {
      return await act();
    } finally {
      // what was given up before it was on its way must not arrive in the next test
      await (tooLate.includes(fault) ? connection.fail('cut before') : connection.heal());
    }
  };

  test('from every route is a 503, and nothing is half done', async () => {
    const requests = (await prepareAll()).filter(({ route }) => !remembers(route));
    const before = await contents();
    const answers = await during({}, () => Promise.all(requests.map((request) => send(call, request))));
    for (const [index, { route }] of requests.entries()) {
      const answer = answers[index] as Answer;
      if (asksNoDatabase(route)) expect(answer.status).toBe(200);
      else expectUnavailable(answer, route);
    }
    if (unheard.includes(fault)) expect(await contents()).toEqual(before);
    await expectAgreement();
  });

  // what nobody answered has had its eight seconds, and is not asked again; nothing listens means nothing listens
  if (fault === 'refused' || tooLate.includes(fault)) return;

  test('once, is not noticed by who reads', async () => {
    const reads = await Promise.all(
      routes.filter((route) => route.startsWith('GET ') && !remembers(route)).map(prepare),
    );
    const answers = await during({ times: 1 }, () => Promise.all(reads.map((request) => send(call, request))));
    for (const [index, { route }] of reads.entries())
      expect(answers[index]?.status, `${route} answered ${answers[index]?.text}`).toBe(200);
  });

  test('twice, is', async () => {
    const read = await prepare('GET /api/patients/:id');
    expectUnavailable(await during({ times: 2 }, () => send(call, read)));
  });

  test('once, is not noticed by who writes under a key, and happens once', async () => {
    const writes = await Promise.all(keyed.map(prepare));
    const keys = keyed.map((route) => ({ 'Idempotency-Key': `${fault}, once: ${route}` }));
    const answers = await during({ times: 1 }, () =>
      Promise.all(writes.map((request, index) => send(call, request, keys[index]))),
    );
    for (const [index, answer] of answers.entries()) {
      expect(answer.status, `${writes[index]?.route} answered ${answer.text}`).toBe(201);
      const request = writes[index] as Prepared;
      const again = await send(call, request, keys[index]);
      expect(again.text).toBe(answer.text);
      const trail = await changesOf(answer);
      const made: { id: number }[] = [answer.body].flat();
      expect(trail).toEqual(made.map(({ id }) => expect.objectContaining({ action: 'create', resource_id: id })));
    }
    await expectAgreement();
  });

  test('once, is a 503 for whoever else writes, whatever key they send, and is not sent again', async () => {
    const writes = await Promise.all(routes.filter((route) => !route.startsWith('GET ')).map(prepare));
    const key = { 'Idempotency-Key': 'means nothing here' };
    const before = await contents();
    const answers = await during({ times: 1 }, () =>
      Promise.all(writes.map((request) => send(call, request, keyed.includes(request.route) ? {} : key))),
    );
    for (const [index, { route }] of writes.entries()) expectUnavailable(answers[index] as Answer, route);
    if (unheard.includes(fault)) expect(await contents()).toEqual(before);
    await expectAgreement();
  });
});

test('a connection that broke gets a moment before the call is made again', async () => {
  const read = await prepare('GET /api/patients/:id');
  await database.fail('connection closed', { times: 1 });
  const started = Date.now();
  const answer = await send(call, read);
  const took = Date.now() - started;
  await database.heal();
  expect(answer.status).toBe(200);
  expect(took).toBeGreaterThanOrEqual(50);
});

describe('an answer that got lost', () => {
  const lost = async (request: Prepared, headers?: Record<string, string>, only?: string) => {
    await database.fail('cut after the commit', { only });
    const answer = await send(call, request, headers);
    await database.heal();
    expectUnavailable(answer, request.route);
    return answer;
  };

  test.each(['PUT /api/patients/:id', 'PATCH /api/patients/:id', 'PUT /api/doctors/:id'])(
    'of a %s: it was done, once, and the trail has it',
    async (route) => {
      const request = await prepare(route);
      // what changes nothing leaves the version as it is
      request.body.name = unique('Changed');
      const [table, id] = request.path.split('/').slice(2);
      const version = async () => (await rows(`select version from ${table} where id = ${id}`))[0].version;
      const before = await version();
      const answer = await lost(request);
      expect(await version()).toBe(before + 1);
      expect(await changesOf(answer)).toMatchObject([{ action: 'update', resource_id: Number(id) }]);
    },
  );

  test('of a PUT under If-Match: who sends it again is told that it changed', async () => {
    const request = await prepare('PUT /api/patients/:id');
    const tag = tagOf(await app.call('GET', request.path, { token: request.token }));
    await lost(request, { 'If-Match': tag });
    expect((await send(call, request, { 'If-Match': tag })).status).toBe(412);
  });

  test('of a DELETE: it is gone, and so it is said when asked again', async () => {
    const request = await prepare('DELETE /api/patients/:id');
    const answer = await lost(request);
    expect((await changesOf(answer)).map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual([
      'delete mapping',
      'delete patient',
    ]);
    expect((await send(call, request)).status).toBe(404);
  });

  test('of a POST without a key: it was done once, and is done again when it is sent again', async () => {
    const request = await prepare('POST /api/patients');
    const count = async () => (await rows('select count(*)::int from patients'))[0].count;
    const before = await count();
    const answer = await lost(request);
    expect(await count()).toBe(before + 1);
    expect(await changesOf(answer)).toMatchObject([{ action: 'create' }]);
    expect((await send(call, request)).status).toBe(201);
    expect(await count()).toBe(before + 2);
  });

  test('of a POST under a key: who sends it again gets it', async () => {
    const request = await prepare('POST /api/patients');
    const key = { 'Idempotency-Key': 'lost for good' };
    const answer = await lost(request, key);
    const [made] = await changesOf(answer);
    const again = await send(call, request, key);
    expect([again.status, again.body.id]).toEqual([201, made.resource_id]);
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
  });

  test('of a POST under a key, to somebody who gave up waiting: the same', async () => {
    const request = await prepare('POST /api/patients');
    const key = { 'Idempotency-Key': 'too late' };
    await slowDatabase.fail('silence');
    const answer = await send(hasty, request, key);
    await slowDatabase.heal();
    expectUnavailable(answer);
    const [made] = await changesOf(answer);
    expect((await send(call, request, key)).body.id).toBe(made.resource_id);
  });

  test('of a registration: the account is there, with all that belongs to it', async () => {
    const request = await prepare('POST /api/auth/register/patient');
    await lost(request);
    const { email } = request.body;
    expect((await send(call, request)).status).toBe(409);
    const login = await app.call('POST', '/api/auth/login/', { body: { email, password } });
    const profile = await app.call('GET', '/api/patient-profile/', { token: login.body.access });
    expect(profile.body).toMatchObject({ email, medical_history: 'Text' });
  });

  test('of a login: nothing of it was wrong, and it works again', async () => {
    const request = await prepare('POST /api/auth/login');
    for (const only of ['take_attempt', 'open_session']) await lost(request, {}, only);
    expect((await send(call, request)).status).toBe(200);
  });

  test('of a refresh: the phone that lost it is still signed in', async () => {
    const request = await prepare('POST /api/auth/refresh');
    await lost(request);
    const again = await send(call, request);
    expect(again.status).toBe(200);
    expect((await app.call('GET', '/api/auth/me/', { token: again.body.access })).status).toBe(200);
  });

  test('of a logout: the session is over', async () => {
    const request = await prepare('POST /api/auth/logout');
    await lost(request);
    expect((await send(call, request)).body.code).toBe('session_ended');
  });

  test('of a new password: it is the new one, and everybody is signed out, who changed it as well', async () => {
    const request = await prepare('POST /api/auth/password');
    const { who, body } = request;
    const other = await app.device(who ?? owner);
    await lost(request, {}, 'change');
    for (const token of [other.token, who?.token])
      expect((await app.call('GET', '/api/auth/me/', { token })).body.code).toBe('session_ended');
    const username = who?.user.username;
    const login = (sent: string) => app.call('POST', '/api/auth/login/', { body: { username, password: sent } });
    expect((await login(body.new_password)).status).toBe(200);
    expect((await login(password)).status).toBe(401);
  });
});

describe('between two calls', () => {
  test('a wrong password that cannot be recorded is a 503, not a 401', async () => {
    // what says that it failed is the second call; the first one takes the attempt
    await database.fail('cut before', { only: 'fail' });
    const body = { username: 'owner', password: 'not the password' };
    const answer = await call('POST', '/api/auth/login/', { body });
    await database.heal();
    expectUnavailable(answer);
  });

  test('a hash that cannot be renewed leaves the login as it is, and quiet', async () => {
    const [{ password_hash: current }] = await rows('select password_hash from credentials where user_id = $1', [
      admin.id,
    ]);
    await app.asOwner(
      `update credentials set password_hash = replace(password_hash, 'r=6', 'r=06') where user_id = $1`,
      [admin.id],
    );
    await database.fail('html with 502', { only: 'update \\"credentials' });
    const answer = await call('POST', '/api/auth/login/', { body: { username: 'admin', password } });
    await database.heal();
    expect(answer.status).toBe(200);
    expect((await call('POST', '/api/auth/login/', { body: { username: 'admin', password } })).status).toBe(200);
    const [{ password_hash: renewed }] = await rows('select password_hash from credentials where user_id = $1', [
      admin.id,
    ]);
    expect(renewed).toContain('r=6$');
    expect(renewed).not.toBe(current);
  });

  test('what is not valid, not signed in or nowhere is said without the database', async () => {
    await database.fail('cut before');
    const answers = [
      await call('POST', '/api/patients/', { token: owner.token, body: { name: '' } }),
      await call('GET', '/api/patients/'),
      await call('GET', '/nowhere/'),
      await call('GET', '/api/patients/none/', { token: owner.token }),
    ];
    await database.heal();
    expect(answers.map(({ status }) => status)).toEqual([400, 401, 404, 404]);
  });
});
