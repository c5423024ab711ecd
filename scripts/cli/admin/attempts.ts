// Wrong passwords: where they come from, whom they keep waiting, and how to free one of those.
import { bold, dim } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { asCli, called, printTable, whose } from './account.ts';
import { type Asked, periodOf } from './period.ts';

/** The addresses that failed most often in a period, which is the last day unless it is said. */
export async function attempts({ sql }: Database, asked: Omit<Asked, 'who'>): Promise<void> {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  const { from, to } = periodOf({ who: '', from: yesterday, ...asked });
  const rows = await sql`
    select coalesce(address, 'unknown') as address, count(*)::text as failures,
      count(distinct resource_id)::text as accounts, (count(*) filter (where resource_id is null))::text as nobody,
      to_char(min(at) at time zone 'utc', 'YYYY-MM-DD HH24:MI') as first, to_char(max(at) at time zone 'utc', 'YYYY-MM-DD HH24:MI') as last
    from audit where action = 'login_failed' and at >= ${from} and at < ${to}
    group by 1 order by count(*) desc limit 20`;
  if (rows.length === 0) console.log('No password was wrong then.');
  else {
    printTable(
      ['address', 'wrong passwords', 'accounts', 'of nobody', 'first (UTC)', 'last (UTC)'],
      rows.map((row) => Object.values(row) as string[]),
    );
  }
  const waiting = await sql`
    select u.id::text, coalesce(u.email, u.username) as who, to_char(max(g.blocked_until) at time zone 'utc', 'HH24:MI:SS') as until
    from (
      select coalesce(user_id, substring(key from '^account:(\\d+)')::bigint) as account, blocked_until from guesses
      union all select user_id, blocked_until from app.factors) g
    join users u on u.id = g.account where g.blocked_until > now() group by u.id order by u.id limit 50`;
  if (waiting.length === 0) return console.log('No account has to wait now.');
  console.log('');
  printTable(
    ['id', 'has to wait', 'until (UTC)'],
    waiting.map((row) => Object.values(row) as string[]),
  );
  console.log(dim('npm run admin -- free WHO lets it try again at once.'));
}

/** Forgets the wrong passwords and codes that were tried on an account, wherever they came from. */
export async function free({ sql }: Database, { who }: { who: string }): Promise<void> {
  const account = await whose(sql, who);
  const [row] = await asCli(sql, [
    sql`with forgotten as (
        delete from guesses where key = ${`account:${account.id}`} or starts_with(key, ${`account:${account.id}|`})
          or user_id = ${account.id} returning 1
      ), codes as (
        update app.factors set failures = '{}', blocked_until = null where user_id = ${account.id} and failures <> '{}' returning 1
      ), noted as (insert into audit (action, resource, resource_id) values ('freed', 'user', ${account.id}))
      select (select count(*) from forgotten)::int + (select count(*) from codes)::int as count`,
  ]);
  const said = row?.count ? 'need not wait any more' : 'did not have to wait';
  console.log(`${bold(called(account))} ${said}. Addresses that tried many accounts still have to.`);
}
