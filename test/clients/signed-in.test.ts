// Who is signed in, as the typed client knows and tells it, also while requests cross each other.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { answer, Offline, type Tokens, type User } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords, password } from '../support/app.ts';
import { devices, paths } from './devices.ts';

cheapPasswords();

let server: App;
beforeAll(async () => {
  server = await boot();
});
const { device, expired } = devices(() => server);

/** A device, and what it told those who wanted to know. */
const watched = (options: Parameters<typeof device>[0] = {}) => {
  const told: (User | null)[] = [];
  const one = device(options);
  const end = one.onChange((user) => told.push(user));
  return { ...one, told, end };
};

describe('who is signed in', () => {
  test('is told with each sign-in and sign-out, and known without a connection', async () => {
    let connected = true;
    const { api, user, register, told, sent } = watched({
      before: () => {
        if (!connected) throw new TypeError('Network request failed');
        return undefined;
      },
    });
    expect(await user()).toBeNull();
    const ann = (await register('ann')).user;
    expect(told).toEqual([ann]);
    connected = false;
    sent.length = 0;
    expect(await user()).toEqual(ann);
    expect(sent).toEqual([]);
    await expect(api.auth.logout.$post()).rejects.toThrow(Offline);
    expect([await user(), told]).toEqual([null, [ann, null]]);
  });

  test('is told when the account changes, here or elsewhere, and not when nothing did', async () => {
    const { api, user, register, told, tokens, set } = watched();
    const ben = (await register('ben')).user;
    await answer(api.auth.me.$get());
    expect(told).toEqual([ben]);
    const renamed = await answer(api.auth.me.$patch({ json: { name: 'Benjamin' } }));
    expect([told.at(-1), await user()]).toEqual([renamed, renamed]);
    expect(renamed.name).toBe('Benjamin');
    await server.makeAdmin(ben.id);
    await set(await expired(tokens()));
    await answer(api.patients.$get());
    expect(told.map((one) => one?.role)).toEqual(['user', 'user', 'admin']);
    expect(await user()).toMatchObject({ name: 'Benjamin', role: 'admin', email_verified: true });
  });

  test('is told until somebody no longer wants to know', async () => {
    const { api, register, told, end, onChange } = watched();
    const other: unknown[] = [];
    onChange((user) => other.push(user?.name));
    await register('cem');
    end();
    await answer(api.auth.logout.$post());
    expect([told.length, other]).toEqual([1, ['cem', undefined]]);
  });

  test('is told of a session that was ended elsewhere', async () => {
    const codes: string[] = [];
    const { api, register, told } = watched({ onSignedOut: ({ code }) => codes.push(code) });
    const { user } = await register('dan');
    await server.asOwner('delete from sessions where user_id = $1', [user.id]);
    expect((await api.patients.$get()).status).toBe(401);
    expect([told, codes]).toEqual([[user, null], ['session_ended']]);
  });

  test('comes with the second of two steps of signing in, and not with the first', async () => {
    // a second factor as a server might ask for one: the login answers what to send next
    const other = device();
    const { access, refresh, expires_in, token_type, user } = await other.register('eli');
    const { api, told, tokens, sent } = watched({
      before: ({ url }) => (url.endsWith('/login') ? Response.json({ step: 'code', ticket: 'abc' }) : undefined),
      after: (request, response) =>
        request.url.endsWith('/register/doctor')
          ? Response.json({ access, refresh, expires_in, token_type, user })
          : response,
    });
    const first = await answer(api.auth.login.$post({ json: { username: 'eli', password } }));
    expect(first).toEqual({ step: 'code', ticket: 'abc' });
    expect([tokens(), told]).toEqual([null, []]);
    // a path that there is, below one that signs in, for one that there will be
    await api.auth.register.doctor.$post({ json: { email: 'x', password: 'x', specialization: 'x' } });
    expect(told).toEqual([user]);
    expect((await answer(api.auth.me.$get())).id).toBe(user.id);
    expect(paths(sent, '/api/auth/refresh')).toEqual([]);
  });
});

describe('requests that cross each other', () => {
  test('leave the new tokens in a store that answers late', async () => {
    let held: Tokens | null = null;
    const late = () => new Promise((resolve) => setTimeout(resolve, 40));
    const store = {
      load: async () => {
        const read = held;
        await late();
        return read;
      },
      save: async (tokens: Tokens) => {
        held = tokens;
      },
      clear: () => {},
    };
    const refreshed = Promise.withResolvers<void>();
    const { api, register } = device({
      store,
      after: async (request, response) => {
        if (request.method === 'PATCH') {
          await refreshed.promise;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        if (request.url.endsWith('/refresh')) setTimeout(refreshed.resolve, 0);
        return response;
      },
    });
    await register('fred');
    const before: Tokens | null = held;
    const changing = answer(api.auth.me.$patch({ json: { name: 'Frederick' } }));
    await late();
    await late();
    held = await expired(before);
    await answer(api.patients.$get());
    await changing;
    const after: Tokens | null = held;
    expect((after as Tokens | null)?.refresh).not.toBe((before as Tokens | null)?.refresh);
    expect((after as Tokens | null)?.user.name).toBe('Frederick');
  });

  test('sign nobody out who signed in after the person that left', async () => {
    const leaving = Promise.withResolvers<void>();
    const { api, register, tokens } = device({
      after: async (request, response) => {
        if (request.url.endsWith('/logout')) await leaving.promise;
        return response;
      },
    });
    await register('gil');
    const left = answer(api.auth.logout.$post());
    const { user } = await register('hana');
    leaving.resolve();
    await left;
    expect(tokens()?.user).toEqual(user);
  });

  test('give a new password of one person to nobody else', async () => {
    const changed = Promise.withResolvers<void>();
    const { api, register, tokens } = device({
      after: async (request, response) => {
        if (request.url.endsWith('/auth/password')) await changed.promise;
        return response;
      },
    });
    await register('ivo');
    const json = { current_password: password, new_password: 'another battery staple' };
    const changing = answer(api.auth.password.$post({ json }));
    const { user, access } = await register('jan');
    changed.resolve();
    await changing;
    expect(tokens()).toMatchObject({ user, access });
  });

  test('do not fail because somebody who was told of them does', async () => {
    const { register, onChange, user } = device();
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const failure = new Error('a broken screen');
    onChange(() => {
      throw failure;
    });
    const { user: kim } = await register('kim');
    expect([await user(), said.mock.calls]).toEqual([kim, [[failure]]]);
    said.mockRestore();
  });
});
