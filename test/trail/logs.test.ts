// One line a request, and nothing in it, or in any refusal, that a person said. A canary is planted wherever one can be.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app as worker } from '../../src/index.ts';
import { purposes } from '../../src/mail/table.ts';
import { type Answer, boot, caller, cheapPasswords, type Json, password, type Sent } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { faults, faultyConnection } from '../support/database.ts';
import { everyRoute, type Prepared, send } from '../support/every-route.ts';
import type { Fault } from '../support/fault-proxy.ts';
import type { MailFault } from '../support/mail-server.ts';
import { openMailbox } from '../support/mailbox.ts';

const canary = 'Kanarienvogel';

cheapPasswords();
// without a way to send mails: those that are prepared here are still to be sent
const app = await boot();
const inbox = openMailbox();
const w = await assemble(app);
const { owner, patient, assignedDoctor, admin } = w.people;
const { prepare, prepareAll } = everyRoute(app, w, canary);
// once for all that is refused or fails, where it does not matter what became of it before
const prepared = await prepareAll();
const connection = await faultyConnection(app.database.appUrl);
const slowConnection = await faultyConnection(app.database.appUrl);
const mailing = { ...app.env, ...inbox.settings };
const failing = caller({ ...mailing, DATABASE_URL: connection.url });
const hasty = caller({ ...mailing, DATABASE_URL: slowConnection.url, DATABASE_TIMEOUT_MS: '250' });

const levels = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
const said: { level: string; line: string }[] = [];
const original = Object.fromEntries(levels.map((level) => [level, console[level]]));
beforeAll(() => {
  for (const level of levels)
    console[level] = (...words: unknown[]) => {
      const whole = words.map((word) => (word instanceof Error ? `${word.stack} ${word.cause}` : word));
      said.push({
        level,
        line: whole.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '),
      });
    };
});
afterAll(() => {
  Object.assign(console, original);
});

/** What must not be said: the canary, passwords, all tokens that were given or sent, and the names of the cast. */
const secrets = [canary, password, 'Jane Doe', 'Dr. Smith', '@example.com', 'assigned_doctor', app.database.appUrl];
secrets.push(inbox.settings.MAIL_API_KEY);
for (const { body } of prepared) if (typeof body?.token === 'string') secrets.push(body.token);
/** What is in mails: the keys by which they are known, and the tokens of their links. */
const rememberMails = async () => {
  for (const { key, body } of await inbox.requests()) {
    const [, token = key] = /#token=([\w-]+)/.exec(body.text) ?? [];
    if (!secrets.includes(key)) secrets.push(key, token);
  }
};
const remember = ({ body }: Answer) => {
  for (const token of [body?.access, body?.refresh]) if (typeof token === 'string') secrets.push(...token.split('.'));
};
for (const { token, refresh } of Object.values(w.people)) secrets.push(...`${token}.${refresh}`.split('.'));
// the first part of every JWT is the same, and that of a refresh token is the number of a session
const spoken = () =>
  secrets.filter((secret) => secret.length > 8 && !secret.startsWith('eyJhbGciOiJIUzI1NiIsInR5cCI6'));

