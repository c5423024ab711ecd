// Sentences of the contract (DESIGN.md 1) that no other file proves.
import { describe, expect, test, vi } from 'vitest';
import { type Account, accountOf, boot, caller, type Json, password, type Sent, secret } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { routes } from '../support/routes.ts';
import { claimsOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

const app = await boot();
const w = await assemble(app);
const { owner, patient, pendingDoctor, assignedDoctor, otherDoctor, admin } = w.people;
const { as } = app;
const login = (body: Json) => as(undefined, 'POST', '/api/auth/login/', body);

/** The same database, with other settings. */
const configured = (settings: object, method: string, path: string, sent?: Sent) =>
  caller({ ...app.env, ...settings })(method, path, sent);

describe('paths', () => {
  const signInAgain = async () => {
    assignedDoctor.token = (await login({ username: 'assigned_doctor', password })).body.access;
  };

  test('are served with and without their slash, directly', async () => {
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ');
      const plain = path.replace(/\/$/, '').replace(/:\w+/, String(w.ownPatient.id));
      const seen: object[] = [];
      for (const slash of ['', '/']) {
        const { status, body } = await as(assignedDoctor, method, `${plain}${slash}`);
        seen.push({ status, code: body?.code });
        expect(status).toBeOneOf([200, 201, 204, 400, 401, 403, 404]);
        if (plain.endsWith('/logout')) await signInAgain();
      }
      expect(seen[0], `${method} ${plain}`).toEqual(seen[1]);
    }
  });

  test('answer to HEAD as to GET, without the body', async () => {
    const answer = await configured({}, 'HEAD', '/api/patients/', { token: owner.token });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });
});

describe('a patient', () => {
  const make = async (fields: Json = {}) =>
    (await as(owner, 'POST', '/api/patients/', { name: 'Jane', ...fields })).body as Json;
  const full = {
    ...{ age: 30, gender: 'female', phone: '555', email: 'jane@example.com' },
    ...{ address: '1 Elm Street', medical_history: 'None' },
  };

  test('answers with every field, and null for those it does not have', async () => {
    const { id, created_at, updated_at, ...rest } = await make();
    expect(rest).toEqual({
      ...{ name: 'Jane', user_id: null, created_by: owner.id, age: null, date_of_birth: null, gender: null },
      ...{ phone: null, email: null, address: null, medical_history: null },
    });
    expect(Number.isInteger(id)).toBe(true);
    for (const time of [created_at, updated_at])
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  });

  test('keeps on PUT what was not sent, and clears what is null', async () => {
    const { id } = await make(full);
    const path = `/api/patients/${id}/`;
    const kept = await as(owner, 'PUT', path, { name: 'Janet' });
    expect(kept.body).toMatchObject({ ...full, name: 'Janet' });
    const cleared = await as(owner, 'PUT', path, { name: 'Janet', phone: null, age: null, gender: null });
    expect(cleared.body).toMatchObject({ ...full, phone: null, age: null, gender: null });
    const blank = await as(owner, 'PUT', path, { name: 'Janet', address: '', email: '', medical_history: '  ' });
    expect(blank.body).toMatchObject({ address: null, email: null, medical_history: null });
  });

  test('needs a name on PUT, needs nothing on PATCH, and never loses its name', async () => {
    const { id } = await make(full);
    expect((await as(owner, 'PUT', `/api/patients/${id}/`, full)).body.errors).toHaveProperty('name');
    for (const method of ['PUT', 'PATCH'])
      for (const name of [null, '', ' '])
        expect((await as(owner, method, `/api/patients/${id}/`, { name })).status).toBe(400);
    const { updated_at: _, ...same } = await make(full);
    const answer = await as(owner, 'PATCH', `/api/patients/${same.id}/`, {});
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(same);
  });

  test('has the age that the date of birth gives, whatever age is sent beside it', async () => {
    const year = new Date().getUTCFullYear();
    const made = await make({ age: 99, date_of_birth: `${year - 40}-01-01` });
    expect(made).toMatchObject({ age: 40, date_of_birth: `${year - 40}-01-01` });
    const path = `/api/patients/${made.id}/`;
    expect((await as(owner, 'PATCH', path, { age: 99 })).body.age).toBe(40);
    expect((await as(owner, 'PUT', path, { name: 'Jane', age: 99 })).body.age).toBe(40);
    expect((await as(owner, 'PUT', path, { name: 'Jane', age: 99, date_of_birth: `${year - 1}-01-01` })).body.age).toBe(
      1,
    );
    expect((await as(owner, 'GET', '/api/patients/')).body.find(({ id }: Json) => id === made.id).age).toBe(1);
    const cleared = await as(owner, 'PATCH', path, { date_of_birth: null });
    expect(cleared.body).toMatchObject({ age: null, date_of_birth: null });
    expect((await as(owner, 'PUT', path, { name: 'Jane', age: 50 })).body.age).toBe(50);
    const both = await as(owner, 'PUT', path, { name: 'Jane', age: 51, date_of_birth: null });
    expect(both.body).toMatchObject({ age: 51, date_of_birth: null });
  });

  test('has its birthday on the day', async () => {
    const born = (days: number) => {
      const date = new Date(Date.now() + days * 86_400_000);
      return `${date.getUTCFullYear() - 30}${date.toISOString().slice(4, 10)}`.replace('02-29', '02-28');
    };
    expect((await make({ date_of_birth: born(0) })).age).toBe(30);
    expect((await make({ date_of_birth: born(-1) })).age).toBe(30);
    expect((await make({ date_of_birth: born(1) })).age).toBe(29);
  });

  test('has one of four genders, in any case', async () => {
    for (const gender of ['male', 'Female', 'OTHER', 'unknown'])
      expect((await make({ gender })).gender).toBe(gender.toLowerCase());
    expect((await as(owner, 'POST', '/api/patients/', { name: 'Jane', gender: 'none' })).status).toBe(400);
  });
});

