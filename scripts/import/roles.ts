// Which role an account has here: from its flags, from what a profile says, and from the records that are its own.
import type { Account, Role } from './account.ts';
import type { Findings } from './findings.ts';
import { lookUp } from './values.ts';

const roleWords: Record<string, string> = {
  admin: 'admin administrator superuser superadmin',
  doctor: 'doctor doctors dr physician d',
  patient: 'patient patients p',
  user: 'user users normal regular basic staff client',
};
const ourRole = new Map(
  Object.entries(roleWords).flatMap(([role, words]) => words.split(' ').map((word) => [word, role as Role] as const)),
);

/** Whether it is the map that makes an administrator of this word: anybody may have chosen it in a profile. */
export function isAdminByMap(word: string, words: Record<string, Role>): boolean {
  return lookUp(words, word.trim().toLowerCase()) === 'admin';
}

/** The role that a word of Django's means, or undefined. */
export function roleOf(word: string, words: Record<string, Role>): Role | undefined {
  const folded = word.trim().toLowerCase();
  return lookUp(words, folded) ?? ourRole.get(folded);
}

export function decideRole(account: Account, findings: Findings): Role {
  const { superuser, staff, said, linked, about } = account;
  if (superuser) return 'admin';
  if (staff) findings.rule('staff who are no superusers become what their profile says, or users', about);
  const roles = new Set(said);
  const [role] = roles;
  if (roles.size > 1) findings.wrong(about, `is both ${[...roles].join(' and ')} (--map: rows, role)`);
  if (account.chosenRole) {
    if (isLinkedAs(account, account.chosenRole)) return account.chosenRole;
    findings.wrong(about, `cannot become a ${account.chosenRole}: no such record is its own`);
    return 'user';
  }
  if (role === 'admin') return 'admin';
  if (account.claimsAdmin) {
    findings.rule(
      'a profile that says admin makes none without the superuser flag (--map: words, or rows, role)',
      about,
    );
  }
  if (linked.patient !== undefined && linked.doctor !== undefined) {
    findings.wrong(about, 'has a record as a patient and one as a doctor (--map: rows, role)');
    return 'user';
  }
  const own = linked.patient !== undefined ? 'patient' : linked.doctor !== undefined ? 'doctor' : undefined;
  if (own && (role === undefined || role === 'user' || role === own)) return own;
  if (own) findings.wrong(about, `is a ${role}, and its own record is a ${own}'s (--map: rows, role)`);
  else if (role === 'patient' || role === 'doctor') {
    findings.rule(`a ${role} without a record becomes a user`, about);
  }
  return 'user';
}

const isLinkedAs = ({ linked }: Account, role: Role) =>
  (role !== 'patient' && role !== 'doctor') || linked[role] !== undefined;
