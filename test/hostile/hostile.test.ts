// Whatever a client sends: never a 5xx, one shape of refusal, and nothing of what was sent in the answer.
import { sign } from 'hono/jwt';
import { describe, expect, test } from 'vitest';
import { nextOf, tagOf } from '../support/answers.ts';
import { type Account, type Answer, boot, type Json, password, type Sent, secret } from '../support/app.ts';
import { type ActorName, assemble } from '../support/cast.ts';
import { routes } from '../support/routes.ts';
import { decoded, sessionOf } from '../support/tokens.ts';

const app = await boot();
const w = await assemble(app);
const { people } = w;

/** Planted in every hostile value: an answer that repeats it would repeat anything. */
const canary = 'kAnArY7f3a';
const codes = [
  ...['invalid_input', 'malformed_json', 'unauthenticated', 'session_ended', 'invalid_credentials', 'refresh_invalid'],
  ...['wrong_role', 'not_found', 'duplicate', 'body_too_large', 'unsupported_media_type'],
];

const expectNoEcho = ({ status, text, headers }: Answer) => {
  const everything = `${text}\n${[...headers].join('\n')}`;
  expect(status, text).toBeLessThan(500);
  expect(everything.toLowerCase()).not.toContain(canary.toLowerCase());
};

const expectProblem = (answer: Answer, status: number | number[], code?: string) => {
  expectNoEcho(answer);
  expect([status].flat(), answer.text).toContain(answer.status);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  const { errors, ...problem } = answer.body;
  expect(problem).toEqual({
    type: `urn:wardbook:problem:${problem.code}`,
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    code: code ?? expect.toBeOneOf(codes),
    request_id: answer.headers.get('X-Request-Id'),
  });
  if (code === 'invalid_input') expect(Object.keys(errors ?? {}).length, answer.text).toBeGreaterThan(0);
  for (const messages of Object.values(errors ?? {})) expect(messages).toContainEqual(expect.any(String));
  // no SQL, no stack, no driver
  expect(answer.text).not.toMatch(/select |insert |relation|\.ts|neon|drizzle|zod|SyntaxError|position \d/i);
};

interface Target {
  route: string;
  path: string;
  as?: ActorName;
  body: Record<string, Json>;
  /** A whole new record: unknown fields are refused, even those of our own answers. */
  creates?: boolean;
}
const patientBody = { name: 'Jane', gender: 'female', phone: '1', email: 'jane@example.com', address: 'x', age: 30 };
const patient = { ...patientBody, medical_history: 'x' };
const doctor = { name: 'Dr. Smith', specialization: 'Cardiology', contact_info: 'x', license_number: 'x' };
const account = { email: 'new@example.com', username: 'new', name: 'New', password };

const targets: Target[] = [
  { route: 'POST /api/auth/register', path: '/api/auth/register/', body: account, creates: true },
  {
    route: 'POST /api/auth/register/patient',
    path: '/api/auth/register/patient/',
    body: { ...patient, ...account },
    creates: true,
  },
  {
    route: 'POST /api/auth/register/doctor',
    path: '/api/auth/register/doctor/',
    body: { ...doctor, ...account },
    creates: true,
  },
  { route: 'POST /api/auth/login', path: '/api/auth/login/', body: { username: 'nobody', password }, creates: true },
  { route: 'POST /api/auth/refresh', path: '/api/auth/refresh/', body: { refresh: 'x' }, creates: true },
  { route: 'PATCH /api/auth/me', path: '/api/auth/me/', as: 'stranger', body: { name: 'Stranger', username: 's' } },
  { route: 'DELETE /api/auth/me', path: '/api/auth/me/', as: 'stranger', body: { password: 'x' }, creates: true },
  {
    route: 'POST /api/auth/password',
    path: '/api/auth/password/',
    as: 'stranger',
    body: { current_password: 'x', new_password: 'xxxxxxxx' },
    creates: true,
  },
  { route: 'POST /api/patients', path: '/api/patients/', as: 'owner', body: patient, creates: true },
  { route: 'PUT /api/patients/:id', path: `/api/patients/${w.ownPatient.id}/`, as: 'owner', body: patient },
  { route: 'PATCH /api/patients/:id', path: `/api/patients/${w.ownPatient.id}/`, as: 'owner', body: patient },
  { route: 'POST /api/doctors', path: '/api/doctors/', as: 'owner', body: doctor, creates: true },
  { route: 'PUT /api/doctors/:id', path: `/api/doctors/${w.ownDoctor.id}/`, as: 'owner', body: doctor },
  { route: 'PATCH /api/doctors/:id', path: `/api/doctors/${w.ownDoctor.id}/`, as: 'owner', body: doctor },
  {
    route: 'POST /api/mappings',
    path: '/api/mappings/',
    as: 'owner',
    body: { patient: w.ownPatient.id, doctor: w.doctorIds.other },
    creates: true,
  },
  {
    route: 'PUT /api/patient-profile/:user_id',
    path: `/api/patient-profile/${people.patient.id}/`,
    as: 'patient',
    body: patient,
  },
  {
    route: 'PUT /api/doctor-profile/:user_id',
    path: `/api/doctor-profile/${people.assignedDoctor.id}/`,
    as: 'assignedDoctor',
    body: doctor,
  },
  {
    route: 'POST /api/admin/assign-patient',
    path: '/api/admin/assign-patient/',
    as: 'admin',
    body: { patient_id: w.ownPatient.id, doctor_id: w.doctorIds.other },
    creates: true,
  },
  {
    route: 'PATCH /api/admin/users/:id',
    path: `/api/admin/users/${people.stranger.id}/`,
    as: 'admin',
    body: { role: 'user', disabled: false },
  },
];
const bodyless = [
  'POST /api/auth/logout',
  'DELETE /api/auth/sessions',
  'DELETE /api/auth/sessions/:id',
  'DELETE /api/patients/:id',
  'DELETE /api/doctors/:id',
  'DELETE /api/mappings/:id',
  'POST /api/admin/doctors/:id/approve',
  'POST /api/admin/doctors/:id/revoke',
  'POST /api/admin/audit/:id/restore',
];

