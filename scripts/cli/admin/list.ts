// Lists the administrators, and finds anybody else.
import { Fatal } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { printTable } from './account.ts';

export async function listAdmins({ sql }: Database): Promise<void> {
  const admins = await sql`
    select id::text, email, username, name, to_char(created_at at time zone 'utc', 'YYYY-MM-DD') as created,
      case when disabled_at is null then '' else 'disabled' end as state
    from users where role = 'admin' order by id`;
  if (admins.length === 0) {
    console.log('There is no administrator yet. Make one: npm run admin -- create you@example.com');
    return;
  }
  const heads = ['id', 'email', 'username', 'name', 'created', ''];
  printTable(
    heads,
    admins.map((admin) => Object.values(admin) as string[]),
  );
}

/** Accounts with these letters in their email, username or name, or with this id. */
export async function findAccounts({ sql }: Database, { who }: { who: string }): Promise<void> {
  const most = 50;
  const found = await sql`
    select id::text, coalesce(email, '-') as email, username, name, role,
      concat_ws(', ', case when disabled_at is not null then 'disabled' end,
        case when email_verified_at is null then 'not verified' end) as state
    from users
    where erased_at is null and (id::text = ${who} or position(lower(${who}) in lower(concat_ws(' ', email, username, name))) > 0)
    order by id limit ${most + 1}`;
  if (found.length === 0) throw new Fatal(`No account has "${who}" in its email, username or name.`);
  const rows = found.slice(0, most).map((account) => Object.values(account) as string[]);
  printTable(['id', 'email', 'username', 'name', 'role', ''], rows);
  if (found.length > most) console.log(`There are more than ${most}: say more letters.`);
}
