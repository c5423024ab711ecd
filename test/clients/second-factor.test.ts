// The typed client with an account that has a second factor.
import { beforeAll, expect, test } from 'vitest';
import { answer, needsCode, Refused } from '../../clients/typescript/index.ts';
import { type App, boot, cheapPasswords, password } from '../support/app.ts';
import { factorsOf } from '../support/factor.ts';
import { devices } from './devices.ts';

cheapPasswords();
let server: App;
beforeAll(async () => {
  server = await boot();
});
const { device } = devices(() => server);

test('a login that needs a code is told from other refusals, by its type, and the code signs in', async () => {
  const ann = await server.register('ann');
  const { code } = await factorsOf(server).setUp(ann);
  const { api, tokens } = device();
  const wrong = await api.auth.login.$post({ json: { username: 'ann', password: 'not the one' } });
  expect(wrong.ok || needsCode(await wrong.json())).toBe(false);
  const login = await api.auth.login.$post({ json: { username: 'ann', password } });
  const refused = login.ok ? undefined : await login.json();
  if (!refused || !needsCode(refused)) throw new Error('it needs a code');
  expect(tokens()).toBeNull();
  const { otp_token }: { otp_token: string } = refused;
  await expect(answer(api.auth.login.otp.$post({ json: { otp_token, code: '12' } }))).rejects.toThrow(Refused);
  const { user } = await answer(api.auth.login.otp.$post({ json: { otp_token, code: await code() } }));
  expect(user.id).toBe(ann.id);
  expect(tokens()).toMatchObject({ user: { id: ann.id } });
  expect(await answer(api.auth.mfa.$get())).toMatchObject({ enabled: true });
});