test('every route that writes is listed here, with its body or as one without', () => {
  const writing = routes.filter((route) => !route.startsWith('GET '));
  expect([...targets.map(({ route }) => route), ...bodyless].sort()).toEqual(writing.sort());
});

const send = ({ route, path, as }: Target, sent: Sent) =>
  app.call(route.split(' ')[0] ?? '', path, { token: as && people[as].token, ...sent });
/** A JSON text with one member more, because JSON.stringify cannot write some of them. */
const withMember = (body: object, member: string) =>
  body && Object.keys(body).length ? JSON.stringify(body).replace(/\}$/, `,${member}}`) : `{${member}}`;

describe.each(targets)('$route', (target) => {
  const { body, creates } = target;

  test.each([
    ['nothing', '', 'malformed_json'],
    ['half an object', '{', 'malformed_json'],
    ['half a member', `{"${canary}":`, 'malformed_json'],
    ['single quotes', `{'${canary}': 1}`, 'malformed_json'],
    ['a bare word', canary, 'malformed_json'],
    ['a trailing comma', `{"${canary}": 1,}`, 'malformed_json'],
    ['two documents', `{}{"${canary}": 1}`, 'malformed_json'],
    ['NaN', '{"age": NaN}', 'malformed_json'],
    ['an array', `["${canary}"]`, 'invalid_input'],
    ['a string', `"${canary}"`, 'invalid_input'],
    ['null', 'null', 'invalid_input'],
    ['a number', '1e400', 'invalid_input'],
    ['true', 'true', 'invalid_input'],
    ['100,000 nested arrays', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'invalid_input'],
    ['40,000 nested objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, 'invalid_input'],
    ['100,000 brackets that never close', '['.repeat(100_000), 'malformed_json'],
  ])('refuses %s', async (_, raw, code) => {
    expectProblem(await send(target, { body: raw }), 400, code);
  });

  test('refuses bytes that are no UTF-8', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const [first = 'name'] = Object.keys(body);
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      const start = new TextEncoder().encode(`{"${first}": "${canary}`);
      const raw = new Uint8Array([...start, ...bytes, ...new TextEncoder().encode('"}')]);
      expectProblem(await send(target, { body: raw, headers }), 400, 'malformed_json');
    }
    const utf16 = new Uint8Array([0xff, 0xfe, ...[...'{}'].flatMap((c) => [c.charCodeAt(0), 0])]);
    expectProblem(await send(target, { body: utf16, headers }), 400, 'malformed_json');
  });

  test('takes JSON only, and only when it is called that', async () => {
    const raw = JSON.stringify({ ...body, [canary]: 1 });
    const bytes = new TextEncoder().encode(raw);
    expectProblem(await send(target, { body: bytes }), 415, 'unsupported_media_type');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      `${canary}/json`,
      'application/jsonp',
      ',',
    ]) {
      const headers = { 'Content-Type': type };
      expectProblem(await send(target, { body: bytes, headers }), 415, 'unsupported_media_type');
    }
    // the unknown field was read, so the body was
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json ;charset="utf-8"']) {
      const headers = { 'Content-Type': type };
      expectProblem(await send(target, { body: bytes, headers }), 400, 'invalid_input');
    }
  });

  test('refuses unknown fields: lists the allowed, does not repeat the name', async () => {
    const unknown = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'password_hash',
      canary,
      '',
    ];
    if (creates) unknown.push('created_by', 'user_id', 'approved', 'id', 'role', 'created_at', 'version');
    for (const name of unknown) {
      const answer = await send(target, { body: withMember(body, `${JSON.stringify(name)}:"${canary}"`) });
      expectProblem(answer, 400, 'invalid_input');
      expect(Object.keys(answer.body.errors), name).toEqual(['non_field_errors']);
      const [message] = answer.body.errors.non_field_errors;
      for (const allowed of Object.keys(body)) expect(message).toContain(allowed);
      if (name) expect(message.split(/[ ,;]+/), name).not.toContain(name);
    }
  });

  test('refuses values of another type, field by field', async () => {
    for (const [field, value] of Object.entries(body)) {
      const wrong: Json[] = [['x'], { [canary]: canary }, { toString: canary }, typeof value === 'string' ? 5 : canary];
      if (typeof value !== 'boolean') wrong.push(typeof value === 'number' ? '1' : true);
      for (const hostile of wrong) {
        const answer = await send(target, { body: { ...body, [field]: hostile } });
        expectProblem(answer, 400, 'invalid_input');
        expect(Object.keys(answer.body.errors)).toEqual([field]);
      }
    }
  });

  test('refuses NUL, half surrogates and endless text, field by field', async () => {
    for (const [field, value] of Object.entries(body)) {
      if (typeof value !== 'string') continue;
      // a password is hashed, not stored, and one to compare may be anything
      const secretly = field.endsWith('password') || field === 'refresh';
      const texts = [
        `${canary}${'x'.repeat(20_001)}`,
        ...(secretly ? [] : [`${canary}\0`, `${canary}\ud800`, '\udc00']),
      ];
      for (const hostile of texts) {
        const answer = await send(target, { body: { ...body, [field]: hostile } });
        if (secretly && field === 'refresh') expectProblem(answer, [400, 401]);
        else expectProblem(answer, 400, 'invalid_input');
      }
    }
  });
});

