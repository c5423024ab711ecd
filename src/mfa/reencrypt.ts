// While MFA_KEY is being replaced: the hourly job encrypts anew what another key encrypted.
import type { Config } from '../config.ts';
import { queryForJob } from '../db/client.ts';
import { selectFactorsOfOtherKeys, updateEncryption } from './queries.ts';
import { currentKeyId, decryptSecret, encryptSecret, offersFactors } from './secrets.ts';

/** A limited number at once, because the job runs every hour. Returns how many. Nothing to do without a previous key. */
export const reencryptFactors = async (settings: Config): Promise<number> => {
  if (!offersFactors(settings) || !settings.MFA_KEY_PREVIOUS) return 0;
  const key = await currentKeyId(settings);
  const [factors] = await queryForJob(settings, 'mfa', selectFactorsOfOtherKeys({ key, most: 200 }));
  for (const { account, sealed } of factors) {
    const anew = await encryptSecret(settings, account, await decryptSecret(settings, account, sealed));
    await queryForJob(settings, 'mfa', updateEncryption({ account, sealed, anew: anew.sealed, key }));
  }
  return factors.length;
};
