// Sends a link for a new password to everybody who has none: accounts that came from Django with a hash that is not taken over.
import { bold, dim } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { asCli } from './account.ts';

export async function mailResets({ sql }: Database): Promise<void> {
  const [row] = await asCli(sql, [
    sql`with without as (
        select u.id, u.email from users u
        where u.disabled_at is null and u.erased_at is null and not exists (select from credentials c where c.user_id = u.id)
      ), waiting as (
        select user_id from mails where purpose = 'reset' and sent_at is null and failed_at is null
      ), asked as (
        insert into mails (purpose, user_id, recipient)
        select 'reset', id, email from without where email is not null and id not in (select user_id from waiting where user_id is not null)
        order by id returning user_id
      ), trail as (
        insert into audit (action, resource, resource_id) select 'reset_asked', 'user', user_id from asked
      )
      select (select count(*)::int from asked) as asked, (select count(*)::int from without where email is null) as unreachable,
        (select count(*)::int from without where email is not null) as all`,
  ]);
  const { asked, unreachable, all } = row as Record<'asked' | 'unreachable' | 'all', number>;
  if (all === 0 && unreachable === 0) return console.log('Everybody has a password: nothing to send.');
  console.log(
    `${bold(String(asked))} of ${all} without a password get a mail; the others have one that waits already.`,
  );
  console.log(
    dim('The Worker sends them with its next mail, or within the hour. Each link works for an hour once it is sent.'),
  );
  if (unreachable > 0) console.log(`${unreachable} have no email: an administrator gives them one first.`);
}
