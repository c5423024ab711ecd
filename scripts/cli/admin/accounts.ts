// What becomes of an account: disabled and enabled, another role, its sessions, and the approval of a doctor.
import { bold, Fatal } from '../../support/terminal.ts';
import type { Database } from '../connect.ts';
import { asCli, called, whose } from './account.ts';

interface Who {
  who: string;
}

export async function disable({ sql }: Database, { who }: Who): Promise<void> {
  const account = await whose(sql, who);
  if (account.disabled) throw new Fatal(`${called(account)} is disabled already.`);
  await asCli(sql, [sql`update users set disabled_at = now() where id = ${account.id}`]);
  console.log(`${bold(called(account))} is disabled, and signed out everywhere.`);
}

export async function enable({ sql }: Database, { who }: Who): Promise<void> {
  const account = await whose(sql, who);
  if (!account.disabled) throw new Fatal(`${called(account)} is not disabled.`);
  await asCli(sql, [sql`update users set disabled_at = null where id = ${account.id}`]);
  console.log(`${bold(called(account))} may sign in again.`);
}

export async function setRole({ sql }: Database, { who, role }: Who & { role?: string }): Promise<void> {
  const { accountRoles } = await import('../../../src/accounts/table.ts');
  if (!accountRoles.some((one) => one === role)) throw new Fatal(`--role is one of ${accountRoles.join(', ')}.`, 2);
  const account = await whose(sql, who);
  if (account.role === role) throw new Fatal(`${called(account)} is ${role} already.`);
  await asCli(sql, [sql`update users set role = ${role} where id = ${account.id}`]);
  console.log(`${bold(called(account))} was ${account.role} and is ${bold(String(role))}, from the next request on.`);
}

export async function endSessions({ sql }: Database, { who }: Who): Promise<void> {
  const account = await whose(sql, who);
  const [open] = await sql`select count(*)::int as count from sessions where user_id = ${account.id}`;
  // also where none is open: a token of Django's may still be about to open one
  await asCli(sql, [sql`select app.end_sessions(${account.id})`]);
  const count = open?.count ?? 0;
  console.log(`${bold(called(account))} is signed out: ${count === 1 ? 'one session' : `${count} sessions`} ended.`);
}

async function setApproval({ sql }: Database, who: string, approved: boolean): Promise<void> {
  const account = await whose(sql, who);
  const [doctor] = await sql`select id, name, specialization, license_number, approved from doctors
    where user_id = ${account.id}`;
  if (!doctor) throw new Fatal(`${called(account)} is no doctor.`);
  const said = `${doctor.name}, ${doctor.specialization}, ${doctor.license_number ?? 'no license number'}`;
  if (doctor.approved === approved) {
    throw new Fatal(`${called(account)} (${said}) ${approved ? 'is approved already' : 'is not approved'}.`);
  }
  await asCli(sql, [sql`update doctors set approved = ${approved} where id = ${doctor.id}`]);
  const sees = approved ? 'sees patients' : 'sees no patient any more';
  console.log(`${bold(called(account))} (${said}) ${sees}, from the next request on.`);
}
export const approve = (database: Database, { who }: Who) => setApproval(database, who, true);
export const revoke = (database: Database, { who }: Who) => setApproval(database, who, false);

/** For whoever has lost the phone: the only way for the last administrator. */
export async function resetMfa({ sql }: Database, { who }: Who): Promise<void> {
  const account = await whose(sql, who);
  const [factor] = await sql`select 1 from app.factors where user_id = ${account.id} and confirmed_at is not null`;
  if (!factor) throw new Fatal(`${called(account)} has no second factor.`);
  await asCli(sql, [sql`select app.reset_factor(${account.id})`]);
  console.log(`${bold(called(account))} has no second factor any more, and is signed out everywhere.`);
  console.log('The password alone signs in now. Whoever asked for this should be somebody whom you know.');
}
