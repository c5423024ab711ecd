// Invites somebody: a colleague, a doctor to the record that is there, a patient to the clinic's record.
import { newRefreshSecret } from '../../../src/http/tokens.ts';
import { linkTo } from '../../../src/mail/letters.ts';
import { bold, dim, Fatal } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { asCli, validEmail } from './account.ts';
import { placeOf } from './reset-link.ts';

interface Whom {
  email: string;
  role?: string;
  patient?: string;
  doctor?: string;
  url?: string;
}

export async function invite(database: Database, { role, patient, doctor, url, ...given }: Whom): Promise<void> {
  const email = await validEmail(given.email);
  const as = patient !== undefined ? 'patient' : doctor !== undefined ? 'doctor' : role;
  const isWhole = [role, patient, doctor].filter((one) => one !== undefined).length === 1;
  if (!isWhole || (role !== undefined && role !== 'user' && role !== 'admin')) {
    throw new Fatal('Say what for: --role user, --role admin, --doctor ID or --patient ID.', 2);
  }
  for (const id of [patient, doctor])
    if (id !== undefined && !/^\d{1,15}$/.test(id)) throw new Fatal('ID is a number.', 2);
  const place = await placeOf(database.url, url);
  const { secret, hash } = await newRefreshSecret();
  const { sql } = database;
  // without an email: whoever uses this link has proven no address
  await asCli(sql, [
    sql`with made as (select * from app.invite(${email}, ${as}, null, ${patient ?? null}, ${doctor ?? null}))
      insert into app.links (hash, purpose, mail_id, expires_at)
      select ${hash}, 'invitation', mail_id, expires_at from made`,
  ]);
  console.log(`${bold(email)} is invited. The Worker sends a mail, if it can; or hand this over yourself:`);
  console.log(bold(linkTo(place, 'invitation', secret)));
  console.log(dim('Works once, for seven days. Whoever opens it gets the account: send it where only they read.'));
}
