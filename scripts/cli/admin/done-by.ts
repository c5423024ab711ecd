// What an account has done that lets somebody in or shuts somebody out: what to look at after an administrator's session was
// stolen. Each line says how it is now, because somebody may have put it right since.
import { bold, dim } from '../../support/terminal.ts';
import type { Database, Sql } from '../connect.ts';
import { printTable } from './account.ts';
import { type Asked, periodOf, whoever } from './period.ts';

type Row = { at: string; what: string; now: string };
type Period = { from: Date; to: Date };

export async function doneBy({ sql }: Database, asked: Asked): Promise<void> {
  const period = periodOf(asked);
  const { id, name } = await whoever(sql, asked.who);
  const found = [...(await accounts(sql, id, period)), ...(await invitations(sql, id, period))];
  found.push(...(await approvals(sql, id, period)), ...(await otherwise(sql, id, period)));
  if (found.length === 0) {
    console.log(`${bold(name)} has let nobody in then, and shut nobody out.`);
    return;
  }
  found.sort((a, b) => a.at.localeCompare(b.at));
  const rows = found.map(({ at, what, now }) => [at, what, now]);
  printTable(['at (UTC)', `what ${name} did`, 'how it is now'], rows);
  console.log(
    dim('An account: npm run admin -- role, disable, end-sessions WHO. A doctor: revoke WHO. A deletion: restore.'),
  );
}

const asRows = (rows: Record<string, unknown>[]) => rows as Row[];
const minute = 'YYYY-MM-DD HH24:MI';

/** Emails, roles and disabling: of an entry the trail has what was before, and what came of it is before the next one. */
async function accounts(sql: Sql, actor: number, { from, to }: Period): Promise<Row[]> {
  return asRows(
    await sql`
    with done as (
      select a.id, a.at, a.resource_id, a.action, a.before,
        coalesce((select next.before from audit next where next.resource = 'user' and next.resource_id = a.resource_id
          and next.id > a.id and next.before is not null order by next.id limit 1), to_jsonb(u)) as after, u.email as email_now,
        u.role as role_now, u.disabled_at as disabled_now, u.pending_email as pending_now
      from audit a join users u on u.id = a.resource_id
      where a.actor_id = ${actor} and a.resource = 'user' and a.action in ('create', 'update')
        and a.at >= ${from} and a.at < ${to}
    ), said as (
      select at, id, resource_id, 'email of account ' || resource_id || ' from ' || coalesce(before ->> 'email', 'none') || ' to '
        || coalesce(after ->> 'email', 'none') as what, coalesce(email_now, 'none') as now
      from done where action = 'update' and before ->> 'email' is distinct from after ->> 'email'
      union all
      select at, id, resource_id, 'email of account ' || resource_id || ' is to become ' || (after ->> 'pending_email'),
        coalesce(email_now, 'none') || case when pending_now is null then '' else ', ' || pending_now || ' waits' end
      from done where action = 'update' and after ->> 'pending_email' is not null
        and before ->> 'pending_email' is distinct from after ->> 'pending_email'
      union all
      select at, id, resource_id, case when after ->> 'role' = 'admin' then 'NEW ADMINISTRATOR: ' else '' end || 'account ' || resource_id
        || coalesce(' from ' || (before ->> 'role'), '') || ' to ' || (after ->> 'role'), role_now
      from done where before ->> 'role' is distinct from after ->> 'role' and (action = 'update' or after ->> 'role' = 'admin')
      union all
      select at, id, resource_id, 'account ' || resource_id || case when after ->> 'disabled_at' is null then ' enabled' else ' disabled' end,
        case when disabled_now is null then 'enabled' else 'disabled' end
      from done where action = 'update' and (before ->> 'disabled_at' is null) <> (after ->> 'disabled_at' is null)
    )
    select to_char(at at time zone 'utc', ${minute}) as at, what, now from said order by id`,
  );
}

async function invitations(sql: Sql, actor: number, { from, to }: Period): Promise<Row[]> {
  return asRows(
    await sql`
    select to_char(i.created_at at time zone 'utc', ${minute}) as at,
      'invitation ' || i.id || ' of ' || i.email || ' as ' || i.role
        || coalesce(' to patient ' || i.patient_id, ' to doctor ' || i.doctor_id, '') as what,
      case when i.accepted_at is not null then 'ACCEPTED by account ' || i.user_id when app.is_open(i) then 'OPEN' else 'over' end as now
    from invitations i where i.created_by = ${actor} and i.created_at >= ${from} and i.created_at < ${to} order by i.id`,
  );
}

async function approvals(sql: Sql, actor: number, { from, to }: Period): Promise<Row[]> {
  return asRows(
    await sql`
    select to_char(a.at at time zone 'utc', ${minute}) as at,
      'doctor ' || a.resource_id || ' (' || coalesce(a.before ->> 'name', '') || ') '
        || case when (a.before ->> 'approved')::boolean then 'no longer approved' else 'approved' end as what,
      case when d.id is null then 'deleted' when d.approved then 'approved' else 'not approved' end as now
    from audit a left join doctors d on d.id = a.resource_id
    where a.actor_id = ${actor} and a.resource = 'doctor' and a.action in ('update', 'accept') and a.at >= ${from} and a.at < ${to}
      and (a.before ->> 'approved')::boolean is distinct from coalesce((
        select next.before ->> 'approved' from audit next where next.resource = 'doctor' and next.resource_id = a.resource_id
          and next.id > a.id and next.before is not null order by next.id limit 1)::boolean, d.approved)
    order by a.id`,
  );
}

/** Mails with links that were called for, sessions that were ended, and what was deleted or assigned, counted. */
async function otherwise(sql: Sql, actor: number, { from, to }: Period): Promise<Row[]> {
  return asRows(
    await sql`
    select to_char(min(at) at time zone 'utc', ${minute}) as at,
      count(*) || ' x ' || action || ' ' || resource || ': ' || left(string_agg(distinct coalesce(resource_id::text, '?'), ', '), 60) as what,
      'last at ' || to_char(max(at) at time zone 'utc', ${minute}) as now
    from audit
    where actor_id = ${actor} and at >= ${from} and at < ${to} and (
      action in ('reset_asked', 'resend', 'session_ended', 'restore') or action = 'delete'
      or (action = 'create' and resource in ('mapping', 'doctor')))
    group by action, resource order by 1`,
  );
}