describe('sending back what one got', () => {
  test.each([
    ['a patient', () => owner, () => `/api/patients/${w.ownPatient.id}/`, undefined],
    ['a doctor', () => owner, () => `/api/doctors/${w.ownDoctor.id}/`, undefined],
    ["a patient's profile", () => patient, () => '/api/patient-profile/', () => `/api/patient-profile/${patient.id}/`],
    [
      "a doctor's profile",
      () => pendingDoctor,
      () => '/api/doctor-profile/',
      () => `/api/doctor-profile/${pendingDoctor.id}/`,
    ],
  ])('%s by PUT changes nothing but the time', async (_, who, path, target) => {
    const before = await as(who(), 'GET', path());
    const answer = await as(who(), 'PUT', (target ?? path)(), before.body);
    expect(answer.status, answer.text).toBe(200);
    const { updated_at: _then, ...same } = before.body;
    expect(answer.body).toMatchObject(same);
    expect((await as(who(), 'PATCH', `/api/auth/me/`, {})).status).toBe(200);
  });

  test('one with a date of birth keeps its age', async () => {
    const made = (await as(owner, 'POST', '/api/patients/', { name: 'Old', date_of_birth: '1950-06-15' })).body;
    const answer = await as(owner, 'PUT', `/api/patients/${made.id}/`, made);
    expect(answer.body).toMatchObject({ age: made.age, date_of_birth: '1950-06-15' });
    expect(made.age).toBeGreaterThan(70);
  });

  test.each([
    ['oneself', () => owner, () => '/api/auth/me/'],
    ['an account, as an admin', () => admin, () => `/api/admin/users/${owner.id}/`],
  ])('%s by PATCH changes nothing', async (_, who, path) => {
    const { body } = await as(who(), 'GET', path());
    const answer = await as(who(), 'PATCH', path(), body);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual(body);
  });
});