test('a password with NUL or half a surrogate in it breaks nothing', async () => {
  const login = (given: string) =>
    app.call('POST', '/api/auth/login/', { body: { username: 'owner', password: given } });
  for (const given of [`${canary}\0`, `${canary}\ud800`]) expectProblem(await login(given), [400, 401]);
  const half = { body: { email: 'half@example.com', password: `${canary}\ud800` } };
  expectProblem(await app.call('POST', '/api/auth/register/', half), 400, 'invalid_input');
});

describe('read-only fields', () => {
  const forged = {
    id: 999_999,
    user_id: people.stranger.id,
    created_by: people.stranger.id,
    approved: true,
    created_at: '1999-01-01T00:00:00Z',
    updated_at: canary,
  };

  test.each(['PUT', 'PATCH'])('are accepted by %s and change nothing', async (method) => {
    const { approved: _, ...readOnly } = forged;
    const token = people.owner.token;
    const ofPatient = await app.call(method, `/api/patients/${w.ownPatient.id}/`, {
      token,
      body: { name: 'Jane Doe', ...readOnly },
    });
    expect(ofPatient.status, ofPatient.text).toBe(200);
    const { id, created_at } = w.ownPatient;
    expect(ofPatient.body).toMatchObject({ id, user_id: null, created_by: people.owner.id, created_at });
    expectNoEcho(ofPatient);

    const ofDoctor = await app.call(method, `/api/doctors/${w.ownDoctor.id}/`, {
      token,
      body: { ...doctor, ...forged },
    });
    expect(ofDoctor.body).toMatchObject({
      id: w.ownDoctor.id,
      user_id: null,
      created_by: people.owner.id,
      approved: null,
    });
    expectNoEcho(ofDoctor);
  });

  test('of a profile do not approve their doctor', async () => {
    const { id, token } = people.pendingDoctor;
    const answer = await app.call('PUT', `/api/doctor-profile/${id}/`, { token, body: { ...doctor, ...forged } });
    expect(answer.body).toMatchObject({ id: w.doctorIds.pending, user_id: id, approved: false, created_by: null });
  });

  test('of an account do not make an admin', async () => {
    const { id, token } = people.stranger;
    const answer = await app.call('PATCH', '/api/auth/me/', {
      token,
      body: { id: 1, role: 'admin', created_at: canary },
    });
    expect(answer.body).toMatchObject({ id, role: 'user' });
  });

  test('are refused where a record is made', async () => {
    for (const field of Object.keys(forged)) {
      const sent = { token: people.owner.token, body: { ...doctor, [field]: canary } };
      expectProblem(await app.call('POST', '/api/doctors/', sent), 400, 'invalid_input');
    }
  });
});

