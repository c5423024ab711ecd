// What arrived by mail, for a Worker whose settings are these.
import { inject } from 'vitest';
import type { MailFault, Taken } from './mail-server.ts';

export const publicUrl = 'https://wardbook.example';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Where its link leads, and the token behind the #. */
  page: string;
  token: string;
}

const asMail = ({ body: { to, ...mail } }: Taken): Mail => {
  const [, page = '', token = ''] =
    /https:\/\/wardbook\.example\/portal\/([\w-]+)(?:#token=([\w-]+))?/.exec(mail.text) ?? [];
  return { ...mail, to: to.join(), page, token };
};

/** A mailbox of this file's own, and the settings of a Worker that sends to it. */
export const openMailbox = () => {
  const [server, key] = [inject('mailUrl'), crypto.randomUUID()];
  const control = async (method: string, body?: object): Promise<Record<'requests' | 'taken', Taken[]>> =>
    (await fetch(`${server}/${key}`, { method, body: body && JSON.stringify(body) })).json();
  /** The mails to an address, or all of them, as they came. */
  const mails = async (to?: string): Promise<Mail[]> =>
    (await control('GET')).taken.map(asMail).filter((mail) => to === undefined || mail.to === to);
  /** The newest mail to an address that leads to a page. */
  const mail = async (to: string, page: string): Promise<Mail> => {
    const found = (await mails(to)).findLast((one) => one.page === page);
    if (!found) throw new Error(`no mail to ${to} leads to ${page}`);
    return found;
  };
  return {
    settings: {
      PUBLIC_URL: publicUrl,
      MAIL_FROM: 'Wardbook <no-reply@wardbook.example>',
      MAIL_API_URL: `${server}/emails`,
      MAIL_API_KEY: key,
    },
    mails,
    mail,
    tokenOf: async (to: string, page: string) => (await mail(to, page)).token,
    /** Every request that came, also those that were refused. */
    requests: async () => (await control('GET')).requests,
    fail: (fault: MailFault, times?: number) => control('PUT', { fault, ...(times === undefined ? {} : { times }) }),
    heal: () => control('PUT', {}),
  };
};
