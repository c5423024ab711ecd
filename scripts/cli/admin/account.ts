// What the command line knows of accounts: how to find one, what to call a new one, and how to say who changed it.
import type { NeonQueryPromise } from '@neondatabase/serverless';
import type { z } from 'zod';
import { Fatal } from '../../support/terminal.ts';
import type { Sql } from '../connect.ts';

export type Account = { id: number; name: string; username: string; email: string; role: string; disabled: boolean };

/** One transaction that the audit trail attributes to the command line. Answers what its last query does. */
export async function asCli(sql: Sql, queries: NeonQueryPromise<false, false>[]): Promise<Record<string, unknown>[]> {
  const answers = await sql.transaction([sql`select set_config('app.role', 'cli', true)`, ...queries]);
  return answers.at(-1) ?? [];
}

/** The part of an email before its @, with a number behind it if somebody has that name. */
export async function freeUsername(sql: Sql, email: string): Promise<string> {
  const wanted =
    email
      .replace(/@.*/, '')
      .replace(/[^\p{L}\p{N}_.+-]/gu, '')
      .slice(0, 100) || 'user';
  const [row] = await sql`
    select username from (select ${wanted} || coalesce(nullif(n, 1)::text, '') as username, n from generate_series(1, 9999) n) names
    where lower(username) not in (select username_key from users where username_key is not null)
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
  const { userFields } = await import('../../../src/records/user.ts');
  return valid(userFields.email, value, '--email');
}

export async function find(sql: Sql, email: string): Promise<Account | undefined> {
  const rows = await sql`
    select id, name, username, email, role, disabled_at is not null as disabled from users where email = ${email}`;
  return rows[0] as Account | undefined;
}
