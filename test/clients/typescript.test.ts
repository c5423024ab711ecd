// The typed client as an app uses it: it keeps the tokens, renews them once for many requests, repeats a lost POST under
// one key, and follows links to the last page.
import { beforeAll, describe, expect, test } from 'vitest';
import { all, answer, Offline, pages } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords, password } from '../support/app.ts';
import { openMailbox } from '../support/mailbox.ts';
import { devices, paths, problemOf } from './devices.ts';

cheapPasswords();

const inbox = openMailbox();
let server: App;
beforeAll(async () => {
  server = await boot(inbox.settings);
});
const { device, expired } = devices(() => server);

describe('an app', () => {
  test('registers, creates, and reads page by page, without a word about tokens', async () => {
    const { api, register, tokens } = device();
    const { user } = await register('ann');
    expect(tokens()).toMatchObject({ user: { id: user.id }, access: expect.any(String), refresh: expect.any(String) });

    const names = ['Ada', 'Bea', 'Cleo', 'Dora', 'Eve'];
    for (const name of names) {
      const made = await answer(api.patients.$post({ json: { name, age: 30 } }));
      expect(made).toMatchObject({ name, age: 30, created_by: user.id, created_at: expect.stringMatching(/Z$/) });
    }
    const query = { sort: '-name' as const, limit: 2, min_age: 20 };
    const sizes: number[] = [];
    for await (const page of pages(api.patients.$get, { query })) sizes.push(page.length);
    expect(sizes).toEqual([2, 2, 1]);
    const read: string[] = [];
    for await (const patient of all(api.patients.$get, { query })) read.push(patient.name);
    expect(read).toEqual(names.toReversed());
    expect(await Array.fromAsync(all(api.doctors.$get))).toEqual([]);
  });

  test('follows pages of a route with an id, and stops asking when it has enough', async () => {
    const { api, register, sent } = device();
    await register('bob');
    const patient = await answer(api.patients.$post({ json: { name: 'Jane Doe' } }));
    for (const name of ['Dr. One', 'Dr. Two', 'Dr. Three']) {
      const doctor = await answer(api.doctors.$post({ json: { name, specialization: 'Cardiology' } }));
      await answer(api.mappings.$post({ json: { patient: patient.id, doctor: doctor.id } }));
    }
    sent.length = 0;
    const list = all(api.mappings[':id'].$get, { param: { id: patient.id }, query: { limit: 1 } });
    for await (const { doctor_detail } of list) if (doctor_detail.name === 'Dr. Two') break;
    expect(sent).toHaveLength(2);
  });

  test('reads refusals as problems, thrown or not', async () => {
    const { api, register } = device();
    expect(await problemOf(answer(api.patients.$get()))).toMatchObject({ status: 401, code: 'unauthenticated' });
    await register('cleo');
    const refused = await api.patients.$post({ json: { name: '', age: 200 } });
    expect(refused.ok).toBe(false);
    if (!refused.ok) expect((await refused.json()).errors).toMatchObject({ name: [expect.any(String)] });
    const problem = await problemOf(answer(api.patients[':id'].$get({ param: { id: 999999 } })));
    expect(problem).toMatchObject({ status: 404, code: 'not_found', request_id: expect.any(String) });
    expect(
      await problemOf(Array.fromAsync(all(api.patients.$get, { query: { sort: 'shoe' as 'name' } }))),
    ).toMatchObject({
      code: 'invalid_input',
      errors: { sort: [expect.stringContaining('name')] },
    });
  });

  test('is told when the answer is not from Wardbook', async () => {
    for (const status of [200, 511]) {
      const headers = { 'Content-Type': 'text/html' };
      const before = () => new Response('<h1>Hotel Wi-Fi</h1>', { status, headers });
      const { api, tokens } = device({ before, tries: 1 });
      await expect(answer(api.doctors.$get())).rejects.toThrow(`${status}, but not one of Wardbook's`);
      const login = api.auth.login.$post({ json: { username: 'ann', password } });
      await expect(answer(login)).rejects.toThrow(`${status}, but not one of Wardbook's`);
      expect(tokens()).toBeNull();
    }
  });
});

