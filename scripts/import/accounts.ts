// Who may sign in, and with which words: Django's usernames differ by case and hold an @, its emails repeat or are
// missing; ours are one account's, whatever the case. A rule for each, printed with the rows that it met.

import { userFields } from '../../src/accounts/table.ts';
import { emailAddress, text } from '../../src/http/fields.ts';
import type { Account, Role } from './account.ts';
import type { Findings } from './findings.ts';
import type { Plan } from './plan.ts';
import { decideRole } from './roles.ts';

export type Decision = {
  name: string;
  username: string;
  email: string | null;
  login_name: string | null;
  role: Role;
};
/** Names that accounts have which are there already. */
export type Taken = { usernames: Set<string>; emails: Set<string> };

export const nobody: Taken = { usernames: new Set(), emails: new Set() };

/** As PostgreSQL folds a username and a login the words that were typed. */
const folded = (name: string) => name.normalize('NFKC').toLowerCase();

export function decide(accounts: Map<number, Account>, plan: Plan, findings: Findings, taken = nobody) {
  const list = [...accounts.values()].sort((a, b) => a.id - b.id);
  const emails = keepEmails(list, plan, findings, taken);
  const usernames = keepUsernames(list, plan, findings, taken);
  deriveUsernames(list, usernames, emails, findings, taken);
  const loginNames = plan.login === 'username' ? keepWords(list, emails, findings, taken) : new Map();
  const decisions = new Map<number, Decision>();
  for (const account of list) {
    const username = usernames.get(account.id) ?? '';
    decisions.set(account.id, {
      name: account.name || username,
      username,
      email: emails.get(account.id) ?? null,
      login_name: loginNames.get(account.id) ?? null,
      role: decideRole(account, findings),
    });
  }
  return decisions;
}

/** Who keeps an email that several have, the first of them. */
const byClaim = (email: string) => (a: Account, b: Account) =>
  Number(folded(b.username) === email) - Number(folded(a.username) === email) ||
  b.lastLogin - a.lastLogin ||
  Number(b.active) - Number(a.active) ||
  a.id - b.id;

function keepEmails(list: Account[], plan: Plan, findings: Findings, taken: Taken): Map<number, string> {
  const byEmail = new Map<string, Account[]>();
  for (const account of list) {
    if (account.email === '') {
      findings.rule('an account without an email has none here either', account.about);
      continue;
    }
    const { data: email } = emailAddress.safeParse(account.email);
    if (email === undefined) {
      findings.wrong(account.about, '(email) is not an email address (--map: rows, email: null leaves it out)');
      continue;
    }
    if (email !== account.email.trim()) findings.rule('emails are written in lower case', account.about);
    if (taken.emails.has(email)) findings.wrong(account.about, '(email) belongs to an account that is here already');
    byEmail.set(email, [...(byEmail.get(email) ?? []), account]);
  }
  const kept = new Map<number, string>();
  for (const [email, holders] of byEmail) {
    const [first, ...others] = holders.sort(byClaim(email));
    if (first) kept.set(first.id, email);
    for (const { about } of others) {
      if (plan.login === 'email') {
        findings.wrong(
          about,
          `(email) is that of ${first?.about.model} ${first?.id} but for its case: who signs in by it?`,
        );
      } else {
        findings.rule('an email that several have stays with who used it last, and the others have none', about);
      }
    }
  }
  return kept;
}

function keepUsernames(list: Account[], plan: Plan, findings: Findings, taken: Taken): Map<number, string> {
  const kept = new Map<number, string>();
  const byKey = new Map<string, Account>();
  for (const account of list) {
    const { about } = account;
    const username = account.username.trim();
    if (username === '' || username.includes('@')) continue;
    if (!text(150).safeParse(username).success) {
      findings.wrong(about, '(username) is longer than 150 letters or holds control characters');
      continue;
    }
    const key = folded(username);
    const other = byKey.get(key);
    const isTaken = other !== undefined || taken.usernames.has(key);
    if (!isTaken) {
      byKey.set(key, account);
      kept.set(account.id, username.normalize('NFKC'));
      if (!userFields.username.safeParse(username).success) {
        findings.rule('a username that nobody could choose here stays as it is', about);
      }
    } else if (plan.login === 'username') {
      const whose = other ? `${other.about.model} ${other.id} but for its case` : 'an account that is here already';
      findings.wrong(about, `(username) is that of ${whose}: it could not sign in (--map: rows, username)`);
    }
  }
  return kept;
}

/** Those whose username has an @, or who have none, get the beginning of their email, with a number where it is taken. */
function deriveUsernames(
  list: Account[],
  usernames: Map<number, string>,
  emails: Map<number, string>,
  findings: Findings,
  taken: Taken,
): void {
  const keys = new Set([...taken.usernames, ...[...usernames.values()].map(folded)]);
  const numbers = new Map<string, number>();
  for (const { id, username, name, about } of list) {
    if (usernames.has(id)) continue;
    const source = username.includes('@') ? username : (emails.get(id) ?? (username || name));
    const wanted =
      source
        .replace(/@.*/s, '')
        .replace(/[^\p{L}\p{N}_.+-]/gu, '')
        .slice(0, 100)
        .normalize('NFKC') || 'user';
    const base = userFields.username.safeParse(wanted).success ? wanted : 'user';
    let number = numbers.get(folded(base)) ?? 1;
    const made = () => (number === 1 ? base : `${base}${number}`);
    while (keys.has(folded(made()))) number++;
    numbers.set(folded(base), number);
    usernames.set(id, made());
    keys.add(folded(made()));
    findings.rule(
      username.includes('@')
        ? 'a username with an @ becomes its beginning; signing in with the whole goes on'
        : 'an account without a username of its own gets one',
      about,
    );
  }
}

/** The words that each signed in with have to find the same account here, and no other. */
function keepWords(
  list: Account[],
  emails: Map<number, string>,
  findings: Findings,
  taken: Taken,
): Map<number, string> {
  const byEmail = new Map([...emails].map(([id, email]) => [email, id]));
  const byLoginName = new Map<string, number>();
  const loginNames = new Map<number, string>();
  for (const { id, username, about } of list) {
    const words = folded(username.trim());
    // without an @ it is the username here as well, or was refused above
    if (!words.includes('@') || byEmail.get(words) === id) continue;
    const holder = byEmail.get(words);
    const other = holder ?? byLoginName.get(words);
    if (other !== undefined || taken.emails.has(words)) {
      const whose = other === undefined ? 'an account that is here already' : `${about.model} ${other}`;
      const what = holder === undefined ? 'also signs in with' : 'has as its email';
      findings.wrong(about, `(username) are words that ${whose} ${what}: whom do they mean? (--map: rows)`);
      continue;
    }
    byLoginName.set(words, id);
    loginNames.set(id, words);
    findings.rule('signs in with its old username, which is neither its username nor its email here', about);
  }
  return loginNames;
}