describe('a doctor', () => {
  test('answers with every field', async () => {
    const made = await as(owner, 'POST', '/api/doctors/', { name: 'Dr. A', specialization: 'x' });
    expect(made.body).toEqual({
      ...{ id: expect.any(Number), user_id: null, created_by: owner.id, name: 'Dr. A', specialization: 'x' },
      ...{ contact_info: null, license_number: null, approved: null },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    });
    const path = `/api/doctors/${made.body.id}/`;
    await as(owner, 'PUT', path, { name: 'Dr. A', specialization: 'x', contact_info: 'room 1', license_number: 'L' });
    const kept = await as(owner, 'PUT', path, { name: 'Dr. B', specialization: 'y', license_number: null });
    expect(kept.body).toMatchObject({ name: 'Dr. B', contact_info: 'room 1', license_number: null });
    const missing = await as(owner, 'PUT', path, { name: 'Dr. B' });
    expect(missing.body.errors).toHaveProperty('specialization');
  });

  test('is approved and revoked by an admin, as often as they like', async () => {
    const approve = (verb: string, id = w.doctorIds.pending) => as(admin, 'POST', `/api/admin/doctors/${id}/${verb}/`);
    for (const [verb, approved] of [
      ['approve', true],
      ['approve', true],
      ['revoke', false],
      ['revoke', false],
    ] as const) {
      const answer = await approve(verb);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ id: w.doctorIds.pending, approved });
    }
    for (const verb of ['approve', 'revoke'])
      expect((await approve(verb, w.ownDoctor.id)).body).toMatchObject({ status: 409, code: 'no_linked_account' });
  });
});

