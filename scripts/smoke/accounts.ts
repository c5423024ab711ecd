// Checks accounts: registration and login, which also shows whether passwords can be hashed within the limits of
// production, the rotation of refresh tokens, and that a used one is noticed.
import { confirmEmails } from './by-owner.ts';
import { expect, problemCode, type Send, Unexpected } from './send.ts';
import { logIn, register, tokensOf, twoPeople, type World } from './world.ts';

export const registration = async (world: World): Promise<string> => {
  const answer = await register(world, 'Smoke Test One');
  await register(world, 'Smoke Test Two');
  const { role } = (answer.body.user ?? {}) as { role?: unknown };
  expect(role === 'user', `who registers becomes ${role}, not user`);
  const { owner } = twoPeople(world);
  const me = await world.send('GET', '/api/auth/me/', 200, { token: owner.access });
  expect(me.body.email === owner.email, 'the access token of a new account is not that of its owner');
  const isClosed = answer.status !== 201;
  const needsEmail = await isUnverified(world);
  if (needsEmail) {
    await confirmEmails(
      world,
      world.people.map(({ email }) => email),
    );
  }
  return [
    isClosed ? "closed: two accounts, made by the database's owner" : 'two accounts',
    `${isClosed ? 'signed in' : 'the first'} in ${Math.round(answer.milliseconds)} ms`,
    ...(needsEmail ? ["their emails confirmed by the database's owner"] : []),
  ].join(', ');
};

/** Whether an account may do nothing before its email is confirmed. */
const isUnverified = async (world: World): Promise<boolean> => {
  const { owner } = twoPeople(world);
  const answer = await world.send('GET', '/api/patients/', [200, 403], { token: owner.access });
  if (answer.status === 200) return false;
  if (problemCode(answer) === 'email_unverified') return true;
  throw new Unexpected('GET /api/patients/', answer, [200]);
};

export const login = async (world: World): Promise<string> => {
  const { owner } = twoPeople(world);
  const wrong = await logIn(world.send, owner, `${owner.password}?`, 401);
  expect(problemCode(wrong) === 'invalid_credentials', `a wrong password is answered ${problemCode(wrong)}`);
  const isProblem = wrong.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
  expect(isProblem, 'a refusal is not sent as application/problem+json');
  expect(!wrong.text.includes(owner.password), 'the answer to a wrong password repeats it');
  const right = await logIn(world.send, owner, owner.password, 200);
  Object.assign(owner, tokensOf(right));
  return `the wrong password is refused, the right one takes ${Math.round(right.milliseconds)} ms`;
};

const refresh = (send: Send, token: string, expected: number) =>
  send('POST', '/api/auth/refresh/', expected, { body: { refresh: token } });

export const rotation = async (world: World): Promise<string> => {
  const { owner } = twoPeople(world);
  const next = tokensOf(await refresh(world.send, owner.refresh, 200));
  expect(next.refresh !== owner.refresh, 'refreshing does not replace the refresh token');
  Object.assign(owner, next);
  await world.send('GET', '/api/auth/me/', 200, { token: owner.access });
  const forged = `${next.refresh.slice(0, -4)}${next.refresh.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  const refused = await refresh(world.send, forged, 401);
  expect(problemCode(refused) === 'refresh_invalid', `a forged token is answered ${problemCode(refused)}`);
  return 'both tokens are new, and a forged one is refused';
};

/** On a session of its own, because it ends. */
export const reuse = async (world: World): Promise<string> => {
  const { send } = world;
  const { owner } = twoPeople(world);
  const first = tokensOf(await logIn(send, owner, owner.password, 200));
  const second = tokensOf(await refresh(send, first.refresh, 200));
  const third = tokensOf(await refresh(send, second.refresh, 200));
  const reused = await refresh(send, first.refresh, 401);
  expect(problemCode(reused) === 'refresh_reused', `a used refresh token is answered ${problemCode(reused)}`);
  await refresh(send, third.refresh, 401);
  await send('GET', '/api/auth/me/', 401, { token: third.access });
  await send('GET', '/api/auth/me/', 200, { token: owner.access });
  return 'a used refresh token ends its session, and no other';
};
