// How a mail leaves: by Cloudflare's Email Service, or by an HTTP API in the shape of Resend's.
import type { Config } from '../config.ts';
import type { Letter } from './letters.ts';

export interface OutgoingMail extends Letter {
  to: string;
  /** Names the mail, however often it is sent. */
  key: string;
}
/** Throws when it is not known that the mail is on its way. */
type Transport = (parcel: OutgoingMail) => Promise<void>;

/** Longer than this no mail server should think, and the others wait. */
const timeoutMs = 8000;

/** Why a mail did not go: a word for the log, with nothing in it that the mail holds. */
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
      // followed, a POST becomes a GET of some page, whose 200 would look as if the mail were taken
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => {
      throw new NotSent('no answer');
    });
    const said = await answer.text().catch(() => '');
    // It has the mail, as it was before PUBLIC_URL or a secret changed, and takes no other under this key. The link in
    // that one still counts.
    if (answer.status === 409 && said.includes('invalid_idempotent_request')) return;
    if (!answer.ok) throw new NotSent(`answered ${answer.status}`);
  };

/** Nothing when no way to send mails is set up. Of both the one that only a setting makes: `npm start` gives it its own. */
export const transportOf = ({
  EMAIL,
  MAIL_API_URL,
  MAIL_API_KEY = '',
  MAIL_FROM = '',
}: Config): Transport | undefined => {
  if (MAIL_API_URL) return byHttp(MAIL_API_URL, MAIL_API_KEY, MAIL_FROM);
  return EMAIL && byEmailService(EMAIL, MAIL_FROM);
};
