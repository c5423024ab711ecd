// Prints a link by which somebody chooses a new password, for a deployment that sends no mails.

import { publicUrl } from '../../../src/config.ts';
import { newRefreshSecret } from '../../../src/http/tokens.ts';
import { linkTo } from '../../../src/mail/letters.ts';
import { readDevVars } from '../../dev/dev-vars.ts';
import { runningApi } from '../../dev/local-data.ts';
import { usualPort } from '../../dev/ports.ts';
import { bold, dim, Fatal } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { isLoopback } from '../database.ts';
import { asCli, called, valid, whose } from './account.ts';

export async function resetLink(database: Database, options: { who: string; url?: string }): Promise<void> {
  const url = await placeOf(database.url, options.url);
  const account = await whose(database.sql, options.who);
  const email = called(account);
  if (account.disabled) {
    throw new Fatal(`${email} is disabled, and a new password would not let it in. An administrator enables it first.`);
  }
  const { secret, hash } = await newRefreshSecret();
  const { sql } = database;
  // without an email: whoever uses this link has proven no address
  await asCli(sql, [
    sql`insert into app.links (hash, purpose, user_id, expires_at)
      values (${hash}, 'reset', ${account.id}, now() + interval '1 hour')`,
    sql`insert into audit (action, resource, resource_id) values ('reset_asked', 'user', ${account.id})`,
  ]);
  console.log(`${bold(linkTo(url, 'reset', secret))}`);
  console.log(
    dim(`Works once, for an hour. Whoever opens it gets the account of ${email}: send it where only they read.`),
  );
}

/** Where people reach the Wardbook of this database. */
export async function placeOf(databaseUrl: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return valid(publicUrl, given, '--url');
  if (process.env.PUBLIC_URL) return valid(publicUrl, process.env.PUBLIC_URL, 'PUBLIC_URL');
  if (!isLoopback(databaseUrl)) {
    throw new Fatal(
      'Where do people reach this Wardbook? Add its address: --url https://wardbook.example, or set PUBLIC_URL.',
    );
  }
  const here =
    (await readDevVars())?.PUBLIC_URL ?? (await runningApi()) ?? `http://127.0.0.1:${process.env.PORT || usualPort}`;
  return valid(publicUrl, here, 'PUBLIC_URL');
}
