// Checks what the deployment says of its own settings: who may register, whether anything is unlimited, whether mails leave.
import { setTimeout as sleep } from 'node:timers/promises';
import { registrationAnswers } from '../../src/system/warnings.ts';
import { byOwner } from './by-owner.ts';
import { expect } from './send.ts';
import { type Beware, beware, twoPeople, type World } from './world.ts';

const warningsIn = async ({ send }: World): Promise<string[]> => {
  const { warnings } = (await send('GET', '/readyz', 200)).body;
  return Array.isArray(warnings) ? warnings.map(String) : [];
};

export const whoMayRegister = async (world: World): Promise<string | Beware> => {
  const { registration } = (await world.send('GET', '/', 200)).body;
  expect(Array.isArray(registration), 'GET / does not say who may register');
  const isUnset = (await warningsIn(world)).includes('registration_unset');
  expect(!isUnset, `nobody has said who may register: ${registrationAnswers}; until then nobody may`);
  if (registration.length === 0) return 'nobody without an invitation';
  if (!registration.includes('user')) return `anybody, as ${registration.join(' or ')}`;
  return beware(`open: a stranger may register as ${registration.join(' or ')}, and a user makes patients and doctors`);
};

export const limits = async (world: World): Promise<string> => {
  const isMissing = (await warningsIn(world)).includes('limiter_missing');
  expect(
    !isMissing,
    'a rate limiter is missing: the log and /api/admin/settings/ name it ([[ratelimits]] in wrangler.toml)',
  );
  return 'every rate limiter is bound';
};

/** By the mails to the smoke's own accounts, which say that they were handed over, and not that they arrived. */
export const mail = async (world: World): Promise<string | Beware> => {
  if ((await warningsIn(world)).includes('mail_unset')) {
    return beware(
      'none can leave: neither MAIL_API_URL nor [[send_email]] is set, and so nobody gets a link for a new password',
    );
  }
  const { ownerUrl, people } = world;
  twoPeople(world);
  if (!ownerUrl) return 'a way to send them is set; whether it works can be seen in the database, with DATABASE_URL';
  return byOwner(world, 'mails are in the database', async (sql) => {
    for (let waited = 0; ; waited++) {
      const [row] = await sql`
        select count(*)::int as all, count(sent_at)::int as sent, coalesce(max(attempts), 0) as attempts
        from mails where recipient = any (${people.map(({ email }) => email)})`;
      if (row?.all === row?.sent) return row?.all ? `${row.sent} were handed over` : 'none was called for';
      const said = `${row?.sent} of ${row?.all} mails were handed over after ${row?.attempts} attempts`;
      expect(waited < 20, `${said}: the log has the reason ({"job":"mail",...})`);
      await sleep(1000);
    }
  });
};
