// Lists the administrators.
import { dim } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';

export async function listAdmins({ sql }: Database): Promise<void> {
  const admins = await sql`
    select id::text, email, username, name, to_char(created_at at time zone 'utc', 'YYYY-MM-DD') as created,
      case when disabled_at is null then '' else 'disabled' end as state
    from users where role = 'admin' order by id`;
  if (admins.length === 0) {
    console.log('There is no administrator yet. Make one: npm run admin -- create --email you@example.com');
    return;
  }
  const rows = [
    ['id', 'email', 'username', 'name', 'created', ''],
    ...admins.map((admin) => Object.values(admin) as string[]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  console.log([dim(lines[0] ?? ''), ...lines.slice(1)].join('\n'));
}