describe('an account', () => {
  const register = (body: Json) => as(undefined, 'POST', '/api/auth/register/', { password, ...body });

  test('is answered in full, with tokens that say how long they last', async () => {
    const { body } = await register({ email: 'Full@Example.com', name: 'Full Name', username: 'Full' });
    expect(body).toEqual({
      ...{ access: expect.any(String), refresh: expect.any(String), token_type: 'Bearer', expires_in: 600 },
      user: {
        ...{ id: expect.any(Number), name: 'Full Name', username: 'Full', email: 'full@example.com', role: 'user' },
        created_at: expect.stringMatching(/Z$/),
      },
    });
    const claims = claimsOf(accountOf(body));
    expect(claims.exp - claims.iat).toBe(600);
    // the token names a session, and carries no role
    expect(JSON.stringify(claims)).not.toContain('role');
  });

  test('has a name and a username, whichever was sent', async () => {
    const user = async (body: Json) => (await register(body)).body.user;
    expect(await user({ email: 'a.b+c@example.com' })).toMatchObject({ name: 'a.b+c', username: 'a.b+c' });
    expect(await user({ email: 'x1@example.com', name: 'Ann Lee' })).toMatchObject({ name: 'Ann Lee', username: 'x1' });
    expect(await user({ email: 'x2@example.com', username: 'annie' })).toMatchObject({
      name: 'annie',
      username: 'annie',
    });
    const again = await user({ email: 'x1@elsewhere.example' });
    expect(again.username).toMatch(/^x1\d+$/);
  });

  test('has an email and a username that differ from all others by more than case', async () => {
    await register({ email: 'once@example.com', username: 'Once' });
    const email = await register({ email: 'ONCE@example.com', username: 'twice' });
    expect(email.body).toMatchObject({ status: 409, code: 'duplicate', errors: { email: [expect.any(String)] } });
    const username = await register({ email: 'twice@example.com', username: 'oNCE' });
    expect(username.body).toMatchObject({ status: 409, code: 'duplicate', errors: { username: [expect.any(String)] } });
    const taken = await as(owner, 'PATCH', '/api/auth/me/', { username: 'ONCE' });
    expect(taken.status).toBe(409);
  });

  test.each(['with@at', 'two words', '', ' ', 'tab\tbed', '<b>', 'x'.repeat(151)])(
    'has no username "%s"',
    async (username) => {
      expect((await register({ email: 'odd@example.com', username })).body.errors).toHaveProperty('username');
      expect((await as(owner, 'PATCH', '/api/auth/me/', { username })).body.errors).toHaveProperty('username');
    },
  );

  test.each([
    '',
    'nobody',
    '@example.com',
    'a@b',
    'a b@example.com',
    'a@example.com,b@example.com',
    `${'x'.repeat(250)}@example.com`,
  ])('has no email "%s"', async (email) => {
    expect((await register({ email })).body.errors).toHaveProperty('email');
  });

  test('is signed into by email or username, in either field, in any case, with spaces around', async () => {
    await register({ email: 'Login@Example.com', username: 'LogIn' });
    for (const body of [
      { email: 'LOGIN@example.COM' },
      { email: ' login@example.com ' },
      { username: 'Login@Example.com' },
      { username: 'login' },
      { username: 'LOGIN' },
      { email: 'login@example.com', username: '' },
    ])
      expect((await login({ ...body, password })).status, JSON.stringify(body)).toBe(200);
    expect((await login({ password })).status).toBe(400);
    expect((await login({ username: 'login' })).status).toBe(400);
  });

  // PostgreSQL folds case, JavaScript folds case, and they must agree on whose name it is
  test.each(['Ärztin', 'ΣΊΣΥΦΟΣ', 'İbrahim', 'ЖЕНЯ', '王医生'])(
    'is signed into as "%s", as it was registered',
    async (username) => {
      expect((await register({ email: `${unique('intl')}@example.com`, username })).status).toBe(201);
      expect((await login({ username, password })).status).toBe(200);
    },
  );

  test('changes its data, but not its role', async () => {
    const me = await app.register(unique('changing'));
    const answer = await as(me, 'PATCH', '/api/auth/me/', { name: 'New Name', email: 'Moved@Example.com' });
    expect(answer.body).toMatchObject({ id: me.id, name: 'New Name', email: 'moved@example.com', role: 'user' });
    expect((await login({ email: 'moved@example.com', password })).status).toBe(200);
    for (const body of [{ name: null }, { name: '' }, { email: null }, { email: '' }, { username: null }])
      expect((await as(me, 'PATCH', '/api/auth/me/', body)).status, JSON.stringify(body)).toBe(400);
  });

  test('changes its password, which ends every other session', async () => {
    const me = await app.register(unique('rotating'));
    const username = me.user.username;
    const other = (await login({ username, password })).body;
    const change = (body: Json) => as(me, 'POST', '/api/auth/password/', body);
    const wrong = await change({ current_password: 'wrong password', new_password: 'a new password' });
    expect(wrong.body).toMatchObject({ status: 400, errors: { current_password: [expect.any(String)] } });
    expect((await change({ current_password: password, new_password: 'short' })).status).toBe(400);
    expect((await as({ token: other.access }, 'GET', '/api/auth/me/')).status).toBe(200);

    expect((await change({ current_password: password, new_password: 'a new password' })).status).toBe(204);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(200);
    expect((await as({ token: other.access }, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await as(undefined, 'POST', '/api/auth/refresh/', { refresh: other.refresh })).status).toBe(401);
    expect((await login({ username, password })).status).toBe(401);
    expect((await login({ username, password: 'a new password' })).status).toBe(200);
  });
});

describe('sessions', () => {
  test('are listed with their devices, and ended one by one or all others at once', async () => {
    const me = await app.register(unique('devices'));
    const { username } = me.user;
    const signIn = async (device: string) => {
      const sent = { body: { username, password }, headers: { 'User-Agent': device } };
      return { token: (await app.call('POST', '/api/auth/login/', sent)).body.access };
    };
    const [phone, tablet] = [await signIn('Phone/1.0'), await signIn('Tablet/1.0')];
    const list = async (who: { token: string }) => (await as(who, 'GET', '/api/auth/sessions/')).body;
    expect(await list(phone)).toHaveLength(3);
    const [current] = (await list(phone)).filter((session: Json) => session.current);
    expect(current).toEqual({
      ...{ id: expect.any(Number), device: 'Phone/1.0', current: true },
      ...{ created_at: expect.stringMatching(/Z$/), last_used_at: expect.stringMatching(/Z$/) },
    });

    const [{ id }] = (await list(phone)).filter(({ device }: Json) => device === 'Tablet/1.0');
    expect((await as(owner, 'DELETE', `/api/auth/sessions/${id}/`)).status).toBe(404);
    expect((await as(phone, 'DELETE', `/api/auth/sessions/${id}/`)).status).toBe(204);
    expect((await as(tablet, 'GET', '/api/auth/me/')).body).toMatchObject({ status: 401, code: 'session_ended' });
    expect((await as(phone, 'DELETE', `/api/auth/sessions/${id}/`)).status).toBe(404);

    expect((await as(phone, 'DELETE', '/api/auth/sessions/')).status).toBe(204);
    expect(await list(phone)).toHaveLength(1);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await as(owner, 'GET', '/api/auth/me/')).status).toBe(200);
  });

  test('end with logout, and with them their refresh token', async () => {
    const me = await app.register(unique('leaving'));
    expect((await as(me, 'POST', '/api/auth/logout/')).status).toBe(204);
    expect((await as(me, 'GET', '/api/auth/me/')).body.code).toBe('session_ended');
    expect((await as(undefined, 'POST', '/api/auth/refresh/', { refresh: me.refresh })).status).toBe(401);
  });
});

