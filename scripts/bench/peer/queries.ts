// The SQL of the Fastify server: the batches that Wardbook sends, under the same policies, made by Drizzle's query
// builder.
import { neon } from '@neondatabase/serverless';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import { drizzle } from 'drizzle-orm/neon-http';
import { unionAll } from 'drizzle-orm/pg-core';
import { audit } from '../../../src/db/audit.ts';
import { mappingColumns, mappings } from '../../../src/mappings/table.ts';
import { patientColumns, patients } from '../../../src/patients/table.ts';
import '../../dev/neon/endpoint.ts';

const db = drizzle({ client: neon(process.env.DATABASE_URL ?? '') });

export interface Asker {
  actor: number;
  session: number;
  requestId: string;
  roles: string[];
}

/** Live session and role, then the policies' role, then the queries: one POST, one transaction. */
const ask = async <T extends BatchItem<'pg'>[]>({ actor, session, requestId, roles }: Asker, ...queries: T) => {
  const begin = sql`select app.begin(${session}, ${actor}, ${1}, ${requestId}, ${null}, ${`{${roles}}`}, ${''}), set_config('role', ${'app_api'}, true)`;
  const [, ...answers] = await db.batch([db.execute(begin), ...queries]);
  return answers as BatchResponse<T>;
};

/** The same before sign-in. */
export const askAnonymously = async <T extends BatchItem<'pg'>[]>(requestId: string, ...queries: T) => {
  const begin = sql`select app.begin_anonymous(${requestId}, ${null}), set_config('role', ${'app_auth'}, true)`;
  const [, ...answers] = await db.batch([db.execute(begin), ...queries]);
  return answers as BatchResponse<T>;
};
export { db };

const me = sql`(select app.user_id())`;
const iAm = (role: string) => sql`(select app.role()) = ${role}`;
const readBy = (patientIds: SQL) =>
  db.$with('trail').as(db.insert(audit).values({ action: 'read', resource: 'patient', patient_ids: patientIds }));
const idsIn = sql`(select coalesce(array_agg(distinct id), '{}') from found)`;

export const getPatient = async (asker: Asker, id: number) => {
  const found = db.$with('found').as(db.select(patientColumns).from(patients).where(eq(patients.id, id)));
  const [rows] = await ask(asker, db.with(found, readBy(idsIn)).select().from(found));
  return rows;
};

export const listPatients = async (asker: Asker, limit: number) => {
  const branch = (where: SQL | undefined) =>
    db.select(patientColumns).from(patients).where(where).orderBy(sql`id asc`).limit(limit);
  const own = and(iAm('user'), eq(patients.created_by, sql<number>`${me}`));
  const found = db.$with('found').as(
    unionAll(branch(own), branch(iAm('admin')))
      .orderBy(sql`id asc`)
      .limit(limit),
  );
  const [rows] = await ask(asker, db.with(found, readBy(idsIn)).select().from(found));
  return rows;
};

export const createPatient = async (asker: Asker, values: typeof patients.$inferInsert) => {
  const [rows] = await ask(asker, db.insert(patients).values(values).returning(patientColumns));
  return rows;
};

export const changePatient = async (asker: Asker, id: number, changes: Partial<typeof patients.$inferInsert>) => {
  const one = eq(patients.id, id);
  const [rows] = await ask(
    asker,
    db
      .update(patients)
      .set({ ...changes, updated_at: sql`now()` })
      .where(one)
      .returning(patientColumns),
    db.select({ id: patients.id }).from(patients).where(one),
  );
  return rows;
};

export const assign = async (asker: Asker, { patient, doctor }: { patient: number; doctor: number }) => {
  const pair = { patient_id: patient, doctor_id: doctor };
  const [rows] = await ask(asker, db.insert(mappings).values(pair).returning(mappingColumns));
  return rows;
};

export const unassign = async (asker: Asker, id: number) => {
  const [rows] = await ask(asker, db.delete(mappings).where(eq(mappings.id, id)).returning({ id: mappings.id }));
  return rows;
};