describe('a patient', () => {
  const sent = (fields: string) => ({ token: people.owner.token, body: `{"name":"Jane",${fields}}` });
  const post = (fields: string) => app.call('POST', '/api/patients/', sent(fields));
  const today = (years = 0, days = 0) => {
    const date = new Date();
    date.setUTCFullYear(date.getUTCFullYear() - years);
    date.setUTCDate(date.getUTCDate() + days);
    return date.toISOString().slice(0, 10);
  };

  test.each([
    ...['2023-02-30', '2023-02-29', '0000-00-00', '0000-01-01', '9999-12-31', '1700-01-01', '2000-13-01', '2000-1-1'],
    ...['-2000-01-01', '+12000-01-01', '2000-01-01T00:00:00Z', '20000101', 'today', 'infinity', '-infinity', 'epoch'],
    ...['01/02/2000', '2000-01-01 ', canary, '٢٠٠٠-٠١-٠١', today(0, 2), today(200)],
  ])('is not born on "%s"', async (date) => {
    const answer = await post(`"date_of_birth":${JSON.stringify(date)}`);
    expectProblem(answer, 400, 'invalid_input');
    expect(Object.keys(answer.body.errors)).toEqual(['date_of_birth']);
  });

  test.each(['-1', '151', '1.5', '"x"', '"30"', '1e400', '-1e400', '9007199254740993', 'true', '[30]', '{}', '-0.5'])(
    'is not aged %s',
    async (age) => {
      const answer = await post(`"age":${age}`);
      expectProblem(answer, 400, 'invalid_input');
      expect(Object.keys(answer.body.errors)).toEqual(['age']);
    },
  );

  test.each(['0', '150', '30.0', '3e1', '-0', 'null'])('may be aged %s', async (age) => {
    expect((await post(`"age":${age}`)).body.age).toBe(JSON.parse(age) === null ? null : Math.abs(JSON.parse(age)));
  });

  test('is told in words for people what is wrong', async () => {
    const wrong = await post('"gender":"M","name":5,"email":7');
    expect(wrong.body.errors).toEqual({
      name: ['must be a string'],
      gender: ['must be one of male, female, other, unknown'],
      email: ['not an email address'],
    });
    const empty = await app.call('POST', '/api/patients/', { token: people.owner.token, body: {} });
    expect(empty.body.errors).toEqual({ name: ['is required'] });
  });

  test('has one thing wrong with a field at a time', async () => {
    expect((await post('"date_of_birth":"today"')).body.errors).toEqual({ date_of_birth: [expect.any(String)] });
    expect((await post('"date_of_birth":"0000-00-00"')).body.errors).toEqual({ date_of_birth: [expect.any(String)] });
    expect((await post('"age":9007199254740993')).body.errors).toEqual({ age: [expect.any(String)] });
    expect((await post('"email":""')).status).toBe(201);
  });

  test('may be born today, also where it is tomorrow already, on a leap day, or nearly 151 years ago', async () => {
    const onKiritimati = new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10);
    for (const [date, age] of [
      [today(), 0],
      [onKiritimati, 0],
      ['2000-02-29', expect.any(Number)],
      [today(151, 1), 150],
    ])
      expect((await post(`"date_of_birth":"${date}"`)).body).toMatchObject({ date_of_birth: date, age });
  });

  test('has a member twice: the last one counts, as everywhere in JSON', async () => {
    expect((await post('"age":1,"age":2')).body.age).toBe(2);
    expectProblem(await post('"age":1,"age":-2'), 400, 'invalid_input');
  });
});

describe('a mapping', () => {
  const assign = (pair: string) => app.call('POST', '/api/mappings/', { token: people.owner.token, body: pair });

  test.each(['0', '-1', '1.5', '1e400', '9007199254740993', '99999999999999999999', '"1"', 'null', '[1]', '{}'])(
    'is not made of %s',
    async (id) => {
      expectProblem(await assign(`{"patient":${id},"doctor":1}`), 400, 'invalid_input');
      expectProblem(await assign(`{"patient":1,"doctor":${id}}`), 400, 'invalid_input');
      expectProblem(await assign(`{"patient_id":${id},"doctor_id":1}`), 400, 'invalid_input');
    },
  );

  test('of nobody is not found', async () => {
    expectProblem(await assign(`{"patient":9007199254740991,"doctor":1}`), 404, 'not_found');
    expectProblem(await assign(`{"patient":${w.ownPatient.id},"doctor":9007199254740991}`), 404, 'not_found');
  });

  test('is not made of half a pair', async () => {
    for (const half of ['{}', '{"patient":1}', '{"doctor_id":1}'])
      expectProblem(await assign(half), 400, 'invalid_input');
  });
});