describe('deleting an account', () => {
  const erase = (who: { token: string }, given = password) => as(who, 'DELETE', '/api/auth/me/', { password: given });

  test('needs the password, ends everything, keeps the records, and frees the email', async () => {
    const me = await app.register('leaver');
    const record = (await as(me, 'POST', '/api/patients/', { name: 'Left behind' })).body;
    const wrong = await erase(me, 'not my password');
    expect(wrong.body).toMatchObject({ status: 400, errors: { password: [expect.any(String)] } });
    expect((await as(me, 'DELETE', '/api/auth/me/', {})).status).toBe(400);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(200);

    const roundTrips = await app.roundTripsOf(async () => {
      const gone = await erase(me);
      expect([gone.status, gone.text]).toEqual([204, '']);
    });
    expect(roundTrips).toBe(2);
    expect((await as(me, 'GET', '/api/auth/me/')).status).toBe(401);
    expect((await login({ email: 'leaver@example.com', password })).status).toBe(401);
    expect((await as(undefined, 'POST', '/api/auth/refresh/', { refresh: me.refresh })).status).toBe(401);
    expect((await as(admin, 'GET', `/api/patients/${record.id}/`)).body).toMatchObject({ created_by: me.id });
    const left = 'select from credentials where user_id = $1 union all select from sessions where user_id = $1';
    expect(await app.database.owner.query(left, [me.id])).toEqual([]);
    expect((await as(admin, 'GET', '/api/admin/users/')).text).not.toContain('leaver');

    const again = await app.register('leaver');
    expect(again.id).not.toBe(me.id);
    expect((await as(again, 'GET', `/api/patients/${record.id}/`)).status).toBe(404);
  });

  test("a patient's record stays, and so does a doctor's", async () => {
    const [p, d] = [await app.register('pat_leaves', 'patient/'), await app.register('doc_leaves', 'doctor/')];
    for (const who of [p, d]) expect((await erase(who)).status).toBe(204);
    expect((await as(admin, 'GET', '/api/patients/')).body).toContainEqual(expect.objectContaining({ user_id: p.id }));
    expect((await as(owner, 'GET', '/api/doctors/')).body).toContainEqual(expect.objectContaining({ user_id: d.id }));
  });

  test('is refused to the last admin, also while an erased account was an admin', async () => {
    expect((await erase(admin)).body).toMatchObject({ status: 409, code: 'last_admin' });
    const second = await app.register('second_admin');
    await app.makeAdmin(second.id);
    expect((await erase(second)).status).toBe(204);
    expect((await erase(admin)).body).toMatchObject({ status: 409, code: 'last_admin' });
  });

  test('is for good: nobody revives or promotes what is left', async () => {
    const ghost = await app.register('ghost');
    await erase(ghost);
    for (const body of [{ disabled: false }, { role: 'admin' }, { role: 'admin', disabled: false }])
      expect((await as(admin, 'PATCH', `/api/admin/users/${ghost.id}/`, body)).status, JSON.stringify(body)).toBe(404);
    expect((await as(admin, 'GET', `/api/admin/users/${ghost.id}/`)).status).toBe(404);
    expect((await erase(admin)).body).toMatchObject({ status: 409, code: 'last_admin' });
  });
});

