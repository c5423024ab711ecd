// Makes an administrator, of nobody or of an account that exists.
import { newPassword } from '../../../src/accounts/password-fields.ts';
import { hashPassword, passwordWeakness } from '../../../src/accounts/passwords.ts';
import { agree, bold, Fatal, readSecret } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import type { Sql } from '../sql.ts';
import { type Account, asCli, find, freeUsername, valid, validEmail } from './account.ts';

export interface CreateOptions {
  email: string;
  name?: string;
  promote?: boolean;
  yes?: boolean;
}

export async function createAdmin({ sql }: Database, options: CreateOptions): Promise<void> {
  const email = await validEmail(options.email);
  const { userFields } = await import('../../../src/accounts/table.ts');
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

async function askPassword(own: (string | undefined)[]): Promise<string> {
  const password = valid(newPassword, await readSecret('Password, 8 characters or more: '), 'Password');
  const weak = passwordWeakness(password, own);
  if (weak) {
    throw new Fatal(`Password: ${weak}.`);
  }
  if (process.stdin.isTTY && (await readSecret('The same again: ')) !== password) {
    throw new Fatal('The two passwords differ; nothing was changed.');
  }
  return password;
}

const factorHint =
  'It sees everything: set up a second factor in the portal, under the name at the top. Where MFA_REQUIRED_FOR names admin, ' +
  'nothing else can be done before.';

// Whoever runs this says whose the address is, so that it counts as verified: an administrator can invite at once.

async function create(sql: Sql, email: string, name: string | undefined): Promise<void> {
  const username = await freeUsername(sql, email);
  const password_hash = await hashPassword(await askPassword([email, name, username]));
  await asCli(sql, [
    sql`with account as (
      insert into users (name, username, email, email_verified_at, role)
      values (${name ?? username}, ${username}, ${email}, now(), 'admin') returning id
    )
    insert into credentials (user_id, password_hash) select id, ${password_hash} from account`,
  ]);
  console.log(`${bold(email)} is an administrator, with the username ${bold(username)}.`);
  console.log(factorHint);
}

async function promote(sql: Sql, { id, email, role }: Account, yes: boolean): Promise<void> {
  await agree(`Make ${email}, now ${role}, an administrator?`, yes);
  await asCli(sql, [
    sql`update users set role = 'admin', email_verified_at = coalesce(email_verified_at, now()) where id = ${id}`,
  ]);
  console.log(`${bold(String(email))} is an administrator, from the next request on and with the same password.`);
  console.log(factorHint);
}
