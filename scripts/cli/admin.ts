// Makes the first administrator, which no request can.
import { parseArgs } from 'node:util';
import type { NeonQueryPromise } from '@neondatabase/serverless';
import type { z } from 'zod';
import { hashPassword, weakness } from '../../src/accounts/passwords.ts';
import { bold, confirm, dim, Fatal, readSecret, run } from '../support/terminal.ts';
import type { Sql } from './connect.ts';
import { withDatabase } from './database.ts';

type Account = { id: number; name: string; username: string; email: string; role: string; disabled: boolean };

const usage = `Usage:
  npm run admin -- create --email you@example.com [--name "Your Name"]
      asks for a password, or reads it from a pipe, and makes an administrator
      --promote  makes an account that exists already an administrator, after asking
      --yes      does not ask
  npm run admin -- list`;

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

function valid<T>(schema: z.ZodType<T>, value: string, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Fatal(`${name}: ${result.error.issues[0]?.message}.`);
}

async function askPassword(own: (string | undefined)[]): Promise<string> {
  const { newPassword } = await import('../../src/accounts/passwords.ts');
  const password = valid(newPassword, await readSecret('Password, 8 characters or more: '), 'Password');
  const weak = weakness(password, own);
  if (weak) {
    throw new Fatal(`Password: ${weak}.`);
  }
  if (process.stdin.isTTY && (await readSecret('The same again: ')) !== password) {
    throw new Fatal('The two passwords differ; nothing was changed.');
  }
  return password;
}

async function find(sql: Sql, email: string): Promise<Account | undefined> {
  const rows = await sql`
    select id, name, username, email, role, disabled_at is not null as disabled from users where email = ${email}`;
  return rows[0] as Account | undefined;
}

async function create(sql: Sql, email: string, name: string | undefined): Promise<void> {
  const username = await freeUsername(sql, email);
  const password_hash = await hashPassword(await askPassword([email, name, username]));
  await asCli(sql, [
    sql`with account as (
      insert into users (name, username, email, role) values (${name ?? username}, ${username}, ${email}, 'admin') returning id
    )
    insert into credentials (user_id, password_hash) select id, ${password_hash} from account`,
  ]);
  console.log(`${bold(email)} is an administrator, with the username ${bold(username)}.`);
}

async function promote(sql: Sql, { id, email, role }: Account, yes: boolean): Promise<void> {
  const agreed = yes || (await confirm(`Make ${email}, now ${role}, an administrator?`));
  if (!agreed) {
    throw new Fatal(agreed === false ? 'Nothing was changed.' : 'There is no terminal to ask on: add --yes.');
  }
  await asCli(sql, [sql`update users set role = 'admin' where id = ${id}`]);
  console.log(`${bold(email)} is an administrator, from the next request on and with the same password.`);
}

async function createOrPromote(sql: Sql, options: Options): Promise<void> {
  // not above: it brings Drizzle along, which takes longer to load than all the rest
  const { userFields } = await import('../../src/records/user.ts');
  const email = valid(userFields.email, options.email ?? '', '--email');
  const name = options.name === undefined ? undefined : valid(userFields.name, options.name, '--name');
  const account = await find(sql, email);
  if (!account) return create(sql, email, name);
  const disabled = account.disabled ? ' (disabled)' : '';
  if (account.role === 'admin') throw new Fatal(`${email} is an administrator already${disabled}.`);
  if (!options.promote) {
    throw new Fatal(
      `${email} has an account already, with the role ${account.role}${disabled}. To make it an administrator add --promote.`,
    );
  }
  return promote(sql, account, options.yes ?? false);
}

async function list(sql: Sql): Promise<void> {
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

type Options = { email?: string; name?: string; promote?: boolean; yes?: boolean };

function readArguments(): { command: 'create' | 'list'; options: Options } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        email: { type: 'string' },
        name: { type: 'string' },
        promote: { type: 'boolean' },
        yes: { type: 'boolean' },
      },
    });
    const [command, ...rest] = positionals;
    if (rest.length === 0 && command === 'create' && values.email) return { command, options: values };
    if (rest.length === 0 && command === 'list' && Object.keys(values).length === 0) return { command, options: {} };
    throw new Error(command === 'create' ? '--email is needed.' : 'Say create or list.');
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}

async function main(): Promise<void> {
  const { command, options } = readArguments();
  await withDatabase(async ({ sql, name }) => {
    console.log(dim(`In ${name}`));
    await (command === 'list' ? list(sql) : createOrPromote(sql, options));
  });
}

if (import.meta.main) {
  await run(main);
}