describe('administering accounts', () => {
  const path = (who: Account) => `/api/admin/users/${who.id}/`;

  test('a role doctor or patient needs its record', async () => {
    for (const role of ['doctor', 'patient'])
      expect((await as(admin, 'PATCH', path(owner), { role })).body).toMatchObject({
        status: 409,
        code: 'no_linked_record',
      });
    expect((await as(admin, 'PATCH', path(patient), { role: 'doctor' })).status).toBe(409);
    expect((await as(admin, 'PATCH', path(patient), { role: 'user' })).body.role).toBe('user');
    expect((await as(admin, 'PATCH', path(patient), { role: 'patient' })).body.role).toBe('patient');
    expect((await as(admin, 'PATCH', path(owner), { role: 'superuser' })).status).toBe(400);
    expect((await as(admin, 'PATCH', path(owner), { disabled: null })).status).toBe(400);
  });

  test('a disabled account is told so at login, once its password is right', async () => {
    const who = await app.register('naughty');
    const disabled = await as(admin, 'PATCH', path(who), { disabled: true });
    expect(disabled.body).toMatchObject({ id: who.id, disabled: true });
    expect((await login({ username: 'naughty', password })).body).toMatchObject({
      status: 403,
      code: 'account_disabled',
    });
    expect((await login({ username: 'naughty', password: 'wrong password' })).status).toBe(401);
    expect((await as(admin, 'PATCH', path(who), { disabled: false })).body.disabled).toBe(false);
    expect((await login({ username: 'naughty', password })).status).toBe(200);
    expect((await as(who, 'GET', '/api/auth/me/')).status).toBe(401);
  });

  test('the last admin can be neither demoted nor disabled', async () => {
    for (const body of [{ role: 'user' }, { disabled: true }])
      expect((await as(admin, 'PATCH', path(admin), body)).body).toMatchObject({ status: 409, code: 'last_admin' });
  });
});

describe('CORS', () => {
  const origin = 'https://portal.example';
  const list = (text: string | null) => (text ?? '').split(/, */).filter(Boolean).sort();
  const preflight = (from: string, path = '/api/patients/1/') =>
    app.call('OPTIONS', path, {
      headers: { Origin: from, 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-evil' },
    });

  test('allows what the contract lists, to a configured origin', async () => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(list(headers.get('Access-Control-Allow-Headers'))).toEqual(
      ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match'].sort(),
    );
    expect(list(headers.get('Access-Control-Allow-Methods'))).toEqual(['DELETE', 'GET', 'PATCH', 'POST', 'PUT']);
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
  });

  test('says what may be asked also to who does not say where it is', async () => {
    expect((await app.call('OPTIONS', '/api/patients/')).status).toBe(204);
  });

  const readable = { headers: { Origin: origin } };
  test.each([
    [200, () => app.call('GET', '/api/auth/me/', { token: owner.token, ...readable })],
    [401, () => app.call('GET', '/api/auth/me/', readable)],
    [404, () => app.call('GET', '/api/nothing/', readable)],
    [415, () => app.call('POST', '/api/auth/login/', { body: new TextEncoder().encode('x'), ...readable })],
  ])('lets a page read a %i, and the headers that the contract lists', async (status, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(answer.headers.get('Vary')).toContain('Origin');
    expect(list(answer.headers.get('Access-Control-Expose-Headers'))).toEqual(
      ['ETag', 'Idempotency-Replayed', 'Link', 'Retry-After', 'X-Request-Id', 'X-Total-Count'].sort(),
    );
  });

  test('allows nothing to any other origin', async () => {
    for (const other of [
      'https://evil.example',
      'https://portal.example.evil',
      'http://portal.example',
      'null',
      `${origin}/`,
      '*',
    ]) {
      expect((await preflight(other)).headers.get('Access-Control-Allow-Origin')).toBeNull();
      const answer = await app.call('GET', '/api/auth/me/', { token: owner.token, headers: { Origin: other } });
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
    }
  });
});

