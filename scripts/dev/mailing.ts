// Decides where the mails of `npm start` go.
import { isLoopback } from '../cli/database.ts';
import { short } from '../support/paths.ts';
import { type KeptMail, openMailbox } from './mailbox.ts';

export interface Mailing {
  /** What the Worker is told beside .dev.vars. */
  settings: Record<string, string>;
  /** Where mails go, for the screen. */
  place: string;
  close(): Promise<void>;
}

/** As .dev.vars says, or else to a mailbox on this machine. `url` is where this Wardbook answers. */
export async function sendMails(
  variables: Record<string, string> & { DATABASE_URL: string },
  url: string,
  folder: string,
): Promise<Mailing> {
  const {
    DATABASE_URL,
    PUBLIC_URL = url,
    MAIL_FROM = 'Wardbook <no-reply@wardbook.example>',
    MAIL_API_URL,
  } = variables;
  const none = { settings: {}, close: async () => {} };
  if (MAIL_API_URL) {
    return { ...none, place: `sent by ${new URL(MAIL_API_URL).host}` };
  }
  // real people wait for these, and the Worker of that database sends them
  if (!isLoopback(DATABASE_URL)) {
    return { ...none, place: 'not sent from here' };
  }
  const mailbox = await openMailbox(folder, show);
  return {
    settings: { PUBLIC_URL, MAIL_FROM, MAIL_API_URL: mailbox.url, MAIL_API_KEY: mailbox.key },
    place: `shown below, and kept in ${short(folder)}`,
    close: mailbox.close,
  };
}

function show({ to, subject, text }: KeptMail): void {
  const [link = ''] = /https?:\/\/\S+/.exec(text) ?? [];
  console.log(`  ✉ to ${to}: ${subject}  ${link}`);
}
