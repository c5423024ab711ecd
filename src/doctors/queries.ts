// Creates, reads and changes doctors.
import { eq, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import type * as z from 'zod';
import { config, type Env } from '../config.ts';
import { actorId } from '../db/audit.ts';
import { type Params, prepare } from '../db/prepare.ts';
import { idempotentInsert } from '../http/idempotency.ts';
import { deleteRecord, updateRecord } from '../http/records.ts';
import { doctorColumns, type doctorFields, doctors, type newDoctor } from './table.ts';

type NewDoctorParams = Params<'name' | 'specialization' | 'most', keyof typeof doctorFields>;

export const insertDoctor = idempotentInsert(doctors, (db, { most, ...given }: NewDoctorParams) =>
  db
    .insert(doctors)
    .values({ ...given, created_by: sql`app.doctor_maker(${most}::integer)` })
    .returning(doctorColumns),
);

export const createDoctor = (c: Context<Env>, given: z.output<typeof newDoctor>) =>
  insertDoctor(c, { ...given, most: config(c).DOCTORS_PER_ACCOUNT });

export const selectDoctor = prepare((db, { id }: Params<'id'>) => [
  db.select(doctorColumns).from(doctors).where(eq(doctors.id, id)),
]);

export const updateDoctor = updateRecord(doctors, doctorColumns, ['invitation_open', 'others_assigned']);

export const deleteDoctor = deleteRecord(doctors, ['invitation_open', 'others_assigned']);

export const selectOwnDoctor = prepare((db) => [
  db.select(doctorColumns).from(doctors).where(eq(doctors.user_id, actorId)),
]);

/**
 * With another name, specialization or license number a doctor awaits approval again, unless the deployment approves by
 * itself.
 */
export const updateOwnDoctor = prepare((db, { user_id, approval, ...fields }: Params<'user_id' | 'approval'>) => [
  db.execute(sql`select set_config('app.doctor_approval', ${approval}, true)`),
  db
    .update(doctors)
    .set({ ...fields, updated_at: sql`now()` })
    .where(eq(doctors.user_id, user_id))
    .returning(doctorColumns),
]);

export const updateApproval = prepare((db, { id, approved }: Params<'id' | 'approved'>) => [
  db.update(doctors).set({ approved }).where(eq(doctors.id, id)).returning(doctorColumns),
]);