describe('configuration', () => {
  test.each([
    ['JWT_SECRET', 'a secret value of 31 characters'],
    ['JWT_SECRET', undefined],
    ['JWT_SECRET_PREVIOUS', 'a secret value, too short'],
    ['DATABASE_URL', 'mysql://a-secret-value@example.com'],
    ['DATABASE_URL', undefined],
    ['DOCTOR_APPROVAL', 'a secret value'],
    ['ACCESS_TOKEN_TTL', 'a secret value'],
    ['REFRESH_TOKEN_TTL', '-1'],
  ])('names %s in the log when it is %s, and no value', async (name, value) => {
    const lines: string[] = [];
    const spy = vi.spyOn(console, 'info').mockImplementation((line) => void lines.push(line));
    const answer = await configured({ [name]: value }, 'GET', '/api/auth/me/', { token: owner.token });
    spy.mockRestore();
    expect(answer.body).toMatchObject({ status: 503, code: 'misconfigured' });
    expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(lines.join()).toContain(name);
    expect(answer.text).not.toContain(name);
    for (const text of [lines.join(), answer.text]) {
      expect(text).not.toContain('a-secret-value');
      expect(text).not.toContain('a secret value');
      expect(text).not.toContain(secret);
      expect(text).not.toContain(app.env.DATABASE_URL);
    }
  });

  test('keeps tokens of the previous secret valid while it is replaced', async () => {
    const me = await app.register(unique('rotated'));
    const next = { JWT_SECRET: 'the next secret, also long enough to pass', JWT_SECRET_PREVIOUS: secret };
    const without = { JWT_SECRET: next.JWT_SECRET };
    const whoAmI = (settings: object, token: string) => configured(settings, 'GET', '/api/auth/me/', { token });
    const refresh = (settings: object, token: string) =>
      configured(settings, 'POST', '/api/auth/refresh/', { body: { refresh: token } });

    expect((await whoAmI(next, me.token)).status).toBe(200);
    expect((await whoAmI(without, me.token)).status).toBe(401);
    expect((await refresh(without, me.refresh)).status).toBe(401);
    const answer = await refresh(next, me.refresh);
    expect(answer.status).toBe(200);
    // what it gives is signed with the new one only
    expect((await whoAmI(without, answer.body.access)).status).toBe(200);
    expect((await whoAmI({}, answer.body.access)).status).toBe(401);
    // a phone that never saw the answer asks again, and gets the same
    expect((await refresh(next, me.refresh)).body.refresh).toBe(answer.body.refresh);
    expect((await refresh(without, answer.body.refresh)).status).toBe(200);
  });

  test('gives the same successor again after the secret was replaced in between', async () => {
    const me = await app.register(unique('rotated'));
    const next = { JWT_SECRET: 'the next secret, also long enough to pass', JWT_SECRET_PREVIOUS: secret };
    const refresh = (settings: object) =>
      configured(settings, 'POST', '/api/auth/refresh/', { body: { refresh: me.refresh } });
    const [before, after] = [await refresh({}), await refresh(next)];
    expect([before.status, after.status]).toEqual([200, 200]);
    const use = (token: string) => configured(next, 'POST', '/api/auth/refresh/', { body: { refresh: token } });
    expect((await use(after.body.refresh)).status).toBe(200);
  });

  test('sets how long tokens last', async () => {
    const settings = { ACCESS_TOKEN_TTL: '1', REFRESH_TOKEN_TTL: 2 };
    const body = { username: 'owner', password };
    const answer = await configured(settings, 'POST', '/api/auth/login/', { body });
    expect(answer.body.expires_in).toBe(1);
    const { exp, iat, sid } = claimsOf(accountOf(answer.body));
    expect(exp - iat).toBe(1);
    const [session] = await app.database.owner.query(
      `select round(extract(epoch from idle_until - created_at))::int as idle,
         round(extract(epoch from expires_at - created_at))::int as whole from sessions where id = $1`,
      [sid],
    );
    expect(session).toEqual({ idle: 2, whole: 8 });
  });

  test('approves doctors at once where the deployment says so', async () => {
    const name = unique('trusted');
    const body = { email: `${name}@example.com`, username: name, password, specialization: 'Surgery' };
    const settings = { DOCTOR_APPROVAL: 'automatic' };
    const answer = await configured(settings, 'POST', '/api/auth/register/doctor/', { body });
    expect(answer.status).toBe(201);
    const token = answer.body.access;
    expect((await as({ token }, 'GET', '/api/doctor-profile/')).body.approved).toBe(true);
    expect((await as({ token }, 'GET', '/api/doctors/all-patients/')).status).toBe(200);
    expect((await as(otherDoctor, 'GET', '/api/doctors/all-patients/')).status).toBe(200);
  });

  test('opens the API to every page with *, and to several with a list', async () => {
    const allowed = async (CORS_ORIGINS: string, origin: string) =>
      (
        await configured({ CORS_ORIGINS }, 'GET', '/api/auth/me/', { token: owner.token, headers: { Origin: origin } })
      ).headers.get('Access-Control-Allow-Origin');
    expect(await allowed('*', 'https://any.example')).toBe('*');
    expect(await allowed('https://a.example, https://b.example', 'https://b.example')).toBe('https://b.example');
    expect(await allowed('https://a.example, https://b.example', 'https://c.example')).toBeNull();
    expect(await allowed('', 'https://c.example')).toBeNull();
  });
});

