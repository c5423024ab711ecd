// Does what no request can: makes the first administrator, and lets somebody in who has forgotten a password.
import { parseArgs } from 'node:util';
import { dim, Fatal, run } from '../support/terminal.ts';
import { type CreateOptions, createAdmin } from './admin/create.ts';
import { listAdmins } from './admin/list.ts';
import { mailResets } from './admin/mail-resets.ts';
import { resetLink } from './admin/reset-link.ts';
import type { Database } from './connect.ts';
import { withDatabase } from './database.ts';

const usage = `Usage:
  npm run admin -- create --email you@example.com [--name "Your Name"]
      asks for a password, or reads it from a pipe, and makes an administrator
      --promote  makes an account that exists already an administrator, after asking
      --yes      does not ask
  npm run admin -- list
  npm run admin -- reset-link --email you@example.com [--url https://wardbook.example]
      prints a link to choose a new password, which works once, for an hour
      --url      where people reach this Wardbook; PUBLIC_URL if that is set
  npm run admin -- mail-resets
      sends such a link to everybody who came from Django without a password that counts here`;

const options = {
  email: { type: 'string' },
  name: { type: 'string' },
  url: { type: 'string' },
  promote: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

type Options = Partial<CreateOptions> & { url?: string };
interface Verb {
  takes: (keyof Options)[];
  /** Nothing runs without it. */
  needsEmail: boolean;
  run(database: Database, options: Options & { email: string }): Promise<void>;
}
const verbs: Record<string, Verb> = {
  create: { takes: ['email', 'name', 'promote', 'yes'], needsEmail: true, run: createAdmin },
  list: { takes: [], needsEmail: false, run: listAdmins },
  'mail-resets': { takes: [], needsEmail: false, run: mailResets },
  'reset-link': { takes: ['email', 'url'], needsEmail: true, run: resetLink },
};

function readArguments(): (database: Database) => Promise<void> {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [name = '', ...rest] = positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb || rest.length > 0) throw new Error(`Say one of: ${Object.keys(verbs).join(', ')}.`);
    const given = Object.keys(values) as (keyof Options)[];
    const foreign = given.filter((option) => !verb.takes.includes(option));
    if (foreign.length > 0) throw new Error(`${name} takes no --${foreign.join(', no --')}.`);
    if (verb.needsEmail && !values.email) throw new Error('--email is needed.');
    return (database) => verb.run(database, { ...values, email: values.email ?? '' });
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}

async function main(): Promise<void> {
  const work = readArguments();
  await withDatabase(async (database) => {
    console.log(dim(`In ${database.name}`));
    await work(database);
  });
}

await run(main);
