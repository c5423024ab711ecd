// Checks the second factor: one is set up, asked for, and taken away again. It shows as well that the deployment's clock and
// MFA_KEY are right.
import { generateHOTP } from '@oslojs/otp';
import { confirmEmails } from './by-owner.ts';
import { expect, problemCode } from './send.ts';
import { type Beware, beware, logIn, tokensOf, twoPeople, type World } from './world.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const bytesOf = (base32: string): Uint8Array => {
  const bits = [...base32].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return new Uint8Array((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};
/** Of now, or of half a minute later: no code counts twice. */
const codeOf = (secret: string, later = 0): string =>
  generateHOTP(bytesOf(secret), BigInt(Math.floor(Date.now() / 30_000) + later), 6);

export const secondFactor = async (world: World): Promise<string | Beware> => {
  const { send } = world;
  const { stranger: who } = twoPeople(world);
  const { password } = who;
  const begin = () => send('POST', '/api/auth/mfa/totp/', [201, 403, 409], { token: who.access, body: { password } });
  let begun = await begin();
  if (problemCode(begun) === 'mfa_unavailable') return beware('nobody can set one up: MFA_KEY is not set');
  if (problemCode(begun) === 'email_unverified') {
    if (world.ownerUrl === undefined) return 'not tried: it needs a confirmed email, and DATABASE_URL is not set';
    await confirmEmails(world, [who.email]);
    begun = await begin();
  }
  const secret = String(begun.body.secret);
  const confirmed = await send('POST', '/api/auth/mfa/totp/confirm/', 200, {
    token: who.access,
    body: { code: codeOf(secret) },
  });
  const [recovery_code] = confirmed.body.recovery_codes as string[];
  const first = await logIn(send, who, password, 401);
  expect(problemCode(first) === 'otp_required', `the password alone is answered ${problemCode(first)}`);
  const { otp_token } = first.body;
  const step = (code: string, expected: number) =>
    send('POST', '/api/auth/login/otp/', expected, { body: { otp_token, code } });
  const used = await step(codeOf(secret), 401);
  expect(problemCode(used) === 'otp_invalid', `a code that was used is answered ${problemCode(used)}`);
  Object.assign(who, tokensOf(await step(codeOf(secret, 1), 200)));
  await send('DELETE', '/api/auth/mfa/', 204, { token: who.access, body: { password, recovery_code } });
  Object.assign(who, tokensOf(await logIn(send, who, password, 200)));
  return 'the password alone is refused, a code signs in, once, and a recovery code takes the factor away';
};
