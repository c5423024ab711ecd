// What an account has done that lets somebody in or shuts somebody out: what to look at after an administrator's session was
// stolen. Each line says how it is now, because somebody may have put it right since.
import { bold, dim } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import type { Sql } from '../sql.ts';
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

/**
 * Emails, roles and disabling. An entry has what was before, of the fields that changed; what came of one is before the next
 * change of that field, or how it is now.
 */
async function accounts(sql: Sql, actor: number, { from, to }: Period): Promise<Row[]> {
  return asRows(
    await sql`
    with changed as (
      select a.id, a.at, a.action, 'account ' || a.resource_id as account, f.name, a.before ->> f.name as was,
        coalesce((select next.before -> f.name from audit next where next.resource = 'user' and next.resource_id = a.resource_id
          and next.id > a.id and next.before ? f.name order by next.id limit 1), to_jsonb(u) -> f.name) #>> '{}' as became,
        to_jsonb(u) ->> f.name as now
      from audit a join users u on u.id = a.resource_id,
        unnest('{email,pending_email,role,disabled_at}'::text[]) as f (name)
      where a.actor_id = ${actor} and a.resource = 'user' and a.action in ('create', 'update')
        and (a.before ? f.name or a.action = 'create') and a.at >= ${from} and a.at < ${to}
    )
    select to_char(at at time zone 'utc', ${minute}) as at,
      case name
        when 'email' then 'email of ' || account || ' from ' || coalesce(was, 'none') || ' to ' || coalesce(became, 'none')
        when 'pending_email' then 'email of ' || account || ' is to become ' || became
        when 'role' then case became when 'admin' then 'NEW ADMINISTRATOR: ' else '' end || account || coalesce(' from ' || was, '') || ' to ' || became
        else account || case when became is null then ' enabled' else ' disabled' end end as what,
      case when name <> 'disabled_at' then coalesce(now, 'none') when now is null then 'enabled' else 'disabled' end as now
    from changed
    where case when action = 'create' then name = 'role' and became = 'admin'
      when name = 'pending_email' then became is not null and was is distinct from became
      when name = 'disabled_at' then (was is null) <> (became is null)
      else was is distinct from became end
    order by id`,
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
    with changed as (
      select a.id, a.at, a.resource_id, d.id as there, d.name, d.approved, (a.before ->> 'approved')::boolean as was,
        coalesce((select next.before -> 'approved' from audit next where next.resource = 'doctor'
          and next.resource_id = a.resource_id and next.id > a.id and next.before ? 'approved' order by next.id limit 1),
          to_jsonb(d) -> 'approved') #>> '{}' as became
      from audit a left join doctors d on d.id = a.resource_id
      where a.actor_id = ${actor} and a.resource = 'doctor' and a.action in ('update', 'accept') and a.before ? 'approved'
        and a.at >= ${from} and a.at < ${to}
    )
    select to_char(at at time zone 'utc', ${minute}) as at,
      'doctor ' || resource_id || coalesce(' (' || name || ')', '') || case when was then ' no longer approved' else ' approved' end as what,
      case when there is null then 'deleted' when approved then 'approved' else 'not approved' end as now
    from changed where was is distinct from became::boolean order by id`,
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
