// Something to look at, or a million patients to measure with. The same numbers make the same records, and running it
// again adds only what is missing.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { hashPassword } from '../../src/accounts/passwords.ts';
import { bold, dim, duration, Fatal, progress, run, step } from '../support/terminal.ts';
import { asCli, freeUsername } from './admin/account.ts';
import { isLoopback, ownerUrl, withDatabase } from './database.ts';
import type { Query, Sql } from './sql.ts';

type Counts = { patients: number; doctors: number; owners: number };

// PGlite answers nobody else meanwhile
const chunk = 5_000;

const usage = `Usage: npm run seed [-- --patients N] [--doctors N] [--owners N] [--remote]
  --patients  up to 1,000,000 (default 40), each kept by one of the owners
  --doctors   up to 10,000 (default one for 100 patients, at least 12)
  --owners    up to 2,000 accounts that keep patients (default one for 500 patients, at least 2)
  --remote    seeds the database of DATABASE_URL although it is not on this machine`;

const accounts = [
  { email: 'admin@example.com', name: 'Ada Admin', role: 'admin', note: 'sees and changes everything' },
  { email: 'user@example.com', name: 'Uma User', role: 'user', note: 'keeps half of the patients' },
  { email: 'other@example.com', name: 'Otis Other', role: 'user', note: 'keeps the other half' },
  { email: 'patient@example.com', name: 'Pat Patient', role: 'patient', note: 'has a record' },
  { email: 'doctor@example.com', name: 'Dora Doctor', role: 'doctor', note: 'approved: sees patients', approved: true },
  { email: 'waiting@example.com', name: 'Will Waiting', role: 'doctor', note: 'waits for approval', approved: false },
];

// By these the script finds its own records again.
const ownerNumber = (email: string) => `substring(${email} from '^owner(\\d+)@example\\.com$')::integer`;
const doctorNumber = (contact: string) => `substring(${contact} from '^doctor(\\d+)@doctors\\.example$')::integer`;
const patientNumber = (email: string) => `substring(${email} from '^patient(\\d+)@patients\\.example$')::integer`;
const owners = `(email in ('user@example.com', 'other@example.com') or ${ownerNumber('email')} is not null)`;

const female =
  'Amina Beatriz Chiara Danjela Eleni Fatou Grace Hana Ines Jyoti Keiko Leila Mei Nadia Olga Priya Rosa Sofia Thuy Zainab';
const male =
  'Ahmed Bogdan Carlos Dmitri Emeka Farid Giorgos Hiroshi Ivan Jamal Kofi Liam Mateo Nikhil Omar Pedro Quang Rahul Samuel Tariq';
const family =
  'Abara Andersson Baptiste Becker Castillo Chen Diallo Dubois Eriksen Fernandes García Haddad Ivanova Johansson Kowalski Kumar Lindqvist López Mensah Moreau Nguyen Novak Okafor Osei Patel Petrov Quispe Reyes Rossi Sato Schmidt Tanaka Traoré Ueda Vargas Weber Wójcik Xu Yilmaz Zhang';
const street = 'Acacia Birch Cedar Dogwood Elm Fir Hazel Juniper Larch Maple Oak Poplar Rowan Spruce Willow';
const specialization =
  'Cardiology Dermatology Endocrinology Gastroenterology Neurology Oncology Orthopaedics Paediatrics Psychiatry Radiology Surgery Urology';
const condition = 'Asthma,Type 2 diabetes,Hypertension,Penicillin allergy,Migraine,Appendectomy in 2011';

const array = (words: string[]) => `array[${words.map((word) => `'${word}'`).join()}]`;
const pick = (words: string, number: string, separator = ' ') =>
  `(${array(words.split(separator))})[1 + (${number}) % ${words.split(separator).length}]`;
// Looks random and is the same each time.
const scrambled = 'lateral (select hashint8extended(i, 0) & 9007199254740991 as j) scrambled';
const person = `case when j % 2 = 0 then ${pick(female, 'j / 2')} else ${pick(male, 'j / 2')} end
  || case when j / 40 % 3 = 0 then ' ' || chr(65 + (j / 120 % 26)::integer) || '.' else '' end
  || ' ' || ${pick(family, 'j / 3120')}`;

