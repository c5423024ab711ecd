// The second look at a dump: its accounts, what profiles say of them, and which records are their own. These stay in
// memory, some hundred bytes an account, because the rules for names have to see all of them at once.
import type { Account, Role } from './account.ts';
import type { Dump, Row } from './dump.ts';
import type { Findings } from './findings.ts';
import type { Plan } from './plan.ts';
import { isAdminByMap, roleOf } from './roles.ts';
import { type Reader, reader, type Said, sayings } from './values.ts';

export type People = Map<number, Account>;

export async function readPeople(dump: Dump, plan: Plan, findings: Findings): Promise<People> {
  const people: People = new Map();
  // of a profile that comes before its account: the order of a dump is Django's own
  const waiting: { row: Row; user: number }[] = [];
  for await (const rows of dump.rows()) {
    for (const row of rows) {
      const becomes = plan.models[row.model]?.becomes;
      if (becomes === 'users') {
        const account = readAccount(row, plan, findings);
        if (account) people.set(account.id, account);
      } else if (becomes === 'roles' || becomes === 'patients' || becomes === 'doctors') {
        const user = ownerOf(row, plan);
        if (user === undefined) continue;
        const account = people.get(user);
        if (account) learn(account, row, plan, findings);
        else waiting.push({ row, user });
      }
    }
  }
  for (const { row, user } of waiting) {
    const account = people.get(user);
    if (account) learn(account, row, plan, findings);
    // records are looked at once more, and say then that there is no such account
    else if (plan.models[row.model]?.becomes === 'roles') {
      findings.wrong(row, `(user) is ${user}, and the dump has no such account`);
    }
  }
  return people;
}

/** Whose record a row is, by its one-to-one or by its own id. */
export function ownerOf(row: Row, plan: Plan, said: Said = sayings(row, plan)): number | undefined {
  if (plan.models[row.model]?.pk === 'id user') return typeof row.pk === 'number' ? row.pk : undefined;
  const value = said.user?.[0]?.value;
  return typeof value === 'number' ? value : undefined;
}

function readAccount(row: Row, plan: Plan, findings: Findings): Account | undefined {
  const { at, model, pk, given } = row;
  if (typeof pk !== 'number') return undefined;
  const said = sayings(row, plan);
  const read = reader(row, said, findings);
  const lastLogin = read.time('last_login');
  return {
    id: pk,
    about: { at, model, pk },
    username: read.text('username') ?? '',
    email: read.text('email') ?? '',
    name: read.text('name', ' ') ?? '',
    active: read.flag('active') ?? true,
    superuser: read.flag('superuser') ?? false,
    staff: read.flag('staff') ?? false,
    lastLogin: lastLogin ? Date.parse(lastLogin) : 0,
    ...(given.role === undefined ? saidRoles(read, plan) : { said: [], claimsAdmin: false }),
    chosenRole: given.role === undefined ? undefined : roleOf(String(given.role), plan.words.role),
    linked: {},
  };
}

/** What a row says of a role; "user" says nothing. */
function saidRoles(read: Reader, plan: Plan): Pick<Account, 'said' | 'claimsAdmin'> {
  const said: Role[] = [];
  let claimsAdmin = false;
  const word = read.text('role');
  if (word !== undefined) {
    const role = roleOf(word, plan.words.role);
    if (role === undefined) {
      const short = [...word].slice(0, 30).join('');
      read.wrong('role', `is "${short}", which is no role here: patient, doctor, admin or user (--map: words)`);
    } else if (role === 'admin' && !isAdminByMap(word, plan.words.role)) claimsAdmin = true;
    else if (role !== 'user') said.push(role);
  }
  if (read.flag('is_doctor')) said.push('doctor');
  if (read.flag('is_patient')) said.push('patient');
  return { said, claimsAdmin };
}

function learn(account: Account, row: Row, plan: Plan, findings: Findings): void {
  const becomes = plan.models[row.model]?.becomes;
  if (becomes === 'roles') {
    const { said, claimsAdmin } = saidRoles(reader(row, sayings(row, plan), findings), plan);
    account.said = [...new Set([...account.said, ...said])];
    account.claimsAdmin ||= claimsAdmin;
    return;
  }
  const kind = becomes === 'patients' ? 'patient' : 'doctor';
  if (account.linked[kind] !== undefined) {
    findings.wrong(row, `(user) is ${account.id}, which has ${kind} ${account.linked[kind]} already`);
  } else {
    account.linked[kind] = row.pk as number;
  }
}
