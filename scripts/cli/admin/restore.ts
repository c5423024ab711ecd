// Undoes the deletion of a patient or doctor.
import { bold, Fatal } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { asCli } from './account.ts';

export async function restore(
  { sql }: Database,
  { patient, doctor }: { patient?: string; doctor?: string },
): Promise<void> {
  const [kind, id] = patient !== undefined ? ['patient', patient] : ['doctor', doctor];
  if ((patient === undefined) === (doctor === undefined) || !/^\d{1,15}$/.test(id ?? '')) {
    throw new Fatal('Say which: --patient ID or --doctor ID.', 2);
  }
  const [here] = await sql`select (case ${kind} when 'patient' then exists (select from patients where id = ${id})
    else exists (select from doctors where id = ${id}) end) as there`;
  if (here?.there) throw new Fatal(`The ${kind} ${id} is there: nothing to restore.`);
  const [deleted] =
    await sql`select id, to_char(at at time zone 'utc', 'YYYY-MM-DD HH24:MI') as at, actor_name from audit
    where action = 'delete' and resource = ${kind} and resource_id = ${id} order by id desc limit 1`;
  if (!deleted) throw new Fatal(`No ${kind} with the id ${id} was ever deleted.`);
  const [row] = await asCli(sql, [sql`select cardinality(mappings) as mappings from app.restore(${deleted.id})`]);
  const by = deleted.actor_name ? ` by ${deleted.actor_name}` : '';
  console.log(
    `The ${kind} ${bold(String(id))}, deleted ${deleted.at} UTC${by}, is back, with ${row?.mappings} assignments.`,
  );
}
