// The app on somebody's phone: it has the secret of a second factor, and computes codes by RFC 6238 on its own.
import { type Account, type App, type Json, password } from './app.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const bytesOf = (base32: string): Uint8Array<ArrayBuffer> => {
  const bits = [...base32].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return new Uint8Array((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

/** The code of a time step, as the RFC says: with an HMAC that is not the Worker's. */
export const codeAt = async (secret: string, step: number): Promise<string> => {
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
  const offset = mac.getUint8(19) & 15;
  return String((mac.getUint32(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
};
export const stepNow = () => Math.floor(Date.now() / 30_000);

export const factorsOf = (app: App) => {
  /** As if no code had been used yet, so that the one of now counts again, and none had been wrong. */
  const forgetCodes = (id: number) =>
    app.rows(`update app.factors set last_step = null, failures = '{}', blocked_until = null where user_id = $1`, [id]);
  const begin = async (who: Account): Promise<string> => {
    const answer = await app.as(who, 'POST', '/api/auth/mfa/totp/', { password });
    if (answer.status !== 201) throw new Error(`beginning answered ${answer.text}`);
    return answer.body.secret;
  };
  /** Sets up a factor, whose first code has been used. Its recovery codes, and codes of the app that count. */
  const setUp = async (who: Account) => {
    const secret = await begin(who);
    const body = { code: await codeAt(secret, stepNow()) };
    const answer = await app.as(who, 'POST', '/api/auth/mfa/totp/confirm/', body);
    if (answer.status !== 200) throw new Error(`confirming answered ${answer.text}`);
    /** A code that counts: nobody has to wait for the next half minute. */
    const code = async (): Promise<string> => {
      await forgetCodes(who.id);
      return codeAt(secret, stepNow());
    };
    /** A code that is none of the three that count. */
    const wrongCode = async (): Promise<string> => {
      const right = await Promise.all([-2, -1, 0, 1, 2].map((more) => codeAt(secret, stepNow() + more)));
      return ['000000', '111111', '222222', '333333', '444444', '555555'].find((one) => !right.includes(one)) ?? '';
    };
    return { secret, code, wrongCode, recovery: answer.body.recovery_codes as string[] };
  };
  /** The first step of a login: the token for the second one. */
  const firstStep = async (who: { user: Json }): Promise<string> => {
    const answer = await app.login({ username: who.user.username, password });
    if (answer.body?.code !== 'otp_required') throw new Error(`the first step answered ${answer.text}`);
    return answer.body.otp_token;
  };
  const secondStep = (body: Json) => app.call('POST', '/api/auth/login/otp/', { body });
  return { begin, setUp, forgetCodes, firstStep, secondStep };
};
