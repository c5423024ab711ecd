// Ends whatever lets somebody in without a password, for everybody at once.
import { agree, bold } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { asCli } from './account.ts';

type Ended = Record<
  | 'sessions'
  | 'django_accounts'
  | 'django_tokens'
  | 'links'
  | 'undo_links_left'
  | 'waiting_mails'
  | 'pending_emails'
  | 'invitations'
  | 'invitations_left',
  number | undefined
>;

interface Choice {
  invitations?: boolean;
  'undo-links'?: boolean;
  yes?: boolean;
}

export async function endEverything({ sql, name }: Database, choice: Choice): Promise<void> {
  const { invitations = false, 'undo-links': undoLinks = false, yes } = choice;
  const [open] = await sql`select count(*)::int as sessions, count(distinct user_id)::int as people from sessions`;
  await agree(`Sign everybody out of ${name} (${open?.sessions} sessions of ${open?.people} accounts)?`, yes);
  const [row] = await asCli(sql, [sql`select app.end_everything(${invitations}, ${undoLinks}) as ended`]);
  const ended = row?.ended as Ended;
  console.log(bold('Ended, and in the trail:'));
  for (const line of linesOf(ended, undoLinks)) console.log(`  ${line}`);
  console.log('Passwords stay: whoever knows one signs in again.');
}

function linesOf(ended: Ended, undoLinks: boolean): string[] {
  const lines = [
    `sessions: ${ended.sessions}`,
    `accounts that could still sign in with a token of Django's: ${ended.django_accounts}, and of such tokens unopened: ${ended.django_tokens}`,
    `links in mails, and printed ones: ${ended.links}`,
    `new addresses that waited to be confirmed: ${ended.pending_emails}`,
    `mails with a link that had not left yet: ${ended.waiting_mails}`,
  ];
  lines.push(
    ended.invitations === undefined
      ? `not the invitations that are open: ${ended.invitations_left} (--invitations ends them as well)`
      : `invitations: ${ended.invitations}`,
  );
  if (!undoLinks) {
    lines.push(
      `not the links that undo a change of address: ${ended.undo_links_left} (--undo-links ends them as well; they give an account back to whoever had it)`,
    );
  }
  return lines;
}