describe('tokens', () => {
  test('are renewed once for twenty requests that find them expired', async () => {
    const { api, register, set, tokens, sent } = device();
    await register('dora');
    await set(await expired(tokens()));
    const before = tokens();
    sent.length = 0;
    const answers = await Promise.all(Array.from({ length: 20 }, () => answer(api.patients.$get())));
    expect(answers).toEqual(Array.from({ length: 20 }, () => []));
    expect(paths(sent, '/api/auth/refresh')).toHaveLength(1);
    expect(tokens()?.refresh).not.toBe(before?.refresh);
    // one that was on its way all the time finds them renewed
    await answer(api.auth.me.$get());
    expect(paths(sent, '/api/auth/refresh')).toHaveLength(1);
  });

  test('are renewed before they expire, once as well', async () => {
    const { api, register, set, tokens, sent } = device();
    await register('eve');
    const held = tokens();
    if (held) await set({ ...held, renew_at: Date.now() - 1 });
    sent.length = 0;
    await Promise.all(Array.from({ length: 5 }, () => answer(api.auth.me.$get())));
    expect(sent.map(({ path }) => path)).toEqual(['/api/auth/refresh', ...Array(5).fill('/api/auth/me')]);
    expect(tokens()?.renew_at).toBeGreaterThan(Date.now() + 500_000);
  });

  test('survive a refresh whose answer got lost', async () => {
    let lose = true;
    const { api, register, set, tokens, sent } = device({
      after: (request, response) => {
        if (!request.url.endsWith('/refresh') || !lose) return response;
        lose = false;
      },
    });
    await register('fay');
    await set(await expired(tokens()));
    expect((await answer(api.auth.me.$get())).username).toBe('fay');
    expect(paths(sent, '/api/auth/refresh')).toHaveLength(2);
  });

  test('that are refused sign the app out, with one call that says why', async () => {
    const codes: string[] = [];
    const { api, register, tokens, sent } = device({ onSignedOut: ({ code }) => codes.push(code) });
    const { user } = await register('gus');
    await server.asOwner('delete from sessions where user_id = $1', [user.id]);
    const problems = await Promise.all([1, 2, 3].map(() => problemOf(answer(api.patients.$get()))));
    expect(problems.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(codes).toEqual(['session_ended']);
    expect(tokens()).toBeNull();
    expect(paths(sent, '/api/auth/refresh')).toHaveLength(1);
    // and it can sign in again
    await answer(api.auth.login.$post({ json: { username: 'gus', password } }));
    expect((await answer(api.auth.me.$get())).id).toBe(user.id);
  });

  test.each([
    ['too many requests', 429],
    ['a proxy', 403],
  ])('are kept when %s refuses the refresh', async (_, status) => {
    const codes: string[] = [];
    const { api, register, set, tokens } = device({
      onSignedOut: ({ code }) => codes.push(code),
      before: (request) => (request.url.endsWith('/refresh') ? new Response('no', { status }) : undefined),
    });
    await register(`hal${status}`);
    const held = await expired(tokens());
    await set(held);
    expect((await api.auth.me.$get()).status).toBe(status);
    expect(codes).toEqual([]);
    expect(tokens()).toEqual(held);
  });

  test('are not kept for somebody who has left meanwhile, nor used for somebody else', async () => {
    const slow = Promise.withResolvers<void>();
    const { api, register, set, tokens, store } = device();
    await register('ida');
    const ida = await expired(tokens());
    const joe = device();
    await joe.register('joe');
    const joes = joe.tokens();
    if (!joes) throw new Error('joe is not signed in');
    await set(ida);
    // while the refresh is under way the device changes hands
    const load = store.load;
    let loads = 0;
    store.load = async () => {
      loads++;
      if (loads === 3) {
        await set(joes);
        slow.resolve();
      }
      return load();
    };
    const problem = await problemOf(answer(api.patients.$post({ json: { name: "Ida's patient" } })));
    await slow.promise;
    expect(problem.status).toBe(401);
    expect(tokens()).toEqual(joes);
    expect(await answer(joe.api.patients.$get())).toEqual([]);
  });

  test('are gone after logging out, also without a connection', async () => {
    const online = device();
    await online.register('kim');
    await answer(online.api.auth.logout.$post());
    expect(online.tokens()).toBeNull();
    let connected = true;
    const offline = device({
      before: () => {
        if (!connected) throw new TypeError('Network request failed');
        return undefined;
      },
    });
    await offline.register('lea');
    connected = false;
    await expect(offline.api.auth.logout.$post()).rejects.toThrow(Offline);
    expect(offline.tokens()).toBeNull();
  });

  const change = { current_password: password, new_password: 'another battery staple' };
  test('are new with a new password, and not when the old one was wrong', async () => {
    const { api, register, tokens, sent } = device();
    await register('nat');
    const before = tokens();
    expect((await api.auth.password.$post({ json: { ...change, current_password: 'not that one' } })).status).toBe(400);
    expect(tokens()).toEqual(before);
    const { access, refresh } = await answer(api.auth.password.$post({ json: change }));
    expect(tokens()).toMatchObject({ access, refresh, user: before?.user });
    expect((await answer(api.auth.me.$get())).username).toBe('nat');
    expect(paths(sent, '/api/auth/refresh')).toEqual([]);
  });

  test('that end while the answer to a new password is on its way sign nobody out', async () => {
    const codes: string[] = [];
    const [changed, arrives] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { api, register, sent } = device({
      onSignedOut: ({ code }) => codes.push(code),
      after: async (request, response) => {
        if (request.url.endsWith('/password')) {
          changed.resolve();
          await arrives.promise;
        } else if (response.status === 401) arrives.resolve();
        return response;
      },
    });
    await register('oli');
    const changing = answer(api.auth.password.$post({ json: change }));
    await changed.promise;
    expect((await answer(api.auth.me.$get())).username).toBe('oli');
    await changing;
    expect(codes).toEqual([]);
    expect(paths(sent, '/api/auth/me')).toHaveLength(2);
    expect(paths(sent, '/api/auth/refresh')).toEqual([]);
  });

  test('are gone with the account, and not when its password was wrong', async () => {
    const { api, register, tokens } = device();
    await register('moe');
    expect((await api.auth.me.$delete({ json: { password: 'not that one' } })).status).toBe(400);
    expect(tokens()).not.toBeNull();
    expect(await answer(api.auth.me.$delete({ json: { password } }))).toBeUndefined();
    expect(tokens()).toBeNull();
  });
});

describe('a link out of a mail', () => {
  const invited = async () => {
    const owner = device();
    const { user } = await owner.register(`owner${crypto.randomUUID().slice(0, 8)}`);
    await server.verify(user.id);
    const { id } = await answer(owner.api.patients.$post({ json: { name: 'Jane Doe' } }));
    const email = `${crypto.randomUUID()}@example.com`;
    await answer(owner.api.patients[':id'].invitation.$post({ param: { id }, json: { email } }));
    return { id, token: await inbox.tokenOf(email, 'invitation') };
  };

  test('signs in whoever registers by invitation', async () => {
    const { id, token } = await invited();
    const { api, tokens, sent } = device();
    const { user } = await answer(api.auth.register.invited.$post({ json: { token, password } }));
    expect(tokens()).toMatchObject({ user: { id: user.id }, access: expect.any(String), refresh: expect.any(String) });
    expect((await answer(api['patient-profile'].$get())).id).toBe(id);
    expect(sent.map((one) => one.token === null)).toEqual([true, false]);
  });

  test('is accepted as who is signed in', async () => {
    const { id, token } = await invited();
    const { api, register, tokens } = device();
    await register('guest');
    const before = tokens();
    const accept = () => answer(api.auth.invitations.accept.$post({ json: { token } }));
    expect((await problemOf(accept())).code).toBe('step_up_required');
    expect(tokens()).toEqual(before);
    await answer(api.auth['step-up'].$post({ json: { password } }));
    const user = await accept();
    expect(user.role).toBe('patient');
    expect(tokens()).toEqual({ ...before, user });
    expect((await answer(api['patient-profile'].$get())).id).toBe(id);
  });

  test('confirms an address as who is signed in, and for who is not', async () => {
    const { api, register, tokens, sent } = device();
    await register('pia');
    const before = tokens();
    sent.length = 0;
    const verification = await inbox.tokenOf('pia@example.com', 'verify');
    expect(await answer(api.auth.email.verify.$post({ json: { token: verification } }))).toBeUndefined();
    expect(sent.map(({ token }) => token)).toEqual([`Bearer ${before?.access}`]);
    expect(tokens()).toEqual(before);
    const elsewhere = device();
    await register('quentin');
    const another = await inbox.tokenOf('quentin@example.com', 'verify');
    expect(await answer(elsewhere.api.auth.email.verify.$post({ json: { token: another } }))).toBeUndefined();
    expect(elsewhere.sent.map(({ token }) => token)).toEqual([null]);
  });

  test('is for anybody: no token goes along, and none is renewed or kept for it', async () => {
    const { api, register, set, tokens, sent } = device();
    await register('quin');
    const held = { ...(await expired(tokens())), renew_at: Date.now() - 1 };
    await set(held);
    sent.length = 0;
    const to = 'quin@example.com';
    expect((await problemOf(answer(api.auth.email.undo.$post({ json: { token: 'none' } })))).code).toBe('link_invalid');
    expect(await answer(api.auth.password.forgot.$post({ json: { email: to } }))).toBeUndefined();
    const json = { token: await inbox.tokenOf(to, 'reset'), new_password: 'another battery staple' };
    expect(await answer(api.auth.password.reset.$post({ json }))).toBeUndefined();
    // nor for what knows nothing of this client's sessions
    await answer(api.token.$post({ json: { username: 'quin', password: json.new_password } }));
    expect((await problemOf(answer(api.token.verify.$post({ json: { token: 'none' } })))).code).toBe('token_not_valid');
    expect(sent.map(({ token }) => token)).toEqual(Array(5).fill(null));
    expect(tokens()).toEqual(held);
  });

  test('that asks for a new password ends what this device has, which then says so', async () => {
    const codes: string[] = [];
    const { api, register, tokens } = device({ onSignedOut: ({ code }) => codes.push(code) });
    await register('ron');
    await answer(api.auth.password.forgot.$post({ json: { email: 'ron@example.com' } }));
    const token = await inbox.tokenOf('ron@example.com', 'reset');
    await answer(api.auth.password.reset.$post({ json: { token, new_password: 'another battery staple' } }));
    expect((await problemOf(answer(api.auth.me.$get()))).code).toBe('session_ended');
    expect([codes, tokens()]).toEqual([['session_ended'], null]);
  });
});

describe('a request that got lost', () => {
  test('is sent again under its key, and makes one record', async () => {
    let lose = 1;
    const { api, register, sent } = device({
      after: (request, response) =>
        request.method === 'POST' && request.url.endsWith('/patients') && lose-- > 0 ? undefined : response,
    });
    await register('ned');
    const made = await answer(api.patients.$post({ json: { name: 'Only One' } }));
    const posts = paths(sent, '/api/patients');
    expect(posts).toHaveLength(2);
    expect(posts[0]?.key).toMatch(/^[\w-]{20,}$/);
    expect(posts[1]?.key).toBe(posts[0]?.key);
    expect(await answer(api.patients.$get())).toEqual([made]);
    // another record is another key
    await answer(api.patients.$post({ json: { name: 'Only One' } }));
    expect(paths(sent, '/api/patients').at(-1)?.key).not.toBe(posts[0]?.key);
  });

  test('keeps a key that the app gave, and is not repeated where that could do harm', async () => {
    const { api, register, sent } = device({
      after: (request, response) => (/login|me$|password/.test(request.url) ? undefined : response),
    });
    await register('ola');
    await answer(api.patients.$post({ json: { name: 'Keyed' } }, { headers: { 'Idempotency-Key': 'mine-1' } }));
    expect(sent.at(-1)?.key).toBe('mine-1');
    sent.length = 0;
    await expect(api.auth.login.$post({ json: { username: 'ola', password } })).rejects.toThrow(Offline);
    const change = { current_password: password, new_password: 'another battery staple' };
    await expect(api.auth.password.$post({ json: change })).rejects.toThrow(Offline);
    const patch = api.auth.me.$patch({ json: { name: 'Ola' } }, { headers: { 'If-Match': '*' } });
    await expect(patch).rejects.toThrow(Offline);
    expect(sent).toHaveLength(3);
  });

  test('waits as long as Retry-After says, and gives up after a few tries', async () => {
    const busy = () =>
      Response.json(
        { type: 'x', title: 'Temporarily unavailable', status: 503, detail: 'Later.', code: 'database_unavailable' },
        { status: 503, headers: { 'Retry-After': '1', 'Content-Type': 'application/problem+json' } },
      );
    let times = 1;
    const { api, register, sent } = device({
      before: (request) => (request.url.endsWith('/doctors') && times-- > 0 ? busy() : undefined),
    });
    await register('pam');
    await answer(api.doctors.$get());
    const [first, second, ...more] = paths(sent, '/api/doctors');
    expect(more).toEqual([]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    times = Number.POSITIVE_INFINITY;
    sent.length = 0;
    expect((await problemOf(answer(api.doctors.$get()))).code).toBe('database_unavailable');
    expect(sent).toHaveLength(3);
  });

  test('is not waited for beyond patience, nor after the app gave it up', async () => {
    const patient = device({ before: () => new Response('', { status: 503, headers: { 'Retry-After': '3600' } }) });
    expect((await patient.api.doctors.$get()).status).toBe(503);
    expect(patient.sent).toHaveLength(1);
    const given = new AbortController();
    const { api, sent } = device({
      before: () => {
        given.abort();
        throw new DOMException('The operation was aborted', 'AbortError');
      },
    });
    await expect(api.doctors.$get({}, { signal: given.signal })).rejects.toThrow('abort');
    expect(sent).toHaveLength(1);
  });
});
