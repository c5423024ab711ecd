// What the command line knows of accounts: how to find one, what to call a new one, and how to say who changed it.
import { NeonDbError } from '@neondatabase/serverless';
import type { z } from 'zod';
import { problems } from '../../../src/errors.ts';
import { dim, Fatal, printable } from '../../support/terminal.ts';
import type { Query, Sql } from '../sql.ts';

export type Account = {
  id: number;
  name: string;
  username: string;
  email: string | null;
  role: string;
  disabled: boolean;
};

/** One transaction that the audit trail attributes to the command line. Answers what its last query does. */
export async function asCli(sql: Sql, queries: Query[]): Promise<Record<string, unknown>[]> {
  try {
    const answers = await sql.transaction([sql`select set_config('app.role', 'cli', true)`, ...queries]);
    return answers.at(-1) ?? [];
  } catch (error) {
    // a rule of the database, of which the API says the same
    const isRefusal = error instanceof NeonDbError && error.code === 'WB000' && error.message in problems;
    throw isRefusal ? new Fatal(problems[error.message as keyof typeof problems][2]) : error;
  }
}

/** The part of an email before its @, with a number behind it if somebody has that name. */
export async function freeUsername(sql: Sql, email: string): Promise<string> {
  const { derivedUsername } = await import('../../../src/accounts/table.ts');
  const wanted = derivedUsername(email);
  const [row] = await sql`
    select username from (select ${wanted} || coalesce(nullif(n, 1)::text, '') as username, n from generate_series(1, 9999) n) names
    where lower(username) not in (select username_key from users where username_key is not null)
      and not exists (select from users u where app.skeleton(u.username) = app.skeleton(names.username))
    order by n limit 1`;
  return row?.username ?? wanted;
}

export function valid<T>(schema: z.ZodType<T>, value: string, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Fatal(`${name}: ${result.error.issues[0]?.message}.`);
}

/** An email as accounts have it. */
export async function validEmail(value: string): Promise<string> {
  // not above: it brings Drizzle along, which takes longer to load than all the rest
  const { userFields } = await import('../../../src/accounts/table.ts');
  return valid(userFields.email, value, '--email');
}

export async function find(sql: Sql, email: string): Promise<Account | undefined> {
  const rows = await sql`
    select id::int, name, username, email, role, disabled_at is not null as disabled from users where email = ${email}`;
  return rows[0] as Account | undefined;
}

/** The account with this email or id. */
export async function whose(sql: Sql, who: string): Promise<Account> {
  if (/^\d{1,15}$/.test(who)) {
    const [row] = await sql`
      select id::int, name, username, email, role, disabled_at is not null as disabled
      from users where id = ${who} and erased_at is null`;
    if (row) return row as Account;
    throw new Fatal(`There is no account with the id ${who}.`);
  }
  const email = await validEmail(who);
  const account = await find(sql, email);
  if (!account) throw new Fatal(`There is no account with the email ${email}.`);
  return account;
}

/** What to call an account in a sentence. */
export const called = ({ email, username }: Account): string => email ?? username;

/** Rows under their heads, each column as wide as its widest cell. */
export function printTable(heads: string[], rows: string[][]): void {
  const all = [heads, ...rows].map((row) => row.map(printable));
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const [head = '', ...lines] = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  console.log([dim(head), ...lines].join('\n'));
}
