// Compares a code with an account's secret. The database then decides whether it counts, and counts a wrong one.
import type { Context } from 'hono';
import { config, type Env } from '../config.ts';
import { Problem, requireRow } from '../errors.ts';
import { actorOf } from '../http/auth.ts';
import { hashRecoveryCode, stepOfCode } from './codes.ts';
import { decryptSecret } from './secrets.ts';

interface SubmittedCode {
  code?: string | undefined;
  recovery_code?: string | undefined;
}

/** What the database is told of a code: its time step, or the hash of a recovery code; neither for a wrong one. */
export const compareCode = async (c: Context<Env>, account: number, encrypted: string, sent: SubmittedCode) => {
  const secret = await decryptSecret(config(c), account, encrypted);
  const { code, recovery_code } = sent;
  const step = code === undefined ? null : stepOfCode(secret, code);
  // whoever sends both means the code, and loses no recovery code by it
  const isRecovery = code === undefined && recovery_code !== undefined;
  const recovery = isRecovery ? await hashRecoveryCode(secret, recovery_code) : null;
  return { secret, given: { encrypted, step, recovery } };
};

/** The same for whoever is signed in. Without a factor there is nothing to compare with. */
export const compareOwnCode = async (c: Context<Env>, encrypted: string | null | undefined, sent: SubmittedCode) => {
  if (!encrypted) throw new Problem('mfa_not_set_up');
  return compareCode(c, actorOf(c).id, encrypted, sent);
};

/** Throws what the database refused. Somebody who is signed in stays so: a wrong code is a field that is wrong. */
export const requireAccepted = (
  rows: readonly { refused: 'otp_invalid' | 'too_many_attempts' | null; wait: number }[],
  field: 'code' | 'recovery_code' = 'code',
): void => {
  const { refused, wait } = requireRow(rows);
  if (refused === 'too_many_attempts') throw new Problem(refused, { retryAfter: wait });
  if (refused) throw new Problem('invalid_input', { errors: { [field]: ['is wrong, or was used already'] } });
};