const expectSilence = (answers: Answer[]) => {
  for (const answer of answers) remember(answer);
  const everything = said
    .map(({ line }) => line)
    .join('\n')
    .toLowerCase();
  for (const secret of spoken()) expect(everything.includes(secret.toLowerCase()), `${secret} was logged`).toBe(false);
  for (const { status, text, headers } of answers.filter(({ status }) => status >= 400)) {
    const whole = `${text} ${JSON.stringify([...headers])}`.toLowerCase();
    for (const secret of spoken()) expect(whole.includes(secret.toLowerCase()), `${status}: ${text}`).toBe(false);
  }
};
const patterns = new Set(worker.routes.map(({ path }) => path));
/** What is said of mails, with nothing else in it. */
const expectOfMails = ({ level, job, mail, purpose, attempt, reason, failed, warning, ...rest }: Json) => {
  expect({ level, job, rest }).toEqual({ level: 'warn', job: 'mail', rest: {} });
  // once for each deployment, and a route that needs other settings has one of its own
  if (warning) return expect(warning).toBe('Mails wait in the outbox: neither EMAIL nor MAIL_API_URL is set.');
  if (failed === true) return expect([mail, purpose, attempt, reason]).toEqual(Array(4).fill(undefined));
  expect([typeof mail, typeof attempt, purposes.includes(purpose)]).toEqual(['number', 'number', true]);
  expect(reason).toMatch(/^(no answer|answered \d{3})$/);
};
const expectLines = (answers: Answer[]) => {
  // what an isolate says of its settings when it begins is no request's, nor a mail's
  const all = said.map(({ level, line }) => ({ level, ...JSON.parse(line) })).filter(({ job }) => job !== 'settings');
  const lines = all.filter(({ job }) => job === undefined);
  for (const line of all) if (!lines.includes(line)) expectOfMails(line);
  expect(lines.map(({ request_id }) => request_id).sort()).toEqual(
    answers.map(({ headers }) => headers.get('X-Request-Id')).sort(),
  );
  for (const { headers, status, body } of answers) {
    const line = lines.find(({ request_id }) => request_id === headers.get('X-Request-Id'));
    const { level, request_id, method, route, ms, database_ms, code, trace, ...rest } = line;
    expect({ level, status: line.status, code }).toEqual({ level: 'info', status, code: body?.code });
    expect(rest).toEqual({ status });
    expect(method).toMatch(/^(GET|POST|PUT|PATCH|DELETE)$/);
    expect([...patterns]).toContain(route);
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(database_ms).toBeGreaterThanOrEqual(0);
    expect(database_ms).toBeLessThanOrEqual(ms + 2);
    if (status < 500) expect(trace).toBeUndefined();
    else expect(['error', 'frames', 'routine', 'sqlstate']).toEqual(expect.arrayContaining(Object.keys(trace)));
  }
};
const listening = async (act: () => Promise<Answer[]>, lines = true) => {
  said.length = 0;
  const answers = await act();
  await rememberMails();
  if (lines) expectLines(answers);
  expectSilence(answers);
  return answers;
};
const headersOf = (index: number) => ({
  'User-Agent': canary,
  'Idempotency-Key': `${canary} ${index}`,
  'X-Request-Id': canary,
  'X-Forwarded-For': canary,
  'CF-Connecting-IP': `${canary}${index}`,
  Cookie: `session=${canary}`,
  Origin: `https://${canary}.example`,
});

test('a request is one line, with what it took', async () => {
  const [read, health] = await listening(async () => [
    await app.call('GET', `/api/patients/${w.ownPatient.id}`, { token: owner.token }),
    await app.call('GET', '/healthz'),
  ]);
  const [first, second] = said.map(({ line }) => JSON.parse(line));
  expect(first).toEqual({
    request_id: read?.headers.get('X-Request-Id'),
    method: 'GET',
    route: '/api/patients/:id',
    status: 200,
    ms: expect.any(Number),
    database_ms: expect.any(Number),
  });
  expect(second).toMatchObject({ request_id: health?.headers.get('X-Request-Id'), route: '/healthz', database_ms: 0 });
});

test('what succeeds says nothing of what it was about', async () => {
  const requests = await prepareAll();
  const answers = await listening(() =>
    Promise.all(requests.map((request, index) => send(app.call, request, headersOf(index)))),
  );
  for (const [index, { route }] of requests.entries())
    expect(answers[index]?.status, `${route} answered ${answers[index]?.text}`).toBeLessThan(300);
  // and the canary was alive: what belongs in an answer is there
  expect(answers.map(({ text }) => text).join()).toContain(canary);
  const again = await listening(() => Promise.all(requests.slice(0, 3).map((request) => send(app.call, request))));
  expect(again).toHaveLength(3);
});