test('every answer carries an id of its own, which no client chooses', async () => {
  const headers = { 'X-Request-Id': 'chosen-by-the-client' };
  const [one, other] = [
    await app.call('GET', '/api/auth/me/', { token: owner.token, headers }),
    await app.call('GET', '/api/auth/me/', { headers }),
  ];
  expect(one.headers.get('X-Request-Id')).toMatch(/^[\da-f-]{36}$/);
  expect(other.body.request_id).toBe(other.headers.get('X-Request-Id'));
  expect(other.body.request_id).not.toBe(one.headers.get('X-Request-Id'));
});

test('missing and not yours are the same bytes', async () => {
  const theirs = (await as(admin, 'POST', '/api/patients/', { name: 'Not yours' })).body.id;
  const bytes = async (id: number, method: string, body?: Json) => {
    const answer = await as(owner, method, `/api/patients/${id}/`, body);
    expect(answer.status).toBe(404);
    return answer.text.replace(/"request_id":"[^"]*"/, '');
  };
  for (const [method, body] of [['GET'], ['PUT', { name: 'x' }], ['PATCH', { name: 'x' }], ['DELETE']] as [
    string,
    Json?,
  ][])
    expect(await bytes(theirs, method, body)).toBe(await bytes(999_999, method, body));
  const assign = async (patient: number, doctor: number) =>
    (await as(owner, 'POST', '/api/mappings/', { patient, doctor })).text.replace(/"request_id":"[^"]*"/, '');
  expect(await assign(theirs, w.ownDoctor.id)).toBe(await assign(999_999, w.ownDoctor.id));
});