const addOwners = `
with made as (
  insert into users (name, username, email, email_verified_at, role)
  select ${person}, 'owner' || i, 'owner' || i || '@example.com', now(), 'user'
  from generate_series($1::bigint, $2::bigint) i, ${scrambled} order by i
  returning id
)
insert into credentials (user_id, password_hash) select id, $3 from made`;

const addDoctors = `
insert into doctors (name, specialization, contact_info, license_number)
select 'Dr. ' || ${person}, ${pick(specialization, 'i')}, 'doctor' || i || '@doctors.example', 'L-' || lpad(i::text, 6, '0')
from generate_series($1::bigint, $2::bigint) i, ${scrambled} order by i`;

// An owner's patients come one after another, as where a clinic registers those it has; and a doctor's lie near each other.
const addPatients = `
with keepers as (
  select array_agg(id order by id) as ids from users where ${owners}
), staff as (
  select array_agg(id order by id) as ids from doctors where ${doctorNumber('contact_info')} is not null
), made as (
  insert into patients (created_by, name, age, date_of_birth, gender, phone, email, address, medical_history)
  select
    keepers.ids[1 + (i - 1) / $3::bigint % cardinality(keepers.ids)],
    ${person},
    case when j / 7 % 10 = 0 then (j / 70 % 100)::integer end,
    case when j / 7 % 10 <> 0 then date '2024-12-31' - (j / 70 % 34000)::integer end,
    case when j / 11 % 50 = 0 then 'other' when j / 11 % 50 = 1 then 'unknown' when j % 2 = 0 then 'female' else 'male' end,
    '+1 555 ' || lpad(i::text, 7, '0'),
    'patient' || i || '@patients.example',
    1 + j / 13 % 300 || ' ' || ${pick(street, 'j / 3900')} || ' Street',
    case when j / 17 % 3 = 0 then ${pick(condition, 'j / 51', ',')} end
  from generate_series($1::bigint, $2::bigint) i, ${scrambled}, keepers order by i
  returning id, created_by, ${patientNumber('email')} as i
)
insert into mappings (patient_id, doctor_id, created_by)
select id, staff.ids[1 + ((i - 1) / $4::bigint + n) % cardinality(staff.ids)], created_by
from made, staff, generate_series(1, i % 4) n order by i, n
on conflict do nothing`;

/** Adds the accounts that are missing, and returns their emails. */
async function seedAccounts(sql: Sql, password: string): Promise<string[]> {
  const emails = accounts.map(({ email }) => email);
  const existing = await sql`select email from users where email = any (${emails})`;
  const missing = accounts.filter(({ email }) => !existing.some((row) => row.email === email));
  for (const { email, name, role, approved = null } of missing) {
    await asCli(sql, [
      sql`with account as (
        insert into users (name, username, email, email_verified_at, role)
        values (${name}, ${await freeUsername(sql, email)}, ${email}, now(), ${role})
        returning id, name, email
      ), credential as (
        insert into credentials (user_id, password_hash) select id, ${await hashPassword(password)} from account
      ), patient as (
        insert into patients (user_id, created_by, name, email, date_of_birth, gender)
        select id, null, name, email, '1987-06-05', 'female' from account where ${role} = 'patient'
      )
      insert into doctors (user_id, created_by, name, specialization, approved)
      select id, null, 'Dr. ' || name, 'Cardiology', ${approved}::boolean from account where ${role} = 'doctor'`,
    ]);
  }
  return missing.map(({ email }) => email);
}

// The index of words takes thousands of new rows at once, sorted, far faster than one by one; and to compile a statement
// that runs for a second takes another.
const quickly = (sql: Sql) =>
  sql`select set_config('gin_pending_list_limit', '64MB', true), set_config('work_mem', '64MB', true),
    set_config('jit', 'off', true)`;

// A row of the audit trail for each of a million records would take longer than the records. The lock that the owner
// takes for this keeps everybody else's changes waiting until the trigger is back, so that none goes unrecorded.
const inBulk = (sql: Sql, tables: string[], insert: Query) => [
  ...tables.map((table) => sql.query(`alter table ${table} disable trigger t50_record`)),
  quickly(sql),
  insert,
  sql`insert into audit (action, resource) values ('seed', ${tables.join()})`,
  ...tables.map((table) => sql.query(`alter table ${table} enable trigger t50_record`)),
];

type Batch = { label: string; tables: string[]; last: string; insert: string; parameters?: (string | number)[] };

