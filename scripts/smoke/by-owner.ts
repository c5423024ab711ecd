// What a deployment that is closed does not let the smoke do by requests: the owner of its database makes accounts, and
// confirms their emails.
import { hashPassword } from '../../src/accounts/passwords.ts';
import { asCli } from '../cli/admin/account.ts';
import { connect } from '../cli/connect.ts';
import type { Sql } from '../cli/sql.ts';
import { expect } from './send.ts';

/** The URL of the database's owner, where it is known. */
interface Owner {
  ownerUrl: string | undefined;
}

/** Does something as the owner, who has to be known for it: `because` is why. */
export const byOwner = async <T>({ ownerUrl }: Owner, because: string, act: (sql: Sql) => Promise<T>): Promise<T> => {
  expect(ownerUrl !== undefined, `${because}: set DATABASE_URL to that of the database's owner, who can`);
  const { sql, close } = await connect(ownerUrl);
  try {
    return await act(sql);
  } finally {
    await close();
  }
};

export const otherDatabase = 'DATABASE_URL is another database than the one behind this address';

export const makeAccount = async (
  owner: Owner,
  { name, email, password }: { name: string; email: string; password: string },
): Promise<void> => {
  const hash = await hashPassword(password);
  await byOwner(owner, 'REGISTRATION is closed, so the smoke cannot make its accounts', (sql) =>
    asCli(sql, [
      sql`with account as (
        insert into users (name, username, email, email_verified_at)
        values (${name}, ${email.replace(/@.*/, '')}, ${email}, now()) returning id
      )
      insert into credentials (user_id, password_hash) select id, ${hash} from account`,
    ]),
  );
};

/** Takes an account back that was made in the wrong database. */
export const removeAccount = (owner: Owner, email: string): Promise<unknown> =>
  byOwner(owner, 'an account has to be removed', (sql) =>
    asCli(sql, [sql`delete from users where email = ${email} and name like 'Smoke Test%'`]),
  );

export const confirmEmails = async (owner: Owner, emails: string[]): Promise<void> => {
  const because = 'REQUIRE_VERIFIED_EMAIL is on, and the smoke cannot read the mails to its accounts';
  const confirmed = await byOwner(owner, because, (sql) =>
    asCli(sql, [sql`update users set email_verified_at = now() where email = any (${emails}) returning id`]),
  );
  expect(confirmed.length === emails.length, otherDatabase);
};
