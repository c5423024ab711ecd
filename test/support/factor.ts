// The app on somebody's phone: it has the secret of a second factor, and shows codes.
import { type Account, type App, type Json, password } from './app.ts';
import { codeAt, stepNow } from './totp.ts';

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
