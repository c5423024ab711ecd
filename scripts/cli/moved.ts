// What an operator has to know after a restore: what the backup undid, and how to find and repeat what must not be undone.
import { bold, dim } from '../support/terminal.ts';
import type { Sql } from './sql.ts';

/** Says what was done to a database that was moved or rewound, and what nobody but its operator can do. */
export async function explainMove(sql: Sql): Promise<void> {
  const [last] = await sql`
    select id::text, to_char(at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as at from audit
    where action <> 'sessions_ended' order by audit.id desc limit 1`;
  const { id = '0', at = 'the beginning' } = last ?? {};
  console.log(`
${bold('This database is not where it was, or as it was.')} Phones sync anew, and every session was ended.

Its trail ends with entry ${id}, at ${at} UTC. What was done afterwards is undone: an account that was erased, disabled
or demoted counts again, so does an approval that was revoked, a password that was replaced and a patient who was
deleted. If the database that was left can still be asked, this finds all of these there, each with the SQL that does
it again here:

${repeatSince(id).trimEnd()}

${dim('docs/operations.md, "After a restore", has it as one command, and what to do when that database is gone.')}`);
}

/**
 * For the database that was left: what took access away since an entry of the trail, with the SQL to repeat it. Records
 * that are younger than the entry are left out, because their ids may be somebody else's in the restored database.
 */
export function repeatSince(entry: string): string {
  return `with since as (select * from audit where id > ${entry}),
first as (select distinct on (resource, resource_id) * from since order by resource, resource_id, id),
-- each field as it was at the entry: the first change of it since says so, and a field that has none is as it was
was as (select distinct on (s.resource, s.resource_id, f.field) s.at, s.resource, s.resource_id, f.field, f.value
  from since s cross join lateral jsonb_each_text(s.before) as f (field, value)
  where not exists (select from first
    where first.resource = s.resource and first.resource_id = s.resource_id and first.action = 'create')
  order by s.resource, s.resource_id, f.field, s.id)
select k.at, 'account ' || u.id || ' erased' as what, format('update users set name = %L, username = null, email = null, '
  || 'disabled_at = now(), erased_at = now() where id = %s; delete from credentials where user_id = %s;', u.name, u.id, u.id) as again
from was k join users u on u.id = k.resource_id
where k.resource = 'user' and k.field = 'erased_at' and u.erased_at is not null and k.value is null
union all
select k.at, 'account ' || u.id || ' disabled', format('update users set disabled_at = now() where id = %s;', u.id)
from was k join users u on u.id = k.resource_id
where k.resource = 'user' and k.field = 'disabled_at' and u.erased_at is null and u.disabled_at is not null and k.value is null
union all
select k.at, 'account ' || u.id || ' from ' || k.value || ' to ' || u.role,
  format('update users set role = %L where id = %s;', u.role, u.id)
from was k join users u on u.id = k.resource_id
where k.resource = 'user' and k.field = 'role' and u.erased_at is null and k.value <> u.role and u.role <> 'admin'
union all
select k.at, 'doctor ' || d.id || ' no longer approved', format('update doctors set approved = false where id = %s;', d.id)
from was k join doctors d on d.id = k.resource_id
where k.resource = 'doctor' and k.field = 'approved' and not d.approved and k.value = 'true'
union all
select c.updated_at, 'account ' || c.user_id || ' has another password',
  format('update credentials set password_hash = %L where user_id = %s;', c.password_hash, c.user_id)
from credentials c where c.updated_at > (select at from audit where id = ${entry})
  and not exists (select from first where resource = 'user' and resource_id = c.user_id and action = 'create')
union all
select k.at, k.resource || ' ' || k.resource_id || ' deleted', format('delete from %I where id = %s;', k.resource || 's', k.resource_id)
from since k where k.action = 'delete' and k.resource in ('patient', 'doctor', 'mapping')
  and not exists (select from first where first.resource = k.resource and first.resource_id = k.resource_id and first.action = 'create')
  -- unless the deletion was undone
  and not exists (select from patients p where k.resource = 'patient' and p.id = k.resource_id)
  and not exists (select from doctors d where k.resource = 'doctor' and d.id = k.resource_id)
  and not exists (select from mappings m where k.resource = 'mapping' and m.id = k.resource_id)
order by 1;
`;
}