describe('ids in paths', () => {
  const hostileIds = [
    ...['0', '-1', '-0', '+1', '01', '1e3', '0x1', '1.0', '1.5', '99999999999999999999', '9007199254740992', 'NaN'],
    ...['9007199254740993', '9223372036854775807', '9223372036854775808', 'abc', canary, '%00', '1%00', '%', '%zz'],
    ...['1%2f2', '1%2F..', '%ff', '%C0%AF', '%F0%9F%92%A9', '١', '1;drop', "1'--", '1%20', '%201', '1%0a'],
    ...['null', 'undefined', '__proto__', 'constructor', '[object%20Object]', '1,2', '1'.repeat(5_000)],
  ];
  const withId = routes.filter((route) => route.includes('/:'));
  const actorOf = (route: string): Account =>
    route.includes('patient-profile')
      ? people.patient
      : route.includes('doctor-profile')
        ? people.assignedDoctor
        : people.admin;

  test.each(withId)('%s', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const sent = { token: actorOf(route).token, body: targets.find((target) => target.route === route)?.body };
    for (const id of hostileIds) {
      const answer = await app.call(method, `${path.replace(/:\w+/, id)}/`, sent);
      expect(answer.status, `${id}: ${answer.text}`).toBe(404);
      expectProblem(answer, 404, 'not_found');
    }
    const missing = await app.call(method, path.replace(/:\w+/, String(Number.MAX_SAFE_INTEGER)), sent);
    // doctors of a missing patient, a missing record, somebody else's session: one answer
    expectProblem(missing, 404, 'not_found');
  });

  test('every route with an id was asked', () => expect(withId.length).toBeGreaterThanOrEqual(15));
});

describe('size', () => {
  const raw = (body: unknown, headers: Record<string, string> = {}) =>
    app.as(people.owner, 'POST', '/api/patients/', body, { 'Content-Type': 'application/json', ...headers });
  const huge = JSON.stringify({ name: 'Jane', medical_history: `${canary}${'x'.repeat(300_000)}` });
  const streamOf = (text: string, chunk = 10_000) => {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + chunk));
        at += chunk;
      },
    });
  };

  test('a body of more than 256 KiB is refused, announced or not', async () => {
    expectProblem(await raw(huge), 413, 'body_too_large');
    expectProblem(await raw(huge, { 'Content-Length': String(huge.length) }), 413, 'body_too_large');
    expectProblem(await raw(streamOf(huge)), 413, 'body_too_large');
    expectProblem(await raw(streamOf(huge), { 'Transfer-Encoding': 'chunked', 'Content-Length': '2' }), 413);
  });

  test.each(['abc', '-1', '5, 5', '1e9', 'NaN'])('a body of %s bytes is refused', async (length) => {
    const answer = await raw(huge, { 'Content-Length': length });
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  test('a body that comes in chunks is looked at, whatever length it names', async () => {
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Length': '0' };
    expectProblem(await raw('{"name":"Ann"}', { ...chunked, 'Content-Type': 'text/plain' }), 415);
    const broken = new Uint8Array([...new TextEncoder().encode('{"name":"A'), 0xff, 0x22, 0x7d]);
    expectProblem(await raw(broken, chunked), 400, 'malformed_json');
  });

  test('a stream that never ends is cut off', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(32)),
    });
    expectProblem(await raw(endless), 413, 'body_too_large');
  });

  test('a stream in small pieces, in the middle of characters, is read whole', async () => {
    const answer = await raw(streamOf('{"name": "Jäne 💊"}', 1));
    expect(answer.body.name).toBe('Jäne 💊');
  });

  test('the largest fields there are fit', async () => {
    const answer = await raw(JSON.stringify({ name: '名'.repeat(200), medical_history: '史'.repeat(20_000) }));
    expect(answer.status).toBe(201);
  });

  test('everybody is refused a huge body, whatever the route', async () => {
    for (const target of targets) expectProblem(await send(target, { body: huge }), 413, 'body_too_large');
  });

  test('huge headers and long queries break nothing', async () => {
    const long = canary.repeat(5_000);
    const sent = { token: people.owner.token, headers: { 'X-Custom': long, 'User-Agent': long, Cookie: `a=${long}` } };
    expectNoEcho(await app.call('GET', '/api/auth/me/', sent));
    expectNoEcho(await app.call('GET', `/api/auth/me/?${long}`, sent));
    const login = { headers: { 'User-Agent': long }, body: { username: 'owner', password } };
    expectNoEcho(await app.call('POST', '/api/auth/login/', login));
  });
});