/** Adds the records whose numbers follow the last, up to `count`, in chunks and with a progress bar. */
async function fill(sql: Sql, count: number, { label, tables, last, insert, parameters = [] }: Batch): Promise<void> {
  const started = performance.now();
  const [row] = await sql.query(`select max(${last}) as last from ${tables[0]}`);
  const first = Number(row?.last ?? 0) + 1;
  const bar = progress(`  ${label.padEnd(9)}`);
  for (let from = first; from <= count; from += chunk) {
    const to = Math.min(count, from + chunk - 1);
    bar.at(from - 1, count);
    const query = sql.query(insert, [from, to, ...parameters]);
    await asCli(sql, to - from < 1000 ? [query] : inBulk(sql, tables, query));
  }
  const added = Math.max(0, count - first + 1);
  const took = `${added.toLocaleString('en')} added, ${duration(performance.now() - started)}`;
  bar.done(`${Math.max(count, first - 1).toLocaleString('en')} ${dim(added > 0 ? took : 'there already')}`);
}

async function seed(sql: Sql, { patients, doctors, owners: keepers }: Counts): Promise<void> {
  const password = randomBytes(12).toString('base64url');
  const added = await seedAccounts(sql, password);
  // user@ and other@example.com, of whom the report tells, are the first two
  if (keepers > 2)
    await fill(sql, keepers, {
      label: 'owners',
      tables: ['users'],
      last: `coalesce(${ownerNumber('email')}, 2)`,
      insert: addOwners,
      parameters: [await hashPassword(password)],
    });
  await fill(sql, doctors, {
    label: 'doctors',
    tables: ['doctors'],
    last: doctorNumber('contact_info'),
    insert: addDoctors,
  });
  await fill(sql, patients, {
    label: 'patients',
    tables: ['patients', 'mappings'],
    last: patientNumber('email'),
    insert: addPatients,
    parameters: [Math.ceil(patients / keepers), Math.ceil(patients / doctors)],
  });
  // also puts what waits outside the indexes of words where it belongs, so that no search has to read it
  await step('tidying up', () => sql.query('vacuum (analyze) users, doctors, patients, mappings, audit'));
  report(added, password);
}

function report(added: string[], password: string): void {
  const width = Math.max(...accounts.map(({ email }) => email.length));
  const lines = (isNew: boolean) =>
    accounts
      .filter(({ email }) => added.includes(email) === isNew)
      .map(({ email, role, note }) => `  ${email.padEnd(width)}  ${role.padEnd(7)}  ${dim(note)}`);
  if (added.length < accounts.length) {
    console.log(`\nThese accounts exist already, with the password that they have:\n${lines(false).join('\n')}`);
  }
  if (added.length > 0) {
    console.log(`\nSign in as any of these:\n${lines(true).join('\n')}`);
    console.log(`\n  password, shown this once: ${bold(password)}`);
  }
}

function readArguments(): Counts & { remote: boolean } {
  try {
    const number = { type: 'string' } as const;
    const { values } = parseArgs({
      options: { patients: number, doctors: number, owners: number, remote: { type: 'boolean' } },
    });
    const patients = count(values.patients, 1_000_000, 40);
    return {
      patients,
      doctors: count(values.doctors, 10_000, Math.min(10_000, Math.max(12, Math.ceil(patients / 100)))),
      owners: count(values.owners, 2_000, Math.min(2_000, Math.max(2, Math.ceil(patients / 500)))),
      remote: values.remote ?? false,
    };
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}

function count(given: string | undefined, most: number, fallback: number): number {
  if (given === undefined) return fallback;
  const value = Number(given.replaceAll(/[_,]/g, ''));
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  throw new Error(`"${given}" is not a number from 1 to ${most.toLocaleString('en')}.`);
}

async function main(): Promise<void> {
  const { remote, ...counts } = readArguments();
  const url = ownerUrl();
  if (url && URL.canParse(url) && !isLoopback(url) && !remote) {
    const { host } = new URL(url);
    throw new Fatal(
      `${host} is not this machine, and seeding fills its database with invented people. If you mean it add --remote.`,
    );
  }
  await withDatabase(async ({ sql, name }) => {
    console.log(`Seeding ${name}`);
    await seed(sql, counts);
  });
}

if (import.meta.main) {
  await run(main);
}