describe('what is refused says nothing of why in the words of who sent it:', () => {
  const everyone = async (change: (request: Prepared) => Prepared | Promise<Prepared>, headers = headersOf(0)) => {
    const requests = await Promise.all(prepared.map(change));
    return listening(() => Promise.all(requests.map((request) => send(app.call, request, headers))));
  };
  const some = (answers: Answer[], status: number) =>
    expect(answers.filter((answer) => answer.status === status).length, `answers of ${status}`).toBeGreaterThan(0);

  test('unknown fields, and known ones of another type', async () => {
    some(
      await everyone((request) => ({ ...request, body: request.body && { ...request.body, [canary]: canary } })),
      400,
    );
    const wrong = (body: Json) => Object.fromEntries(Object.keys(body).map((name) => [name, [{ [canary]: canary }]]));
    some(await everyone((request) => ({ ...request, body: request.body && wrong(request.body) })), 400);
    const odd = (body: Json) => Object.fromEntries(Object.keys(body).map((name) => [name, `${canary}\0`]));
    some(await everyone((request) => ({ ...request, body: request.body && odd(request.body) })), 400);
    const long = (body: Json) => Object.fromEntries(Object.keys(body).map((name) => [name, canary.repeat(5000)]));
    some(await everyone((request) => ({ ...request, body: request.body && long(request.body) })), 400);
  });

  test('bodies that are none', async () => {
    some(await everyone((request) => ({ ...request, body: request.body && `{"name": "${canary}` })), 400);
    some(await everyone((request) => ({ ...request, body: request.body && JSON.stringify(canary) })), 400);
    some(await everyone((request) => ({ ...request, body: request.body && canary.repeat(30_000) })), 413);
    const type = { ...headersOf(0), 'Content-Type': `text/${canary}` };
    some(await everyone((request) => ({ ...request, body: request.body && canary }), type), 415);
  });

  test('paths and queries', async () => {
    const inPath = ({ path, ...request }: Prepared) => ({ ...request, path: path.replace(/\d+/, canary) });
    some(await everyone(inPath), 404);
    some(await everyone(({ path, ...request }) => ({ ...request, path: `${path}${canary}/` })), 404);
    some(await everyone(({ path, ...request }) => ({ ...request, path: `${path}?${canary}=${canary}` })), 400);
    const filters = ['search', 'sort', 'limit', 'cursor', 'actor', 'action', 'from', 'created_by', 'role'];
    const search = filters.map((name) => `${name}=${canary}`).join('&');
    some(await everyone(({ path, ...request }) => ({ ...request, path: `${path}?${search}` })), 400);
    await listening(async () => [
      await app.call('GET', `/${canary}`),
      await app.call('GET', `/api/${canary}/${canary}?${canary}`),
      await app.call('PUT', `/api/auth/${canary}`, { body: canary }),
      await app.call('GET', `/api/patients/?search=${canary}`, { token: owner.token }),
    ]);
  });

  test('tokens that are none, and those of somebody else', async () => {
    // what ends a session would end it for the others
    const ends = ({ route }: { route: string }) => /logout|password|DELETE .*(me|sessions)/.test(route);
    for (const token of [canary, `${canary}.${canary}.${canary}`, owner.refresh])
      some(await everyone((request) => ({ ...request, token })), 401);
    for (const { token } of [patient, assignedDoctor, w.people.pendingDoctor, w.people.stranger])
      some(await everyone((request) => (ends(request) ? request : { ...request, token })), 403);
  });

  test('conditions and keys', async () => {
    const headers = { ...headersOf(0), 'If-Match': `"${canary}"`, 'If-None-Match': canary };
    some(await everyone((request) => request, headers), 412);
    some(await everyone((request) => request, { ...headersOf(0), 'Idempotency-Key': canary.repeat(30) }), 400);
    some(await everyone((request) => request, { ...headersOf(0), 'Idempotency-Key': canary }), 422);
  });

  test('what is taken, or was wrong once too often', async () => {
    const account = { email: `${canary}@example.com`, username: canary, password };
    const login = (sent: string) =>
      app.call('POST', '/api/auth/login/', { body: { username: canary, password: sent }, headers: headersOf(0) });
    const answers = await listening(async () => [
      await app.call('POST', '/api/auth/register/', { body: account }),
      await app.call('POST', '/api/auth/register/', { body: account }),
      await app.call('POST', '/api/auth/register/', { body: { ...account, password: canary } }),
      ...(await Promise.all(Array.from({ length: 8 }, () => login(`${canary} is wrong`)))),
      await app.call('POST', '/api/auth/refresh/', { body: { refresh: canary } }),
      await app.call('POST', '/api/auth/password/', {
        token: owner.token,
        body: { current_password: canary, new_password: `${canary} ${canary}` },
      }),
    ]);
    const { token } = { token: owner.token };
    const sent: Sent = { token, body: { patient: w.ownPatient.id, doctor: w.doctorIds.assigned } };
    answers.push(...(await listening(async () => [await app.call('POST', '/api/mappings/', sent)])));
    for (const status of [201, 400, 401, 409, 429]) some(answers, status);
  });
});