describe('headers', () => {
  const me = (headers: [string, string][]) => app.call('GET', '/api/auth/me/', { headers });
  const bearer = `Bearer ${people.owner.token}`;

  test('two Authorization headers are none', async () => {
    const other = `Bearer ${people.stranger.token}`;
    for (const pair of [
      [bearer, other],
      [bearer, bearer],
      [bearer, `Bearer ${canary}`],
      [`Basic ${canary}`, bearer],
    ])
      expectProblem(await me(pair.map((value) => ['Authorization', value ?? ''])), 401, 'unauthenticated');
  });

  test.each([
    ...['', 'Bearer', 'Bearer ', `Basic ${btoa(`owner:${canary}`)}`, people.owner.token, `Token ${people.owner.token}`],
    ...[`Bearer ${canary}`, `Bearer: ${people.owner.token}`, `Bearer "${people.owner.token}"`, `${bearer} ${canary}`],
    ...[`Bearer ${canary}.${canary}.${canary}`, 'Bearer ..', 'Bearer null', `Bearer ${people.owner.token}x`],
    ...[`Bearer ${people.owner.refresh}`, `Bearer ${people.owner.token.slice(0, -2)}`, `Bearer\t${people.owner.token}`],
  ])('"%s" signs nobody in', async (value) => {
    const answer = await me([['Authorization', value]]);
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
  });

  test('the scheme may be written in any case', async () => {
    for (const scheme of ['bearer', 'BEARER', 'Bearer '])
      expect((await me([['Authorization', `${scheme} ${people.owner.token}`]])).status).toBe(200);
  });

  test('two content types are none of ours', async () => {
    const twice = (a: string, b: string): [string, string][] => [
      ['Content-Type', a],
      ['Content-Type', b],
    ];
    for (const headers of [twice('application/json', 'application/json'), twice('text/plain', 'application/json')]) {
      const answer = await app.call('POST', '/api/auth/login/', { headers, body: { username: 'owner', password } });
      expectProblem(answer, 415, 'unsupported_media_type');
    }
  });

  test('two If-Match headers are one list, and an odd one matches nothing', async () => {
    const path = `/api/patients/${w.ownPatient.id}/`;
    const token = people.owner.token;
    const patch = (...tags: string[]) =>
      app.call('PATCH', path, {
        token,
        body: { phone: '1' },
        headers: tags.map((tag): [string, string] => ['If-Match', tag]),
      });
    const tag = async () => tagOf(await app.call('GET', path, { token }));
    expect((await patch('"0"', await tag())).status).toBe(200);
    expect((await patch(`W/${await tag()}`)).status).toBe(200);
    expect((await patch('*')).status).toBe(200);
    for (const odd of [
      '"0"',
      canary,
      `"${canary}"`,
      '"',
      '""',
      '0',
      '"9999999999999999999999"',
      "'1'",
      `,${canary},`,
      '**',
    ])
      expectProblem(await patch(odd), 412, 'stale_version');
  });

  test('a device that is cut to length is not cut within a character', async () => {
    const headers = { 'User-Agent': `${'x'.repeat(299)}💊💊` };
    const { body } = await app.call('POST', '/api/auth/login/', { headers, body: { username: 'owner', password } });
    const sessions = await app.call('GET', '/api/auth/sessions/', { token: body.access });
    // half a character reaches PostgreSQL as a replacement, and makes Neon's JSON parser refuse the whole request
    expect(sessions.text).not.toContain('\ufffd');
    expect(sessions.text).toContain('x'.repeat(299));
  });

  test('a method that a route does not know is not found', async () => {
    for (const [method, path] of [
      ['PUT', '/api/patients/'],
      ['POST', `/api/patients/${w.ownPatient.id}/`],
      ['GET', '/api/auth/login/'],
      ['DELETE', '/api/admin/users/'],
      ['PROPFIND', '/api/patients/'],
    ] as const)
      expectProblem(await app.call(method, path, { token: people.admin.token }), 404, 'not_found');
  });

  test('a path that nobody knows is not found, whoever asks', async () => {
    for (const path of [
      `/${canary}`,
      `/api/${canary}`,
      '/api',
      '/api/',
      '/api//patients',
      '/api/patients/1/2/',
      '/.env',
    ])
      for (const token of [undefined, people.admin.token])
        expectProblem(await app.call('GET', path, { token }), 404, 'not_found');
  });

  test('an origin that is not configured, and headers that a browser asks for, are not repeated', async () => {
    const headers = {
      Origin: `https://${canary}.example`,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': canary,
    };
    expectNoEcho(await app.call('OPTIONS', '/api/patients/', { headers }));
    expectNoEcho(await app.call('GET', '/api/patients/', { headers }));
  });
});

