// What waits for an administrator.
import { and, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { users } from '../accounts/table.ts';
import { audited, idsFromColumn } from '../db/audit.ts';
import { prepare } from '../db/prepare.ts';
import { doctorColumns, doctors } from '../doctors/table.ts';
import { emergencies, emergencyColumns } from '../emergencies/table.ts';
import { isUnsent, mailColumns, mails } from '../mail/table.ts';
import { patientsOfAccounts } from '../patients/table.ts';
import { blockedAccounts, blockedColumns } from './shapes.ts';

/** How many of each kind are shown; each has a list of its own for the rest. */
const maxOfEach = 20;

/** The number before the limit, counted in the same statement, so that it fits the rows. */
const totalColumn = { in_all: sql<number>`count(*) over ()`.mapWith(Number).as('in_all') };

/** An account that was disabled or got another role waits for nothing. */
const isPending = and(
  sql`not ${doctors.approved}`,
  sql`${doctors.user_id} in (select id from users where role = 'doctor' and disabled_at is null)`,
);

/**
 * Mails that failed at least once. One attempt alone can be the first, which is still running until it is due again.
 */
const isStuck = and(
  isUnsent,
  or(
    isNotNull(mails.failed_at),
    isNotNull(mails.held),
    sql`${mails.attempts} > 1`,
    sql`${mails.attempts} = 1 and ${mails.due_at} <= now()`,
  ),
);

export const selectWaiting = prepare((db) => [
  db
    .select({ ...doctorColumns, ...totalColumn })
    .from(doctors)
    .where(isPending)
    .orderBy(doctors.created_at, doctors.id)
    .limit(maxOfEach),
  audited(
    db,
    'mail',
    patientsOfAccounts('user_id'),
    db
      .select({ ...mailColumns, ...totalColumn })
      .from(mails)
      .where(isStuck)
      .orderBy(mails.asked_at, mails.id)
      .limit(maxOfEach),
  ),
  audited(
    db,
    'user',
    patientsOfAccounts('id'),
    db
      .select({ ...blockedColumns, ...totalColumn })
      .from(users)
      .innerJoin(blockedAccounts, sql`blocked.user_id = ${users.id}`)
      .where(isNull(users.disabled_at))
      .orderBy(users.id)
      .limit(maxOfEach),
  ),
  audited(
    db,
    'patient',
    idsFromColumn('patient'),
    db
      .select({ ...emergencyColumns, ...totalColumn })
      .from(emergencies)
      .where(isNull(emergencies.reviewed_at))
      .orderBy(emergencies.id)
      .limit(maxOfEach),
  ),
]);

export const countOf = (rows: { in_all: number }[]) => rows[0]?.in_all ?? 0;

export const withoutTotal = <Row extends { in_all: number }>(rows: Row[]) => rows.map(({ in_all: _, ...row }) => row);
