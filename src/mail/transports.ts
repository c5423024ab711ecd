// How a mail leaves: by Cloudflare's Email Service, or by an HTTP API in the shape of Resend's.
import type { Config } from '../config.ts';
import type { Letter } from './letters.ts';

export interface OutgoingMail extends Letter {
  to: string;
  /** The same whenever the mail is sent again. */
  key: string;
}
/** Throws unless the mail was accepted. */
type Transport = (parcel: OutgoingMail) => Promise<void>;

/** Other mails wait meanwhile. */
const timeoutMs = 8000;

/** Why a mail was not sent, in words for the log, without anything of the mail itself. */
export class NotSent extends Error {}

const timeoutError = (): Promise<never> =>
  new Promise((_, reject) => setTimeout(() => reject(new NotSent('no answer')), timeoutMs));

const byEmailService =
  (service: NonNullable<Config['EMAIL']>, from: string): Transport =>
  async ({ to, subject, text, html }) => {
    const sending = service.send({ from, to, subject, text, html }).catch(() => {
      throw new NotSent('refused by the Email Service');
    });
    await Promise.race([sending, timeoutError()]);
  };

const byHttp =
  (url: string, key: string, from: string): Transport =>
  async ({ key: mailKey, to, ...letter }) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'Idempotency-Key': mailKey },
      body: JSON.stringify({ from, to: [to], ...letter }),
      // a redirect would turn the POST into a GET, whose 200 would look like success
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => {
      throw new NotSent('no answer');
    });
    const said = await answer.text().catch(() => '');
    // the API has this mail already, with another text, because PUBLIC_URL or a secret changed meanwhile. Its link
    // still works.
    if (answer.status === 409 && said.includes('invalid_idempotent_request')) return;
    if (!answer.ok) throw new NotSent(`answered ${answer.status}`);
  };

/** undefined if no way to send mails is set up. If both are, the API, because `npm start` sets its own. */
export const transportOf = ({
  EMAIL,
  MAIL_API_URL,
  MAIL_API_KEY = '',
  MAIL_FROM = '',
}: Config): Transport | undefined => {
  if (MAIL_API_URL) return byHttp(MAIL_API_URL, MAIL_API_KEY, MAIL_FROM);
  return EMAIL && byEmailService(EMAIL, MAIL_FROM);
};
