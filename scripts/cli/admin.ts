// `npm run admin`: what an administrator does in a hurry, and the first administrator, whom no request can make.
import { parseArgs } from 'node:util';
import { dim, Fatal, run } from '../support/terminal.ts';
import { approve, disable, enable, endSessions, resetMfa, revoke, setRole } from './admin/accounts.ts';
import { attempts, free } from './admin/attempts.ts';
import { createAdmin } from './admin/create.ts';
import { doneBy } from './admin/done-by.ts';
import { endEverything } from './admin/everything.ts';
import { invite } from './admin/invite.ts';
import { findAccounts, listAdmins } from './admin/list.ts';
import { lock, unlock } from './admin/lock.ts';
import { mailResets } from './admin/mail-resets.ts';
import { resetLink } from './admin/reset-link.ts';
import { restore } from './admin/restore.ts';
import { seenBy } from './admin/seen-by.ts';
import type { Database } from './connect.ts';
import { withDatabase } from './database.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ email: text, name: text, url: text, role: text, patient: text, doctor: text, from: text, to: text },
  ...{ promote: flag, yes: flag, help: flag, invitations: flag, 'undo-links': flag },
};
type Texts = 'email' | 'name' | 'url' | 'role' | 'patient' | 'doctor' | 'from' | 'to';
type Flags = 'promote' | 'yes' | 'invitations' | 'undo-links';
type Options = { [Name in Texts]?: string } & { [Name in Flags]?: boolean };

interface Verb {
  /** What comes behind it, and what it does. */
  usage: string;
  says: string;
  takes?: (keyof Options)[];
  /** It is about somebody, by email or id; or about an email. */
  about?: 'who' | 'email';
  /** What it prints goes into a file: nothing else may come among it. */
  isFile?: boolean;
  run(database: Database, options: Options & { who: string; email: string }): Promise<void>;
}

const verbs: Record<string, Verb> = {
  create: {
    usage: 'EMAIL [--name "Your Name"] [--promote] [--yes]',
    says: 'makes an administrator, whose password it asks for or reads from a pipe; --promote makes one of an account that is there',
    takes: ['name', 'promote', 'yes'],
    about: 'email',
    run: createAdmin,
  },
  list: { usage: '', says: 'lists the administrators', run: listAdmins },
  find: { usage: 'TEXT', says: 'finds accounts by their email, username, name or id', about: 'who', run: findAccounts },
  approve: { usage: 'WHO', says: 'lets a doctor see patients', about: 'who', run: approve },
  revoke: { usage: 'WHO', says: 'takes that away again', about: 'who', run: revoke },
  disable: { usage: 'WHO', says: 'keeps an account from signing in, and signs it out', about: 'who', run: disable },
  enable: { usage: 'WHO', says: 'lets it sign in again', about: 'who', run: enable },
  role: {
    usage: 'WHO --role user|patient|doctor|admin',
    says: 'gives an account another role; a patient or doctor needs a record',
    takes: ['role'],
    about: 'who',
    run: setRole,
  },
  'end-sessions': { usage: 'WHO', says: 'signs an account out everywhere', about: 'who', run: endSessions },
  'reset-mfa': {
    usage: 'WHO',
    says: 'takes away the second factor of somebody who has lost it, and signs the account out everywhere',
    about: 'who',
    run: resetMfa,
  },
  'reset-link': {
    usage: 'WHO [--url https://wardbook.example]',
    says: 'prints a link to choose a new password, which works once, for an hour',
    takes: ['url'],
    about: 'who',
    run: resetLink,
  },
  'mail-resets': {
    usage: '',
    says: 'sends such a link to everybody who came from Django without a password that counts here',
    run: mailResets,
  },
  invite: {
    usage: 'EMAIL --role user|admin | --doctor ID | --patient ID [--url https://wardbook.example]',
    says: 'invites a colleague, a doctor or a patient to the record that is there',
    takes: ['role', 'doctor', 'patient', 'url'],
    about: 'email',
    run: invite,
  },
  restore: {
    usage: '--patient ID | --doctor ID',
    says: 'undoes the deletion of a record',
    takes: ['patient', 'doctor'],
    run: restore,
  },
  attempts: {
    usage: '[--from DAY] [--to DAY]',
    says: 'says where wrong passwords came from, in the last day or then, and which accounts have to wait',
    takes: ['from', 'to'],
    run: attempts,
  },
  free: { usage: 'WHO', says: 'lets an account try again that waits after wrong passwords', about: 'who', run: free },
  'seen-by': {
    usage: 'WHO [--from DAY] [--to DAY]',
    says: 'prints which patients an account has seen, as CSV; DAY is 2026-01-31, or a time like 2026-01-31T18:00+01:00',
    takes: ['from', 'to'],
    about: 'who',
    isFile: true,
    run: seenBy,
  },
  'done-by': {
    usage: 'WHO [--from DAY] [--to DAY]',
    says: 'says whom an account has let in or shut out: emails, roles, invitations, approvals, links, and how each is now',
    takes: ['from', 'to'],
    about: 'who',
    run: doneBy,
  },
  'end-everything': {
    usage: '[--invitations] [--undo-links] [--yes]',
    says: "ends everybody's sessions, tokens of Django's, links, unconfirmed addresses and mails with links that wait",
    takes: ['invitations', 'undo-links', 'yes'],
    run: endEverything,
  },
  lock: { usage: '', says: "keeps the Worker's role out of the database, and ends its connections", run: lock },
  unlock: { usage: '', says: 'lets it in again', run: unlock },
};

const lineOf = (name: string, { usage, says }: Verb) =>
  `  npm run admin -- ${`${name} ${usage}`.trim()}\n      ${says}`;
const usage = `Usage, where WHO is an email or an id:
${Object.entries(verbs)
  .map(([name, verb]) => lineOf(name, verb))
  .join('\n')}`;

type Work = { isFile?: boolean; run(database: Database): Promise<void> };
/** Nothing where all that was asked is how it is used. */
function readArguments(): Work | undefined {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [name = '', given, ...rest] = positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    const { help, email = given, ...more } = values;
    if (help) {
      console.log(verb ? `Usage:\n${lineOf(name, verb)}` : usage);
      return;
    }
    if (!verb || rest.length > 0 || (given !== undefined && (!verb.about || values.email !== undefined))) {
      throw new Error(`Say one of: ${Object.keys(verbs).join(', ')}.`);
    }
    const foreign = Object.keys(more).filter((option) => !verb.takes?.includes(option as keyof Options));
    if (values.email !== undefined && !verb.about) foreign.push('email');
    if (foreign.length > 0) throw new Error(`${name} takes no --${foreign.join(', no --')}.`);
    if (verb.about && email === undefined) {
      throw new Error(
        verb.about === 'email' ? `Whom? Say an email: ${name} EMAIL.` : `Whom? Say an email or an id: ${name} WHO.`,
      );
    }
    const all = { ...more, email: email ?? '', who: email ?? '' };
    return { isFile: verb.isFile, run: (database) => verb.run(database, all) };
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}

async function main(): Promise<void> {
  const work = readArguments();
  if (!work) return;
  await withDatabase(async (database) => {
    (work.isFile ? console.error : console.log)(dim(`In ${database.name}`));
    await work.run(database);
  });
}

await run(main);