describe('tokens', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const sid = sessionOf(people.owner);
  const claims = { iss: 'wardbook', aud: 'wardbook', sub: String(people.owner.id), sid, iat: now(), exp: now() + 60 };
  const me = async (payload: object, key = secret, alg: 'HS256' | 'HS384' | 'HS512' = 'HS256') =>
    app.call('GET', '/api/auth/me/', { token: await sign({ ...payload }, key, alg) });
  const without = (name: keyof typeof claims) => ({ ...claims, [name]: undefined });

  test('ours are accepted, even from a clock ahead of ours', async () => {
    expect((await me(claims)).status).toBe(200);
    expect((await me({ ...claims, iat: now() + 30 })).status).toBe(200);
    expect((await me(without('iat'))).status).toBe(200);
  });

  test.each([
    ['expired', { ...claims, exp: now() - 1 }],
    ['without an expiry', without('exp')],
    ['whose expiry is null', { ...claims, exp: null }],
    ['without a session', without('sid')],
    ['whose session is a text', { ...claims, sid: String(sid) }],
    ['whose session is a fraction', { ...claims, sid: sid + 0.5 }],
    ['whose session is past all numbers', { ...claims, sid: 1e300 }],
    ['without a subject', without('sub')],
    ['whose subject is a number', { ...claims, sub: people.owner.id }],
    ['whose subject is no id', { ...claims, sub: canary }],
    ['whose subject is 0', { ...claims, sub: '0' }],
    ['whose subject is past bigint', { ...claims, sub: '99999999999999999999' }],
    ['of another issuer', { ...claims, iss: canary }],
    ['without an issuer', without('iss')],
    ['for another audience', { ...claims, aud: canary }],
    ['without an audience', without('aud')],
    ['not valid yet', { ...claims, nbf: now() + 60 }],
  ])('%s are refused', async (_, payload) => {
    expectProblem(await me(payload), 401, 'unauthenticated');
  });

  test('signed with another secret or another algorithm are refused', async () => {
    expectProblem(await me(claims, `${secret}.`), 401, 'unauthenticated');
    expectProblem(await me(claims, ' '), 401, 'unauthenticated');
    expectProblem(await me(claims, secret, 'HS512'), 401, 'unauthenticated');
    expectProblem(await me(claims, secret, 'HS384'), 401, 'unauthenticated');
  });

  test('not signed at all are refused', async () => {
    const part = (json: object) =>
      btoa(JSON.stringify(json)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
    for (const alg of ['none', 'None', 'NONE', '']) {
      const header = part({ alg, typ: 'JWT' });
      for (const signature of ['', '.', '.x', `.${people.owner.token.split('.')[2]}`]) {
        const token = `${header}.${part(claims)}${signature}`;
        expectProblem(await app.call('GET', '/api/auth/me/', { token }), 401, 'unauthenticated');
      }
    }
  });

  test("with somebody else's session, or a session that never was, are over", async () => {
    expectProblem(await me({ ...claims, sub: String(people.admin.id) }), 401, 'session_ended');
    expectProblem(await me({ ...claims, sid: -1 }), 401, 'session_ended');
    expectProblem(await me({ ...claims, sid: Number.MAX_SAFE_INTEGER }), 401, 'session_ended');
  });

  test('that refresh, when made up, are refused without touching the database', async () => {
    const [session, made, mac] = people.owner.refresh.split('.') as [string, string, string];
    const before = await app.database.roundTrips();
    for (const refresh of [
      ...['', '..', canary, people.owner.token, `${session}.${made}`, `${session}.${made}.${made}`],
      ...[
        `999999.${made}.${mac}`,
        `${session}.${mac}.${made}`,
        `${session}.${'A'.repeat(43)}.${mac}`,
        `0.${made}.${mac}`,
      ],
      ...[
        `${session}.${made}.${mac} `,
        ` ${session}.${made}.${mac}`,
        `${session}.${made}.${mac}.${mac}`,
        `1e3.${made}.${mac}`,
      ],
    ])
      expectProblem(await app.call('POST', '/api/auth/refresh/', { body: { refresh } }), 401, 'refresh_invalid');
    expect(await app.database.roundTrips()).toBe(before);
    expect((await app.call('GET', '/api/auth/me/', { token: people.owner.token })).status).toBe(200);
  });
});

