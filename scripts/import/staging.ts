// Tables that only the import sees, in a schema of their own: rows come in by chunks, in as many transactions as it
// takes, and nobody's record is touched. Each begin throws away what another run has left.
import { randomUUID } from 'node:crypto';
import { Fatal } from '../support/terminal.ts';
import type { Counts, StagedTable } from './convert.ts';
import type { Store } from './database.ts';

export const columns: Record<StagedTable, string> = {
  users: `id bigint, name text, username text, email text, login_name text, role text, disabled boolean,
    created_at timestamptz, updated_at timestamptz, last_login timestamptz, password_hash text`,
  patients: `id bigint, user_id bigint, created_by bigint, name text, age integer, date_of_birth date, gender text,
    phone text, email text, address text, medical_history text, created_at timestamptz, updated_at timestamptz`,
  doctors: `id bigint, user_id bigint, created_by bigint, name text, specialization text, contact_info text,
    license_number text, approved boolean, created_at timestamptz, updated_at timestamptz`,
  mappings: 'id bigint, patient_id bigint, doctor_id bigint, created_by bigint, created_at timestamptz',
  tokens: 'pk bigint, jti text, user_id bigint, expires_at timestamptz',
  blacklisted: 'pk bigint',
};
export const tables = Object.keys(columns) as StagedTable[];

// Neon and the local bridge refuse a request of 10 MiB, and PGlite answers nobody else meanwhile.
const chunkRows = 5_000;
const chunkLength = 2_000_000;

export type Staging = {
  /** Which run the staged rows belong to. */
  run: string;
  add(table: StagedTable, values: Record<string, unknown>): void;
  /** Sends what is full. To be awaited now and then. */
  flush(all?: boolean): Promise<void>;
};

export async function beginStaging({ transaction }: Store): Promise<Staging> {
  const run = randomUUID();
  // not logged for recovery: they are read once. What a crash would empty is noticed by its count (move.ts).
  await transaction([
    { text: 'drop schema if exists importing cascade' },
    { text: 'create schema importing' },
    { text: 'create table importing.run as select $1::text as id', values: [run] },
    ...tables.map((table) => ({ text: `create unlogged table importing.${table} (${columns[table]})` })),
  ]);
  const waiting = new Map<StagedTable, { rows: string[]; length: number }>();

  const send = async (table: StagedTable, rows: string[]) => {
    const [answer] = await transaction([
      {
        text: `with added as (
          insert into importing.${table}
          select r.* from json_to_recordset($1::json) as r(${columns[table]})
          where $2 = (select id from importing.run) returning 1
        ) select count(*)::int as added from added`,
        values: [`[${rows.join(',')}]`, run],
      },
    ]);
    if (answer?.[0]?.added !== rows.length) throw takenOver();
  };

  return {
    run,
    add(table, values) {
      const text = JSON.stringify(values);
      const batch = waiting.get(table) ?? { rows: [], length: 0 };
      waiting.set(table, batch);
      batch.rows.push(text);
      batch.length += text.length;
    },
    async flush(all = false) {
      for (const [table, batch] of waiting) {
        if (batch.rows.length === 0) continue;
        if (!all && batch.rows.length < chunkRows && batch.length < chunkLength) continue;
        waiting.delete(table);
        for (const rows of chunks(batch.rows)) await send(table, rows);
      }
    },
  };
}

function* chunks(rows: string[]): Generator<string[]> {
  let [chunk, length]: [string[], number] = [[], 0];
  for (const row of rows) {
    if (chunk.length === chunkRows || (length > 0 && length + row.length > chunkLength)) {
      yield chunk;
      [chunk, length] = [[], 0];
    }
    chunk.push(row);
    length += row.length;
  }
  if (chunk.length > 0) yield chunk;
}

export function takenOver(): Fatal {
  return new Fatal('Another import has begun anew meanwhile. Nothing of this one was kept.');
}

export async function endStaging({ transaction }: Store, run: string): Promise<void> {
  await transaction([
    {
      text: `do $$ begin
        if to_regclass('importing.run') is not null then
          if exists (select from importing.run where id = '${run}') then drop schema importing cascade; end if;
        end if;
      end $$`,
    },
  ]);
}

export type StagedCounts = Pick<Counts, StagedTable>;
