// Which patients an account has seen, as CSV: the list of those to tell after a breach.
import { csvLine } from '../../support/csv.ts';
import type { Database } from '../connect.ts';
import type { Sql } from '../sql.ts';
import { type Asked, periodOf, whoever } from './period.ts';

interface Seen {
  first: Date;
  last: Date;
  times: number;
  how: Set<string>;
}

/** Entries or patients that one answer of the database holds: an entry may name a thousand, and Neon's may have 10 MiB. */
const atOnce = 500;

const heads = ['patient_id', 'name', 'email', 'phone', 'address', 'first', 'last', 'times', 'how', 'deleted'];

export async function seenBy({ sql }: Database, asked: Asked): Promise<void> {
  const period = periodOf(asked);
  const { id, name } = await whoever(sql, asked.who);
  const seen = await readEntries(sql, id, period);
  process.stdout.write(csvLine(heads));
  const ids = [...seen.keys()].sort((a, b) => a - b);
  for (let start = 0; start < ids.length; start += atOnce) {
    const part = ids.slice(start, start + atOnce);
    const known = await readPatients(sql, part);
    process.stdout.write(part.map((patient) => lineOf(patient, seen.get(patient), known.get(patient))).join(''));
  }
  console.error(`${ids.length} ${ids.length === 1 ? 'patient was' : 'patients were'} seen by ${name}.`);
}

function lineOf(patient: number, seen: Seen | undefined, known: Record<string, unknown> = {}): string {
  const { first, last, times, how = new Set() } = seen ?? {};
  const { name, email, phone, address, deleted } = known;
  const said = [...how].sort().join(' ');
  return csvLine([patient, name, email, phone, address, iso(first), iso(last), times, said, iso(deleted)]);
}

const iso = (at: unknown) => (at instanceof Date ? at.toISOString() : '');

/** By pages of the trail, because somebody may have seen a million. Who was only refused a patient has not seen any. */
async function readEntries(
  sql: Sql,
  actor: number,
  { from, to }: { from: Date; to: Date },
): Promise<Map<number, Seen>> {
  const seen = new Map<number, Seen>();
  for (let after = '0'; ; ) {
    const entries = await sql`
      select id::text, at, action, resource, patient_ids::text[] as patients from audit
      where actor_id = ${actor} and id > ${after} and at >= ${from} and at < ${to}
        and action <> 'refused' and cardinality(patient_ids) > 0
      order by audit.id limit ${atOnce}`;
    for (const { at, action, resource, patients } of entries) {
      for (const patient of patients as string[]) note(seen, Number(patient), at, `${action}:${resource}`);
    }
    if (entries.length < atOnce) return seen;
    after = entries.at(-1)?.id;
  }
}

function note(seen: Map<number, Seen>, patient: number, at: Date, how: string): void {
  const known = seen.get(patient) ?? { first: at, last: at, times: 0, how: new Set() };
  seen.set(patient, known);
  known.times++;
  known.last = at;
  known.how.add(how);
}

/** Those that are there, and of the others what the trail kept when they were deleted. */
async function readPatients(sql: Sql, ids: number[]): Promise<Map<number, Record<string, unknown>>> {
  const rows = await sql`
    select wanted.id::text, coalesce(p.name, gone.name) as name, coalesce(p.email, gone.email) as email,
      coalesce(p.phone, gone.phone) as phone, coalesce(p.address, gone.address) as address, gone.at as deleted
    from unnest(${ids}::bigint[]) wanted (id)
    left join patients p on p.id = wanted.id
    left join lateral (
      select a.at, a.before ->> 'name' as name, a.before ->> 'email' as email, a.before ->> 'phone' as phone,
        a.before ->> 'address' as address
      from audit a where p.id is null and a.resource = 'patient' and a.resource_id = wanted.id and a.action = 'delete'
      order by a.id desc limit 1
    ) gone on true`;
  return new Map(rows.map((row) => [Number(row.id), row]));
}