describe('queries', () => {
  const gets = routes.filter((route) => /^GET [^:]*$/.test(route)).map((route) => route.slice(4));
  const actorOf = (path: string) =>
    path.includes('patient-profile') || path.includes('my-doctors')
      ? people.patient
      : path.includes('doctor-profile') || path.endsWith('-patients')
        ? people.assignedDoctor
        : people.admin;
  const expectHarmless = (answer: Answer) => {
    expect(answer.status, answer.text).toBeLessThan(500);
    if (answer.status >= 400) expectProblem(answer, 400, 'invalid_input');
  };

  test.each(gets)('that mean nothing do not break %s', async (path) => {
    for (const query of [
      '?',
      '?&&&',
      '?=',
      `?id=1&id=2&id[]=3&${canary}=1`,
      '?__proto__[a]=1&constructor=1',
      '?%00=%ff&%=%zz',
    ])
      expectHarmless(await app.call('GET', `${path}${query}`, { token: actorOf(path).token }));
  });

  const encoded = (value: unknown) => btoa(JSON.stringify(value));
  const values = [
    ...[
      canary,
      '',
      '%00',
      `${canary}%00`,
      '0',
      '-1',
      '1.5',
      '1e400',
      '99999999999999999999',
      '9007199254740993',
      '%ff',
    ],
    ...[
      '%',
      '%25',
      "'",
      '(',
      '%F0%9F%92%A9',
      '0000-01-01',
      '9999-99-99',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    ],
    ...[
      'infinity',
      'e30',
      encoded([]),
      encoded(['x', 'y', 1]),
      encoded([1, null, 0, null, -1, 0, 0]),
      'x'.repeat(3_000),
    ],
  ];

  test.each(gets)('with hostile values do not break %s', async (path) => {
    const token = actorOf(path).token;
    // a list names the parameters that it knows; a route that takes none ignores them
    const { body } = await app.call('GET', `${path}?${canary}=1`, { token });
    const [, names = ''] = /allowed are (.*)/.exec(body?.errors?.non_field_errors?.[0] ?? '') ?? [];
    const unexplained: string[] = [];
    for (const name of names.split(', ').filter(Boolean))
      for (const value of values) {
        const answer = await app.call('GET', `${path}?${name}=${value}`, { token });
        expect(answer.status, `${name}=${value}: ${answer.text}`).toBeOneOf([200, 400]);
        if (answer.status === 400) expectProblem(answer, 400);
        if (answer.status === 400 && !answer.body.errors) unexplained.push(`${name}=${value}`);
      }
    // every refusal says what to correct
    expect(unexplained).toEqual([]);
  });

  test.each(['/api/patients', '/api/doctors', '/api/admin/users'])(
    'with a forged cursor do not break %s',
    async (path) => {
      const { token } = people.admin;
      const unexplained: string[] = [];
      for (const sort of ['id', 'name', '-created_at']) {
        const first = await app.call('GET', `${path}?sort=${sort}&limit=1`, { token });
        const [scope] = decoded(new URL(nextOf(first) ?? '', 'http://wardbook.test').searchParams.get('cursor') ?? '');
        for (const key of ['', '\0', '\ud800', canary, '0', '99999999999999999999', 'infinity', "'"]) {
          const forged = encodeURIComponent(btoa(JSON.stringify([scope, key, 1])));
          const answer = await app.call('GET', `${path}?sort=${sort}&limit=1&cursor=${forged}`, { token });
          expect(answer.status, `${sort} ${JSON.stringify(key)}: ${answer.text}`).toBeOneOf([200, 400]);
          if (answer.status === 400) expectProblem(answer, 400);
          if (answer.status === 400 && !answer.body.errors) unexplained.push(`${sort} ${JSON.stringify(key)}`);
        }
      }
      expect(unexplained).toEqual([]);
    },
  );
});

test('nothing of all this changed who is who', async () => {
  const rows = await app.database.owner.query('select role, count(*)::int from users group by role order by role');
  expect(rows.find(({ role }) => role === 'admin')?.count).toBe(1);
  const doctors = await app.database.owner.query('select approved from doctors where id = $1', [w.doctorIds.pending]);
  expect(doctors).toEqual([{ approved: false }]);
});
