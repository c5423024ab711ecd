// While MFA_KEY is being replaced: the hourly job encrypts anew what another key encrypted.
import { type Config, Misconfigured } from '../config.ts';
import { queryForJob } from '../db/client.ts';
import { selectFactorsOfOtherKeys, updateEncryption } from './queries.ts';
import { currentKeyId, decryptSecret, encryptSecret, offersFactors } from './secrets.ts';

/** How many are read at once, and how many are encrypted anew in one run, about. */
const [most, mostInRun] = [200, 1000];

/** Whether it could be read. */
const reencrypt = async (settings: Config, account: number, encrypted: string, key: string): Promise<boolean> => {
  const secret = await decryptSecret(settings, account, encrypted).catch((error) => {
    if (error instanceof Misconfigured) return null;
    throw error;
  });
  if (!secret) return false;
  const anew = await encryptSecret(settings, account, secret);
  await queryForJob(settings, 'mfa', updateEncryption({ account, encrypted, anew: anew.encrypted, key }));
  return true;
};

/**
 * A limited number at once, because the job runs every hour. Returns how many, and how many neither key decrypts: those
 * keep no other one from its turn. Nothing to do without a previous key.
 */
export const reencryptFactors = async (settings: Config) => {
  const done = { reencrypted: 0, unreadable: 0 };
  if (!offersFactors(settings) || !settings.MFA_KEY_PREVIOUS) return done;
  const key = await currentKeyId(settings);
  for (let beyond = 0, read = most; read === most && done.reencrypted < mostInRun; ) {
    const [factors] = await queryForJob(settings, 'mfa', selectFactorsOfOtherKeys({ key, most, beyond }));
    for (const { account, encrypted } of factors) {
      done[(await reencrypt(settings, account, encrypted, key)) ? 'reencrypted' : 'unreadable'] += 1;
      beyond = account;
    }
    read = factors.length;
  }
  return done;
};
