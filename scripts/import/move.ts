// From the staging tables to ours: one transaction, so all of it or nothing, and one entry of the trail.
import type { Answer, Statement, Store } from './database.ts';
import { type StagedCounts, tables, takenOver } from './staging.ts';

export type Move = {
  run: string;
  checksum: string;
  /** What was staged: that many rows have to be there. */
  staged: StagedCounts;
  /** For the trail. */
  counts: Record<string, unknown>;
  hasTokens: boolean;
  intoExisting: boolean;
};

const records = ['users', 'patients', 'doctors', 'mappings'] as const;

const inserts = [
  `insert into users (id, name, username, email, login_name, role, disabled_at, imported_at, last_login, created_at, updated_at)
  overriding system value
  select id, name, username, email, login_name, role, case when disabled then now() end, now(), last_login,
    coalesce(created_at, now()), coalesce(updated_at, now())
  from importing.users order by id`,
  `insert into credentials (user_id, password_hash)
  select id, password_hash from importing.users where password_hash is not null order by id`,
  'insert into app.django_accounts (user_id) select id from importing.users order by id',
  `insert into patients (id, user_id, created_by, name, age, date_of_birth, gender, phone, email, address, medical_history,
    created_at, updated_at)
  overriding system value
  select id, user_id, created_by, name, age, date_of_birth, gender, phone, email, address, medical_history,
    coalesce(created_at, now()), coalesce(updated_at, now())
  from importing.patients order by id`,
  `insert into doctors (id, user_id, created_by, name, specialization, contact_info, license_number, approved,
    created_at, updated_at)
  overriding system value
  select id, user_id, created_by, name, specialization, contact_info, license_number, approved,
    coalesce(created_at, now()), coalesce(updated_at, now())
  from importing.doctors order by id`,
  `insert into mappings (id, patient_id, doctor_id, created_by, created_at)
  overriding system value
  select id, patient_id, doctor_id, created_by, coalesce(created_at, now())
  from importing.mappings where id is not null order by id`,
];
// behind the others, or they would be given those ids
const insertNewMappings = `insert into mappings (patient_id, doctor_id, created_by, created_at)
  select patient_id, doctor_id, created_by, coalesce(created_at, now())
  from importing.mappings where id is null order by patient_id, doctor_id`;
const insertTokens = `insert into django_tokens (jti, user_id, expires_at, blacklisted)
  select jti, user_id, expires_at, exists (select from importing.blacklisted b where b.pk = t.pk)
  from importing.tokens t`;

/** New ids come behind those that came along. */
const continueAfter = (table: string): string => {
  const sequence = `pg_get_serial_sequence('${table}', 'id')`;
  return `select setval(${sequence}, greatest(max(id), coalesce(
    (select last_value from pg_sequences where format('%I.%I', schemaname, sequencename) = ${sequence}), 1)))
  from ${table} having count(*) > 0`;
};

/** Which of our tables hold records. */
export async function recordsIn({ transaction }: Store): Promise<Record<string, number>> {
  const [answer] = await transaction([
    { text: `select ${records.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')}` },
  ]);
  return Object.fromEntries(Object.entries(answer?.[0] ?? {}).filter(([, count]) => Number(count) > 0)) as Record<
    string,
    number
  >;
}

/** Ids of staged rows that somebody has already, the first of each table. */
export async function collisions({ transaction }: Store): Promise<{ table: string; count: number; ids: string }[]> {
  const answers = await transaction(
    records.map((table) => ({
      text: `select '${table}' as "table", count(*)::int as count,
        coalesce(string_agg(id::text, ', ' order by id) filter (where place <= 10), '') as ids
      from (select s.id, row_number() over (order by s.id) as place from importing.${table} s join ${table} t on t.id = s.id) same`,
    })),
  );
  return answers.flat().filter(({ count }) => Number(count) > 0) as { table: string; count: number; ids: string }[];
}

export async function move({ transaction }: Store, { run, staged, ...what }: Move): Promise<Answer> {
  const expected = tables.map((table) => `(select count(*) from importing.${table}) = ${staged[table]}`).join(' and ');
  const isEmpty = records.map((table) => `not exists (select from ${table})`).join(' and ');
  const says = (condition: string, message: string): Statement => ({
    text: `do $$ begin if not (${condition}) then raise exception '${message}'; end if; end $$`,
  });
  // The lock that the owner takes for this keeps everybody else's changes waiting until the trigger is back, so that
  // none goes unrecorded. A row of the trail for each of a million records would take longer than the records.
  const trigger = (how: string) => records.map((table) => ({ text: `alter table ${table} ${how} trigger t50_record` }));
  const answers = await transaction([
    {
      text: `select set_config('app.role', 'cli', true), set_config('jit', 'off', true),
        set_config('gin_pending_list_limit', '64MB', true), set_config('work_mem', '64MB', true)`,
    },
    ...trigger('disable'),
    says(`'${run}' = (select id from importing.run)`, takenOver().message),
    says(expected, 'the staged rows are not all there any more, begin anew'),
    ...(what.intoExisting ? [] : [says(isEmpty, 'somebody has made records meanwhile')]),
    ...inserts.map((text) => ({ text })),
    ...records.map((table) => ({ text: continueAfter(table) })),
    { text: insertNewMappings },
    { text: insertTokens },
    ...trigger('enable'),
    {
      text: `insert into app.imports (checksum, counts, has_tokens) values ($1, $2::jsonb, $3)`,
      values: [what.checksum, JSON.stringify(what.counts), what.hasTokens],
    },
    {
      text: `insert into audit (action, resource, before) values ('import', 'database', $1::jsonb) returning id::text`,
      values: [JSON.stringify({ ...what.counts, sha256: what.checksum })],
    },
    { text: 'drop schema importing cascade' },
  ]);
  return answers.at(-2) ?? [];
}