describe('a database that fails is not quoted:', () => {
  const broken = async (statements: string[], undo: string[]) => {
    for (const statement of statements) await app.asOwner(statement);
    try {
      return await listening(() =>
        Promise.all(prepared.map((request, index) => send(app.call, request, headersOf(index + 1000)))),
      );
    } finally {
      for (const statement of undo) await app.asOwner(statement);
    }
  };

  test('an exception with the row in its message, its detail and its hint', async () => {
    const tables = ['patients', 'doctors', 'users', 'mappings'];
    const answers = await broken(
      [
        `create function app.chatter() returns trigger language plpgsql as $$ begin
          raise exception 'bad row: %', coalesce(new, old) using detail = coalesce(new, old)::text,
            hint = '${canary}', constraint = '${canary}', table = '${canary}', column = '${canary}'; end $$`,
        ...tables.map(
          (table) =>
            `create trigger chatter before insert or update or delete on ${table} for each row execute function app.chatter()`,
        ),
      ],
      ['drop function app.chatter() cascade'],
    );
    expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(10);
  });

  test('a constraint, whose message holds the whole row', async () => {
    const answers = await broken(
      [`alter table patients add constraint no_birds check (name !~ '${canary}') not valid`],
      ['alter table patients drop constraint no_birds'],
    );
    expect(answers.filter(({ status }) => status === 400).length).toBeGreaterThan(1);
  });

  test('a table that is gone', async () => {
    const answers = await broken(
      [`alter table patients rename to "${canary}"`],
      [`alter table "${canary}" rename to patients`],
    );
    expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(5);
  });

  test.each(Object.values(faults).flat() as Fault[])('%s', async (fault) => {
    const late = (faults.allTooLate as Fault[]).includes(fault);
    const [database, call] = late ? [slowConnection, hasty] : [connection, failing];
    await database.fail(fault);
    const answers = await listening(() =>
      Promise.all(prepared.map((request, index) => send(call, request, headersOf(index + 2000)))),
    );
    await database.heal();
    expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(40);
  });

  test('nor is what it was asked after the answer had gone', async () => {
    await app.asOwner(`update credentials set password_hash = replace(password_hash, 'r=6', 'r=06')`);
    await connection.fail('html with 502', { only: 'update \\"credentials' });
    const request = await prepare('POST /api/auth/login');
    await listening(async () => [await send(failing, request, headersOf(0))]);
    await connection.heal();
  });
});

describe('a mail that cannot be sent is not quoted:', () => {
  const mailed = ['register', 'password/forgot', 'users/:id/reset-password', 'invitation', 'auth/password'];
  const faults: MailFault[] = ['says what it got', 'refuses the connection', 'keeps it and is cut off'];
  test.each(faults)('%s', async (fault) => {
    const routes = prepared.map(({ route }) => route).filter((route) => mailed.some((end) => route.endsWith(end)));
    const requests = await Promise.all(routes.map(prepare));
    // a person who has an account, or there would be no mail
    for (const { route, body } of requests) if (/forgot/.test(route)) body.email = owner.user.email;
    await app.rows(`update mails set asked_at = asked_at - interval '1 day' where recipient = $1`, [owner.user.email]);
    await inbox.fail(fault, 3);
    const call = caller(mailing);
    await listening(() => Promise.all(requests.map((request, index) => send(call, request, headersOf(index + 3000)))));
    await inbox.heal();
    const ofMails = said.filter(({ line }) => line.includes('"job":"mail"'));
    expect(ofMails).toHaveLength(3);
    expect((await inbox.requests()).length).toBeGreaterThan(requests.length);
  });
});

test('a server without its settings names them, and nothing of what they are', async () => {
  const url = `mysql://${canary}:${canary}@127.0.0.1/${canary}`;
  const settings = { DATABASE_URL: url, JWT_SECRET: canary, MAIL_API_URL: url, PUBLIC_URL: canary };
  const answers = await listening(
    () => Promise.all([caller({ ...mailing, ...settings })('GET', '/api/auth/me/', { token: admin.token })]),
    false,
  );
  expect(answers[0]?.body.code).toBe('misconfigured');
  expect(said.map(({ line }) => line).join()).toMatch(/DATABASE_URL.*JWT_SECRET.*PUBLIC_URL.*MAIL_API_URL/);
});
